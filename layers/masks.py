"""The memory face of Query: what it asks, as masks over a Snapshot. Nothing else turns filters into masks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterator, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo import nearness
from geo.extent import box_around
from layers import grammar, neighbours, packing, scanning, search
from layers.areas import Areas
from layers.base import PRECISIONS, Precision
from layers.packing import Column, Mask
from layers.query import Query
from layers.snapshot import Snapshot

COUNTY = list(PRECISIONS).index(Precision.COUNTY)
"""How the column `precision` has it."""
STRETCH = 256
"""Rows that a question of a place on the map looks at together before it looks at each."""
FEW = 8
"""A stretch of less than this part of the rows is asked alone; who asks of more has use for the whole mask soon."""


def matching(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> Mask:
    """The rows that are still public on the day `today` and that the question asks for."""

    return snapshot.remembered(_matching(query, today), lambda: met(snapshot, query, areas, today))


def _matching(query: Query, today: dt.date) -> Hashable:
    return "matching", query.everywhere(), today


def met(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, rows: Column | slice = slice(None)) -> Mask:
    """Which of the rows (all of them, or those given) match."""
    found = snapshot["until"][rows] >= packing.day(today)
    for mask in conditions(snapshot, query, areas, rows):
        found &= mask
    return found


def chosen(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> Column | Mask:
    """The matching rows as a mask; in an area that holds few, of which alone are looked at, as places, ascending."""

    def ask() -> Column | None:
        inside = neighbours.inside(snapshot, query.area, areas, len(snapshot) // FEW) if query.area else None
        return None if inside is None else inside[met(snapshot, query, areas, today, inside)].astype(np.int32)

    found = snapshot.remembered(("places", query.everywhere(), today), ask)
    return matching(snapshot, query, areas, today) if found is None else found


def places(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> Column:
    """Where the matching rows are, ascending."""
    return packing.places(chosen(snapshot, query, areas, today))


def within(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, low: int, high: int) -> Column:
    """The matching rows from `low` to before `high`; of few rows no others are looked at, unless words are asked."""
    few = high - low <= len(snapshot) // FEW and not _searches(query)
    if few and not snapshot.knows(_matching(query, today)):
        rows = np.flatnonzero(matching(snapshot.part(low, high), query, areas, today))
    else:
        rows = np.flatnonzero(matching(snapshot, query, areas, today)[low:high])
    rows += low
    return rows


def _searches(query: Query) -> bool:
    return bool(query.q) or (query.held is not None and _searches(query.held))


def conditions(snapshot: Snapshot, query: Query, areas: Areas, rows: Column | slice = slice(None)) -> Iterator[Mask]:
    """Everything that the question asks, of all rows or of those given: the twin of `layers.asking.conditions`."""
    for meaning in search.meanings(query.layer, query.q, areas):
        yield snapshot.remembered(("found", meaning), lambda m=meaning: scanning.found(snapshot, m, areas))[rows]  # type: ignore[misc]
    if query.area:
        yield areas.mask(snapshot["area"][rows], snapshot["zone"][rows], query.area)
    if query.bbox:
        box = query.bbox
        yield crossing(snapshot, shapely.box(box.west, box.south, box.east, box.north))[rows]
    if query.near:
        yield snapshot.remembered(("near", query.near, query.radius), lambda: _near(snapshot, query))[rows]
    if query.within:
        shape = grammar.polygon(query.within)
        yield snapshot.remembered(("within", query.within), lambda: pinned(snapshot) & crossing(snapshot, shape))[rows]
    fields = query.layer.filters
    for name, value in query.filters:
        yield fields[name].filter.mask(snapshot[name][rows], value)  # type: ignore[union-attr]
    if query.held:
        yield from conditions(snapshot, query.held, areas, rows)


def pinned(snapshot: Snapshot, rows: Column | slice = slice(None)) -> Mask:
    """Which rows (all of them, or those given) have a position of their own, not just their county's."""
    return snapshot["precision"][rows] != COUNTY


def crossing(snapshot: Snapshot, shape: BaseGeometry) -> Mask:
    """Rows whose shape meets a shape (degrees), if only at its edge."""
    stretches, rectangle = _stretches(snapshot), bool(shape.area) and shape.equals(shape.envelope)
    inside = _inside(stretches, shape.bounds) if rectangle else np.zeros(len(stretches[0]), dtype=bool)
    found = _rows_of(snapshot, inside)
    rows = np.flatnonzero(_rows_of(snapshot, _meeting(stretches, shape.bounds) & ~inside))
    rows = rows[_meeting(_boxes(snapshot, rows), shape.bounds)]
    if rectangle:
        sure = _inside(_boxes(snapshot, rows), shape.bounds)
        found[rows[sure]] = True
        rows = rows[~sure]
    found[rows] = _touching(snapshot, shape, rows)
    return found


