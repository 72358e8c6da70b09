"""`/`: the map and its list in step."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template

import layers
from layers import legend
from layers.query import Query
from layers.view import View
from webapp import cache, catalogue, db, mapping, panels, sharing
from webapp.asked import view as asked
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.views import chrome, directory

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def page() -> Response:
    """The View of the URL: the first layer's answers as a list, all layers on the map."""
    view = asked()
    return cache.by_content(make_response(render_template("home.html", **_context(view))))


def _context(view: View) -> dict[str, Any]:
    query = view.listed

    def link(changed: Query) -> str:
        return view.asking(changed).url("/") + ("&lang=en" if language() == "en" else "")

    result = panels.result(query, link)
    return {
        "view": view,
        "shared": sharing.of_view(view),
        "layers": _legend(view),
        "list_layer": query.layer,
        "layer": query.layer,
        "query": query,
        "result": result,
        "facets": panels.facets(query, link, f"{query.layer.key}."),
        "chips": panels.chips(query, link),
        "sorts": panels.sorts(query, link),
        "loosen": None if result.total else panels.loosen(query, link),
        "clear_url": link(Query(query.layer, area=query.area)),
        "downloads": directory.downloads(query),
        "total_all": _total(query),
        "area": chrome.chosen_area(query.area),
        "areas_path": panels.area_path(query, link),
        "map": mapping.part(mapping.without_frame(view)),
        "hidden": [("layers", ",".join(q.layer.key for q in view.queries))],
        "sentence": query.sentence(db.areas(), _, language()),
    }


def _total(query: Query) -> int:
    """All public places of the layer in the chosen areas, whatever else is asked."""
    wide = Query(query.layer, area=query.area)
    return catalogue.count(wide)


def _legend(view: View) -> list[dict[str, Any]]:
    counts = {q.layer.key: q for q in mapping.without_frame(view).queries}
    found = []
    for entry in legend.entries(view, layers.LAYERS, "/", _):
        query = counts.get(entry.key) or Query(layers.get(entry.key), area=view.listed.area)
        number = catalogue.count(query)
        found.append({**vars(entry), "count": number, "url_toggle": entry.url})
    return found
