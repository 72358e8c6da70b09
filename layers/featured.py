"""Places as features, from a Snapshot: the twin of `layers.features`, except for conditions in CQL2."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely

from geo import spelling
from geo.reference import CRS84, Reference
from layers import masks, ordering, packing, placing
from layers.answering import sides
from layers.areas import Areas
from layers.features import DEGREES, DOWNLOADED, METRES, Asked, Days, Extent, Feature, Stretch
from layers.grammar import Point
from layers.layer import Layer
from layers.packing import NO_DAY, Column, Mask
from layers.placing import Drawn
from layers.query import Query
from layers.snapshot import Snapshot
from layers.summed import due, sources
from layers.summing import SOURCES_SHOWN

DENSE = 8
"""Ids below so many times their number are dense."""
SPARSE = 64
"""A mask of less than this part of the rows is sorted; in any other the first rows by id are found soon."""


def count(snapshot: Snapshot, asked: Asked, areas: Areas, today: dt.date) -> int:
    """How many features there are."""
    return int(np.count_nonzero(_matching(snapshot, asked, areas, today)))


def rows(
    snapshot: Snapshot, asked: Asked, areas: Areas, today: dt.date, stretch: Stretch, reference: Reference
) -> Sequence[Any]:
    """Public fields, `lon`, `lat`, `distance_km` and `geojson` (in the reference system's order) of a stretch.

    By id, unless the Query has an order of its own.
    """
    chosen = _chosen(snapshot, asked, areas, today, stretch)
    return placing.places(snapshot, chosen, asked.query.near, _drawn(reference))


def whole(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> list[Feature]:
    """All features of a Query in its order, with at most DOWNLOADED decimal places of a degree."""
    rows = ordering.first(snapshot, query, areas, masks.places(snapshot, query, areas, today))
    return _features(snapshot, rows, query.near, f"geojson{DOWNLOADED}")


def page(
    snapshot: Snapshot, asked: Asked, areas: Areas, today: dt.date, stretch: Stretch, reference: Reference
) -> list[Feature]:
    """The features of a stretch: `rows` as GeoJSON has them."""
    rows = _chosen(snapshot, asked, areas, today, stretch)
    if reference == CRS84:
        return _features(snapshot, rows, asked.query.near, f"geojson{DEGREES}")
    return _features(snapshot, rows, asked.query.near, "wkb", lambda shapes: _geojson(shapes, reference))


def _features(
    snapshot: Snapshot, rows: Column, near: Point | None, shape: str, spell: Callable[[list[Any]], list[str]] = list
) -> list[Feature]:
    """Rows in their order, their shape made from the column `shape`."""
    texts = snapshot.texts(rows, ["properties", shape])
    drawn, distances = spell(texts[shape].to_pylist()), placing.distances_km(snapshot, rows, near)
    told = zip(snapshot["id"][rows].tolist(), texts["properties"].to_pylist(), drawn, distances, strict=True)
    return [Feature(*members) for members in told]


def _chosen(snapshot: Snapshot, asked: Asked, areas: Areas, today: dt.date, stretch: Stretch) -> Column:
    mask = _matching(snapshot, asked, areas, today)
    if asked.query.sort:
        end = stretch.offset + stretch.limit
        return ordering.first(snapshot, asked.query, areas, np.flatnonzero(mask), end)[stretch.offset :]
    return _next_to(snapshot, mask, stretch)


def one(snapshot: Snapshot, layer: Layer, areas: Areas, today: dt.date, id_: int, reference: Reference) -> Any:
    """A public place that is known to be there, as `rows` gives it."""
    row = np.flatnonzero(snapshot["id"] == id_)
    return placing.places(snapshot, row, None, _drawn(reference))[0]


def _drawn(reference: Reference) -> Drawn:
    return {"geojson": lambda wkb: _geojson([wkb], reference)[0]}


def extent(snapshot: Snapshot, layer: Layer, today: dt.date) -> Extent:
    """Read from the public rows; no box when there are none."""
    public = snapshot["until"] >= packing.day(today)
    known = _vouched(snapshot)[public]
    known = known[known != NO_DAY]
    days = (packing.date(known.min()), packing.date(known.max())) if len(known) else (None, None)
    told = sources(snapshot, today)
    named = [*due(told), *(name for name, _ in told[:SOURCES_SHOWN])]
    box = None
    if public.any():
        box = tuple(round(side, 6) for side in sides(snapshot, public))
    return Extent(box, days, tuple(dict.fromkeys(named)))  # type: ignore[arg-type]


def _matching(snapshot: Snapshot, asked: Asked, areas: Areas, today: dt.date) -> Mask:
    assert asked.condition is None, "a Snapshot knows no CQL2"
    if asked.frame is None and asked.days is None:
        return masks.matching(snapshot, asked.query, areas, today)

    def ask() -> Mask:
        mask = masks.matching(snapshot, asked.query, areas, today)
        if asked.frame is not None:
            mask &= masks.crossing(snapshot, shapely.from_wkt(asked.frame.wkt))
        return mask if asked.days is None else mask & _between(_vouched(snapshot), asked.days)

    return snapshot.remembered(("features", asked.query.everywhere(), asked.frame, asked.days, today), ask)


def _vouched(snapshot: Snapshot) -> Column:
    """The day that somebody last vouched for each place: when it was verified, else when it was published."""
    return np.where(snapshot["verified"] == NO_DAY, snapshot["published"], snapshot["verified"])


def _between(column: Column, days: Days) -> Mask:
    first, last = days
    found = column != NO_DAY
    if first:
        found &= column >= packing.day(first)
    return found & (column <= packing.day(last)) if last else found


def _next_to(snapshot: Snapshot, mask: Mask, stretch: Stretch) -> Column:
    rows = _by_id(snapshot, mask)

    def id_of(row: np.int32) -> Any:
        return snapshot["id"][row]

    if stretch.before is not None:
        rows = rows[: bisect_left(rows, stretch.before, key=id_of)]
        return _first(rows[::-1], mask, stretch.limit)[::-1]
    if stretch.after is not None:
        return _first(rows[bisect_right(rows, stretch.after, key=id_of) :], mask, stretch.limit)
    return _first(rows, mask, stretch.offset + stretch.limit)[stretch.offset :]


def _by_id(snapshot: Snapshot, mask: Mask) -> Column:
    """The rows of a mask in the order of their ids; all rows where it has many, for that order is remembered."""
    ids = snapshot["id"]
    if np.count_nonzero(mask) > len(mask) // SPARSE:
        return snapshot.remembered("by id", lambda: _order(ids))
    rows = np.flatnonzero(mask)
    return rows[np.argsort(ids[rows])]


def _order(ids: Column) -> Column:
    """Which row has the first id, which the next one; ids that leave few out are put where they belong, not sorted."""
    last = int(ids.max(initial=0))
    if last > DENSE * len(ids):
        return np.argsort(ids).astype(np.int32)
    rows = np.full(last + 1, -1, dtype=np.int32)
    rows[ids] = np.arange(len(ids), dtype=np.int32)
    return rows[rows >= 0]


def _first(rows: Column, mask: Mask, number: int) -> Column:
    """The first so many of the rows that a mask has; of the others no more are looked at than it takes."""
    end = 2 * number
    while True:
        found = rows[:end][mask[rows[:end]]]
        if len(found) >= number or end >= len(rows):
            return found[:number]
        end *= 4


def _geojson(shapes: Sequence[bytes], reference: Reference) -> list[str]:
    """Geometries (WKB, degrees) as GeoJSON texts in a reference system."""
    if reference != CRS84:
        shapes = shapely.to_wkb(reference.drawn(shapely.from_wkb(shapes))).tolist()
    places = METRES if reference.metres else DEGREES
    return [spelling.geojson(shape, places) for shape in shapes]
