"""The background worker: what it does at its ticks, and the process itself beside a server."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import procrastinate
import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, event, func, insert, inspect, select, text

from layers.areas import Areas
from tests.conftest import fresh_database
from tests.desks import NOON, desk, editor, reviewer
from tests.processes import answers, environment, flask, free_port, until
from tests.webapp.test_publishing import PROJECTS, TYPED
from webapp import beside, cluster, create_app, drafts, facts, jobs, migrating, publishing, ticks
from webapp.config import CHECKOUT, Settings
from webapp.models import Account, Audit, Enquiry, Revision, SignIn

SECOND, DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)


def scheduled(connection: Connection, areas: Areas, at: dt.datetime, now: dt.datetime = NOON, **typed: str) -> int:
    """An approved draft that waits for its hour; its id."""
    mine = desk(connection, editor(connection, name=f"e{at}"), areas, now)
    id_ = drafts.new(mine, PROJECTS, {**TYPED, **typed})
    version = drafts.submit(mine, id_, 1, publish_at=at).version
    boss = desk(connection, reviewer(connection, name=f"r{at}"), areas, now)
    assert publishing.approve(boss, id_, version) is None
    return id_


def test_the_machine_publishes_in_nobodys_name(app: Flask, connection: Connection, areas: Areas) -> None:
    scheduled(connection, areas, NOON + SECOND)
    with app.app_context():
        assert ticks.publish_due() == [], "not before its hour"
        app.extensions["clock"] = lambda: NOON + SECOND
        try:
            (place,) = ticks.publish_due()
            assert ticks.publish_due() == []
        finally:
            app.extensions["clock"] = lambda: NOON
    step = connection.execute(select(Revision).where(Revision.action == "published")).mappings().one()
    assert (step["account_id"], step["who"]) == (None, "系统")
    assert app.test_client().get(f"/projects/{place}").status_code == 200
    noted = connection.execute(select(Audit.account_id, Audit.who, Audit.detail)).one()
    assert tuple(noted) == (None, "machine", {"places": [place]})


def test_one_that_cannot_be_published_holds_up_nothing_else(app: Flask, connection: Connection, areas: Areas) -> None:
    broken = scheduled(connection, areas, NOON + SECOND)
    connection.execute(text("UPDATE draft SET place_id = 999999 WHERE id = :id"), {"id": broken})
    scheduled(
        connection, areas, NOON + 2 * SECOND, name="另一处完全不同的果园", phone="0000099", lon="103.80", lat="29.10"
    )
    app.extensions["clock"] = lambda: NOON + 3 * SECOND
    try:
        with app.app_context():
            assert len(ticks.publish_due()) == 1
    finally:
        app.extensions["clock"] = lambda: NOON
    state, reason = connection.execute(text("SELECT state, reason FROM draft WHERE id = :id"), {"id": broken}).one()
    assert (state, reason) == ("returned", "原来的条目已经不在了")


def test_what_a_demo_account_wrote_is_a_sample_whoever_publishes_it(
    app: Flask, connection: Connection, areas: Areas
) -> None:
    id_ = scheduled(connection, areas, NOON + SECOND)
    connection.execute(text("UPDATE account SET demo = true WHERE id = (SELECT author_id FROM draft WHERE id = :id)"), {"id": id_})  # fmt: skip
    app.extensions["clock"] = lambda: NOON + SECOND
    try:
        with app.app_context():
            (place,) = ticks.publish_due()
    finally:
        app.extensions["clock"] = lambda: NOON
    assert connection.execute(text("SELECT sample FROM projects WHERE id = :id"), {"id": place}).scalar() is True


def test_what_has_been_kept_for_long_enough_goes_and_nothing_else(app: Flask, connection: Connection) -> None:
    who = connection.execute(insert(Account).values(name="x", title="x").returning(Account.id)).scalar_one()
    for days in (29, 31):
        row = {"digest": f"s{days}", "account_id": who, "begun_at": NOON - days * DAY, "seen_at": NOON - days * DAY}
        connection.execute(insert(SignIn).values(**row))
    shared = {
        "layer": "projects",
        "place_id": 1,
        "area": "511123",
        "kind": "wrong",
        "asker": "x",
        "due_on": NOON.date(),
    }
    for days, answered in ((399, True), (401, True), (900, False)):
        when = NOON - days * DAY
        connection.execute(insert(Enquiry).values(**shared, at=when, answered_at=when if answered else None))
    for days in (399, 401):
        connection.execute(insert(Audit).values(at=NOON - days * DAY, who="x", action="old"))
    with app.app_context():
        assert ticks.purge() == {"sessions": 1, "links": 0, "enquiries": 1, "audit": 1, "files": 0}
        assert not any(ticks.purge().values())
    assert (
        connection.execute(select(func.count()).select_from(Enquiry).where(Enquiry.answered_at.is_(None))).scalar() == 1
    )
    assert connection.execute(select(Audit.action).order_by(Audit.at)).scalars().all() == ["old", "purge"]


@pytest.fixture(scope="module")
def own(settings: Settings) -> Iterator[tuple[Settings, Engine]]:
    """Settings with a database of their own, which other processes may use."""
    name = f"worker_{os.getpid()}"
    url = fresh_database(settings, name)
    engine = create_engine(url)
    with engine.begin() as connection:
        facts.load_areas(connection, NOON.date())
    yield dataclasses.replace(settings, database_url=url), engine
    engine.dispose()
    cluster.drop_database(settings, name)


def worker(settings: Settings, *more: str) -> tuple[list[str], dict[str, str]]:
    """Command and environment of a worker on a database."""
    return flask("worker", *more), environment(settings.home, MAP_DATABASE_URL=settings.database_url)


@pytest.fixture
def app_of(own: tuple[Settings, Engine]) -> Iterator[Flask]:
    """The application on that database, with a pool of its own."""
    made = create_app(own[0])
    yield made
    if "engine" in made.extensions:
        made.extensions["engine"].dispose()


def test_a_worker_publishes_what_is_due_and_ends_with_whoever_started_it(
    own: tuple[Settings, Engine], app_of: Flask
) -> None:
    settings, engine = own
    now = dt.datetime.now(dt.UTC).astimezone(NOON.tzinfo)
    with engine.begin() as connection:
        book = Areas.load(connection)
        scheduled(connection, book, now - SECOND, now - DAY, valid_until=(now + 80 * DAY).date().isoformat())
    client = app_of.test_client()
    assert client.get("/projects.geojson").json["features"] == []
    command, own_ = worker(settings, "--beside")
    process = subprocess.Popen(command, env=own_, cwd=CHECKOUT, stdin=subprocess.PIPE)
    try:
        until(lambda: client.get("/projects.geojson").json["features"])
        (feature,) = client.get("/projects.geojson").json["features"]
        assert feature["properties"]["name"] == TYPED["name"]
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def test_a_killed_workers_jobs_hold_nothing_up(own: tuple[Settings, Engine], app_of: Flask) -> None:
    settings, engine = own
    busy = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'publish_due'"
    now = dt.datetime.now(dt.UTC).astimezone(NOON.tzinfo)
    command, own_ = worker(settings)
    forget = text("DELETE FROM procrastinate_periodic_defers")  # as if a minute had passed
    with engine.begin() as connection:
        connection.execute(forget)
    with engine.connect() as blocking:
        blocking.execute(text("LOCK TABLE draft"))
        first = subprocess.Popen(command, env=own_, cwd=CHECKOUT)
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looking:
                until(lambda: looking.execute(text(busy)).scalar() == 1)
        finally:
            first.kill()
            first.wait()
        blocking.rollback()
    with engine.begin() as connection:
        connection.execute(forget)
        over = {"valid_until": (now + 80 * DAY).date().isoformat(), "name": "另一处完全不同的果园", "phone": "0000099"}
        scheduled(connection, Areas.load(connection), now - SECOND, now - DAY, lon="103.80", lat="29.10", **over)
    client = app_of.test_client()
    before = len(client.get("/projects.geojson").json["features"])
    second = subprocess.Popen(command, env=own_, cwd=CHECKOUT)
    try:
        until(lambda: len(client.get("/projects.geojson").json["features"]) == before + 1)
        second.send_signal(signal.SIGINT)
        assert second.wait(20) == 0
    finally:
        second.kill()
        second.wait()


def test_the_database_works_for_the_worker_when_nobody_else_needs_it(own: tuple[Settings, Engine]) -> None:
    settings, _engine = own
    apart = create_engine(settings.database_url)
    event.listen(apart, "connect", jobs._give_way)
    with apart.connect() as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        assert os.getpriority(os.PRIO_PROCESS, backend) == jobs.NICE
    apart.dispose()


def test_jobs_of_a_killed_worker_are_given_up(own: tuple[Settings, Engine]) -> None:
    settings, engine = own
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))
        dead = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        job = "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id) VALUES ('default', 'purge', 'doing', :w)"
        connection.execute(text(job), {"w": connection.execute(text(dead)).scalar()})

    async def tidy() -> None:
        connector = procrastinate.PsycopgConnector(conninfo=settings.database_url.replace("+psycopg", ""))
        with jobs.queue.replace_connector(connector):
            async with jobs.queue.open_async():
                await jobs.tidy_queue(SimpleNamespace(app=jobs.queue), timestamp=0)

    with ThreadPoolExecutor(1) as apart:  # a browser test before may have left its event loop in this thread
        apart.submit(lambda: asyncio.run(tidy())).result()
    with engine.begin() as connection:
        assert connection.execute(text("SELECT status FROM procrastinate_jobs")).scalars().all() == ["failed"]
        connection.execute(text("UPDATE procrastinate_events SET at = now() - interval '8 days'"))
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(tidy())).result()
    with engine.begin() as connection:
        assert not connection.execute(text("SELECT id FROM procrastinate_jobs")).all()


def workers(server: subprocess.Popen[bytes]) -> list[int]:
    """The worker processes that a server has begun."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    others = [
        pid for task in Path(f"/proc/{server.pid}/task").iterdir() for pid in (task / "children").read_text().split()
    ]
    found = {pid for pid in (*children, *others) if b"worker\0--beside" in Path(f"/proc/{pid}/cmdline").read_bytes()}
    return sorted(map(int, found))


