"""How long an address and its headers may be, whatever server stands before the application."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.exceptions import RequestHeaderFieldsTooLarge, RequestURITooLarge

LONGEST_ADDRESS = 8000
"""Bytes of path and query; a polygon of a thousand points, the longest that anybody means, has fewer."""
LONGEST_HEADERS = 32_000
"""Bytes of all headers together."""

LARGEST_FILE = 60 * 1024 * 1024
"""Bytes of a request that carries a file to be imported; every other is held to MAX_CONTENT_LENGTH."""
FILES = ("/staff/imports", "/api/import/")


def init_app(app: Flask) -> None:
    """Check before anything is read from the request."""
    app.before_request(check)


def check() -> None:
    """414 or 431 for what is too long; a file may be larger than a form."""
    if len(request.environ.get("QUERY_STRING", "")) + len(request.environ.get("PATH_INFO", "")) > LONGEST_ADDRESS:
        raise RequestURITooLarge
    if sum(len(name) + len(value) for name, value in request.headers) > LONGEST_HEADERS:
        raise RequestHeaderFieldsTooLarge
    if request.method == "POST" and (request.path == FILES[0] or request.path.startswith(FILES[1])):
        request.max_content_length = LARGEST_FILE
