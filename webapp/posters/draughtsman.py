"""The process that draws: one per machine, at low priority, until there has been nothing to do for a while."""

from __future__ import annotations

import fcntl
import logging
import os
import pickle
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from webapp.posters.spool import FORGIVEN, NICE, POLL, TRIES, Spool

IDLE_SECONDS = 120
"""How long it waits for another job before it ends."""
log = logging.getLogger("posters")


def run(home: Path, idle: float = IDLE_SECONDS) -> None:
    """Draw every job of the folder, oldest first; ends at once when another process does so already."""
    os.nice(NICE)
    spool, parent = Spool(home), os.getppid()
    lock = _alone(home)
    if lock is None:
        return
    with lock:
        _warm()
        last = time.monotonic()
        while os.getppid() == parent and time.monotonic() - last < idle:
            jobs = spool.waiting()
            for job in jobs[:1]:
                work(spool, job)
                last = time.monotonic()
            if not jobs:
                time.sleep(POLL)


def _alone(home: Path) -> IO[str] | None:
    lock = (home / "worker.lock").open("a")
    until = time.monotonic() + 2  # who started us holds it for a moment
    while time.monotonic() < until:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        time.sleep(POLL)
    lock.close()
    return None


def _warm() -> None:
    """Import what drawing needs and have the fonts found, so that the first picture does not wait for it."""
    from geo import fonts
    from geo.errors import MissingFont
    from webapp.posters import layouts  # noqa: F401

    try:
        fonts.width("雁", True)
    except MissingFont as error:
        log.error("%s", error)  # noqa: TRY400  (the text is all there is to say)


def work(spool: Spool, job: Path) -> None:
    """Draw one job and put its picture into the store; a job that fails leaves the reason behind."""
    name = job.name.removesuffix(".job")
    try:
        if _tries(spool, name) > TRIES:
            raise RuntimeError("the drawing process was killed while it drew this")
        spool.store.put(name, draw(job.read_bytes(), name.rpartition(".")[2]))
        (spool.home / "tries" / name).unlink(missing_ok=True)
        (spool.failed / name).unlink(missing_ok=True)
        spool.store.prune()
    except Exception as error:
        log.exception("poster %s", name)
        spool.failed.mkdir(exist_ok=True)
        _forget(spool)
        (spool.failed / name).write_text(str(error), encoding="utf-8")
        (spool.home / "tries" / name).unlink(missing_ok=True)
    finally:
        job.unlink(missing_ok=True)


def _forget(spool: Spool) -> None:
    """Throw away old reasons."""
    for path in spool.failed.iterdir():
        if time.time() - path.stat().st_mtime > FORGIVEN:
            path.unlink(missing_ok=True)


def _tries(spool: Spool, name: str) -> int:
    """Note that a picture is begun; how often it has been."""
    noted = spool.home / "tries" / name
    noted.parent.mkdir(exist_ok=True)
    with noted.open("ab") as file:
        file.write(b".")
    return noted.stat().st_size


def draw(job: bytes, ending: str) -> bytes:
    """The picture of a job's content as png, pdf or svg."""
    from geo import drawing
    from webapp.posters import layouts
    from webapp.posters.sizes import SIZES

    content = pickle.loads(job)  # noqa: S301  (our own folder, written by our own process alone)
    sheets = layouts.compose(content, paged=ending == "pdf")
    return drawing.save(sheets, ending, SIZES[content.size].pixels, content.title, content.day)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    run(Path(sys.argv[1]))
