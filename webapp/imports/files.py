"""Uploaded files as they came, in MAP_HOME/imports under the digest of their bytes, for a while."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import tempfile
import zipfile
from pathlib import Path
from typing import IO

from flask import current_app
from sqlalchemy import Connection, func, select

from geo.errors import UnreadableFile
from geo.reading import TOO_LARGE
from geo.table import MAX_BYTES
from webapp.imports.models import Batch

PIECE = 1024 * 1024
QUICK_BYTES, QUICK_UNPACKED = 1_500_000, 12_000_000
"""What is read within a request; larger ones are the worker's."""
LONGEST_NAME = 120


def folder() -> Path:
    """Where the files lie."""
    found: Path = current_app.config["SETTINGS"].home / "imports"
    found.mkdir(parents=True, exist_ok=True)
    return found


def path(digest: str) -> Path:
    """Where the file of a digest lies, or would."""
    return folder() / digest


def there(digest: str) -> bool:
    """Whether the file is still kept."""
    return path(digest).exists()


def keep(stream: IO[bytes]) -> tuple[str, int]:
    """Write an uploaded file; its digest (SHA-256, hexadecimal) and its size. UnreadableFile when it is too large.

    It is there whole or not at all; the same bytes twice are one file.
    """
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=folder(), prefix="new-")
    try:
        with os.fdopen(handle, "wb") as file:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > MAX_BYTES:
                    raise UnreadableFile(TOO_LARGE, size=f"{size // PIECE}+", most=MAX_BYTES // PIECE)
                digest.update(piece)
                file.write(piece)
        Path(name).replace(path(digest.hexdigest()))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def is_quick(digest: str, size: int) -> bool:
    """Whether a file is small enough, unpacked too, to be read while somebody waits."""
    if size > QUICK_BYTES:
        return False
    try:
        with zipfile.ZipFile(path(digest)) as packed:
            return sum(one.file_size for one in packed.infolist()) <= QUICK_UNPACKED
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return True


def shown_name(name: str | None) -> str:
    """A file's name as pages show it: no folders, no control characters, not too long."""
    bare = re.sub(r"[\x00-\x1f\x7f]", "", (name or "").replace("\\", "/").rsplit("/", 1)[-1]).strip()
    return bare if len(bare) <= LONGEST_NAME else f"{bare[:80]}…{bare[-30:]}"


def purge(connection: Connection, now: dt.datetime, days: int) -> int:
    """Remove files that no batch of the last `days` has; how many. What is being written is left alone."""
    since = now - dt.timedelta(days=days)
    kept = set(
        connection.scalars(select(Batch.digest).group_by(Batch.digest).having(func.max(Batch.created_at) > since))
    )
    gone = 0
    for file in folder().iterdir():
        old = file.stat().st_mtime < since.timestamp() if not file.name.startswith("new-") else _left(file, now)
        if file.name not in kept and old:
            file.unlink(missing_ok=True)
            gone += 1
    return gone


def _left(file: Path, now: dt.datetime) -> bool:
    """Whether a half-written file was left by a process that died."""
    return file.stat().st_mtime < (now - dt.timedelta(days=1)).timestamp()
