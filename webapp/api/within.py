"""`/embed/<slug>/…`: the data of a saved view's frame, never more than the view itself."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, make_response, render_template
from werkzeug.exceptions import NotFound

import layers
from geo.extent import Tile
from layers.query import Query
from webapp import asked, cache, catalogue, db
from webapp.api.downloads import collection
from webapp.api.tiles import answered
from webapp.i18n import language
from webapp.saved import bound, drawing, reading
from webapp.views.place import own_template

blueprint = Blueprint("within", __name__, url_prefix="/embed/<slug:slug>")


def _query(slug: str, key: str) -> Query:
    """The request's question about one layer of the view, under what the view holds."""
    saved = reading.shown(slug)
    _layer, query = asked.query(key, strict=True)
    return bound.bind_query(saved, query, db.areas())


def _tag(query: Query, *more: object) -> str:
    """A tag of the answer: the data, the day, what is asked and what is held."""
    held = query.held.params() if query.held else ()
    return cache.tag(
        catalogue.versions(query.layer.key, "areas"), db.today(), query.everywhere().params(), held, language(), *more
    )


@blueprint.get("/map.js")
def script(slug: str) -> Response:
    """The script of the frame's map."""
    saved = reading.shown(slug)
    here = bound.bind(saved, asked.pairs(), db.areas())
    return cache.by_content(Response(drawing.script(here), mimetype="text/javascript"))


@blueprint.get("/tiles/<key>/<int:z>/<int:x>/<int:y>.mvt")
def tile(slug: str, key: str, z: int, x: int, y: int) -> Response:
    """A tile of a layer's places."""
    where, query = Tile(z, x, y), _query(slug, key)
    return answered((_tag(query, where),), lambda: catalogue.tile(query, where))


@blueprint.get("/facets/<key>.json")
def facets(slug: str, key: str) -> Response:
    """The total and the counted choices of every filter."""
    query = _query(slug, key)
    counted = catalogue.facets(query)
    told = {
        "layer": key,
        "total": catalogue.count(query),
        "facets": {name: {"choices": [asdict(choice) for choice in choices]} for name, choices in counted.items()},
    }
    return cache.by_content(jsonify(told))


@blueprint.get("/<layer:key>.geojson")
def places(slug: str, key: str) -> Response:
    """The places as GeoJSON, public fields only."""
    query = _query(slug, key)
    etag = _tag(query, "geojson")
    return cache.unchanged(etag) or cache.tagged(collection(query), etag)


@blueprint.get("/<layer:key>/<int(max=9223372036854775807):id>/card")
def card(slug: str, key: str, id: int) -> Response:
    """The card of a place that the view holds; NotFound for any other."""
    saved = reading.shown(slug)
    query = bound.bind_query(saved, Query(layers.get(key)), db.areas())
    place = catalogue.one(query, id)
    if place is None:
        raise NotFound
    content = render_template(own_template("card", key), layer=query.layer, place=place)
    return cache.by_content(make_response(content))
