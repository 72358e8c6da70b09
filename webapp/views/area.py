"""`/areas` and `/areas/<code>`: what an area offers, on a page that the area could call its own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Answer

import layers
from layers.areas import Area, Level
from layers.query import Query
from layers.view import View
from webapp import cache, db, mapping, profile, sharing
from webapp.i18n import in_language

blueprint = Blueprint("area", __name__)
LONGEST_SEARCH, MOST_FOUND = 20, 30


@blueprint.get("/areas")
def index() -> Response:
    """Every area by search and by tree, those with places first."""
    asked = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    found = db.areas().named(asked)[:MOST_FOUND] if asked else []
    provinces, shared = profile.parts(None), sharing.of_subject("areas", [])
    cities = [(part, city) for part, n, _m in provinces if n for city in _cities(part)]
    content = render_template(
        "areas.html", asked=asked, found=found, cities=cities, provinces=provinces, above=_above(found), shared=shared
    )
    return cache.by_content(make_response(content))


def _cities(province: Area) -> list[tuple[Area, int, list[tuple[Area, int, int]]]]:
    """Cities of a province that have places, with their counties."""
    return [(city, n, profile.parts(city)) for city, n, m in profile.parts(province) if n + m]


def _above(found: list[Area]) -> dict[str, list[Area]]:
    return {area.code: db.areas().path(area.code)[:-1] for area in found}


@blueprint.get("/areas/<code>")
def page(code: str) -> Answer:
    """An area's profile; an obsolete code leads to what it has become."""
    try:
        current = db.areas().resolve(code)
    except KeyError:
        raise NotFound from None
    if current != (code,):
        return redirect(in_language(url_for("area.page", code=current[0])), 301)
    return cache.by_content(make_response(render_template("area.html", **_context(db.areas().get(code)))))


def _context(area: Area) -> dict[str, Any]:
    path = db.areas().path(area.code)
    offers = profile.offers(area)
    return {
        "area": area,
        "path": path,
        "offers": dict(zip([layer.key for layer in layers.LAYERS], offers, strict=True)),
        "some": any(figure.count for figure in offers),
        "small": profile.small(area),
        "newest": profile.newest(area),
        "expiring": profile.expiring(area),
        "rooms": profile.rooms(area),
        "centres": profile.centre(area),
        "way_out": profile.way_out(area) if area.level != Level.PROVINCE else [],
        "matrix": profile.matrix(area),
        "ways": profile.ways(area),
        "parts": profile.parts(area),
        "beside": profile.beside(area),
        "compared": profile.compared(area),
        "map": mapping.part(shown(area)),
        "share_url": current_app.config["SETTINGS"].public_url.rstrip("/") + url_for("area.page", code=area.code),
        "shared": sharing.of_area(area),
        "map_url": in_language(shown(area).url("/")),
        "theme_url": in_language(url_for("industry.page", area=area.code)),
    }


def shown(area: Area) -> View:
    """The map of an area with every layer that maps show."""
    return View(tuple(Query(layer, area=(area.code,)) for layer in layers.LAYERS if layer.style.on))
