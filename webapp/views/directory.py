"""`/<layer>`: the directory of a layer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from layers.query import Query, spell
from layers.view import View
from webapp import cache, catalogue, db, panels, sharing
from webapp.asked import query as asked
from webapp.i18n import in_language, language
from webapp.i18n import translate as _
from webapp.views import chrome

blueprint = Blueprint("directory", __name__)
FILES = (("Excel", "xlsx"), ("CSV", "csv"), ("GeoJSON", "geojson"), ("GeoPackage", "gpkg"), ("KML", "kml"))


@blueprint.get("/<layer:key>")
def page(key: str) -> Response:
    """Filters with counts, the list, its order, downloads of exactly what is filtered."""
    _layer, query = asked(key, strict=False)
    return cache.by_content(make_response(render_template("directory.html", **_context(query))))


def _context(query: Query) -> dict[str, Any]:
    path = url_for("directory.page", key=query.layer.key)

    def link(changed: Query) -> str:
        return in_language(changed.url(path))

    result = panels.result(query, link)
    return {
        "layer": query.layer,
        "query": query,
        "shared": sharing.of_query(query),
        "result": result,
        "facets": panels.facets(query, link, counts=panels.standing(query)),
        "chips": panels.chips(query, link),
        "sorts": panels.sorts(query, link),
        "loosen": None if result.total else panels.loosen(query, link),
        "clear_url": link(Query(query.layer, area=query.area)),
        "downloads": downloads(query),
        "map_url": in_language(View((query.everywhere(),)).url("/")),
        "sentence": query.sentence(db.areas(), _, language()),
        "area": chrome.chosen_area(query.area),
        "areas_path": panels.area_path(query, link),
        "hidden": [],
        "credits": catalogue.credits_due(query.layer),
    }


def downloads(query: Query) -> list[tuple[str, str]]:
    """(format, URL) of the files of exactly this question."""
    asked_ = [*query.everywhere().params(), *([("lang", "en")] if language() == "en" else [])]
    behind = f"?{spell(asked_)}" if asked_ else ""
    return [(name, f"/{query.layer.key}.{ending}{behind}") for name, ending in FILES]
