"""The points of a Query on one tile, from a Snapshot: the twin of `layers.tiles`, whose shapes stay with PostGIS."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from geo import morton, mvt
from geo.extent import EARTH_RADIUS_M, Tile
from geo.tiles import BUFFER, EXTENT
from layers import clustering, masks, packing
from layers.areas import Areas
from layers.base import PRECISIONS
from layers.clustering import COUNTY_SIGNS
from layers.columns import LONGEST_NAME, letters
from layers.packing import Column
from layers.query import Query
from layers.snapshot import Snapshot
from layers.tiles import LINE

COUNTY = ("county", "county_name", "county_name_en")
PLACES = 5
FIVE = Decimal("0.00001")
HALFWAY = 1e-4
"""So near the middle between two last places a float alone does not say which one is nearer."""
Features = tuple[list[int | None], list[tuple[int, int]], dict[str, list[Any]]]
"""Ids, places in units of the tile, and properties: what `geo.mvt.points` takes."""


def tile_points(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, tile: Tile) -> bytes:
    """The tile's layer `<key>`, every matching place that is no line; b"" when there is none."""

    def drawn(tile: Tile) -> Column:
        low, high = np.searchsorted(snapshot["key"], morton.stretch(tile)).tolist()
        rows = masks.within(snapshot, query, areas, today, low, high)
        points: Column = rows[snapshot["dim"][rows] != LINE]
        return points

    make = _clusters if tile.z < query.layer.style.cluster_below else _singly
    return mvt.points(query.layer.key, EXTENT, *make(snapshot, areas, drawn, tile))


def _clusters(snapshot: Snapshot, areas: Areas, drawn: Callable[[Tile], Column], tile: Tile) -> Features:
    groups = clustering.cells(snapshot, drawn(tile), tile)
    if not len(groups.rows):
        return [], [], {}
    sizes, starts = groups.sizes, groups.starts
    x, y = snapshot["x"][groups.rows], snapshot["y"][groups.rows]
    single = zip(sizes.tolist(), snapshot["id"][groups.rows[starts]].tolist(), strict=True)
    ids = [id_ if size == 1 else None for size, id_ in single]
    at = _on_tile(tile, np.add.reduceat(x, starts) / sizes, np.add.reduceat(y, starts) / sizes)
    sides = {
        "w": _longitude(np.minimum.reduceat(x, starts)),
        "s": _latitude(np.minimum.reduceat(y, starts)),
        "e": _longitude(np.maximum.reduceat(x, starts)),
        "n": _latitude(np.maximum.reduceat(y, starts)),
    }
    properties = {"id": ids, "count": sizes.tolist(), **_told(snapshot, areas, groups.county, groups.agreeing)}
    for name, values in sides.items():
        properties[name] = [v if n > 1 else None for v, n in zip(_rounded(values), sizes.tolist(), strict=True)]
    return ids, at, properties


def _singly(snapshot: Snapshot, areas: Areas, drawn: Callable[[Tile], Column], tile: Tile) -> Features:
    """Every row by itself; of those that share a county and nothing better, the first carries their number."""
    rows = _touching(snapshot, drawn, tile)
    county = np.where(masks.pinned(snapshot, rows), 0, packing.leading(snapshot["area"][rows], COUNTY_SIGNS))
    order = np.lexsort((snapshot["id"][rows], county))
    rows, county = rows[order], county[order]
    _codes, first, place, number = np.unique(county, return_index=True, return_inverse=True, return_counts=True)
    leads = (np.arange(len(rows)) == first[place]) & (county > 0)
    at = _on_tile(tile, snapshot["x"][rows], snapshot["y"][rows])
    seen = np.array([max(map(abs, (c * 2 - EXTENT, r * 2 - EXTENT))) <= EXTENT + 2 * BUFFER for c, r in at], dtype=bool)
    rows, county, alike, leads = rows[seen], county[seen], number[place][seen], leads[seen]
    ids = snapshot["id"][rows].tolist()
    properties = {"id": ids, **_told(snapshot, areas, county, lambda *_column: rows), "count": [1] * len(ids)}
    properties["n"] = [n if code else None for n, code in zip(alike.tolist(), county, strict=True)]
    properties["first"] = [True if lead else None for lead in leads]
    return ids, [place for place, shown in zip(at, seen, strict=True) if shown], properties


