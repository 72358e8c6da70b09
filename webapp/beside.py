"""A program beside the web server: started with it, begun again after a pause when it ends, stopped with it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PAUSE_SECONDS = 5.0
STOP_SECONDS = 20.0
"""From when it was first asked to end until it is made to."""


class Beside:
    """One child process, looked after by a thread. The server goes on serving whatever becomes of it.

    The child's standard input is a pipe that nobody writes to: it closes when this process dies, however it dies.
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self._name, self._command, self._environment, self._folder = name, command, environment, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()
        self._until = float("inf")
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._look_after, name=name, daemon=True)

    def start(self) -> None:
        """Start it and return at once."""
        self._thread.start()

    def end(self) -> None:
        """Ask it to end, and begin it no more; returns at once."""
        self._ending.set()
        self._until = min(self._until, time.monotonic() + STOP_SECONDS)
        with self._turn:
            if self._process is not None:
                self._process.terminate()

    def stop(self) -> None:
        """End it and wait until it is gone."""
        self.end()
        if self._process is not None:
            try:
                self._process.wait(max(self._until - time.monotonic(), 1))
            except subprocess.TimeoutExpired:
                self._process.kill()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _look_after(self) -> None:
        while True:
            with self._turn:
                if self._ending.is_set():
                    return
                self._process = subprocess.Popen(
                    self._command, env=dict(self._environment), cwd=self._folder, stdin=subprocess.PIPE
                )
            with self._process:
                status = self._process.wait()
            if self._ending.is_set():
                return
            again = f"starting it again in {PAUSE_SECONDS:g} s"
            print(f"the {self._name} ended ({status}); {again}", file=sys.stderr, flush=True)
            self._ending.wait(PAUSE_SECONDS)
