"""Imports: what becomes of an office's file, the same file again, a corrected one, and all of it undone."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, func, select, text, update

import layers
from layers import record
from layers.areas import Areas
from tests import places
from tests.desks import desk, editor, reviewer
from tests.offices import HEADINGS, as_csv, row
from tests.places import TODAY
from webapp import drafts, publishing
from webapp.desk import Desk
from webapp.imports import reviewing, staging, steps
from webapp.imports.choices import Choices
from webapp.imports.models import Batch, BatchRow, Stage
from webapp.models import Draft, Revision, State
from webapp.permissions import Signed

PROJECTS = layers.get("projects")
BATCH, ROW, DRAFT = Batch.__table__, BatchRow.__table__, Draft.__table__


@pytest.fixture
def mine(app: Flask, connection: Connection, areas: Areas, tmp_path: Path) -> Iterator[Desk]:
    """An editor of 犍为县 at the desk, files kept apart from other tests'."""
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = dataclasses.replace(settings, home=tmp_path)
    with app.app_context():
        yield desk(connection, editor(connection), areas)
    app.config["SETTINGS"] = settings


def at(here: Desk) -> Any:
    """`desk.writing` for somebody in particular."""

    @contextmanager
    def writing() -> Iterator[Desk]:
        with here.connection.begin_nested():
            yield here

    return writing


def staged(here: Desk, content: bytes, name: str = "台账.csv", layer: str = "projects", **choices: Any) -> Any:
    batch = staging.new(here, io.BytesIO(content), name, "511123", layer, choices=Choices(**choices))
    steps.at_once(batch.id, "read", {}, at(here))
    return again(here, batch)


def again(here: Desk, batch: Any) -> Any:
    return here.connection.execute(select(BATCH).where(BATCH.c.id == batch.id)).one()


def judged(here: Desk, content: bytes, **more: Any) -> Any:
    batch = staged(here, content, **more)
    steps.at_once(batch.id, "judge", {}, at(here))
    return again(here, batch)


def applied(here: Desk, content: bytes, **more: Any) -> Any:
    batch = judged(here, content, **more)
    assert batch.state == Stage.READY, (batch.state, batch.message, batch.about.get("question"))
    steps.at_once(batch.id, "apply", {}, at(here))
    batch = again(here, batch)
    assert batch.state == Stage.APPLIED, batch.message
    return batch


def counts(batch: Any) -> dict[str, int]:
    names = ("read", "accepted", "refused", "skipped", "new", "changed", "same")
    return {name: batch.counts.get(name, 0) for name in names}


def whole(connection: Connection) -> dict[str, list[Any]]:
    """Every column of every table that an import may touch, as text."""
    tables = [layer.model.__tablename__ for layer in layers.LAYERS] + ["draft", "distinct_pair"]
    return {t: connection.execute(text(f"SELECT {t}::text FROM {t} ORDER BY 1")).scalars().all() for t in tables}


def approved(here: Desk, batch: Any, who: Signed | None = None) -> Any:
    boss = dataclasses.replace(here, who=who or reviewer(here.connection, name=f"r{batch.id}"))
    return reviewing.decide(boss, again(here, batch), "approve", "", lambda done: None)


def test_rows_become_drafts_in_review_with_their_step(mine: Desk) -> None:
    batch = applied(mine, as_csv([row(1), row(2), {**row(3), "联系电话": "打不通"}]))
    assert counts(batch) == {
        "read": 3, "accepted": 2, "refused": 1, "skipped": 0, "new": 2, "changed": 0, "same": 0,
    }  # fmt: skip
    found = mine.connection.execute(select(DRAFT).order_by(DRAFT.c.id)).all()
    assert [d.state for d in found] == [State.REVIEW] * 2
    assert {(d.source, d.batch_id, d.author_id) for d in found} == {("511123", batch.id, mine.who.id)}
    assert found[0].values["phone"] == "0833-000 0001"
    assert found[0].values["budget"] == "9"
    assert found[0].values["valid_until"] > TODAY.isoformat()
    assert "verified" not in found[0].values, "nobody says how it was verified"
    steps_ = mine.connection.execute(select(Revision.action, Revision.batch_id)).all()
    assert set(steps_) == {("imported", batch.id)}
    refused = mine.connection.execute(select(ROW).where(ROW.c.state == "refused")).one()
    assert (refused.row, refused.problems[0][0]) == (4, "联系电话")


