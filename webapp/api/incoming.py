"""`/api/import/<layer>`: a machine of an office sends a file and is told what became of every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

import orjson
from flask import Blueprint, Response, request, url_for
from sqlalchemy import Row
from werkzeug.exceptions import NotFound

from geo.crs import Datum
from layers.errors import BadValue
from layers.words import N_
from webapp import asked, db, desk, session
from webapp.desk import Desk
from webapp.i18n import translate
from webapp.imports import seen, steps, tokens, whole, working
from webapp.imports.choices import Choices
from webapp.permissions import Action, Forbidden
from webapp.security import csrf

blueprint = Blueprint("incoming", __name__)
csrf.exempt(blueprint)
PARAMETERS = ("datum", "epsg", "encoding", "part", "owner", "check", "name")


@blueprint.post("/api/import/<layer:key>")
def sent(key: str) -> Response:
    """Take a file: the body itself, or the part `file` of a form. A large one is left to the worker (202)."""
    asked.only(*PARAMETERS)
    token = tokens.used(request.headers.get("Authorization"))
    choices, owner = _choices(request.args), request.args.get("owner") or token.owner
    if owner != token.owner:
        raise Forbidden(Action.IMPORT)
    try:
        with _at_desk(token) as here:
            batch = whole.take(here, _body(), request.args.get("name") or key, owner, key, choices, token.id)
            if batch.total <= steps.QUICK_ROWS or request.args.get("check") == "1":
                return _told(whole.finish(here, batch, check=request.args.get("check") == "1"))
    except whole.Checked as checked:
        return _told(checked.report)
    steps.later(batch.id, "all", token.account_id)
    working.wake()
    return _waiting(batch.id)


def _body() -> IO[bytes]:
    file = request.files.get("file") if request.mimetype == "multipart/form-data" else None
    return file.stream if file is not None else request.stream


def _choices(given: Mapping[str, str]) -> Choices:
    datum, epsg, check = (given.get(name, "") for name in ("datum", "epsg", "check"))
    if datum and datum not in set(Datum):
        raise BadValue("datum", datum, N_("可选：%(keys)s"), {"keys": " ".join(Datum)})
    if epsg and (not epsg.isdecimal() or len(epsg) > 6):
        raise BadValue("epsg", epsg[:50], N_("写坐标系的 EPSG 代码，如 4523"))
    if check not in ("", "0", "1"):
        raise BadValue("check", check[:50], N_("写 1（只检查）或 0"))
    encoding, part = (given.get(name, "").replace("\x00", "")[:100] or None for name in ("encoding", "part"))
    return Choices({}, Datum(datum) if datum else None, int(epsg) if epsg else None, encoding, part)


@contextmanager
def _at_desk(token: Row[Any]) -> Iterator[Desk]:
    """The account that made the key, with what it holds now, in a transaction of its own."""
    areas = db.areas()
    with db.writing() as connection:
        who = session.account(connection, token.account_id)
        yield Desk(connection, who, areas, db.now(), desk.rules(), translate)


def _told(report: dict[str, Any], status: int = 200) -> Response:
    answer = Response(orjson.dumps(report), status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _waiting(id: int) -> Response:
    there = url_for("incoming.batch", id=id)
    answer = _told({"batch": id, "state": "waiting", "href": there}, 202)
    answer.headers["Location"] = there
    return answer


@blueprint.get("/api/imports/<int(max=9223372036854775807):id>")
def batch(id: int) -> Response:
    """What became of a file that was left to the worker."""
    asked.only()
    token = tokens.used(request.headers.get("Authorization"))
    with _at_desk(token) as here:
        found = seen.get(here, id)
        if found.token_id != token.id:
            raise NotFound
        working_ = {"working": found.task is not None, "done": found.done, "total": found.total}
        question = found.about.get("question") or {}
        said = {"question": question.get("said")} if question else {}
        return _told({**whole.report(here.connection, found), **working_, **said})
