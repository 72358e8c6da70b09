"""Shapes are spelled as PostGIS spells them, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import Connection, text

from geo import spelling

SHAPES = (
    "POINT(103.95 29.21)", "POINT(-0.0000001 0)", "LINESTRING(103.1234565 29,104 29.00000005,104.5 -0.5)",
    "MULTIPOINT((1 2),(3 4.123456785))", "MULTILINESTRING((1 2,3 4),(5 6,7 8))",
    "POLYGON((5 5,9 5,9 9,5 5),(7 6,8 6,8 7,7 6))", "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,9 5,9 9,5 5)))",
    "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4.00000001))",
)  # fmt: skip


@pytest.mark.parametrize("wkt", SHAPES)
def test_every_kind_of_shape(wkt: str, connection: Connection) -> None:
    asked = "SELECT ST_AsBinary(g), ST_AsText(g, 8), ST_AsGeoJSON(g, 6, 0) FROM ST_GeomFromText(:wkt, 4326) AS g"
    wkb, written, drawn = connection.execute(text(asked), {"wkt": wkt}).one()
    assert spelling.wkt(bytes(wkb), 8) == written
    assert spelling.geojson(bytes(wkb), 6) == drawn


def test_every_number(connection: Connection) -> None:
    chance = np.random.default_rng(1)
    made = [chance.uniform(-180, 180, 400), *(np.round(chance.uniform(-1, 130, 200), n) for n in (3, 5, 6, 7, 9))]
    halves = np.round(chance.uniform(0, 130, 200), 6) + 5e-7
    numbers = [0.0, -0.0, 1e-8, 1.5e-8, 9e-9, 1e-12, 123456789.5, *np.concatenate([*made, halves]).tolist()]
    asked = (
        "SELECT ST_AsText(ST_MakePoint(v, 0), 8), ST_AsGeoJSON(ST_MakePoint(v, 0), 6)"
        " FROM unnest(CAST(:numbers AS float8[])) WITH ORDINALITY AS u (v, n) ORDER BY n"
    )
    for number, (written, drawn) in zip(numbers, connection.execute(text(asked), {"numbers": numbers}), strict=True):
        assert f"POINT({spelling.number(number, 8)} 0)" == written
        assert f'{{"type":"Point","coordinates":[{spelling.number(number, 6)},0]}}' == drawn
