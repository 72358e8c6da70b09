"""The static folder under an address that changes with its content, so that browsers may keep it for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, send_from_directory
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

FOLDER = Path(__file__).resolve().parent.parent / "static"
FOREVER = 365 * 24 * 3600
PACKED = (".js", ".css", ".svg")
SMALLEST = 500
"""Bytes below which packing gains nothing."""


@cache
def digest() -> str:
    """A short digest of every file of the static folder, read once by each process."""
    found = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and path.suffix not in (".br", ".gz", ".map"):
            found.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


def compress() -> None:
    """Put .br and .gz files beside those that have changed, for WhiteNoise to serve."""
    sources = [path for path in FOLDER.rglob("*") if path.suffix in PACKED]
    if all(_is_packed(path) for path in sources):
        return
    pack = Compressor(quiet=True)
    for path in sources:
        if not _is_packed(path):
            pack.compress(str(path))


def _is_packed(path: Path) -> bool:
    """Whether a file's packed twin is there and newer; tiny files have none."""
    twin = path.with_name(path.name + ".gz")
    return path.stat().st_size < SMALLEST or (twin.exists() and twin.stat().st_mtime >= path.stat().st_mtime)


def static_url(path: str) -> str:
    """The address of a static file; relative imports inside stay under the same digest."""
    return f"/static/{digest()}/{path}"


def init_app(app: Flask) -> None:
    """Serve the folder ahead of Flask; older digests get the present file with a short life."""
    app.jinja_env.globals["static_url"] = static_url
    if FOLDER.is_dir():
        served = WhiteNoise(app.wsgi_app, max_age=FOREVER, allow_all_origins=True)
        served.add_files(str(FOLDER), prefix=f"static/{digest()}/")
        served.immutable_file_test = lambda path, url: True
        app.wsgi_app = served  # type: ignore[method-assign]
    app.add_url_rule("/static/<path:path>", "static_file", _present)


def _present(path: str) -> Response:
    head, _slash, rest = path.partition("/")
    name = rest if len(head) == 12 and rest and not (FOLDER / head).exists() else path
    found = send_from_directory(FOLDER, name, max_age=60)
    found.direct_passthrough = False
    found.get_data()
    found.close()  # the file; its content is read, since compressing would leave it open
    return found