def _boxes(snapshot: Snapshot, rows: Column | slice) -> Sequence[Column]:
    """West, south, east and north of what each row draws."""
    return [snapshot[side][rows] for side in ("west", "south", "east", "north")]


def _stretches(snapshot: Snapshot) -> Sequence[Column]:
    """The boxes around STRETCH rows each, which lie together on the map too."""

    def ask() -> tuple[Column, ...]:
        starts = np.arange(0, len(snapshot), STRETCH)
        ends = (np.minimum, np.minimum, np.maximum, np.maximum)
        sides = zip(ends, _boxes(snapshot, slice(None)), strict=True)
        return tuple(end.reduceat(side, starts) if len(side) else side for end, side in sides)

    return snapshot.remembered("boxes", ask)


def _rows_of(snapshot: Snapshot, stretches: Mask) -> Mask:
    """The rows of some of the stretches."""
    return np.repeat(stretches, STRETCH)[: len(snapshot)]


def _meeting(boxes: Sequence[Column], box: tuple[float, float, float, float]) -> Mask:
    west, south, east, north = boxes
    return (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])  # type: ignore[no-any-return]


def _inside(boxes: Sequence[Column], box: tuple[float, float, float, float]) -> Mask:
    west, south, east, north = boxes
    return (west >= box[0]) & (east <= box[2]) & (south >= box[1]) & (north <= box[3])  # type: ignore[no-any-return]


def _touching(snapshot: Snapshot, shape: BaseGeometry, rows: Column) -> Mask:
    """Which of the rows meet a shape, asked of each."""
    shapely.prepare(shape)
    dots = is_dot(snapshot, rows)
    found = np.empty(len(rows), dtype=bool)
    found[dots] = shapely.intersects_xy(shape, snapshot["west"][rows[dots]], snapshot["south"][rows[dots]])
    found[~dots] = shapely.intersects(shape, shapes(snapshot, rows[~dots]))
    return found


def is_dot(snapshot: Snapshot, rows: Column) -> Mask:
    """Which of the rows are single points."""
    flat = snapshot["west"][rows] == snapshot["east"][rows]
    return flat & (snapshot["south"][rows] == snapshot["north"][rows])


def shapes(snapshot: Snapshot, rows: Column) -> Column:
    """The geometries of rows, degrees."""
    return shapely.from_wkb(snapshot.texts(rows, ["wkb"])["wkb"].to_numpy(zero_copy_only=False))


def _near(snapshot: Snapshot, query: Query) -> Mask:
    assert query.near is not None
    box = box_around(*query.near, query.radius)
    rows = np.flatnonzero(_rows_of(snapshot, overlapping(_stretches(snapshot), box)))
    rows = rows[overlapping(_boxes(snapshot, rows), box) & pinned(snapshot, rows)]
    found = np.zeros(len(snapshot), dtype=bool)
    found[rows[metres(snapshot, query.near, rows) <= query.radius * 1000]] = True
    return found


def metres(snapshot: Snapshot, near: grammar.Point, rows: Column) -> Column:
    """Distances of rows from a position in degrees, metres."""
    dots = is_dot(snapshot, rows)
    found = np.empty(len(rows))
    found[dots] = nearness.metres(*near, snapshot["west"][rows[dots]], snapshot["south"][rows[dots]])
    found[~dots] = nearness.metres_to_shapes(*near, shapes(snapshot, rows[~dots]))
    return found


def overlapping(sides: Sequence[Column], box: tuple[float, float, float, float]) -> Mask:
    """PostGIS's `&&`: boxes (west, south, east, north) that meet a box, both widened to what float32 can hold."""
    west, south, east, north = sides
    slack = 4 * np.spacing(np.float32(max(map(abs, box))))
    found = (west <= box[2] + slack) & (east >= box[0] - slack) & (south <= box[3] + slack) & (north >= box[1] - slack)
    rows = np.flatnonzero(found)
    low, high = _float32(np.array(box), -np.inf), _float32(np.array(box), np.inf)
    found[rows] = (_float32(west[rows], -np.inf) <= high[2]) & (_float32(east[rows], np.inf) >= low[0])
    found[rows] &= (_float32(south[rows], -np.inf) <= high[3]) & (_float32(north[rows], np.inf) >= low[1])
    return found


def _float32(values: Column, towards: float) -> Column:
    """The nearest float32 on one side of each number."""
    near = values.astype(np.float32)
    past = near > values if towards < 0 else near < values
    return np.where(past, np.nextafter(near, np.float32(towards)), near)
