"""The builder's loop: one process of a node works, others stand by; a database that is gone comes back by itself."""

from __future__ import annotations

import fcntl
import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from webapp import db
from webapp.building import Builder

EVERY_SECONDS = 0.1
STANDBY_SECONDS = 0.5
LOCK, CHECKED = "lock", "checked"
Ends = Callable[[float], bool]
"""Waits so many seconds; whether it is time to end."""


def watch(engine: Engine, folder: Path, builder: Callable[[], Builder], ends: Ends) -> None:
    """Bring the folder up to date again and again, once nobody else does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        while not _got(lock.fileno()):
            if ends(STANDBY_SECONDS):
                return
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        working = builder()
        try:
            while True:
                _once(engine, folder, working)
                if ends(EVERY_SECONDS):
                    return
        finally:
            working.end()


def _got(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Hold the builder's lock, as long as nobody else does: whether it is held."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        yield _got(lock.fileno())


def _once(engine: Engine, folder: Path, builder: Builder) -> None:
    """One look. What cannot be read leaves the files as they are: readers then ask the database themselves."""
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
            current = builder.step(connection, db.day_in_china())
    except (SQLAlchemyError, ValueError, OSError) as error:
        last = pulse(folder)
        if db.is_gone(error):
            _say(error, last.since is None)
            beat(folder, last.since or last.at or time.time())
        else:
            _say(error, True)
            time.sleep(STANDBY_SECONDS)
    else:
        if current:
            beat(folder, None)


def _say(error: Exception, new: bool) -> None:
    if new:
        print(f"snapshot: {type(error).__name__}: {str(error).splitlines()[0]}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Pulse:
    """When the builder last looked (seconds since 1970, 0 for never), and since when it could not."""

    at: float
    since: float | None = None


def beat(folder: Path, since: float | None) -> None:
    """Say that the files are as the database is, or that it cannot be asked since a moment."""
    path = folder / CHECKED
    said = "" if since is None else f"{since:.3f}"
    try:
        if path.read_text() != said:
            raise FileNotFoundError
        os.utime(path)
    except FileNotFoundError:
        path.write_text(said)


def pulse(folder: Path) -> Pulse:
    """What the builder has said last."""
    try:
        found = (folder / CHECKED).stat()
        said = (folder / CHECKED).read_text() if found.st_size else ""
        return Pulse(found.st_mtime, float(said) if said else None)
    except (OSError, ValueError):
        return Pulse(0.0)


def with_input(seconds: float) -> bool:
    """Wait; whether standard input has been closed: who started this process is gone."""
    ready, _writing, _wrong = select.select([sys.stdin], [], [], seconds)
    return bool(ready)


def for_ever(seconds: float) -> bool:
    """Wait."""
    time.sleep(seconds)
    return False
