"""A file taken all the way in one go, for machines and the command line, and the report that both are given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.postgresql import insert

import layers
from layers.base import fields
from layers.incoming import Incoming, State
from layers.words import untranslated
from webapp import db, desk
from webapp.desk import Desk
from webapp.imports import saying, staging, steps
from webapp.imports.choices import Choices
from webapp.imports.models import BatchRow, Verdict
from webapp.models import Account
from webapp.permissions import Held, Role, Signed

ROW = BatchRow.__table__
LISTED = 1000
TERMINAL = "terminal"
"""The account that imports at the command line are made by; nobody can sign in as it."""
TERMINAL_TITLE = "命令行导入"
WHOSE = "请用 --owner 写明是哪个单位的（单位所在地的区划代码，如 511123）"


class NoOffice(Exception):
    """Whose file it is only a person can say."""


class Checked(Exception):
    """Ends a transaction of which nothing shall be kept; carries the report."""

    def __init__(self, report: dict[str, Any]) -> None:
        super().__init__("checked")
        self.report = report


def take(
    here: Desk, file: IO[bytes], name: str, owner: str, key: str, choices: Choices, token: int | None = None
) -> Row[Any]:
    """Take a file in and look into it, in the desk's transaction. Forbidden, UnreadableFile."""
    batch = staging.new(here, file, name, owner, key, choices=choices, token_id=token)
    steps.read(here, batch)
    return steps.now(here.connection, batch.id)


def finish(here: Desk, batch: Row[Any], *, check: bool = False) -> dict[str, Any]:
    """Judge and apply a batch; the report. With `check` it raises Checked, and nothing is kept.

    UnreadableFile, BadCoordinate, ChoiceMissing.
    """
    for step in ("judge",) if check else ("judge", "apply"):
        steps.perform(here, steps.now(here.connection, batch.id), step, {}, lambda done: None)
    told = report(here.connection, steps.now(here.connection, batch.id))
    if check:
        del told["batch"]
        raise Checked(told)
    return told


def report(connection: Connection, batch: Row[Any]) -> dict[str, Any]:
    """What became of every row, in the shape of `flask import --json`; in Chinese, as the file is."""
    counts, layer = batch.counts, layers.get(batch.layer)
    asked = select(ROW).where(ROW.c.batch_id == batch.id).order_by(ROW.c.row)
    kinds = {
        "places": ROW.c.state == State.ACCEPTED, "problems": ROW.c.state == State.REFUSED,
        "warnings": ROW.c.warnings != [], "skipped_rows": ROW.c.state == State.SKIPPED,
    }  # fmt: skip
    rows = {kind: connection.execute(asked.where(where).limit(LISTED)).all() for kind, where in kinds.items()}
    numbers = {state.value: counts.get(state.value, 0) for state in State}
    verdicts = {verdict.value: counts.get(verdict.value, 0) for verdict in Verdict}
    return {
        "batch": batch.id, "state": batch.state, "read": counts.get("read", 0), **numbers, **verdicts,
        "encoding": counts.get("encoding", ""), "crs": counts.get("crs", ""),
        "places": [_place(row) for row in rows["places"]],
        "problems": [said for row in rows["problems"] for said in _said(row.row, row.problems)][:LISTED],
        "warnings": [said for row in rows["warnings"] for said in _said(row.row, row.warnings)][:LISTED],
        "skipped_rows": [{"row": row.row, "reason": row.reason, "text": row.name} for row in rows["skipped_rows"]],
        "remarks": [saying.text(one, untranslated) for one in counts.get("remarks", ())],
        "missing": {fields(layer.model)[name].label: n for name, n in counts.get("missing", {}).items()},
        "columns": [
            {"heading": one["heading"] or one["letter"], "field": one["target"], "why": one["reason"]}
            for one in batch.about.get("columns", ())
        ],
    }  # fmt: skip


def _place(row: Row[Any]) -> dict[str, Any]:
    where = {"lon": row.lon, "lat": row.lat, "area": row.area, "precision": row.precision}
    return {"row": row.row, "name": row.name, **where, "verdict": row.verdict}


def _said(number: int, found: list[Any]) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {"row": number, "column": one[0], "message": saying.text(one, untranslated)}


def from_terminal(incoming: Incoming, owner: str | None, file: Path) -> dict[str, Any]:
    """What `flask import` does without --check: the same path, by an account of the machine's own.

    `owner` may be left out where every row lies in one county. NoOffice, UnreadableFile, ChoiceMissing.
    """
    choices = Choices(datum=incoming.said.datum, epsg=incoming.said.epsg, encoding=incoming.table.encoding or None)
    with at_terminal(owner or _county(incoming)) as here, file.open("rb") as opened:
        code = here.who.held[0].area
        return finish(here, take(here, opened, file.name, code, incoming.layer.key, choices))


def _county(incoming: Incoming) -> str:
    """The one county of all rows. A row whose area is not clear needs an office, which would decide between names."""
    found = set()
    for outcome in incoming:
        if outcome.state == State.ACCEPTED and outcome.values.get("area"):
            found.add(str(outcome.values["area"])[:6])
        elif any(finding.problem.column == "area" for finding in outcome.problems):
            found.add("")
    if len(found) != 1 or "" in found:
        raise NoOffice(WHOSE)
    return found.pop()


@contextmanager
def at_terminal(owner: str) -> Iterator[Desk]:
    """The machine's account with the grant of one office, in a transaction of its own."""
    areas = db.areas()
    with db.writing() as connection:
        row = {"name": TERMINAL, "title": TERMINAL_TITLE, "active": False}
        connection.execute(insert(Account).values(**row).on_conflict_do_nothing())
        id_ = connection.execute(select(Account.id).where(Account.name == TERMINAL)).scalar_one()
        who = Signed(id_, TERMINAL, TERMINAL_TITLE, (Held(Role.EDITOR, owner),))
        yield Desk(connection, who, areas, db.now(), desk.rules())
