"""Jobs for the drawing process: files in a folder, so that a killed process loses none and nobody draws twice."""

from __future__ import annotations

import atexit
import fcntl
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from webapp.config import CHECKOUT
from webapp.posters.content import Content
from webapp.posters.store import Store

MOST_WAITING = 24
"""Jobs that may wait; who comes later is told to come again."""
SECONDS_EACH = 3
"""What a picture takes, roughly, for telling when to come again."""
TRIES = 2
"""How often a picture is begun; one that kills its process is not begun for ever."""
POLL, LOOK_SECONDS = 0.05, 1.0
"""Seconds between looks for a picture; for the process that draws it."""
FORGIVEN = 600
"""Seconds after which a picture that failed may be tried again."""
NICE = 10
_started: dict[Path, subprocess.Popen[bytes]] = {}
"""The process that this process started for a folder, kept so that its end is noticed."""


def _end() -> None:
    """End the processes that this process started, as it ends itself; their jobs wait for the next one."""
    for process in _started.values():
        process.terminate()
        process.wait()


atexit.register(_end)


class Busy(Exception):
    """Too many pictures wait to be drawn; ask again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class NotYet(Busy):
    """The picture is being drawn; ask again after `seconds`."""


class Undrawable(Exception):
    """The picture could not be drawn; the text says why."""


@dataclass(frozen=True)
class Spool:
    """The folder of jobs, and the store beside it."""

    home: Path

    @property
    def jobs(self) -> Path:
        """Where jobs wait."""
        return self.home / "jobs"

    @property
    def store(self) -> Store:
        """Where finished pictures are."""
        return Store(self.home / "store")

    @property
    def failed(self) -> Path:
        """Where it is said why a picture could not be drawn."""
        return self.home / "failed"

    def waiting(self) -> list[Path]:
        """Jobs in the order in which they were given."""
        if not self.jobs.is_dir():
            return []
        found = []
        for path in self.jobs.glob("*.job"):
            with suppress(FileNotFoundError):
                found.append((path.stat().st_mtime_ns, path))
        return [path for _when, path in sorted(found)]

    def ask(self, name: str, make: Callable[[], Content]) -> None:
        """Have a picture drawn; `make` is called when nobody has asked for it yet.

        Raises Busy when too many wait, Undrawable when it has failed a short while ago.
        """
        why = self.failed / name
        with suppress(FileNotFoundError):
            if time.time() - why.stat().st_mtime < FORGIVEN:
                raise Undrawable(why.read_text(encoding="utf-8"))
        job = self.jobs / f"{name}.job"
        if not job.exists():
            if len(self.waiting()) >= MOST_WAITING:
                raise Busy(self.retry_after())
            self._write(job, pickle.dumps(make()))
        self.wake()

    def _write(self, job: Path, content: bytes) -> None:
        self.jobs.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self.jobs / f".{job.name}.{os.getpid()}.{time.monotonic_ns()}"
        beside.write_bytes(content)
        beside.replace(job)

    def wait(self, name: str, seconds: float) -> Path:
        """The finished picture; NotYet when it takes longer than so many seconds."""
        until, looked = time.monotonic() + seconds, time.monotonic()
        while (path := self.store.find(name)) is None:
            if (self.failed / name).exists() and not (self.jobs / f"{name}.job").exists():
                raise Undrawable((self.failed / name).read_text(encoding="utf-8"))
            if time.monotonic() > until:
                raise NotYet(self.retry_after())
            if time.monotonic() - looked > LOOK_SECONDS:  # it may have ended just as the job came
                self.wake()
                looked = time.monotonic()
            time.sleep(POLL)
        return path

    def retry_after(self) -> int:
        """Seconds after which asking again makes sense."""
        return max(1, min(60, SECONDS_EACH * len(self.waiting())))

    def wake(self) -> None:
        """Start the drawing process unless one runs: whoever holds the lock is the one of this machine."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "worker.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if self.home in _started and _started[self.home].poll() is None:  # it is not as far as its lock yet
                return
            command = [sys.executable, "-m", "webapp.posters.draughtsman", str(self.home)]
            environment = {**os.environ, "MPLCONFIGDIR": str(self.home / "matplotlib"), "MPLBACKEND": "agg"}
            _started[self.home] = subprocess.Popen(
                command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
            )
