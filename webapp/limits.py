"""How long an address and its headers may be, whatever server stands before the application."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.exceptions import RequestHeaderFieldsTooLarge, RequestURITooLarge

LONGEST_ADDRESS = 8000
"""Bytes of path and query; a polygon of a thousand points, the longest that anybody means, has fewer."""
LONGEST_HEADERS = 32_000
"""Bytes of all headers together."""


def init_app(app: Flask) -> None:
    """Check before anything is read from the request."""
    app.before_request(check)


def check() -> None:
    """414 or 431 for what is too long."""
    if len(request.environ.get("QUERY_STRING", "")) + len(request.environ.get("PATH_INFO", "")) > LONGEST_ADDRESS:
        raise RequestURITooLarge
    if sum(len(name) + len(value) for name, value in request.headers) > LONGEST_HEADERS:
        raise RequestHeaderFieldsTooLarge
