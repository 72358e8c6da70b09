"""Finished pictures by their content's key: written whole or not at all, the longest unused thrown away first."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 512 * 1024 * 1024
"""What is kept at most."""
RESTED = 3600
"""Seconds after which a use is noted again."""


@dataclass(frozen=True)
class Store:
    """A folder of finished pictures."""

    folder: Path
    most_bytes: int = MOST_BYTES

    def path(self, name: str) -> Path:
        """Where the picture of a name is or would be."""
        return self.folder / name

    def find(self, name: str) -> Path | None:
        """The finished picture, its use noted; None when there is none."""
        path = self.path(name)
        try:
            used = path.stat().st_mtime
        except FileNotFoundError:
            return None
        if time.time() - used > RESTED:
            with suppress(FileNotFoundError):
                os.utime(path)
        return path

    def put(self, name: str, content: bytes) -> Path:
        """Keep a picture: written beside, then renamed, so that nobody ever reads half of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = self.folder / f".{name}.{os.getpid()}.{threading.get_ident()}"
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path(name))
        return self.path(name)

    def prune(self) -> int:
        """Throw away what was not used for longest until the rest fits, and what a killed process left; how many."""
        files = []
        for path in self.folder.iterdir():
            with suppress(FileNotFoundError):
                files.append((path.stat().st_mtime, path.stat().st_size, path))
        kept = gone = 0
        for used, size, path in sorted(files, reverse=True):
            kept += size
            left_over = path.name.startswith(".") and time.time() - used > RESTED
            if kept > self.most_bytes or left_over:
                with suppress(FileNotFoundError):
                    path.unlink()
                    gone += 1
        return gone
