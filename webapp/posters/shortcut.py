"""Drawn pictures answered ahead of Flask for a moment, so that a second request costs no more than a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.util import FileWrapper

from flask import Flask, request

FRESH_SECONDS = 2.0
"""How long an answer stands before the data's version is looked at again (a CDN may keep it for 30)."""
MOST = 500
"""Answers that are remembered."""
FILE = "posters.file"
"""Key of the WSGI environment under which a view says which file it has answered with."""
ENDINGS = (".png", ".pdf")
"""Files that are sent as they are; others are compressed first, as the client can take it."""
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """A file and the headers that it was sent with."""

    until: float
    path: str
    headers: Headers
    etag: str


class Shortcut:
    """Wraps a WSGI application; remembers for a moment what it has answered with a file."""

    def __init__(self, app: Any) -> None:
        self._app: Callable[..., Iterable[bytes]] = app
        self._answers: dict[tuple[str, str, str], Answer] = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer from the file when the same was answered a moment ago."""
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/poster.") or not path.endswith(ENDINGS) or "HTTP_RANGE" in environ:
            return self._app(environ, start)
        asked = (path, environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        known = self._answers.get(asked)
        if known is not None and known.until > time.monotonic() and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            answered = _answer(known, environ, start)
            if answered is not None:
                return answered
        return self._watched(asked, environ, start)

    def _watched(
        self, asked: tuple[str, str, str], environ: dict[str, Any], start: Callable[..., Any]
    ) -> Iterable[bytes]:
        told: list[tuple[str, Headers]] = []

        def begin(status: str, headers: Headers, *rest: Any) -> Any:
            told.append((status, headers))
            return start(status, headers, *rest)

        body = self._app(environ, begin)
        if FILE in environ and told and told[-1][0].startswith("200"):
            self._remember(asked, environ[FILE], told[-1][1])
        return body

    def _remember(self, asked: tuple[str, str, str], path: str, headers: Headers) -> None:
        if len(self._answers) >= MOST:
            self._answers.clear()
        etag = next((value for name, value in headers if name == "ETag"), "")
        self._answers[asked] = Answer(time.monotonic() + FRESH_SECONDS, path, headers, etag)


def _answer(known: Answer, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes] | None:
    """The remembered answer; None when its file is gone."""
    if known.etag and environ.get("HTTP_IF_NONE_MATCH") == known.etag:
        kept = [(name, value) for name, value in known.headers if name not in ("Content-Length", "Content-Type")]
        start("304 NOT MODIFIED", kept)
        return []
    try:
        file = open(known.path, "rb")  # noqa: SIM115  (the server closes it when it is sent)
    except OSError:
        return None
    start("200 OK", known.headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        file.close()
        return []
    wrap: Callable[..., Iterable[bytes]] = environ.get("wsgi.file_wrapper", FileWrapper)
    return wrap(file)


def init_app(app: Flask) -> None:
    """Put the shortcut before the application."""
    app.wsgi_app = Shortcut(app.wsgi_app)  # type: ignore[assignment]


def sent(path: str) -> None:
    """Say that the request is answered with a file."""
    request.environ[FILE] = path
