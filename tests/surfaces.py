"""Reads the ids (or the texts) that each public surface answers for one question."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import openpyxl
import pyogrio
from flask.testing import FlaskClient

from geo.extent import tile_at
from layers.query import Query, spell


def url(path: str, query: Query, **more: str) -> str:
    """The path with the question and further parameters."""
    return f"{path}?{spell([*query.params(), *more.items()])}"


def get(client: FlaskClient, address: str) -> bytes:
    """The body of a successful answer."""
    answer = client.get(address)
    assert answer.status_code in (200, 204), (address, answer.status_code, answer.text[:300])
    return answer.data


def geojson_ids(client: FlaskClient, query: Query) -> list[int]:
    """Ids of the GeoJSON download."""
    return [f["id"] for f in json.loads(get(client, url(f"/{query.layer.key}.geojson", query)))["features"]]


def csv_ids(client: FlaskClient, query: Query) -> list[int]:
    """Ids of the CSV download."""
    text = get(client, url(f"/{query.layer.key}.csv", query)).decode("utf-8-sig")
    return [int(row["id"]) for row in csv.DictReader(io.StringIO(text))]


def xlsx_rows(content: bytes) -> list[tuple[Any, ...]]:
    """The rows of a workbook's first sheet, headings first."""
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def xlsx_ids(client: FlaskClient, query: Query) -> list[int]:
    """Ids of the workbook."""
    rows = xlsx_rows(get(client, url(f"/{query.layer.key}.xlsx", query)))
    return [row[rows[0].index("id")] for row in rows[1:]]


def frame(client: FlaskClient, query: Query, ending: str) -> Any:
    """The GeoPackage or KML download as a data frame."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file.{ending}"
        path.write_bytes(get(client, url(f"/{query.layer.key}.{ending}", query)))
        return pyogrio.read_dataframe(path)


def page_ids(client: FlaskClient, query: Query) -> list[int]:
    """Ids of every page of the directory, in order."""
    found: list[int] = []
    for page in range(1, 500):
        html = get(client, url(f"/{query.layer.key}", query, page=str(page))).decode()
        here = re.findall(rf'data-place="{query.layer.key}:(\d+)"', html)
        if not here:
            return found
        found += [int(id_) for id_ in here]
    raise AssertionError("the directory has no end")


def tile(client: FlaskClient, query: Query, z: int, x: int, y: int) -> dict[str, Any]:
    """A decoded tile, {} when it is empty."""
    body = get(client, url(f"/tiles/{query.layer.key}/{z}/{x}/{y}.mvt", query))
    return mapbox_vector_tile.decode(body) if body else {}  # type: ignore[no-any-return]


def tiles_over(positions: list[tuple[float, float]], z: int) -> set[tuple[int, int, int]]:
    """The tiles of a zoom that hold the positions (degrees, longitude first)."""
    found = (tile_at(lon, lat, z) for lon, lat in positions)
    return {(t.z, t.x, t.y) for t in found}


def features(client: FlaskClient, query: Query, positions: list[tuple[float, float]], z: int) -> list[dict[str, Any]]:
    """The properties of every point feature on the tiles that hold the positions."""
    key = query.layer.key
    decoded = (tile(client, query, *address) for address in tiles_over(positions, z))
    return [f["properties"] for layers in decoded for f in layers.get(key, {"features": []})["features"]]
