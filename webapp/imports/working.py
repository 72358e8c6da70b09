"""The worker's side of imports: one batch at a time, with progress, stopped when somebody says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.engine import make_url

from webapp import db, desk, session
from webapp.desk import Desk
from webapp.i18n import translate
from webapp.imports import steps
from webapp.imports.judging import Tell
from webapp.imports.models import Batch
from webapp.imports.steps import Stopped

TABLE = Batch.__table__
LOCK = func.hashtextextended("imports at work", 0)
TOLD_EVERY = 0.5
"""Seconds between two entries of how far a step is."""
JOB = "imports"


def wake() -> None:
    """Tell the worker that there is something to do; without one, its timetable finds it within a minute."""
    if current_app.extensions.get("connection") is not None:
        return  # a test's transaction, which no other process can see
    import procrastinate
    from procrastinate.exceptions import AlreadyEnqueued

    url = make_url(db.engine().url.render_as_string(hide_password=False)).set(drivername="postgresql")
    connector = procrastinate.SyncPsycopgConnector(conninfo=url.render_as_string(hide_password=False))
    with procrastinate.App(connector=connector).open() as queue, suppress(AlreadyEnqueued):
        queue.configure_task(JOB, queueing_lock=JOB).defer()


def work() -> int:
    """Do every step that has been left to the worker, one after another; how many. 0 when another does it."""
    done = 0
    with _alone() as mine:
        while mine and (batch := _next()) is not None:
            _do(batch)
            done += 1
    return done


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process works on imports; a process that dies lets go of it."""
    shared: Connection | None = current_app.extensions.get("connection")
    if shared is not None:
        yield True
        return
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as own:
        mine = bool(own.execute(select(func.pg_try_advisory_lock(LOCK))).scalar())
        try:
            yield mine
        finally:
            if mine:
                own.execute(select(func.pg_advisory_unlock(LOCK)))


def _next() -> Row[Any] | None:
    with db.writing() as connection:
        return connection.execute(select(TABLE).where(TABLE.c.task.is_not(None)).order_by(TABLE.c.id)).first()


def _do(batch: Row[Any]) -> None:
    """One step in one transaction; what goes wrong is written down beside it."""
    task: dict[str, Any] = batch.task
    try:
        with _at_desk(int(task["by"])) as here:
            steps.perform(here, batch, task["name"], task, _teller(batch.id))
            over = update(Batch).where(TABLE.c.id == batch.id, TABLE.c.task.is_not(None)).values(task=None)
            if not here.connection.execute(over).rowcount:
                raise Stopped
    except Stopped:
        return
    except Exception as error:
        with db.writing() as connection:
            steps.failed(connection, batch.id, task["name"], error)


@contextmanager
def _at_desk(account_id: int) -> Iterator[Desk]:
    """The account that started the step, with what it holds now."""
    areas = db.areas()
    with db.writing() as connection:
        who = session.account(connection, account_id)
        yield Desk(connection, who, areas, db.now(), desk.rules(), translate)


def _teller(id: int) -> Tell:
    """Writes down how far a step is, in a transaction of its own; Stopped when somebody has stopped it."""
    last = 0.0

    def tell(done: int) -> None:
        nonlocal last
        if time.monotonic() - last < TOLD_EVERY:
            return
        last = time.monotonic()
        with db.writing() as connection:
            going = update(Batch).where(TABLE.c.id == id, TABLE.c.task.is_not(None)).values(done=done)
            if not connection.execute(going).rowcount:
                raise Stopped

    return tell


def wake_for(id: int) -> None:
    """Tell the worker when a batch waits for it."""
    with db.writing() as connection:
        waiting = connection.execute(select(TABLE.c.id).where(TABLE.c.id == id, TABLE.c.task.is_not(None))).first()
    if waiting is not None:
        wake()
