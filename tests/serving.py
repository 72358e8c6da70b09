"""The site on a port of its own, inside the process of the tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Whole:
    """An application whose every answer is read to its end, and closed, before the first byte is sent.

    Werkzeug's server does not close an answer whose reader hung up with a reset, as a browser does that leaves a
    page: the file behind it would stay open until it is collected, which is a warning, and so a failure, of whatever
    test runs then.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        answer = self.app(environ, start)
        try:
            return [b"".join(answer)]
        finally:
            if hasattr(answer, "close"):
                answer.close()


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """The address of `app`, served by threads while the block runs; port 0 is one that nobody has."""
    server = make_server("127.0.0.1", port, Whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
