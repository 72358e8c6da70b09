"""What has changed since a version: for a neighbour that keeps a copy of a layer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request

import layers
from layers import changes
from layers.errors import BadValue
from layers.ranges import day as parse_day
from layers.words import N_
from webapp import catalogue, db, standing
from webapp.api.ogc import answers
from webapp.api.ogc.answers import GEOJSON, JSON, Link, link, selves
from webapp.api.ogc.collections import licence, shown
from webapp.asked import only
from webapp.i18n import translate as _

blueprint = Blueprint("ogc_changes", __name__, url_prefix="/api")
MOST = 10_000


@blueprint.get("/collections/<key>/changes")
def feed(key: str) -> Response:
    """Places to read anew and places to drop; `next` continues, `later` is where to ask the next time."""
    layer = layers.get(key)
    only("f", "since", "day", "after", "limit", "version")
    number, changed = catalogue.version(layer)
    since, day = _whole("since", 0, number), _day()
    limit = min(_whole("limit", 1000, 2**31) or 1, MOST)
    asked = (layer, since, day, db.today(), _whole("after", 0, 2**63 - 1), limit + 1)
    none: Sequence[changes.Change] = ()
    found = standing.unless_gone(lambda: changes.since(db.connection(), *asked), lambda: none)
    number = number if standing.since() is None else since  # nothing can be told now: ask from there again
    told = [_entry(key, change) for change in found[:limit]]
    further = found[limit - 1].id if len(found) > limit else None
    number = _whole("version", number, number)  # the one of the first page: what changes meanwhile comes the next time
    about = {"title": _("哪些变了"), "since": since, "version": number, "changedAt": changed, "day": _today()}
    return shown({**about, "changes": told, "links": [*selves(JSON), *_onward(key, number, further), licence()]})


def _entry(key: str, change: changes.Change) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": change.id, "state": "public" if change.public else "gone"}
    if change.public:
        entry["href"] = f"{answers.base()}/collections/{key}/items/{change.id}"
    return entry


def _onward(key: str, number: int, further: int | None) -> list[Link]:
    later = f"{answers.base()}/collections/{key}/changes?since={number}&day={_today()}"
    items = f"{answers.base()}/collections/{key}/items"
    found = [link("later", later, JSON, _("下次从这里问")), link("items", items, GEOJSON, _("条目"))]
    if further is not None:
        found.insert(0, link("next", answers.here({"after": str(further), "version": str(number)}), JSON, _("下一页")))
    return found


def _today() -> str:
    return db.today().isoformat()


def _whole(name: str, default: int, most: int) -> int:
    raw = request.args.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,19}", raw) or int(raw) > most:
        raise BadValue(name, raw[:50], N_("写 0 到 %(n)s 的整数；版本比这大，说明数据重建过，请从头再取"), {"n": most})
    return int(raw)


def _day() -> dt.date | None:
    raw = request.args.get("day")
    if not raw:
        return None
    try:
        return parse_day(raw)
    except ValueError:
        raise BadValue("day", raw[:50], N_("写上次取的日期，如 2026-06-01")) from None
