"""Rows of a Snapshot as pages and downloads read them: objects with the attributes that SQL rows have."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from geo import spelling
from layers import arrow, masks
from layers.grammar import Point
from layers.packing import Column
from layers.public import public_fields
from layers.snapshot import Snapshot

Drawn = Mapping[str, Callable[[bytes], Any]]

DRAWN: Drawn = {"wkb": lambda wkb: wkb}
"""What downloads have of a shape, in degrees: its WKB, and with it `Spelled`."""


class Spelled:
    """The other ways to write the shape of a place that has its `wkb`: made when they are asked for."""

    wkb: bytes

    @property
    def shape(self) -> str:
        """WKT, degrees."""
        return spelling.wkt(self.wkb, 8)


def places(snapshot: Snapshot, rows: Column, near: Point | None, drawn: Drawn | None = None) -> list[Any]:
    """The rows in their order: public fields, `lon`, `lat`, `distance_km` (None without `near`).

    `drawn`: further attributes, each made from the WKB of the shape.
    """
    if not len(rows):
        return []
    names, more = list(public_fields(snapshot.layer)), drawn or {}
    texts = snapshot.texts(rows, [*names, "wkb"] if more else names)
    found = [arrow.values(snapshot.layer, name, texts[name]) for name in names]
    found += [snapshot["lon"][rows].tolist(), snapshot["lat"][rows].tolist()]
    found.append(distances_km(snapshot, rows, near))
    if more:
        shapes = texts["wkb"].to_pylist()
        found += [[make(wkb) for wkb in shapes] for make in more.values()]
    make_row = _row((*names, "lon", "lat", "distance_km", *more))
    return [make_row(values) for values in zip(*found, strict=True)]


def distances_km(snapshot: Snapshot, rows: Column, near: Point | None) -> list[Any]:
    """How far each row is from a position, None without one."""
    return [None] * len(rows) if near is None else (masks.metres(snapshot, near, rows) / 1000).tolist()


@cache
def _row(names: tuple[str, ...]) -> Any:
    place = namedtuple("Place", names)  # type: ignore[misc]
    return (type("Drawn", (place, Spelled), {}) if "wkb" in names else place)._make  # type: ignore[attr-defined]
