"""What pages ask of a Query, answered by a Snapshot: the twin of `layers.asking`, function by function."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from geo.extent import Box, box_with
from layers import ordering, packing
from layers.areas import Area, Areas, Level
from layers.asking import CREDIT, SOON_DAYS, Counted, choices
from layers.layer import Layer
from layers.masks import FEW, matching
from layers.packing import Column, Mask
from layers.placing import DRAWN, places
from layers.query import Query
from layers.snapshot import Snapshot
from layers.words import Translate, untranslated


def page(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> Sequence[Any]:
    """The rows of the asked page: public fields, `lon`, `lat`, `distance_km`."""
    start = (query.page - 1) * query.limit
    rows = ordering.first(snapshot, query, areas, matching(snapshot, query, areas, today), start + query.limit)
    return places(snapshot, rows[start:], query.near)


def whole(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, most: int | None = None) -> list[Any]:
    """All matching rows in the asked order, at most `most`, with `shape` (WKT) and `wkb` (degrees)."""
    rows = ordering.first(snapshot, query, areas, matching(snapshot, query, areas, today), most)
    return places(snapshot, rows, query.near, DRAWN)


def one(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, id: int) -> Any | None:
    """The public place with an id, None when there is none."""
    rows = np.flatnonzero(snapshot["id"] == id)
    rows = rows[matching(snapshot, query, areas, today)[rows]]
    return next(iter(places(snapshot, rows, query.near)), None)


def count(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> int:
    """How many places the question matches."""
    return int(np.count_nonzero(matching(snapshot, query, areas, today)))


def extent(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> Box | None:
    """The box around the shapes of all matching rows, degrees; None when there are none."""
    mask = matching(snapshot, query, areas, today)
    if not mask.any():
        return None
    return box_with(*sides(snapshot, mask))


def sides(snapshot: Snapshot, mask: Mask) -> tuple[float, float, float, float]:
    """West, south, east and north of what lies around the rows of a mask, at least one; degrees."""
    west, south, east, north = (snapshot[side][mask] for side in ("west", "south", "east", "north"))
    return float(west.min()), float(south.min()), float(east.max()), float(north.max())


def expiring(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> Sequence[Any]:
    """The matching rows that are soon to expire, the next to go first, at most the question's page."""
    last = packing.day(today + dt.timedelta(days=SOON_DAYS))
    rows = np.flatnonzero(matching(snapshot, query, areas, today) & (snapshot["valid_until"] <= last))
    order = np.lexsort((snapshot["id"][rows], snapshot["valid_until"][rows]))
    return places(snapshot, rows[order[: query.limit]], None)


def credits_due(snapshot: Snapshot, layer: Layer, today: dt.date) -> list[str]:
    """Sources of public rows that must be named wherever they show: those that begin with ©."""
    texts = (snapshot.base["source_name"], snapshot.tail["source_name"])
    if not any(pc.any(pc.starts_with(text, CREDIT)).as_py() for text in texts):
        return []
    rows = np.flatnonzero(snapshot["until"] >= packing.day(today))
    named = pc.unique(snapshot.texts(rows, ["source_name"])["source_name"]).to_pylist()
    return sorted(name for name in named if name is not None and name.startswith(CREDIT))


def facets(
    snapshot: Snapshot,
    query: Query,
    areas: Areas,
    today: dt.date,
    _: Translate,
    names: Collection[str] | None = None,
) -> dict[str, list[Counted]]:
    """Parameter -> counted choices of every filter (or of those named alone), as the question stands.

    A filter's own parameter is left out of its count.
    """
    asked = [name for name in query.layer.filters if names is None or name in names]
    return {name: _counted(snapshot, query, areas, today, _, name) for name in asked}


