"""A server killed in the midst of publishing leaves the old state, and the next try makes the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, delete, func, select

import layers
from layers.areas import Areas
from tests.desks import desk, editor, reviewer
from tests.webapp.test_publishing import TYPED
from webapp import drafts, publishing
from webapp.models import Account, Draft, Grant, Revision

ROOT = Path(__file__).resolve().parents[2]
PROJECTS = layers.get("projects")
VICTIM = """
import sys, time
from sqlalchemy import create_engine
from layers.areas import Areas
from tests.desks import desk
from webapp import publishing, revisions
from webapp.permissions import Held, Role, Signed

engine = create_engine(sys.argv[1])
with engine.begin() as connection:
    areas = Areas.load(connection)
    who = Signed(int(sys.argv[3]), "killed", "killed", (Held(Role.REVIEWER, "511123"),))
    note = revisions.note
    def last_step(*arguments, **more):
        print("in the midst", flush=True)
        time.sleep(60)
        note(*arguments, **more)
    revisions.note = last_step
    publishing.approve(desk(connection, who, areas), int(sys.argv[2]), 2)
"""


@pytest.fixture
def committed(engine: Engine, areas: Areas) -> Iterator[tuple[int, int]]:
    """A draft in review that other processes see, and its reviewer; both removed at the end."""
    with engine.begin() as connection:
        mine = desk(connection, editor(connection, name="kill-a"), areas)
        id_ = drafts.new(mine, PROJECTS, {**TYPED, "name": "示例·正在发布"})
        drafts.submit(mine, id_, 1)
        boss = reviewer(connection, name="kill-b")
    yield id_, boss.id
    with engine.begin() as connection:
        for table in (Revision, Draft, Grant):
            connection.execute(delete(table))
        connection.execute(delete(PROJECTS.model))
        connection.execute(delete(Account).where(Account.name.in_(("kill-a", "kill-b"))))


def state(connection: Connection) -> tuple[int, int, int]:
    """How many places, drafts and steps there are."""
    found = [
        connection.execute(select(func.count()).select_from(t)).scalar_one() for t in (PROJECTS.model, Draft, Revision)
    ]
    return found[0], found[1], found[2]


def test_killed_in_the_midst_of_publishing(engine: Engine, areas: Areas, committed: tuple[int, int]) -> None:
    id_, boss = committed
    url = engine.url.render_as_string(hide_password=False)
    with engine.connect() as connection:
        before = state(connection)
    command = [sys.executable, "-c", VICTIM, url, str(id_), str(boss)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline().strip() == b"in the midst"
        victim.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    with engine.connect() as connection:
        while time.monotonic() < until:  # the server ends the lost session and undoes its work
            connection.rollback()
            if not connection.exec_driver_sql(
                "SELECT 1 FROM pg_locks WHERE granted AND mode = 'RowExclusiveLock'"
            ).all():
                break
            time.sleep(0.1)
        assert state(connection) == before == (0, 1, 1)
    with engine.begin() as connection:
        there = desk(connection, reviewer(connection, name="kill-c"), areas)
        assert publishing.approve(there, id_, 2)
        assert state(connection) == (1, 0, 2)
        connection.rollback()
