"""`make run`: cluster, migrations, catalogue, then the web server until Ctrl-C, saying where the time goes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from layers import store
from webapp import cluster, db, demo, facts, metering, migrating, postgres, samples, standing, statics
from webapp.beside import Beside
from webapp.config import CHECKOUT, Settings
from webapp.posters.spool import Spool
from webapp.saved import examples

WORKERS, THREADS = 2, 4
READY_SECONDS = 300
"""Files of millions of places are read from the disk before the first answer."""
GRACE_SECONDS = 20
LOOK_UP_SECONDS = 1.0
LONGEST_HEAD = 65536
"""Bytes of a request before its body; the application refuses less than that (webapp/limits.py)."""
SLIM = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_TRIM_THRESHOLD_": "8388608",
}
"""Of glibc, which Arrow asks too: what is large, and much of what is not, goes back to the system after a request."""
KEEP = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
}
"""Of glibc: what a merge has needed is kept for the next one; to ask the system anew takes longer than to merge."""
TAKEN = "the server did not start; is the port taken? MAP_PORT=8001 make run uses another one"


def run(settings: Settings) -> int:
    """Serve until a signal; the exit status."""
    taken: dict[str, float] = {}
    url = _database(settings, taken) or _without(settings)
    with _timed("static files", taken):
        statics.compress()
    environment = {**os.environ, "MAP_DATABASE_URL": url, "MAP_SECRET_KEY": settings.secret_key}
    if not _is_free(settings):
        print(TAKEN, file=sys.stderr)
        return 1
    environment |= metering.shared(settings.home)
    asked = _signals()
    with _timed("server", taken):
        server = _start(settings, environment)
        answering = _wait(settings, server, asked)
    if not answering:
        _stop(server)
        return 1
    print("time: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in taken.items()))
    if demo.allowed(settings):
        print(demo.told(settings))
    Spool(settings.home / "posters").wake()  # finds the fonts now, so that the first poster need not wait for it
    print(f"serving on http://{settings.host}:{settings.port} (Ctrl-C stops)", flush=True)
    programs = _beside(settings, environment)
    try:
        return _until_asked(server, programs, asked)
    finally:
        for program in programs:
            program.stop()


def _beside(settings: Settings, environment: dict[str, str]) -> list[Beside]:
    """The programs beside the server, started."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi:app"]
    programs = [Beside("worker", [*flask, "worker", "--beside"], environment, CHECKOUT)]
    if settings.snapshot:
        watch = [*flask, "snapshot", "watch", "--beside"]
        programs.append(Beside("builder", watch, {**KEEP, **environment}, CHECKOUT))
    for program in programs:
        program.start()
    return programs


def _without(settings: Settings) -> str:
    """The URL of a database that is gone, where the public can be answered from files."""
    print("the database does not answer; the public is answered from files until it is back", file=sys.stderr)
    return settings.database_url or postgres.locate(settings).url(cluster.DATABASE)


def _database(settings: Settings, taken: dict[str, float]) -> str:
    """The database with everything in it that the site needs; its URL, "" when it is gone and there are files."""
    try:
        return _prepared(settings, taken)
    except (cluster.ClusterError, SQLAlchemyError) as error:
        gone = isinstance(error, cluster.ClusterError) or db.is_gone(error)
        if not gone or not settings.snapshot or not store.read(standing.folder(settings)).kept:
            raise
        return ""


def _prepared(settings: Settings, taken: dict[str, float]) -> str:
    with _timed("database", taken):
        cluster.hold_its_own(settings)
        url = cluster.database_url(settings)
    with _timed("migrations", taken):
        _in_database(url, migrating.upgrade)
    with _timed("areas and catalogue", taken):
        load = samples.load if settings.sample else facts.load_areas
        _in_database(url, lambda connection: load(connection, db.day_in_china()))
    if demo.allowed(settings):
        with _timed("demo accounts", taken):
            _in_database(url, lambda connection: demo.ensure(connection, settings))
            _in_database(url, lambda connection: examples.ensure(connection, db.now()))
    return url


@contextmanager
def _timed(name: str, taken: dict[str, float]) -> Iterator[None]:
    print(f"{name} …", flush=True)
    begun = time.monotonic()
    yield
    taken[name] = time.monotonic() - begun


def _in_database(url: str, work: Callable[..., Any]) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        work(connection)
    engine.dispose()


def _start(settings: Settings, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Granian as a child that is told where the database is, so that it holds no cluster of its own."""
    asked = (
        "--interface",
        "wsgi",
        "--http",
        "1",
        "--no-ws",
        "--host",
        _address(settings)[1],
        "--port",
        str(settings.port),
    )
    many = ("--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--respawn-failed-workers")
    ends = ("--workers-kill-timeout", str(GRACE_SECONDS), "--http1-buffer-size", str(LONGEST_HEAD))
    quiet = ("--no-access-log", "--log-level", "warning", "--working-dir", str(CHECKOUT))
    command = [sys.executable, "-m", "webapp.forking", *asked, *many, *ends, *quiet, "wsgi:app"]
    return subprocess.Popen(command, env={**SLIM, **environment}, cwd=CHECKOUT)


def _address(settings: Settings) -> tuple[socket.AddressFamily, str]:
    """Where to listen, as a number: the server takes no names."""
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    return found[0], str(found[4][0])


def _is_free(settings: Settings) -> bool:
    """Whether nobody listens there: the server itself would share a port with another one of its kind."""
    family, address = _address(settings)
    with socket.socket(family) as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((address, settings.port))
        except OSError:
            return False
    return True


def _wait(settings: Settings, server: subprocess.Popen[bytes], asked: SimpleQueue[object]) -> bool:
    """Until the server answers, or is asked to end; False when it ends or takes too long."""
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host.replace("::", "[::1]", 1)
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and server.poll() is None:
        if not asked.empty():
            return True
        try:
            with urllib.request.urlopen(f"http://{host}:{settings.port}/readyz", timeout=5):
                return server.poll() is None
        except OSError:
            time.sleep(0.1)
    print(TAKEN, file=sys.stderr)
    return False


def _signals() -> SimpleQueue[object]:
    """Where signals that ask to end are put from now on, so that none leaves the server behind by itself."""
    asked: SimpleQueue[object] = SimpleQueue()  # the one queue that a signal may interrupt anywhere and still put into
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *which: asked.put(which))
    return asked


def _until_asked(server: subprocess.Popen[bytes], programs: list[Beside], asked: SimpleQueue[object]) -> int:
    """Wait for the server's end or for a signal, which lets requests and jobs in flight finish, all at once."""
    threading.Thread(target=lambda: asked.put(server.wait()), daemon=True).start()
    _heard(asked)
    for program in programs:
        program.end()
    status = _stop(server)
    print("stopped", flush=True)
    return 0 if status in (0, -signal.SIGTERM) else status


def _heard(asked: SimpleQueue[object]) -> None:
    """Until something is asked; looking up now and then, for a signal that another thread received wakes nobody."""
    while True:
        with suppress(Empty):
            asked.get(timeout=LOOK_UP_SECONDS)
            return


def _stop(server: subprocess.Popen[bytes]) -> int:
    """End the server; its status."""
    server.terminate()
    try:
        return server.wait(GRACE_SECONDS + 5)
    except subprocess.TimeoutExpired:
        server.kill()
        return server.wait()
