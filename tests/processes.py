"""Processes of the site that tests start, threads that ask of them, and waiting for what either brings about."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Self


def environment(home: Path, **more: str) -> dict[str, str]:
    """That of a process with files of its own, whatever the settings are that the tests themselves run under."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAP_")}
    return {**kept, "MAP_HOME": str(home), **more}


def flask(*words: str) -> list[str]:
    """A command of the application, to be run in the checkout."""
    return [sys.executable, "-m", "flask", "--app", "wsgi:app", *words]


def free_port() -> int:
    """A port of loopback that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(port: int) -> bool:
    """Whether a server on `port` says that it is ready."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
    except OSError:
        return False
    return True


def until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait until a function says yes."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.03)


class Crowd:
    """Threads each of which does its `turn` again and again until the block ends."""

    def __init__(self, number: int) -> None:
        self.number, self.ended = number, threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(number)]

    def turn(self, n: int) -> None:
        """What the n-th thread does; a long one looks at `ended` itself."""
        raise NotImplementedError

    def _run(self, n: int) -> None:
        while not self.ended.is_set():
            self.turn(n)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.ended.set()
        for thread in self._threads:
            thread.join()
