"""Memory that a process has done with, given back to the system."""

from __future__ import annotations

import ctypes
import time

from layers import store

MOST_MAPPED = 280_000_000
"""Bytes of files, programs among them, that a process holds in memory at most besides the columns, to which every
question goes: a million places have 180 MB of columns and 3 GB of texts."""
EVERY_SECONDS = 5.0
_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""Of glibc alone; other C libraries keep less."""


class Memory:
    """That of this process; asked before an answer is made."""

    def __init__(self) -> None:
        self._trimmed = 0.0

    def give_back(self) -> None:
        """Let go of mapped files that are too many; now and then of what lies free between what the heap holds."""
        store.let_go(MOST_MAPPED)
        now = time.monotonic()
        if _trim is not None and now - self._trimmed > EVERY_SECONDS:
            self._trimmed = now
            _trim(0)


OWN = Memory()
