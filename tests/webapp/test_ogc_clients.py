"""Programs of others read every layer over HTTP and get the directory's places: GDAL, OWSLib."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from owslib.ogcapi.features import Features

import layers
from layers.layer import Layer
from layers.query import Query
from tests.places import TODAY
from tests.processes import free_port
from tests.serving import serving
from tests.surfaces import geojson_ids
from webapp import create_app, db

LAYERS = [pytest.param(layer, id=layer.key) for layer in layers.LAYERS]
every_layer = pytest.mark.parametrize("layer", LAYERS)
BOX = (103.0, 29.0, 104.0, 30.0)


@pytest.fixture(scope="module")
def api(shop: FlaskClient) -> Iterator[str]:
    """The address of the shop's API on a port of its own."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    port = free_port()
    settings = dataclasses.replace(
        shop.application.config["SETTINGS"], port=port, public_url=f"http://127.0.0.1:{port}"
    )
    app = create_app(settings)
    app.extensions["clock"] = lambda: dt.datetime.combine(TODAY, dt.time(12), db.CHINA)
    with serving(app, port) as address:
        yield f"{address}/api/"
    app.extensions["engine"].dispose()


def inside(shop: FlaskClient, layer: Layer) -> set[int]:
    with shop.application.app_context():
        query = Query.parse(layer, [("bbox", ",".join(map(str, BOX)))], db.areas())
    return set(geojson_ids(shop, query))


READ = """
import json, sys, pyogrio
api, layer, *box = sys.argv[1:]
read = lambda **asked: [int(n) for n in pyogrio.read_dataframe(f"OAPIF:{api}", layer=layer, **asked)["id"]]
where = "precision = 'exact' AND name_en LIKE '%e%'"
print(json.dumps([read(), read(bbox=tuple(map(float, box))), read(where=where)]))
"""
"""A process of its own: GDAL holds the interpreter while it waits for the server."""


@every_layer
def test_gdal_reads_every_item_with_boxes_and_properties(layer: Layer, api: str, shop: FlaskClient) -> None:
    asked = [sys.executable, "-c", READ, api, layer.key, *map(str, BOX)]
    told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60)
    whole, boxed, chosen = json.loads(told.stdout)
    assert sorted(whole) == sorted(geojson_ids(shop, Query(layer)))
    assert set(boxed) == inside(shop, layer)
    features = json.loads(shop.get(f"/{layer.key}.geojson").data)["features"]
    named = [f for f in features if "e" in (f["properties"]["name_en"] or "").lower()]
    assert sorted(chosen) == [
        f["id"] for f in sorted(named, key=lambda f: f["id"]) if f["properties"]["precision"] == "exact"
    ]


@every_layer
def test_owslib_reads_every_item_with_boxes_and_cql2(layer: Layer, api: str, shop: FlaskClient) -> None:
    client = Features(api)
    assert layer.key in client.feature_collections()
    wanted = set(geojson_ids(shop, Query(layer)))
    seen: list[int] = []
    for offset in range(0, len(wanted), 50):
        seen += [f["id"] for f in client.collection_items(layer.key, limit=50, offset=offset)["features"]]
    assert sorted(seen) == sorted(wanted)
    boxed = client.collection_items(layer.key, bbox=list(BOX), limit=10000)
    assert {f["id"] for f in boxed["features"]} == inside(shop, layer)
    exact = client.collection_items(layer.key, filter="precision = 'exact'", limit=10000)
    vague = client.collection_items(layer.key, filter="NOT precision = 'exact'", limit=10000)
    assert exact["numberMatched"] + vague["numberMatched"] == len(wanted)
    assert set(client.collection_queryables(layer.key)["properties"]) >= {"geometry", "name", *layer.filters}
    with pytest.raises(RuntimeError, match="nope"):
        client.collection_items(layer.key, filter="nope = 1")


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="gdal-bin is not installed")
def test_debians_gdal_counts_the_same(api: str, shop: FlaskClient) -> None:
    for layer in layers.LAYERS:
        told = subprocess.run(
            ["ogrinfo", "-so", f"OAPIF:{api}", layer.key], capture_output=True, text=True, check=True, timeout=60
        )
        assert f"Feature Count: {len(geojson_ids(shop, Query(layer)))}" in told.stdout
