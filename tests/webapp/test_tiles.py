"""Tiles over zooms: counts agree, a cluster opens where it splits, empty ones answer alike, all pack well."""

from __future__ import annotations

import math

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func

import layers
from geo.extent import tile_at
from layers.layer import Layer
from layers.public import select_public
from layers.query import Query
from tests.places import TODAY
from tests.surfaces import features, geojson_ids
from webapp import db

LAYERS = [pytest.param(layer, id=layer.key) for layer in layers.LAYERS]
SCREEN, PADDING, TILE, LAST = 390, 60, 512, 17


def positions(shop: FlaskClient, layer: Layer) -> list[tuple[float, float]]:
    """A point of every public place that is no line."""
    with shop.application.app_context():
        chosen = select_public(layer, TODAY).where(func.ST_Dimension(layer.model.geom) != 1)
        return [(row.lon, row.lat) for row in db.connection().execute(chosen)]


def fitting(feature: dict[str, float]) -> int:
    """The zoom at which a cluster's box fits the narrowest screen: static/js/atlas.js goes there on a click."""

    def world(lat: float) -> float:
        return (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2

    wide = (feature["e"] - feature["w"]) / 360
    high = abs(world(feature["n"]) - world(feature["s"]))
    room = (SCREEN - 2 * PADDING) / 256
    return min(LAST, math.floor(math.log2(room / max(wide, high, 1e-12))))


@pytest.mark.parametrize("layer", LAYERS)
def test_counts_agree_between_zooms_and_with_the_directory(layer: Layer, shop: FlaskClient) -> None:
    at = positions(shop, layer)
    assert len(at) == len(geojson_ids(shop, Query(layer))) or layer.key == "transport"
    for zoom in (0, 3, 6, 8, 10, 12):
        single = {}
        clusters = 0
        for n, feature in enumerate(features(shop, Query(layer), at, zoom)):
            single[feature.get("id") or f"cluster {n}"] = feature["count"]
            clusters += feature["count"] > 1
        assert sum(single.values()) == len(at), zoom
        assert clusters or zoom >= min(8, layer.style.cluster_below)


@pytest.mark.parametrize("key", ["projects", "parks", "services", "incubators"])
def test_a_click_on_a_cluster_opens_where_it_splits(key: str, shop: FlaskClient) -> None:
    layer = layers.get(key)
    at, tried = positions(shop, layer), 0
    for zoom in (4, 7, 9):
        for cluster in (
            f for f in features(shop, Query(layer), at, zoom) if f["count"] > 1 and f.get("precision") != "county"
        ):
            if max(cluster["e"] - cluster["w"], cluster["n"] - cluster["s"]) < 1e-4:
                continue
            inside = [
                p
                for p in at
                if cluster["w"] - 1e-5 <= p[0] <= cluster["e"] + 1e-5
                and cluster["s"] - 1e-5 <= p[1] <= cluster["n"] + 1e-5
            ]
            opened = max(fitting(cluster), zoom + 2) - 1  # a map's zoom z shows the tiles of z - 1
            parts = [f for f in features(shop, Query(layer), inside, min(opened, 16)) if f.get("precision") != "county"]
            assert len(parts) > 1, (key, zoom, cluster)
            tried += 1
    assert tried > 3


def test_an_empty_tile_is_204_whatever_makes_it_empty(shop: FlaskClient) -> None:
    here = tile_at(103.76, 29.57, 8)
    for path in (
        f"/tiles/projects/{here.z}/{here.x}/{here.y}.mvt?budget=11111",
        f"/tiles/projects/{here.z}/{here.x}/{here.y}.mvt?q=绝无此物",
        "/tiles/projects/8/0/0.mvt",
        "/tiles/projects/15/0/0.mvt",
        "/tiles/transport/8/0/0.mvt",
        "/tiles/basemap/8/0/0.mvt",
        "/api/collections/projects/tiles/WebMercatorQuad/8/0/0",
    ):
        answer = shop.get(path)
        assert (answer.status_code, answer.data) == (204, b""), path
        assert answer.headers["ETag"]
        assert answer.headers["Cache-Control"]
        assert shop.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_tiles_are_packed_with_brotli(shop: FlaskClient) -> None:
    import brotli

    path = "/tiles/projects/5/25/13.mvt"
    plain, packed = shop.get(path), shop.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "br"
    assert len(packed.data) < len(plain.data)
    assert brotli.decompress(packed.data) == plain.data
    assert mapbox_vector_tile.decode(plain.data)["projects"]["features"]


def test_tilejson_leads_to_tiles_and_keeps_the_question(shop: FlaskClient) -> None:
    told = shop.get("/tiles/transport.json?kind=station").get_json()
    assert told["tilejson"] == "3.0.0"
    west, south, east, north = told["bounds"]
    assert -180 <= west < east <= 180
    assert -86 < south < north < 86
    assert "© OpenStreetMap contributors" in told["attribution"]
    at = tile_at((west + east) / 2, (south + north) / 2, 3)
    (template,) = told["tiles"]
    address = template.removeprefix("http://127.0.0.1:8000").format(z=at.z, x=at.x, y=at.y)
    assert "kind=station" in address
    drawn = mapbox_vector_tile.decode(shop.get(address).data)
    assert set(drawn) <= {layer["id"] for layer in told["vector_layers"]}
    described = {layer["id"]: set(layer["fields"]) for layer in told["vector_layers"]}
    for name, content in drawn.items():
        for feature in content["features"]:
            assert set(feature["properties"]) <= described[name]
