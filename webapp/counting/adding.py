"""One thing that happened becomes part of a day's sum: checked against what there is, so that the table stays small."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, distinct, func, select
from sqlalchemy.dialects.postgresql import insert

import layers
from layers import asking
from layers.areas import Areas, Level
from layers.errors import BadValue
from layers.query import Query
from layers.words import N_, Labels
from webapp.counting import channels
from webapp.counting.models import Tally
from webapp.saved import hosts
from webapp.saved.models import SavedView

VIEW, PLACE, PHONE = "view", "place", "phone"
KINDS: Labels = {VIEW: N_("打开页面"), PLACE: N_("看条目"), PHONE: N_("点电话")}
MOST_HOSTS = 200
"""Hosts that one day tells apart; what comes from others is summed under `OTHERS`."""
OTHERS = "*"
UNKNOWN = "?"
"""The host of a frame whose page says nothing of itself."""
_HOST = re.compile(r"[a-z0-9.-]{1,100}(:[0-9]{1,5})?")
MEMBERS = ("kind", "layer", "place", "area", "view", "ch", "host")


@dataclass(frozen=True)
class Told:
    """What a page says has happened; nothing in it leads to a person."""

    kind: str
    layer: str = ""
    place: int = 0
    area: str = ""
    view: str = ""
    ch: str = ""
    host: str = ""


def parse(given: Any) -> Told:
    """What a beacon's JSON says; BadValue for what cannot be meant."""
    if not isinstance(given, Mapping) or not set(given) <= set(MEMBERS):
        raise BadValue("body", "", N_("一个 JSON 对象，成员是 %(names)s"), {"names": " ".join(MEMBERS)})
    told = {name: value for name, value in given.items() if name != "place"}
    for name, value in told.items():
        if not isinstance(value, str) or len(value) > 120 or "\x00" in value:
            raise BadValue(name, str(value)[:50], N_("120 个字以内的文字"))
    place = given.get("place", 0)
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < 2**63:
        raise BadValue("place", str(place)[:50], N_("条目的编号"))
    if told.get("kind") not in KINDS:
        raise BadValue("kind", str(told.get("kind", ""))[:50], N_("可选：%(keys)s"), {"keys": " ".join(KINDS)})
    return Told(**told, place=place)


def add(connection: Connection, areas: Areas, today: dt.date, told: Told) -> bool:
    """Add one to the sum that it belongs to. What nobody keeps counts under no channel, view or area;
    of a place that is not public, nothing: whether it was counted.
    """
    place = _place(connection, areas, today, told)
    if place is None and (told.place or told.kind != VIEW):
        return False
    view = _view(connection, told.view)
    row = {
        "day": today, "kind": told.kind, "channel": told.ch if channels.exists(connection, told.ch) else "",
        "layer": told.layer if told.layer in [layer.key for layer in layers.LAYERS] else "",
        "place_id": told.place, "area": _area(areas, place.area if place else told.area, view),
        "view": view.slug if view else "", "host": _host(connection, today, told.host.lower(), view),
    }  # fmt: skip
    more = insert(Tally).values(**row, n=1)
    connection.execute(more.on_conflict_do_update(index_elements=list(row), set_={"n": Tally.n + 1}))
    return True


def _place(connection: Connection, areas: Areas, today: dt.date, told: Told) -> Any:
    """The public place, None without one."""
    if not told.place or told.layer not in [layer.key for layer in layers.LAYERS]:
        return None
    return asking.one(connection, Query(layers.get(told.layer)), areas, today, told.place)


def _view(connection: Connection, slug: str) -> Any:
    asked = select(SavedView.slug, SavedView.area, SavedView.hosts).where(SavedView.slug == slug)
    return connection.execute(asked).one_or_none() if slug else None


def _area(areas: Areas, code: str, view: Any) -> str:
    """The county or wider area that it is about; the office's own when a saved view names none."""
    if code not in areas:
        return view.area if view else ""
    area = areas.get(code)
    return code[:6] if area.level == Level.TOWNSHIP else code


def _host(connection: Connection, today: dt.date, host: str, view: Any) -> str:
    """The host as it is kept: those that a saved view allows, and of others so many a day."""
    if host in ("", UNKNOWN):
        return host
    if not _HOST.fullmatch(host) or (view is not None and not hosts.names(view.hosts, host)):
        return OTHERS
    known = select(func.count(distinct(Tally.host)), func.bool_or(Tally.host == host)).where(Tally.day == today)
    number, is_there = connection.execute(known).one()
    return host if is_there or number < MOST_HOSTS else OTHERS
