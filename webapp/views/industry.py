"""`/industry`: 产业分布, the places by industry group and by kind over an area's parts, as a picture and as a table."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template

from layers.query import Query
from webapp import asked, cache, panels, sharing, thematic
from webapp.i18n import in_language
from webapp.views import chrome

blueprint = Blueprint("industry", __name__)
THEMED = "projects"


@blueprint.get("/industry")
def page() -> Response:
    """The thematic view of the listings that the URL asks for; a bare address is the operator's area."""
    _layer, query = asked.query(THEMED, strict=False)
    area = asked.default_area()
    if not query.area and area:
        query = query.having("area", (area,))
    return cache.by_content(make_response(render_template("industry.html", **_context(query))))


def _context(query: Query) -> dict[str, Any]:
    def link(changed: Query) -> str:
        return in_language(changed.url("/industry"))

    return {
        "query": query,
        "shared": sharing.of_subject("industry", query.params()),
        "groups": query.layer.codes.groups if query.layer.codes else (),
        "theme": thematic.theme(query),
        "kinds": thematic.kinds(query),
        "area": chrome.chosen_area(query.area),
        "picker": panels.area_facet(query, link),
        "areas_path": panels.area_path(query, link),
        "chips": panels.chips(query, link),
    }
