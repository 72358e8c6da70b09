"""`/embed`: a View's map without anything around it, for the frame of another site's page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy import Row

from layers import grammar
from webapp import asked, cache, catalogue, mapping, panels, sharing
from webapp.sharing import Shared

blueprint = Blueprint("embed", __name__)


OPTIONS = ("list", "controls")


@blueprint.get("/embed")
def page() -> Response:
    """Caption, map and badge; the list beside it when asked for, and always for readers without scripts."""
    shared = asked.shared(apart=OPTIONS)
    return cache.by_content(make_response(render_template("embed.html", **_context(shared))))


def _context(shared: Shared) -> dict[str, Any]:
    rows, total = _listed(shared)
    query = shared.view.listed
    asking_on = asked.own("controls") == "1" and shared.place is None
    return {
        "shared": shared,
        "layer": query.layer,
        "rows": rows,
        "total": total,
        "beside": asked.own("list") == "1",
        "map": mapping.part(shared.view),
        "badge": mapping.badge(),
        "out": shared.link,
        "caption": "" if shared.place is None else shared.sentence,
        "facets": panels.offered(query, _link(shared)) if asking_on else [],
        "chips": panels.chips(query, _link(shared)) if asking_on else [],
        "slug": "",
        "about": query.area[0] if len(query.area) == 1 else "",
    }


def _link(shared: Shared) -> panels.Link:
    """The address in this frame of another question."""
    kept = [(name, "1") for name in OPTIONS if asked.own(name) == "1"]
    return lambda changed: sharing.of_view(shared.view.asking(changed)).at("/embed", *kept)


def _listed(shared: Shared) -> tuple[list[Row[Any]], int]:
    if shared.place is not None:
        return [shared.place], 1
    query = replace(shared.view.listed, limit=grammar.MAX_PAGE_SIZE)
    rows = catalogue.page(query)
    return rows, catalogue.count(query)