def _touching(snapshot: Snapshot, drawn: Callable[[Tile], Column], tile: Tile) -> Column:
    """Drawn rows on the tile and in its margin."""
    most = (1 << tile.z) - 1
    around = [
        drawn(Tile(tile.z, x, y))
        for x in range(max(tile.x - 1, 0), min(tile.x + 1, most) + 1)
        for y in range(max(tile.y - 1, 0), min(tile.y + 1, most) + 1)
    ]
    rows = np.concatenate(around)
    x, y = snapshot["x"][rows], snapshot["y"][rows]
    return rows[masks.overlapping([x, y, x, y], tile.metres(BUFFER / EXTENT))]


def _told(snapshot: Snapshot, areas: Areas, county: Column, rows: Callable[[Column, Any], Column]) -> dict[str, Any]:
    """The properties that a mark has from its places; `rows` finds a row for the value of a column, or -1."""
    layer = snapshot.layer
    named = {name: _names(snapshot, name, rows(snapshot[name], 0)) for name in ("name", "name_en")}
    rough = rows(snapshot["radius"], np.nan)
    radius = np.where(rough < 0, np.nan, snapshot["radius"][rough]).tolist()
    counties = [_county(areas, code) for code in packing.texts(county)]
    told = {
        **named,
        "precision": _keys(list(PRECISIONS), snapshot["precision"], rows(snapshot["precision"], None)),
        "letter": _keys(letters(layer), snapshot["letter"], rows(snapshot["letter"], None)),
        "radius": [None if math.isnan(km) else km for km in radius],
        **{name: [found[place] for found in counties] for place, name in enumerate(COUNTY)},
    }
    if layer.style.drawn_by:
        options = layer.filters[layer.style.drawn_by].vocabulary or {}
        told["kind"] = _keys(list(options), snapshot[layer.style.drawn_by], rows(snapshot[layer.style.drawn_by], -1))
    return told


def _names(snapshot: Snapshot, name: str, rows: Column) -> list[str | None]:
    texts = snapshot.texts(np.maximum(rows, 0), [name])[name].to_pylist()
    return [None if row < 0 or text is None else text[:LONGEST_NAME] for row, text in zip(rows, texts, strict=True)]


def _keys(keys: Sequence[str], column: Column, rows: Column) -> list[str | None]:
    places = np.where(rows < 0, -1, column[rows]).tolist()
    return [keys[place] if place >= 0 else None for place in places]


def _county(areas: Areas, code: str) -> tuple[str | None, str | None, str | None]:
    """Code and names of a county, nothing for none."""
    if not code:
        return None, None, None
    area = areas.get(code) if code in areas else None
    return (code, area.name, area.name_en) if area else (code, None, None)


def _on_tile(tile: Tile, x: Column, y: Column) -> list[tuple[int, int]]:
    """Positions in metres as columns and rows of the tile, reckoned as ST_AsMVTGeom does."""
    west, south, east, north = tile.metres()
    wide, high = EXTENT / (east - west), -(EXTENT / (north - south))
    columns, rows = np.rint(x * wide + -west * wide), np.rint(y * high + -north * high)
    return list(zip(columns.astype(np.int64).tolist(), rows.astype(np.int64).tolist(), strict=True))


def _longitude(x: Column) -> Column:
    return np.degrees(x / EARTH_RADIUS_M)


def _latitude(y: Column) -> Column:
    return np.degrees(2 * np.arctan(np.exp(y / EARTH_RADIUS_M)) - np.pi / 2)


def _rounded(degrees: Column) -> list[float]:
    """Five places, by way of the fifteen digits that PostgreSQL's numeric has of a float."""
    units = degrees * 10**PLACES
    found: list[float] = (np.rint(units) / 10**PLACES).tolist()
    for place in np.flatnonzero(np.abs(np.abs(units % 1) - 0.5) < HALFWAY).tolist():
        found[place] = float(Decimal(f"{degrees[place]:.15g}").quantize(FIVE, ROUND_HALF_UP))
    return found