def _counted(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, _: Translate, name: str) -> list[Counted]:
    tallies = choices(query, name, _)
    if not tallies:
        return []
    others = query.having(name, None).everywhere()

    def ask() -> list[int]:
        return _numbers(snapshot, name, matching(snapshot, others, areas, today))

    numbers = snapshot.remembered(("facet", name, others, today), ask)
    return [Counted(t.value, t.label, n, t.seal) for t, n in zip(tallies, numbers, strict=True)]


def _numbers(snapshot: Snapshot, name: str, rows: Column) -> list[int]:
    """How many of the rows (a mask, or their places) have each choice of a filter."""
    values, times = _different(snapshot, name, rows)
    kind = snapshot.layer.filters[name].filter
    assert kind is not None
    offered = kind.tallies("", untranslated)
    return [int(times[kind.mask(values, kind.parse(tally.value))].sum()) for tally in offered]


def _different(snapshot: Snapshot, name: str, rows: Column) -> tuple[Column, Column]:
    """Values of a column and how often the rows have each; codes in their order."""
    column = snapshot[name]
    if column.dtype.kind == "f":
        return column[rows], np.ones(len(column[rows]), dtype=np.int64)
    if column.itemsize > 2:
        return _codes(snapshot, name, rows)
    unsigned = f"u{column.itemsize}"
    times = np.bincount(column[rows].view(unsigned))
    return np.arange(len(times)).astype(unsigned).view(column.dtype), times


def _codes(snapshot: Snapshot, name: str, rows: Column) -> tuple[Column, Column]:
    """`_different` of codes and days: run by run where neighbours have the same one, as with areas."""
    column = snapshot[name]
    starts = snapshot.remembered(("runs", name), lambda: packing.changes(column))
    if rows.dtype == bool and len(starts) <= len(column) // FEW:
        values, places = np.unique(column[starts], return_inverse=True)
        times = np.add.reduceat(rows, starts, dtype=np.int64) if len(starts) else starts
        return values, np.bincount(places, times, len(values)).astype(np.int64)
    number = np.count_nonzero(rows) if rows.dtype == bool else len(rows)
    if number <= len(column) // FEW:
        places, values = pd.factorize(column[rows], sort=True)
        return values, np.bincount(places, minlength=len(values))
    places, values = snapshot.remembered(("different", name), lambda: pd.factorize(column, sort=True))
    return values, np.bincount(places[rows], minlength=len(values))


def by_area(
    snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, within: str | None
) -> list[tuple[Area, int]]:
    """The areas right under `within` with their counts, the question's own area left out."""
    mask = matching(snapshot, query.having("area", None), areas, today)
    zones, codes = _until(snapshot, "zone", mask), _until(snapshot, "area", mask)
    found = []
    for child in areas.children(within):
        values, before = zones if child.level == Level.ZONE else codes
        start, end = np.searchsorted(values, packing.code_range(child.prefix))
        found.append((child, int(before[end] - before[start])))
    return found


def _until(snapshot: Snapshot, name: str, rows: Column) -> tuple[Column, Column]:
    """The codes of a column in their order, and how many of the rows come before each of them and after the last."""
    values, times = _different(snapshot, name, rows)
    return values, np.concatenate([[0], np.cumsum(times)])


def by_choice(
    snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, name: str, parts: Sequence[Area]
) -> dict[str, list[Counted]]:
    """Area code -> counted choices of the filter `name`, for areas of one level.

    The question's own area is left out. An area of which nothing is known has no entry.
    """
    rows = np.flatnonzero(matching(snapshot, query.having("area", None), areas, today))
    rows = rows[np.argsort(snapshot["area"][rows])]
    code = snapshot["area"][rows]
    tallies, found = choices(query, name, untranslated), {}
    for part in parts:
        start, end = np.searchsorted(code, packing.code_range(part.prefix))
        if part.level != Level.ZONE and len(part.prefix) == len(parts[0].prefix) and end > start:
            numbers = _numbers(snapshot, name, rows[start:end])
            found[part.code] = [Counted(t.value, t.label, n, t.seal) for t, n in zip(tallies, numbers, strict=True)]
    return found
