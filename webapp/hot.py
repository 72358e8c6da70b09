"""Tiles answered ahead of Flask: the same bytes as a moment ago, as long as the Snapshots and the day are the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from layers import store
from webapp import db, standing, watching
from webapp.config import Settings

LOOK_SECONDS = 0.02
"""For how long a look at the files stands."""
MOST_BYTES, LARGEST = 24 * 1024 * 1024, 1024 * 1024
"""Of all answers that a process keeps; of one that is kept at all."""
Headers = list[tuple[str, str]]
Key = tuple[object, str, str, str]
"""State, path, query, accepted encodings: all that a tile depends on."""


@dataclass(frozen=True)
class Answer:
    """A whole answer as it was sent."""

    status: str
    headers: Headers
    body: bytes
    etag: str


class Hot:
    """Wraps a WSGI application; remembers the tiles that it has answered."""

    def __init__(self, app: Any, settings: Settings) -> None:
        self._app: Callable[..., Iterable[bytes]] = app
        self._settings = settings
        self._folder: Path | None = None
        self._looked, self._state = 0.0, None
        self._answers: dict[Key, Answer] = {}
        self._bytes = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer what is known; have everything else answered."""
        path = environ["PATH_INFO"]
        if not (path.startswith("/tiles/") and path.endswith(".mvt")) or environ["REQUEST_METHOD"] != "GET":
            return self._app(environ, start)
        state = self._look()
        if state is None:
            return self._app(environ, start)
        key = (state, path, environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT_ENCODING", ""))
        known = self._answers.get(key)
        if known is None:
            return self._watched(key, environ, start)
        if environ.get("HTTP_IF_NONE_MATCH") == known.etag:
            start("304 NOT MODIFIED", [pair for pair in known.headers if not pair[0].startswith("Content-")])
            return []
        start(known.status, known.headers)
        return [known.body]

    def _look(self) -> object | None:
        """What the answers hang on; None while no builder vouches for the files. Another one empties the memory."""
        now = time.monotonic()
        if now - self._looked >= LOOK_SECONDS:
            state = self._found()
            if state != self._state:
                self._answers, self._bytes = {}, 0
            self._looked, self._state = now, state
        return self._state

    def _found(self) -> Any:
        if self._folder is None:
            self._folder = standing.folder(self._settings)
        pulse = watching.pulse(self._folder)
        if pulse.since is not None or time.time() - pulse.at > standing.FRESH_SECONDS:
            return None
        return store.stamp(self._folder), db.day_in_china()

    def _watched(self, key: Key, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        told: list[tuple[str, Headers]] = []

        def begin(status: str, headers: Headers, *rest: Any) -> Any:
            told.append((status, headers))
            return start(status, headers, *rest)

        pieces = self._app(environ, begin)
        try:
            body = b"".join(pieces)
        finally:
            getattr(pieces, "close", lambda: None)()
        status, headers = told[-1]
        if status[:3] in ("200", "204") and len(body) <= LARGEST and self._found() == key[0]:
            self._remember(key, Answer(status, headers, body, dict(headers).get("ETag", "")))
        return [body]

    def _remember(self, key: Key, answer: Answer) -> None:
        if self._bytes > MOST_BYTES:
            self._answers, self._bytes = {}, 0
        self._answers[key] = answer
        self._bytes += len(answer.body) + 1000


def init_app(app: Flask) -> None:
    """Put it before the application, where Snapshots are kept."""
    settings: Settings = app.config["SETTINGS"]
    if settings.snapshot:
        app.wsgi_app = Hot(app.wsgi_app, settings)  # type: ignore[assignment]
