"""Imports between processes: a worker killed in the middle, two people at once, a step that is stopped."""

from __future__ import annotations

import dataclasses
import io
import itertools
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, func, select, text

from layers.areas import Areas
from tests.conftest import fresh_database
from tests.desks import NOON, editor
from tests.offices import as_csv, row
from tests.processes import until
from tests.webapp.test_worker import worker
from webapp import cluster, create_app, db, desk, facts
from webapp.config import CHECKOUT, Settings
from webapp.desk import Desk
from webapp.imports import staging, steps, working
from webapp.imports.models import Batch, Stage
from webapp.models import Draft, Revision
from webapp.permissions import Signed
from webapp.publishing import NotNow

NUMBERS = itertools.count()
BATCH, DRAFT = Batch.__table__, Draft.__table__
MANY = as_csv([row(n) for n in range(2500)])


@pytest.fixture(scope="module")
def own(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Engine]]:
    """Settings with a database of their own, which other processes may use, and files of their own."""
    name = f"imports_{os.getpid()}"
    url = fresh_database(settings, name)
    engine = create_engine(url)
    with engine.begin() as connection:
        facts.load_areas(connection, NOON.date())
    home = tmp_path_factory.mktemp("home")
    yield dataclasses.replace(settings, database_url=url, home=home), engine
    engine.dispose()
    cluster.drop_database(settings, name)


@pytest.fixture
def site(own: tuple[Settings, Engine]) -> Iterator[Flask]:
    """The application on that database, whose tables are empty again afterwards."""
    made = create_app(own[0])
    with made.app_context():
        yield made
    made.extensions["engine"].dispose()
    with own[1].begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_periodic_defers"))
        connection.execute(text("TRUNCATE batch_row, batch, draft, revision"))


def somebody(site: Flask) -> Signed:
    with db.writing() as connection:
        return editor(connection, name=f"office{next(NUMBERS)}")


def at(who: Signed) -> Any:
    """`desk.writing` for somebody in particular."""

    @contextmanager
    def writing() -> Iterator[Desk]:
        areas: Areas = db.areas()
        with db.writing() as connection:
            yield Desk(connection, who, areas, db.now(), desk.rules())

    return writing


def judged(who: Signed, content: bytes) -> int:
    with at(who)() as here:
        batch = staging.new(here, io.BytesIO(content), "台账.csv", "511123", "projects")
    for step in ("read", "judge"):
        steps.at_once(batch.id, step, {}, at(who))
    return int(batch.id)


def batch(engine: Engine, id: int) -> Any:
    with engine.connect() as connection:
        return connection.execute(select(BATCH).where(BATCH.c.id == id)).one()


def number(engine: Engine, table: Any) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_does_it_all(
    own: tuple[Settings, Engine], site: Flask
) -> None:
    settings, engine = own
    who = somebody(site)
    id_ = judged(who, MANY)
    steps.later(id_, "apply", who.id)
    command, environment = worker(settings)
    first = subprocess.Popen(command, env=environment, cwd=CHECKOUT)
    try:
        until(lambda: batch(engine, id_).done > 0, 60)
    finally:
        first.kill()
        first.wait()
    assert batch(engine, id_).state == Stage.APPLYING
    assert number(engine, DRAFT) == number(engine, Revision) == 0, "all or nothing"
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_periodic_defers"))  # as if a minute had passed
    second = subprocess.Popen(command, env=environment, cwd=CHECKOUT)
    try:
        until(lambda: batch(engine, id_).task is None, 90)
    finally:
        second.terminate()
        assert second.wait(30) == 0
    assert batch(engine, id_).state == Stage.APPLIED
    assert number(engine, DRAFT) == number(engine, Revision) == 2500


def test_a_step_that_is_stopped_leaves_nothing(own: tuple[Settings, Engine], site: Flask) -> None:
    engine, who = own[1], somebody(site)
    id_ = judged(who, MANY)
    steps.later(id_, "apply", who.id)
    done = threading.Thread(target=lambda: _work(site))
    done.start()
    until(lambda: batch(engine, id_).done > 0, 60)
    with db.writing() as connection:
        steps.stop(connection, id_)
    done.join(60)
    assert (batch(engine, id_).state, batch(engine, id_).task) == (Stage.READY, None)
    assert number(engine, DRAFT) == 0


def _work(site: Flask) -> None:
    with site.app_context():
        working.work()


def test_two_people_with_the_same_file_do_not_tangle(own: tuple[Settings, Engine], site: Flask) -> None:
    engine = own[1]
    content = as_csv([row(n) for n in range(300)])
    people = [somebody(site), somebody(site)]
    ids = [judged(who, content) for who in people]
    together = threading.Barrier(2)

    def apply(who: Signed, id_: int) -> None:
        with site.app_context():
            together.wait()
            steps.at_once(id_, "apply", {}, at(who))

    threads = [threading.Thread(target=apply, args=pair) for pair in zip(people, ids, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    found = [batch(engine, id_) for id_ in ids]
    assert {b.state for b in found} == {Stage.APPLIED}
    assert sorted((b.counts["new"], b.counts["same"]) for b in found) == [(0, 300), (300, 0)]
    assert number(engine, DRAFT) == 300


def test_a_batch_is_applied_once_however_often_it_is_pressed(own: tuple[Settings, Engine], site: Flask) -> None:
    engine, who = own[1], somebody(site)
    id_ = judged(who, as_csv([row(n) for n in range(200)]))
    together, refused = threading.Barrier(3), []

    def press() -> None:
        with site.app_context():
            together.wait()
            try:
                steps.at_once(id_, "apply", {}, at(who))
            except NotNow:
                refused.append(1)

    threads = [threading.Thread(target=press) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(refused) == 2
    assert number(engine, DRAFT) == number(engine, Revision) == 200


def test_uploads_at_once_are_files_of_their_own(own: tuple[Settings, Engine], site: Flask) -> None:
    who = somebody(site)
    contents = [as_csv([row(n)]) for n in range(6)]
    ids: list[int] = []

    def upload(content: bytes) -> None:
        with site.app_context():
            ids.append(judged(who, content))

    threads = [threading.Thread(target=upload, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len({batch(own[1], id_).digest for id_ in ids}) == 6
    files = Path(own[0].home / "imports").iterdir()
    assert not [file for file in files if file.name.startswith("new-")]