def test_the_server_goes_on_when_its_worker_dies_and_takes_it_along_when_it_ends(
    own: tuple[Settings, Engine], tmp_path: Path
) -> None:
    port = free_port()
    told = environment(tmp_path, MAP_DATABASE_URL=own[0].database_url, MAP_PORT=str(port), MAP_SAMPLE="off")
    server = subprocess.Popen(flask("serve"), env=told, cwd=CHECKOUT, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        until(lambda: answers(port) and workers(server), 60)
        (first,) = workers(server)
        os.kill(first, signal.SIGKILL)
        until(lambda: first not in workers(server))
        assert answers(port)
        until(lambda: workers(server))
        (second,) = workers(server)
        assert second != first
        server.terminate()
        assert server.wait(60) == 0
        assert not Path(f"/proc/{second}").exists()
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


COPIES = """
import os, signal, sys
import granian.cli
from webapp import forking

def serve():
    signal.signal(signal.SIGTERM, lambda *_: print("noted, and nobody asks", flush=True))
    if (pid := os.fork()) == 0:
        if (pid := os.fork()) == 0:
            os.kill(os.getpid(), signal.SIGTERM)
            os._exit(7)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != -signal.SIGTERM)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

granian.cli.entrypoint = serve
forking.main()
"""


def test_a_copy_of_the_server_that_is_told_to_end_before_it_serves_ends(
    own: tuple[Settings, Engine], tmp_path: Path
) -> None:
    environment = {**worker(own[0])[1], "MAP_HOME": str(tmp_path)}
    asked = [sys.executable, "-c", COPIES]
    told = subprocess.run(asked, env=environment, cwd=CHECKOUT, capture_output=True, timeout=60, check=False)
    assert (told.returncode, told.stdout) == (0, b""), told.stderr


def test_a_server_that_is_killed_leaves_nobody_behind(own: tuple[Settings, Engine], tmp_path: Path) -> None:
    asked = ("--interface", "wsgi", "--port", str(free_port()), "--workers", "2")
    command = [sys.executable, "-m", "webapp.forking", *asked, "wsgi:app"]
    server = subprocess.Popen(command, env={**worker(own[0])[1], "MAP_HOME": str(tmp_path)}, cwd=CHECKOUT)
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    until(lambda: len(children.read_text().split()) == 2)
    left = children.read_text().split()
    time.sleep(0.2)
    server.kill()
    server.wait()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left), 20)


