"""Rows of a Snapshot as pages and downloads read them: objects with the attributes that SQL rows have."""

from __future__ import annotations

from collections import namedtuple
from functools import cache
from typing import Any

import orjson
import pyarrow as pa

from geo import spelling
from layers import masks
from layers.grammar import Point
from layers.layer import Layer
from layers.packing import Column
from layers.prices import PriceType
from layers.public import public_fields
from layers.snapshot import Snapshot

FEW = 200
"""Values that Arrow hands over faster one by one than by way of a whole array of objects."""


def places(snapshot: Snapshot, rows: Column, near: Point | None, drawn: bool = False) -> list[Any]:
    """The rows in their order: public fields, `lon`, `lat`, `distance_km` (None without `near`).

    With `drawn`, also `shape` (WKT, eight places), `wkb` and `geojson` (six places), degrees.
    """
    if not len(rows):
        return []
    names = list(public_fields(snapshot.layer))
    texts = snapshot.texts(rows, [*names, "wkb"] if drawn else names)
    found = [_values(snapshot.layer, name, texts[name]) for name in names]
    found += [snapshot["lon"][rows].tolist(), snapshot["lat"][rows].tolist()]
    found.append([None] * len(rows) if near is None else (masks.metres(snapshot, near, rows) / 1000).tolist())
    if drawn:
        wkb = texts["wkb"].to_pylist()
        found += [[spelling.wkt(shape, 8) for shape in wkb], wkb, [spelling.geojson(shape, 6) for shape in wkb]]
    return [_row(snapshot.layer, drawn)(*values) for values in zip(*found, strict=True)]


@cache
def _row(layer: Layer, drawn: bool) -> Any:
    names = [*public_fields(layer), "lon", "lat", "distance_km", *(("shape", "wkb", "geojson") if drawn else ())]
    return namedtuple("Place", names)  # type: ignore[misc]


def _values(layer: Layer, name: str, column: pa.Array) -> list[Any]:
    """The values as SQLAlchemy gives them."""
    if column.null_count == len(column):
        return [None] * len(column)
    if isinstance(layer.model.__table__.c[name].type, PriceType):
        type_ = PriceType()
        return [type_.process_result_value(v and orjson.loads(v), None) for v in column.to_pylist()]
    if len(column) < FEW or pa.types.is_list(column.type) or pa.types.is_floating(column.type):
        return column.to_pylist()  # type: ignore[no-any-return]
    return list(column.to_pandas(integer_object_nulls=True, date_as_object=True))
