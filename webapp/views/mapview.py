"""`/map` and its script: a full-window folium map of a View."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from webapp import asked, cache, db, mapping, sharing, standalone
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.views import chrome

blueprint = Blueprint("mapview", __name__)


@blueprint.get("/map")
def page() -> Response:
    """The map alone, with its sentence."""
    view = asked.view()
    sentence = view.sentence(db.areas(), _, language())
    content = render_template(
        "map.html",
        view=view,
        sentence=sentence,
        map=mapping.part(view),
        area=chrome.chosen_area(view.listed.area),
        shared=sharing.of_view(view),
    )
    return cache.by_content(make_response(content))


@blueprint.get("/standalone.html")
def alone() -> Response:
    """The map and its list as one file that needs no network."""
    response = Response(standalone.page(asked.shared(strict=True)), mimetype="text/html")
    response.headers["Content-Disposition"] = f'attachment; filename="guiyan-{db.today().isoformat()}.html"'
    return cache.by_content(response)


@blueprint.get("/map.js")
def script() -> Response:
    """The script part of the page's map, as an ES module of its own."""
    content = mapping.script(asked.view(strict=True))
    return cache.by_content(Response(content, mimetype="text/javascript"))
