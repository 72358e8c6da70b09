"""Vector tiles of the layers and of the plain basemap, and their TileJSON."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, url_for

from geo.extent import Tile
from layers import basemap
from webapp import cache, catalogue, db, extents, mapping, outlasting, standing
from webapp.asked import only
from webapp.asked import query as asked
from webapp.i18n import translate as _

MVT = "application/vnd.mapbox-vector-tile"
NUMBER, STRING = "Number", "String"
SHAPE_FIELDS = {"id": NUMBER, "name": STRING, "kind": STRING}
FIELDS = {
    **SHAPE_FIELDS, "name_en": STRING, "count": NUMBER, "precision": STRING, "letter": STRING, "radius": NUMBER,
    "county": STRING, "county_name": STRING, "county_name_en": STRING, "n": NUMBER, "first": "Boolean",
    **dict.fromkeys("wsen", NUMBER),
}  # fmt: skip
blueprint = Blueprint("tiles", __name__, url_prefix="/tiles")


@blueprint.get("/basemap/<int:z>/<int:x>/<int:y>.mvt")
def plain(z: int, x: int, y: int) -> Response:
    """A tile of our own outlines and names."""
    only()
    tile = Tile(z, x, y)
    made_from = ("basemap", catalogue.versions("areas"), tile)

    def draw() -> bytes:
        return outlasting.tile(lambda: basemap.tile_bytes(db.connection(), tile), *made_from)

    return answered(made_from, draw)


@blueprint.get("/<key>/<int:z>/<int:x>/<int:y>.mvt")
def layer(key: str, z: int, x: int, y: int) -> Response:
    """A tile of a layer's places as the question asks; sort, page and limit mean nothing here."""
    tile = Tile(z, x, y)
    _layer, query = asked(key, strict=True)
    made_from = (catalogue.versions(key, "areas"), db.today(), query.everywhere().params(), tile)
    return answered(made_from, lambda: catalogue.tile(query, tile))


def answered(made_from: tuple[object, ...], draw: Callable[[], bytes]) -> Response:
    """A tile, or that the client has it. While the database is gone it may lack its lines: then its tag is another."""

    def etag() -> str:
        return cache.tag(*made_from, *([] if standing.since() is None else ["without the database"]))

    known = cache.unchanged(etag(), cache.TILES)
    if known is not None:
        return known
    content = draw()  # first, for it may find the database gone
    response = Response(content, status=200 if content else 204, mimetype=MVT)
    return cache.tagged(response, etag(), cache.TILES)


@blueprint.get("/<key>.json")
def tilejson(key: str) -> Response:
    """TileJSON 3.0.0 of a layer's tiles, with the question kept in their address."""
    found, query = asked(key, strict=True)
    base = current_app.config["SETTINGS"].public_url.rstrip("/")
    template = url_for("tiles.layer", key=key, z=0, x=0, y=0).replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")
    description: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": _(found.title),
        "tiles": [base + query.everywhere().url(template)],
        "minzoom": 0,
        "maxzoom": found.style.cluster_below,
        "bounds": extents.around(found),
        "attribution": html.escape(" · ".join([*catalogue.credits_due(found), mapping.approval()])),
        "vector_layers": [
            {"id": key, "fields": FIELDS, "minzoom": 0},
            {"id": f"{key}_shapes", "fields": SHAPE_FIELDS, "minzoom": found.style.shapes_from},
        ],
    }
    return cache.by_content(jsonify(description))
