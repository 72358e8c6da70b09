"""OGC API – Tiles: the same vector tiles as `/tiles`, addressed row before column."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

import layers
from geo.extent import HALF_WORLD_M, MAX_ZOOM
from geo.reference import CRS84, REFERENCES
from layers.layer import Layer
from layers.query import Query, spell
from webapp import db, extents
from webapp.api import tiles
from webapp.api.ogc import answers
from webapp.api.ogc.answers import JSON, MVT, Link, link, selves
from webapp.api.ogc.collections import licence, provenance, shown
from webapp.asked import only, pairs
from webapp.i18n import translate as _

blueprint = Blueprint("ogc_tiles", __name__, url_prefix="/api")
QUAD = "WebMercatorQuad"
QUAD_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{QUAD}"
MERCATOR = REFERENCES[-1].uri
PIXEL_M = 0.00028
"""Side of the standardised rendering pixel, metres."""
SIZE = 256


@blueprint.get("/tileMatrixSets")
def matrix_sets() -> Response:
    """The one scheme of tiles that there is."""
    only("f")
    at = f"{answers.base()}/tileMatrixSets/{QUAD}"
    rel = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
    listed = [{"id": QUAD, "title": QUAD, "uri": QUAD_URI, "links": [link(rel, at, JSON, QUAD)]}]
    return shown({"title": _("瓦片矩阵"), "links": selves(JSON), "tileMatrixSets": listed})


@blueprint.get(f"/tileMatrixSets/{QUAD}")
def matrix_set() -> Response:
    """WebMercatorQuad as OGC 17-083r4 defines it."""
    only("f")
    return shown({"title": QUAD, **quad()})


def quad() -> dict[str, Any]:
    """The definition of the scheme."""
    return {
        "id": QUAD,
        "uri": QUAD_URI,
        "crs": MERCATOR,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(z) for z in range(MAX_ZOOM + 1)],
    }


def _matrix(z: int) -> dict[str, Any]:
    side = 1 << z
    cell = 2 * HALF_WORLD_M / (SIZE * side)
    size = {"tileWidth": SIZE, "tileHeight": SIZE, "matrixWidth": side, "matrixHeight": side}
    corner = {"cornerOfOrigin": "topLeft", "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M]}
    return {"id": str(z), "scaleDenominator": cell / PIXEL_M, "cellSize": cell, **corner, **size}


@blueprint.get("/collections/<key>/tiles")
def tilesets(key: str) -> Response:
    """The tilesets of a layer."""
    layer = layers.get(key)
    only("f")
    at = f"{answers.base()}/collections/{key}/tiles/{QUAD}"
    listed = [{**_about(layer), "links": [link("self", at, JSON, _(layer.title)), *_templates(layer)]}]
    return shown({"title": _(layer.title), "links": selves(JSON), "tilesets": listed})


@blueprint.get(f"/collections/<key>/tiles/{QUAD}")
def tileset(key: str) -> Response:
    """One tileset, with the question kept in the tiles' address."""
    layer = layers.get(key)
    asked = [(name, value) for name, value in pairs() if name != "f"]
    query = Query.parse(layer, asked, db.areas(), strict=True).everywhere()
    return shown({**_about(layer), **provenance(layer), "links": [*selves(JSON), *_templates(layer, query), licence()]})


def _about(layer: Layer) -> dict[str, Any]:
    west, south, east, north = extents.around(layer)
    box = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84.uri}
    parts = {layer.key: 0, f"{layer.key}_shapes": 1}
    return {
        "title": _(layer.title),
        "dataType": "vector",
        "crs": MERCATOR,
        "tileMatrixSetURI": QUAD_URI,
        "boundingBox": box,
        "layers": [{"id": name, "dataType": "vector", "geometryDimension": n} for name, n in parts.items()],
    }


def _templates(layer: Layer, query: Query | None = None) -> list[Link]:
    at = f"{answers.base()}/collections/{layer.key}/tiles/{QUAD}"
    behind = f"?{spell(query.params())}" if query and query.params() else ""
    scheme = f"{answers.base()}/tileMatrixSets/{QUAD}"
    return [
        link("item", f"{at}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}{behind}", MVT, _("矢量瓦片"), templated=True),
        link("http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", scheme, JSON, QUAD),
    ]


@blueprint.get(f"/collections/<key>/tiles/{QUAD}/<z>/<row>/<column>")
def tile(key: str, z: str, row: str, column: str) -> Response:
    """The same tile as `/tiles/<key>/<z>/<column>/<row>.mvt`."""
    if not all(part.isascii() and part.isdecimal() and len(part) < 9 for part in (z, row, column)):
        raise NotFound
    return tiles.layer(key, int(z), int(column), int(row))
