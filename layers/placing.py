"""Rows of a Snapshot as pages and downloads read them: objects with the attributes that SQL rows have."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping
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

Drawn = Mapping[str, Callable[[bytes], Any]]
FEW = 200
"""Values that Arrow hands over faster one by one than by way of a whole array of objects."""


DRAWN: Drawn = {"wkb": lambda wkb: wkb}
"""What downloads have of a shape, in degrees: its WKB, and with it `Spelled`."""


class Spelled:
    """The other ways to write the shape of a place that has its `wkb`: made when they are asked for."""

    wkb: bytes

    @property
    def shape(self) -> str:
        """WKT, degrees."""
        return spelling.wkt(self.wkb, 8)

    @property
    def geojson(self) -> str:
        """GeoJSON, degrees."""
        return spelling.geojson(self.wkb, 6)


def places(snapshot: Snapshot, rows: Column, near: Point | None, drawn: Drawn | None = None) -> list[Any]:
    """The rows in their order: public fields, `lon`, `lat`, `distance_km` (None without `near`).

    `drawn`: further attributes, each made from the WKB of the shape.
    """
    if not len(rows):
        return []
    names, more = list(public_fields(snapshot.layer)), drawn or {}
    texts = snapshot.texts(rows, [*names, "wkb"] if more else names)
    found = [_values(snapshot.layer, name, texts[name]) for name in names]
    found += [snapshot["lon"][rows].tolist(), snapshot["lat"][rows].tolist()]
    found.append([None] * len(rows) if near is None else (masks.metres(snapshot, near, rows) / 1000).tolist())
    if more:
        shapes = texts["wkb"].to_pylist()
        found += [[make(wkb) for wkb in shapes] for make in more.values()]
    make_row = _row((*names, "lon", "lat", "distance_km", *more))
    return [make_row(values) for values in zip(*found, strict=True)]


@cache
def _row(names: tuple[str, ...]) -> Any:
    place = namedtuple("Place", names)  # type: ignore[misc]
    return (type("Drawn", (place, Spelled), {}) if "wkb" in names else place)._make  # type: ignore[attr-defined]


def _values(layer: Layer, name: str, column: pa.Array) -> list[Any]:
    """The values as SQLAlchemy gives them."""
    if column.null_count == len(column):
        return [None] * len(column)
    if isinstance(layer.model.__table__.c[name].type, PriceType):
        type_ = PriceType()
        return [type_.process_result_value(v and orjson.loads(v), None) for v in column.to_pylist()]
    if len(column) < FEW or pa.types.is_list(column.type) or pa.types.is_floating(column.type):
        return column.to_pylist()  # type: ignore[no-any-return]
    if pa.types.is_string(column.type):
        return column.to_numpy(zero_copy_only=False).tolist()  # type: ignore[no-any-return]
    return column.to_pandas(integer_object_nulls=True, date_as_object=True).tolist()  # type: ignore[no-any-return]
