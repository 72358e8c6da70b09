"""Properties of GeoJSON: every public field of a place as JSON, whether row by row or column by column."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text

import layers
from layers import asking, columns, properties
from layers.areas import Areas
from layers.layer import Layer
from layers.prices import Price
from layers.public import public_fields
from layers.query import Query
from tests import wild
from tests.places import TODAY


@pytest.mark.parametrize("layer", [pytest.param(layer, id=layer.key) for layer in layers.LAYERS])
def test_they_are_the_values_that_sql_gives(
    layer: Layer, connection: Connection, areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    wild.places(connection, layer, 120)
    rows = asking.whole(connection, Query(layer), areas, TODAY)
    assert len(rows) > 30
    expected = {
        row.id: orjson.dumps({name: plain(getattr(row, name)) for name in public_fields(layer)}) for row in rows
    }
    assert properties.of_rows(layer, rows) == [expected[row.id] for row in rows]
    assert gathered(connection, layer) == expected
    monkeypatch.setattr(properties, "STRETCH", 7)
    assert gathered(connection, layer) == expected, "stretch by stretch"


def gathered(connection: Connection, layer: Layer) -> dict[int, bytes]:
    """Id -> properties in the files of a Snapshot."""
    _narrow, texts = columns.gather(connection, layer, TODAY)
    return dict(zip(texts["id"].to_pylist(), texts["properties"].to_pylist(), strict=True))


def plain(value: Any) -> Any:
    """As JSON holds it, value by value."""
    if isinstance(value, Price):
        return {**asdict(value), "low": float(value.low), "high": None if value.high is None else float(value.high)}
    if isinstance(value, Decimal):
        return int(value) if value % 1 == 0 else float(value)
    return value


def test_a_layer_of_no_places_has_none(connection: Connection) -> None:
    for layer in layers.LAYERS:
        connection.execute(text(f"DELETE FROM {layer.model.__tablename__}"))
        assert gathered(connection, layer) == {}
        assert properties.of_rows(layer, []) == []
