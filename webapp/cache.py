"""ETags and cache headers: the same content has the same tag, whatever process answers."""

from __future__ import annotations

import hashlib

from flask import Response, request

from webapp import __version__

PUBLIC = "public, max-age=0, s-maxage=4, must-revalidate"
"""Browsers ask again each time (a 304 costs little); a CDN may keep it for as long as a publish may stay unseen."""
TILES = "public, max-age=4, s-maxage=4"
"""A map asks for a tile several times while it is moved; a few seconds late is still true."""


def tag(*parts: object) -> str:
    """A short tag of what a response is made from."""
    made = b"\x1f".join(part if isinstance(part, bytes) else str(part).encode() for part in (__version__, *parts))
    return hashlib.sha256(made).hexdigest()[:24]


def unchanged(etag: str, rule: str = "") -> Response | None:
    """A 304 when the client already has the content of this tag."""
    if _has(etag):
        return tagged(Response(status=304), etag, rule)
    return None


def _has(etag: str) -> bool:
    """Whether If-None-Match names the tag, with or without the suffix that compression puts on it."""
    asked = request.if_none_match
    return any(asked.contains_weak(tag_) for tag_ in (etag, *(f"{etag}:{end}" for end in ("br", "gzip"))))


def tagged(response: Response, etag: str, rule: str = "") -> Response:
    """The response with its tag and the public cache rule."""
    response.set_etag(etag)
    response.headers["Cache-Control"] = rule or PUBLIC
    return response


def by_content(response: Response) -> Response:
    """Tag a page by its own bytes, and answer 304 when the client has them."""
    response.vary.add("Accept-Language")
    etag = tag(response.get_data(as_text=False))
    return unchanged(etag) or tagged(response, etag)