def test_a_program_beside_is_begun_again_and_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "PAUSE_SECONDS", 0.05)
    log = tmp_path / "log"
    code = f"import os, sys, time; open({str(log)!r}, 'a').write(f'{{os.getpid()}}\\n'); "
    code += f"sys.exit(3) if len(open({str(log)!r}).readlines()) < 3 else time.sleep(60)"
    child = beside.Beside("child", [sys.executable, "-c", code], dict(os.environ), tmp_path)
    child.start()
    until(lambda: log.exists() and len(log.read_text().splitlines()) == 3)
    last = int(log.read_text().splitlines()[-1])
    os.kill(last, 0)
    child.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)
    time.sleep(0.2)
    assert len(log.read_text().splitlines()) == 3, "it is not begun again after the stop"


def test_a_restored_database_is_the_one_that_was_saved(
    own: tuple[Settings, Engine], app_of: Flask, tmp_path: Path
) -> None:
    engine = own[1]
    file = tmp_path / "saved"
    with engine.begin() as connection:
        connection.execute(insert(Account).values(name="kept", title="kept"))
        connection.execute(insert(Audit).values(who="kept", action="old"))
        before = sorted(inspect(connection).get_table_names())
        jobs_before = connection.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar()
    runner = app_of.test_cli_runner()
    assert runner.invoke(args=["backup", str(file)]).exit_code == 0
    with engine.begin() as connection:
        connection.execute(insert(Account).values(name="later", title="later"))
    done = runner.invoke(args=["restore", str(file), "--yes"])
    assert done.exit_code == 0, done.output
    engine.dispose()
    with engine.begin() as connection:
        assert sorted(inspect(connection).get_table_names()) == before
        assert not connection.execute(select(Account.name).where(Account.name == "later")).all()
        assert connection.execute(select(Account.name).where(Account.name == "kept")).all()
        with pytest.raises(Exception, match="append-only"), connection.begin_nested():
            connection.execute(text("DELETE FROM audit"))
        assert connection.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar() == jobs_before
        connection.execute(text("SELECT procrastinate_register_worker_v1()"))


def test_a_worker_without_its_migrations_says_what_to_do(own: tuple[Settings, Engine], app_of: Flask) -> None:
    with own[1].begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    done = app_of.test_cli_runner().invoke(args=["worker"])
    with own[1].begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": migrating.head()})
    assert done.exit_code == 1
    assert "flask db upgrade" in done.output
