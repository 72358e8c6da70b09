"""`POST /count`: a page tells that it was shown, a place opened, a phone touched; nothing of the person is kept."""

from __future__ import annotations

import re

import orjson
from flask import Blueprint, Response, current_app, request

from layers.errors import BadValue
from layers.words import N_
from webapp import audit, db, enquiries, standing
from webapp.counting import adding
from webapp.counting.pace import Pace
from webapp.enquiries import TooMany
from webapp.security import csrf

blueprint = Blueprint("count", __name__)
LONGEST = 1500
MACHINES = re.compile(r"bot\b|crawler|spider", re.I)


csrf.exempt(blueprint)


@blueprint.post("/count")
def add() -> Response:
    """204 when it was counted and when the reader has asked not to be: the page need not know."""
    request.max_content_length = LONGEST
    told = adding.parse(_json(request.get_data(cache=False)))
    if not _unwanted():
        _demand_pace()
        standing.unless_gone(lambda: _add(told), lambda: None)
    response = Response(status=204)
    response.headers["Cache-Control"] = "no-store"
    return response


def _add(told: adding.Told) -> None:
    with db.writing() as connection:
        adding.add(connection, db.areas(), db.today(), told)


def _json(raw: bytes) -> object:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadValue("body", "", N_("写 JSON")) from None


def _unwanted() -> bool:
    """Whether the reader has asked not to be counted, or is a machine."""
    said = request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"
    return said or bool(MACHINES.search(request.headers.get("User-Agent", "")))


def _demand_pace() -> None:
    pace: Pace = current_app.extensions.setdefault("pace", Pace())
    if not pace.allows(enquiries.asker(audit.address(), db.today())):
        raise TooMany(N_("太快了，这些不计数"))