def test_the_same_file_twice_changes_nothing(mine: Desk) -> None:
    content = as_csv([row(n) for n in range(5)])
    applied(mine, content)
    before = whole(mine.connection)
    steps_ = mine.connection.execute(select(func.count()).select_from(Revision)).scalar()
    second = applied(mine, content)
    assert counts(second)["same"] == 5
    assert whole(mine.connection) == before
    assert mine.connection.execute(select(func.count()).select_from(Revision)).scalar() == steps_
    approved(mine, mine.connection.execute(select(BATCH).order_by(BATCH.c.id)).first())
    before = whole(mine.connection)
    third = applied(mine, content)
    assert counts(third)["same"] == 5
    assert whole(mine.connection) == before


def test_a_corrected_file_updates_what_it_made(mine: Desk) -> None:
    applied(mine, as_csv([row(n) for n in range(3)]))
    batch = applied(mine, as_csv([row(0), row(1, 具体地点="玉津镇新街"), row(2)]))
    assert counts(batch)["changed"] == 1
    assert counts(batch)["same"] == 2
    (draft,) = mine.connection.execute(select(DRAFT).where(DRAFT.c.batch_id == batch.id)).all()
    assert (draft.values["place"], draft.version) == ("玉津镇新街", 2)
    first = mine.connection.execute(select(func.min(BATCH.c.id))).scalar_one()
    approved(mine, batch)
    approved(mine, again(mine, type("B", (), {"id": first})), reviewer(mine.connection, name="other"))
    third = applied(mine, as_csv([row(0, 一句话="改过的一句话"), row(1, 具体地点="玉津镇新街"), row(2)]))
    assert (counts(third)["changed"], counts(third)["same"]) == (1, 2)
    (draft,) = mine.connection.execute(select(DRAFT)).all()
    assert draft.place_id is not None
    assert draft.base["summary"] != draft.values["summary"] == "改过的一句话"


def test_undo_gives_back_the_catalogue_to_the_row(mine: Desk, areas: Areas) -> None:
    made = [places.values(PROJECTS, n, source="511123", external_id=f"A-{n}") for n in range(4)]
    ids = places.put(mine.connection, PROJECTS, areas, *made)
    mine.connection.execute(text("UPDATE projects SET budget = 12.50 WHERE id = :id"), {"id": ids[0]})
    hand = drafts.of_place(mine, PROJECTS, ids[1])
    drafts.save(mine, hand, {"name": "手工改到一半"}, 1)
    before = whole(mine.connection)
    rows = [{**row(n, 项目名称=made[n]["name"] + "改"), "项目编号": f"A-{n}"} for n in range(3)]
    rows += [{**row(50), "项目编号": "N-50"}, {**row(51), "项目编号": "N-51"}]
    batch = applied(mine, as_csv(rows, (*HEADINGS, "项目编号")))
    assert (counts(batch)["changed"], counts(batch)["new"]) == (3, 2)
    assert whole(mine.connection) != before
    left = mine.connection.execute(select(DRAFT.c.id).where(DRAFT.c.external_id == "N-51")).scalar_one()
    mine.connection.execute(update(Draft).where(DRAFT.c.id == left).values(state=State.RETURNED))
    assert approved(mine, batch)["published"] == 4
    steps.at_once(batch.id, "undo", {}, at(mine))
    batch = again(mine, batch)
    assert (batch.state, batch.counts["undone"], batch.counts["kept"]) == (Stage.UNDONE, 5, 0)
    after = whole(mine.connection)
    assert after == before


def test_undo_keeps_and_lists_what_somebody_has_changed_since(mine: Desk) -> None:
    batch = applied(mine, as_csv([row(n) for n in range(4)]))
    found = mine.connection.execute(select(DRAFT).order_by(DRAFT.c.id)).all()
    drafts.save(mine, found[3].id, {"name": "接着改的"}, 1)
    approved(mine, batch)
    published = select(ROW.c.place_id).where(ROW.c.place_id.is_not(None)).order_by(ROW.c.row)
    ids = mine.connection.execute(published).scalars().all()
    assert len(ids) == 3
    publishing.renew(mine, PROJECTS, [ids[0]], "phone")
    drafts.of_place(mine, PROJECTS, ids[1])
    steps.at_once(batch.id, "undo", {}, at(mine))
    batch = again(mine, batch)
    assert (batch.counts["undone"], batch.counts["kept"]) == (1, 3)
    kept = mine.connection.execute(select(ROW.c.kept).where(ROW.c.kept != "").order_by(ROW.c.row)).scalars().all()
    assert kept == ["发布以后又有人改过", "有人正在改这一条", "有人接着改过这份草稿"]
    assert record.one(mine.connection, PROJECTS, ids[2]) is None
