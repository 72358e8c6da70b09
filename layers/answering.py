"""What pages ask of a Query, answered by a Snapshot: the twin of `layers.asking`, function by function."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from geo.extent import Box, box_with
from layers import masks, neighbours, ordering, packing, tallying
from layers.areas import Area, Areas, Level
from layers.asking import SOON_DAYS, Counted, choices
from layers.packing import Column, Mask
from layers.placing import DRAWN, places
from layers.query import Query
from layers.snapshot import Snapshot
from layers.words import Translate, untranslated


def page(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> Sequence[Any]:
    """The rows of the asked page: public fields, `lon`, `lat`, `distance_km`."""
    start = (query.page - 1) * query.limit
    rows = ordering.first(snapshot, query, areas, masks.places(snapshot, query, areas, today), start + query.limit)
    return places(snapshot, rows[start:], query.near)


def whole(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, most: int | None = None) -> list[Any]:
    """All matching rows in the asked order, at most `most`, with `shape` (WKT) and `wkb` (degrees)."""
    rows = ordering.first(snapshot, query, areas, masks.places(snapshot, query, areas, today), most)
    return places(snapshot, rows, query.near, DRAWN)


def one(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, id: int) -> Any | None:
    """The public place with an id, None when there is none."""
    rows = np.flatnonzero(snapshot["id"] == id)
    rows = rows[masks.met(snapshot, query, areas, today, rows)]
    return next(iter(places(snapshot, rows, query.near)), None)


def count(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> int:
    """How many places the question matches."""
    return packing.number(masks.chosen(snapshot, query, areas, today))


def extent(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> Box | None:
    """The box around the shapes of all matching rows, degrees; None when there are none."""
    rows = masks.places(snapshot, query, areas, today)
    return box_with(*sides(snapshot, rows)) if len(rows) else None


def sides(snapshot: Snapshot, rows: Column | Mask) -> tuple[float, float, float, float]:
    """West, south, east and north of what lies around rows, at least one; degrees."""
    west, south, east, north = (snapshot[side][rows] for side in ("west", "south", "east", "north"))
    return float(west.min()), float(south.min()), float(east.max()), float(north.max())


def expiring(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date) -> Sequence[Any]:
    """The matching rows that are soon to expire, the next to go first, at most the question's page."""
    last = packing.day(today + dt.timedelta(days=SOON_DAYS))
    rows = masks.places(snapshot, query, areas, today)
    rows = rows[snapshot["valid_until"][rows] <= last]
    order = np.lexsort((snapshot["id"][rows], snapshot["valid_until"][rows]))
    return places(snapshot, rows[order[: query.limit]], None)


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
    offered = {name: choices(query, name, _) for name in query.layer.filters if names is None or name in names}
    used = {name for name, _value in query.filters}
    idle = [name for name, tallies in offered.items() if tallies and name not in used]
    numbers = _numbers(snapshot, query, areas, today, idle)
    for name in used.intersection(name for name, tallies in offered.items() if tallies):
        numbers[name] = _numbers(snapshot, query.having(name, None), areas, today, [name])[name]
    return {
        name: [Counted(t.value, t.label, n, t.seal) for t, n in zip(tallies, numbers.get(name, ()), strict=True)]
        for name, tallies in offered.items()
    }


def _numbers(
    snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, names: Sequence[str]
) -> dict[str, list[int]]:
    """How many of the matching rows have each choice of filters; what was counted once is remembered."""
    known: dict[str, list[int]] = snapshot.remembered(("facets", query.everywhere(), today), dict)
    missing = [name for name in names if name not in known]
    if missing:
        known |= tallying.tallies(snapshot, missing, masks.chosen(snapshot, query, areas, today))
    return {name: known[name] for name in names}


def by_area(
    snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, within: str | None
) -> list[tuple[Area, int]]:
    """The areas right under `within` with their counts, the question's own area left out."""
    children = areas.children(within)
    around = (within, *_apart(areas, within, children)) if within else None
    rows = masks.chosen(snapshot, query.having("area", around), areas, today)
    names = ["zone" if child.level == Level.ZONE else "area" for child in children]
    number = {name: neighbours.under(snapshot, name, rows) for name in set(names)}
    return [(child, number[name](child.prefix)) for child, name in zip(children, names, strict=True)]


def _apart(areas: Areas, within: str, children: Sequence[Area]) -> list[str]:
    """The children that the parent's own code does not tell."""
    prefix = areas.get(within).prefix
    return [child.code for child in children if child.level == Level.ZONE or not child.prefix.startswith(prefix)]


def by_choice(
    snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, name: str, parts: Sequence[Area]
) -> dict[str, list[Counted]]:
    """Area code -> counted choices of the filter `name`, for areas of one level.

    The question's own area is left out. An area of which nothing is known has no entry.
    """
    offered, found = choices(query, name, untranslated), {}
    for part in parts:
        if part.level != Level.ZONE and len(part.prefix) == len(parts[0].prefix):
            rows = masks.chosen(snapshot, query.having("area", (part.code,)), areas, today)
            if packing.number(rows):
                numbers = tallying.tallies(snapshot, [name], rows)[name]
                found[part.code] = [Counted(t.value, t.label, n, t.seal) for t, n in zip(offered, numbers, strict=True)]
    return found
