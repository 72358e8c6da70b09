"""Starts a server on loopback for as long as it is measured, and ends it with all its children."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.wire import HOST, once
from webapp import standing, watching
from webapp.config import CHECKOUT, PREFIX, Settings

READY_SECONDS, BUILT_SECONDS, GRACE_SECONDS = 300, 300, 25


class NotServing(RuntimeError):
    """The server did not start; the text has the end of what it said."""


def free_port() -> int:
    """A port of loopback that nobody has."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str], environment: Mapping[str, str], port: int, path: str, log: Path, cwd: Path = CHECKOUT
) -> Iterator[int]:
    """Run a server until the block ends; the pid. NotServing when `path` does not answer 200 in time."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command], env={**environment}, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True,
        )  # fmt: skip
    try:
        _wait(process, port, path, log)
        yield process.pid
    finally:
        _end(process)


def _wait(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, EOFError, ValueError):
            if once(port, path)[0] == 200:
                return
        time.sleep(0.2)
    raise NotServing("\n".join(log.read_text(errors="replace").splitlines()[-6:]) or "no answer")


def _end(process: subprocess.Popen[bytes]) -> None:
    """The group that we started, gently first."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
            if not any(True for _pid in _group(process.pid)):
                return


def _group(leader: int) -> Iterator[int]:
    for pid, fields in _stats():
        if int(fields[2]) == leader and fields[0] != "Z":
            yield pid


def _stats() -> Iterator[tuple[int, list[str]]]:
    """(pid, fields of /proc/pid/stat after the name: state, parent, group …) of every process."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                yield int(folder.name), (folder / "stat").read_text().rpartition(")")[2].split()


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [child for child, fields in _stats() if int(fields[1]) == pid]


def workers(serve: int) -> list[int]:
    """The web workers under `flask serve`: the children of the server that it starts."""
    for child in children(serve):
        with contextlib.suppress(OSError):
            if b"webapp.forking" in Path(f"/proc/{child}/cmdline").read_bytes():
                return sorted(children(child))
    return []


def owner(port: int, own: int, among: Sequence[int]) -> int | None:
    """The worker that holds the server's end of the connection from our port `own`; None while nobody does."""
    wanted = None
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(f":{port:04X}") and fields[2].endswith(f":{own:04X}"):
            wanted = f"socket:[{fields[9]}]"
    for pid in among:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if str(link.readlink()) == wanted:
                    return pid
    return None


def site_environment(settings: Settings, url: str, port: int, home: Path) -> dict[str, str]:
    """Our own site on another database: no sample catalogue, files in a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {
        **kept, "MAP_DATABASE_URL": url, "MAP_PORT": str(port), "MAP_HOME": str(home), "MAP_SAMPLE": "off",
        "MAP_SECRET_KEY": settings.secret_key,
    }  # fmt: skip


@contextmanager
def site(settings: Settings, url: str, home: Path) -> Iterator[tuple[int, int]]:
    """`flask serve` as an operator runs it, once its Snapshots are built; (port, pid)."""
    home.mkdir(parents=True, exist_ok=True)
    port, begun = free_port(), time.time()
    command = [sys.executable, "-m", "flask", "--app", "wsgi:app", "serve"]
    with serving(command, site_environment(settings, url, port, home), port, "/readyz", home / "site.log") as pid:
        files = standing.folder(replace(settings, home=home, database_url=url))
        while watching.pulse(files).at < begun:
            if time.time() > begun + BUILT_SECONDS:
                raise NotServing("the Snapshots are not built; see site.log")
            time.sleep(0.2)
        yield port, pid
