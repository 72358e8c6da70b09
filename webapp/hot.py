"""Public answers given ahead of Flask: the same bytes as a moment ago, while the Snapshots and the day are the same.

What may be kept is what an answer allows any cache between us and its reader to keep (RFC 9111): `s-maxage`, and a
`Vary` of headers that are looked at here. A tile is made of nothing but the files, and is kept for as long as they are.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from layers import store
from webapp import db, metering, standing, watching
from webapp.config import Settings

LOOK_SECONDS = 0.02
"""For how long a look at the files stands."""
MOST_BYTES, LARGEST = 8 * 1024 * 1024, 1024 * 1024
"""Of all answers that a process keeps; of one that is kept at all."""
OWN_BYTES = 2000
"""What an answer takes besides its body: its headers and its key."""
Headers = list[tuple[str, str]]
ASKED = ("HTTP_HOST", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT")
VARIES = {"accept-encoding", "accept-language", "accept"}
"""All of a request that an answer which is kept may depend on."""
SHARED_SECONDS = re.compile(r"\bs-maxage=(\d+)")
Key = tuple[object, ...]


@dataclass(frozen=True)
class Answer:
    """A whole answer as it was sent, the moment until which it is true, and who counts that it is given again."""

    status: str
    headers: Headers
    body: bytes
    etag: str
    until: float
    counted: Callable[[], None]


class Hot:
    """Wraps a WSGI application; remembers the public answers that it has given."""

    def __init__(self, app: Any, settings: Settings) -> None:
        self._app: Callable[..., Iterable[bytes]] = app
        self._settings = settings
        self._folder: Path | None = None
        self._looked, self._state = 0.0, None
        self._answers: dict[Key, Answer] = {}
        self._bytes = 0
        self._turn = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer what is known; have everything else answered."""
        if environ["REQUEST_METHOD"] != "GET" or standing.is_for_staff(environ["PATH_INFO"]):
            return self._app(environ, start)
        state = self._look()
        if state is None:
            return self._app(environ, start)
        key = (state, *map(environ.get, ASKED))
        known = self._answers.get(key)
        if known is None or known.until < time.monotonic():
            return self._watched(key, environ, start)
        known.counted()
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
            with self._turn:
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
        """Have it answered, and keep the answer if it may be kept; a long one goes through piece by piece."""
        told: list[tuple[str, Headers]] = []

        def begin(status: str, headers: Headers, *rest: Any) -> Any:
            told.append((status, headers))
            return start(status, headers, *rest)

        asked = time.monotonic()
        pieces = self._app(environ, begin)
        seconds = _kept(*told[-1], environ["PATH_INFO"]) if told else 0.0
        if not seconds:
            return pieces
        try:
            body = b"".join(pieces)
        finally:
            getattr(pieces, "close", lambda: None)()
        if self._found() == key[0]:
            etag = dict(told[-1][1]).get("ETag", "")
            self._remember(key, Answer(*told[-1], body, etag, asked + seconds, metering.again(environ)))
        return [body]

    def _remember(self, key: Key, answer: Answer) -> None:
        """Keep an answer; those kept longest make room."""
        with self._turn:
            if key in self._answers:
                self._bytes -= len(self._answers.pop(key).body) + OWN_BYTES
            self._answers[key] = answer
            self._bytes += len(answer.body) + OWN_BYTES
            while self._bytes > MOST_BYTES:
                self._bytes -= len(self._answers.pop(next(iter(self._answers))).body) + OWN_BYTES


def _kept(status: str, headers: Headers, path: str) -> float:
    """For how many seconds an answer may be given again, 0 for not at all."""
    said: dict[str, str] = {}
    for name, value in headers:
        said[name.lower()] = f"{said[name.lower()]},{value}" if name.lower() in said else value
    shared = SHARED_SECONDS.search(said.get("cache-control", ""))
    others = {name.strip().lower() for name in said.get("vary", "").split(",")} - VARIES - {""}
    if status[:3] not in ("200", "204") or shared is None or others or "set-cookie" in said:
        return 0.0
    if not int(said.get("content-length", 0 if status.startswith("204") else LARGEST + 1)) <= LARGEST:
        return 0.0
    return float("inf") if path.startswith("/tiles/") and path.endswith(".mvt") else float(shared[1])


def init_app(app: Flask) -> None:
    """Put it before the application, where Snapshots are kept."""
    settings: Settings = app.config["SETTINGS"]
    if settings.snapshot:
        app.wsgi_app = Hot(app.wsgi_app, settings)  # type: ignore[assignment]
