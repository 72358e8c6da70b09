"""`/embed/<slug>`, `/v/<slug>`, `/embed.js`: a saved view in other sites' frames, its short link, a line of script."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from layers import grammar
from layers.query import Query
from webapp import asked, cache, catalogue, db, mapping, panels, sharing
from webapp.i18n import LANGUAGES
from webapp.saved import bound, drawing, reading
from webapp.saved.bound import Bound
from webapp.saved.reading import Saved
from webapp.statics import FOLDER

blueprint = Blueprint("saved", __name__)
SCRIPT = FOLDER / "js" / "frame.js"


@blueprint.get("/embed/<slug:slug>")
def page(slug: str) -> Response:
    """The saved view as a visitor asks it, for the frames of its hosts alone."""
    saved = reading.shown(slug)
    _speak(saved)
    here = bound.bind(saved, asked.pairs(), db.areas())
    response = make_response(render_template("embed.html", **_context(here)))
    g.framed_by = saved.hosts
    return cache.by_content(response)


def _speak(saved: Saved) -> None:
    """The view's own language, unless the address asks for another."""
    if saved.options.lang in LANGUAGES and "lang" not in request.args:
        g.language = saved.options.lang


def _context(here: Bound) -> dict[str, Any]:
    query, saved = replace(here.view.listed, limit=grammar.MAX_PAGE_SIZE), here.saved
    rows = catalogue.page(query)
    return {
        "shared": sharing.of_saved(saved),
        "caption": saved.caption,
        "layer": query.layer,
        "rows": rows,
        "total": catalogue.count(query),
        "beside": saved.options.list or request.args.get("list") == "1",
        "map": drawing.part(here),
        "badge": mapping.badge(),
        "out": sharing.short(saved.slug),
        "facets": _facets(here) if saved.options.controls else [],
        "chips": panels.chips(query, _link(here)) if saved.options.controls else [],
        "slug": saved.slug,
        "about": query.area[0] if len(query.area) == 1 else saved.area,
    }


def _link(here: Bound) -> Any:
    """The address in this frame of another question."""
    return lambda changed: here.at("", here.view.asking(changed), *_kept())


def _kept() -> list[tuple[str, str]]:
    """What the frame goes on with from page to page."""
    return [(name, request.args[name]) for name in ("lang", "list", "ch") if name in request.args]


def _facets(here: Bound) -> list[panels.Facet]:
    """The questions that the visitor may narrow by: those that are not held."""
    query = here.view.listed
    held = [name for name in ("area", *query.layer.filters) if here.saved.holds(_full(query, name))]
    return panels.offered(query, _link(here), held)


def _full(query: Query, name: str) -> str:
    return f"{query.layer.key}.{name}" if name in query.layer.filters else name


@blueprint.get("/v/<slug:slug>")
def short(slug: str) -> Answer:
    """To the page of the view as it is today: never a permanent redirect, which a browser would not ask again."""
    saved = reading.shown(slug)
    url = sharing.with_channel(sharing.of_view(saved.view).url, asked.channel())
    response = redirect(f"{url}#v={slug}", 302)
    response.headers["Cache-Control"] = cache.PUBLIC
    response.vary.add("Accept-Language")
    return response


@blueprint.get("/embed.js")
def script() -> Response:
    """The one line of script that other sites put, under an address that stays."""
    return cache.by_content(Response(SCRIPT.read_bytes(), mimetype="text/javascript"))
