"""`/poster`: choose size and kind, see the poster, take it along."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template

from webapp import asked, cache, mapping
from webapp.posters import asking
from webapp.posters.gather import Asked
from webapp.posters.sizes import KINDS, OFFERED, SIZES
from webapp.posters.spool import Busy, Undrawable

blueprint = Blueprint("posters", __name__)


@blueprint.get("/poster")
def page() -> Response:
    """The choices, the picture as soon as it is drawn, and its files."""
    wanted = asked.poster()
    state = _state(wanted)
    response = make_response(render_template("poster.html", **_context(wanted), state=state))
    if state == "ready":
        return cache.by_content(response)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Refresh"] = str(min(10, max(2, asking.spool().retry_after())))
    return response


def _state(wanted: Asked) -> str:
    """`ready`, `drawing` (it has been asked for), `busy` or `failed`."""
    try:
        return "ready" if asking.ready(wanted, "png") else "drawing"
    except Busy:
        return "busy"
    except Undrawable:
        return "failed"


def _context(wanted: Asked) -> dict[str, Any]:
    shared = wanted.shared
    own = (("size", wanted.size.key), ("kind", wanted.kind))
    return {
        "shared": shared,
        "sizes": [(key, SIZES[key].title, key == wanted.size.key) for key in OFFERED],
        "kinds": [(key, title, key == wanted.kind) for key, title in KINDS.items()],
        "kind": wanted.kind,
        "size": wanted.size,
        "approved": mapping.is_approved(),
        "picture": shared.at("/poster.png", *own),
        "files": [(ending.upper(), shared.at(f"/poster.{ending}", *own)) for ending in ("png", "pdf", "svg")],
        "hidden": [pair for pair in shared.params if pair[0] not in asked.POSTERS],
    }
