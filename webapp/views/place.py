"""`/<layer>/<id>`: a place's page and its card."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template
from sqlalchemy import Row, select
from werkzeug.exceptions import NotFound

import layers
from layers import public
from layers.base import Precision
from layers.layer import Layer
from layers.query import Query
from layers.view import View
from webapp import cache, catalogue, db, mapping, sharing, standing
from webapp.errors import Gone
from webapp.present import place_url
from webapp.views import chrome

blueprint = Blueprint("place", __name__)
NEAR_KM, NEAR_MOST = 60.0, 4
ZOOMS = {Precision.EXACT: 13, Precision.TOWNSHIP: 11}
PATH = "/<layer:key>/<int(max=9223372036854775807):id>"


@blueprint.get(PATH)
def page(key: str, id: int) -> Response:
    """Facts, small map, what is near, whom to phone, how fresh, share."""
    layer = layers.get(key)
    place = public_place(layer, id)
    content = render_template("place.html", **_context(layer, place))
    return cache.by_content(make_response(content))


@blueprint.get(PATH + "/card")
def card(key: str, id: int) -> Response:
    """The escaped fragment that the map's popup shows."""
    layer = layers.get(key)
    template = own_template("card", key)
    content = render_template(template, layer=layer, place=public_place(layer, id))
    return cache.by_content(make_response(content))


def public_place(layer: Layer, id: int) -> Any:
    """The public place; Gone when it was one once, NotFound otherwise."""
    found = catalogue.one(Query(layer), id)
    if found is not None:
        return found
    model = layer.model
    was = select(model.area).where(model.id == id, public.was_public(layer))
    area = standing.unless_gone(lambda: db.connection().execute(was).scalar(), lambda: None)
    if area is None:
        raise NotFound
    instead = Query(layer, area=(area[:6],) if area[:6] in db.areas() else (), limit=NEAR_MOST)
    rows = catalogue.page(instead)
    raise Gone(layer, [(layer, row) for row in rows])


def _context(layer: Layer, place: Row[Any]) -> dict[str, Any]:
    return {
        "layer": layer,
        "place": place,
        "body": own_template("place", layer.key),
        "near": near(place, layer),
        "alike": alike(layer, place),
        "map": mapping.part(around(layer, place)),
        "share_url": current_app.config["SETTINGS"].public_url.rstrip("/") + place_url(layer, place),
        "shared": sharing.of_place(layer, place),
        "area": chrome.chosen_area((place.area[:6],)) if place.area[:6] in db.areas() else None,
        "path": db.areas().path(place.area),
    }


def around(layer: Layer, place: Row[Any]) -> View:
    """The small map: every layer around the place; its whole county when nothing better is known."""
    here = [Query(layer), *(Query(other) for other in layers.LAYERS if other.key != layer.key)]
    if place.precision == Precision.COUNTY:
        return View(tuple(Query(q.layer, area=(place.area[:6],)) for q in here))
    return View(tuple(here), (round(place.lon, 5), round(place.lat, 5), ZOOMS[Precision(place.precision)]))


def near(place: Row[Any], own: Layer) -> list[tuple[Layer, Row[Any], float]]:
    """(layer, place, km) of the nearest of every layer; nothing is near what is known by county alone."""
    if place.precision == Precision.COUNTY:
        return []
    found = []
    for layer in layers.LAYERS:
        query = Query(layer, near=(place.lon, place.lat), radius=NEAR_KM, sort="near", limit=NEAR_MOST + 1)
        rows = catalogue.page(query)
        others = [row for row in rows if layer is not own or row.id != place.id]
        found += [(layer, row, row.distance_km) for row in others[:NEAR_MOST]]
    return found


def alike(layer: Layer, place: Row[Any]) -> int | None:
    """How many others of the same industry the county has, None when the layer has no industry."""
    code = getattr(place, layer.seal) if layer.seal else None
    if not code or layer.seal is None:
        return None
    query = Query(layer, area=(place.area[:6],), filters=((layer.seal, (code[:3],)),))
    return catalogue.count(query) - 1


def own_template(folder: str, key: str) -> str:
    """The layer's own template where it has one, else the one for every layer."""
    names = [f"{folder}/{key}.html", f"{folder}/default.html"]
    return current_app.jinja_env.select_template(names).name or names[-1]
