"""`/embed`: a View's map without anything around it, for the frame of another site's page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy import Row

from layers import asking, grammar
from webapp import asked, cache, db, mapping
from webapp.sharing import Shared

blueprint = Blueprint("embed", __name__)


@blueprint.get("/embed")
def page() -> Response:
    """Caption, map and badge; the list beside it when asked for, and always for readers without scripts."""
    shared = asked.shared(apart=("list",))
    rows, total = _listed(shared)
    content = render_template(
        "embed.html",
        shared=shared,
        layer=shared.view.listed.layer,
        rows=rows,
        total=total,
        beside=request.args.get("list") == "1",
        map=mapping.part(shared.view),
        badge=mapping.badge(),
        out=shared.link,
        caption="" if shared.place is None else shared.sentence,
        facets=[],
        chips=[],
        slug="",
        about=shared.view.listed.area[0] if len(shared.view.listed.area) == 1 else "",
    )
    return cache.by_content(make_response(content))


def _listed(shared: Shared) -> tuple[list[Row[Any]], int]:
    if shared.place is not None:
        return [shared.place], 1
    query = replace(shared.view.listed, limit=grammar.MAX_PAGE_SIZE)
    rows = list(asking.page(db.connection(), query, db.areas(), db.today()))
    return rows, asking.count(db.connection(), query, db.areas(), db.today())
