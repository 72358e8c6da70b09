"""The points of a Query on one tile, from a Snapshot: the twin of `layers.tiles`, whose shapes stay with PostGIS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from geo import morton, mvt
from geo.extent import EARTH_RADIUS_M, Tile
from geo.mvt import NONE, Listed
from geo.tiles import BUFFER, EXTENT
from layers import clustering, masks, packing
from layers.areas import Areas
from layers.base import PRECISIONS
from layers.clustering import COUNTY_SIGNS, Groups
from layers.columns import LONGEST_NAME, letters
from layers.packing import Column
from layers.query import Query
from layers.snapshot import Snapshot
from layers.tiles import LINE

COUNTY = ("county", "county_name", "county_name_en")
STEPS = 10**5
"""In a degree: five places."""
HALFWAY = 1e-4
"""So near the middle between two last places a float alone does not say which one is nearer."""
Features = tuple[Column, tuple[Column, Column], dict[str, Listed | Column]]
"""Ids, columns and rows in units of the tile, and properties: what `geo.mvt.points` takes."""
NO_ROWS = np.zeros(0, dtype=np.int64)
NOTHING: Features = NO_ROWS, (NO_ROWS, NO_ROWS), {}
Drawn = Callable[[int, int], Column]
"""The matching rows of a stretch that are drawn as points."""


def tile_points(snapshot: Snapshot, query: Query, areas: Areas, today: dt.date, tile: Tile) -> bytes:
    """The tile's layer `<key>`, every matching place that is no line; b"" when there is none."""

    def drawn(low: int, high: int) -> Column:
        rows = masks.within(snapshot, query, areas, today, low, high)
        lines = snapshot["dim"][low:high] == LINE
        return rows[~lines[rows - low]] if lines.any() else rows

    make = _clusters if tile.z < query.layer.style.cluster_below else _singly
    return mvt.points(query.layer.key, EXTENT, *make(snapshot, areas, drawn, tile))


def _clusters(snapshot: Snapshot, areas: Areas, drawn: Drawn, tile: Tile) -> Features:
    edges = clustering.edges(snapshot, tile)
    groups = clustering.cells(snapshot, drawn(int(edges[0]), int(edges[-1])), edges)
    if not len(groups.rows):
        return NOTHING
    sizes = groups.sizes
    ids = np.where(sizes == 1, snapshot["id"][groups.rows[groups.starts]], NONE)
    (x, west, east), (y, south, north) = (
        groups.folded(snapshot[axis], np.add, np.minimum, np.maximum) for axis in ("x", "y")
    )
    at = _on_tile(tile, x / sizes, y / sizes)
    degrees = np.array([_longitude(west), _latitude(south), _longitude(east), _latitude(north)])
    sides = np.where(sizes > 1, _rounded(degrees), NONE)
    properties = {"id": ids, "count": sizes, **_told(snapshot, areas, groups), **dict(zip("wsen", sides, strict=True))}
    return ids, at, properties


def _singly(snapshot: Snapshot, areas: Areas, drawn: Drawn, tile: Tile) -> Features:
    """Every row by itself; of those that share a county and nothing better, the first carries their number."""
    rows = _touching(snapshot, drawn, tile)
    if not len(rows):
        return NOTHING
    county = np.where(masks.pinned(snapshot, rows), 0, packing.leading(snapshot["area"][rows], COUNTY_SIGNS))
    order = np.lexsort((snapshot["id"][rows], county))
    rows, county = rows[order], county[order]
    firsts = packing.changes(county)
    alike = Groups(rows, firsts, county[firsts]).sizes
    number = np.where(county > 0, np.repeat(alike, alike), NONE)
    leads = np.full(len(rows), -1)
    leads[firsts[county[firsts] > 0]] = 0
    at = _on_tile(tile, snapshot["x"][rows], snapshot["y"][rows])
    seen = np.maximum(*(np.abs(steps * 2 - EXTENT) for steps in at)) <= EXTENT + 2 * BUFFER
    groups = Groups(rows[seen], np.arange(np.count_nonzero(seen)), county[seen])
    ids = snapshot["id"][groups.rows]
    properties = {"id": ids, **_told(snapshot, areas, groups), "count": np.ones(len(ids), dtype=np.int64)}
    properties |= {"n": number[seen], "first": Listed((True,), leads[seen])}
    return ids, (at[0][seen], at[1][seen]), properties


def _touching(snapshot: Snapshot, drawn: Drawn, tile: Tile) -> Column:
    """Drawn rows on the tile and in its margin; of stretches that have no row there nothing is asked."""
    most = (1 << tile.z) - 1
    around = [
        morton.edges(Tile(tile.z, x, y))
        for x in range(max(tile.x - 1, 0), min(tile.x + 1, most) + 1)
        for y in range(max(tile.y - 1, 0), min(tile.y + 1, most) + 1)
    ]
    stretches = _joined(np.searchsorted(snapshot["key"], around).tolist())
    if not stretches:
        return NO_ROWS
    near = np.concatenate([np.arange(low, high) for low, high in stretches])
    x, y = snapshot["x"][near], snapshot["y"][near]
    near = near[masks.overlapping([x, y, x, y], tile.metres(BUFFER / EXTENT))]
    parts = [near[low:high] for low, high in np.searchsorted(near, stretches).tolist() if low < high]
    found = np.concatenate([NO_ROWS, *(drawn(int(part[0]), int(part[-1]) + 1) for part in parts)])
    return np.intersect1d(found, near, assume_unique=True)


def _joined(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches of rows, those without rows left out, neighbours as one."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(stretches):
        if joined and joined[-1][1] == low:
            joined[-1] = joined[-1][0], high
        elif low < high:
            joined.append((low, high))
    return joined


def _told(snapshot: Snapshot, areas: Areas, groups: Groups) -> dict[str, Listed | Column]:
    """The properties that a mark has from its places."""
    layer = snapshot.layer
    radius = groups.agreeing(snapshot["radius"], np.nan)
    told: dict[str, Listed | Column] = {
        **_names(snapshot, groups),
        "precision": Listed(list(PRECISIONS), groups.agreeing(snapshot["precision"], -1)),
        "letter": Listed(letters(layer), groups.agreeing(snapshot["letter"], -1)),
        "radius": np.where(np.isnan(radius), NONE, radius),
        **_counties(areas, groups.county),
    }
    if layer.style.drawn_by:
        options = layer.filters[layer.style.drawn_by].vocabulary or {}
        told["kind"] = Listed(list(options), groups.agreeing(snapshot[layer.style.drawn_by], -1))
    return told


def _names(snapshot: Snapshot, groups: Groups) -> dict[str, Listed]:
    """The names that marks have; nothing of a name that none has."""
    told = {}
    for name in ("name", "name_en"):
        bearing, rows = groups.bearing(snapshot[name], 0)
        if len(rows):
            texts = snapshot.texts(rows, [name])[name].to_pylist()
            places = np.full(len(groups.starts), -1)
            places[bearing] = np.arange(len(rows))
            told[name] = Listed([text[:LONGEST_NAME] for text in texts], places)
    return told


def _counties(areas: Areas, county: Column) -> dict[str, Listed]:
    """Code and names of each group's county; nothing if none has one."""
    if not county.any():
        return {}
    codes, places = np.unique(county, return_inverse=True)
    found = [_county(areas, code) for code in packing.texts(codes)]
    return {name: Listed(values, places) for name, values in zip(COUNTY, zip(*found, strict=True), strict=True)}


def _county(areas: Areas, code: str) -> tuple[str | None, str | None, str | None]:
    """Code and names of a county, nothing for none."""
    if not code:
        return None, None, None
    area = areas.county(code)
    return (code, area.name, area.name_en) if area else (code, None, None)


def _on_tile(tile: Tile, x: Column, y: Column) -> tuple[Column, Column]:
    """Positions in metres as columns and rows of the tile, reckoned as ST_AsMVTGeom does."""
    west, south, east, north = tile.metres()
    wide, high = EXTENT / (east - west), -(EXTENT / (north - south))
    columns, rows = np.rint(x * wide + -west * wide), np.rint(y * high + -north * high)
    return columns.astype(np.int64), rows.astype(np.int64)


def _longitude(x: Column) -> Column:
    return np.degrees(x / EARTH_RADIUS_M)


def _latitude(y: Column) -> Column:
    return np.degrees(2 * np.arctan(np.exp(y / EARTH_RADIUS_M)) - np.pi / 2)


def _rounded(degrees: Column) -> Column:
    """Five places, halves upward, by way of the fifteen digits that PostgreSQL's numeric has of a float."""
    size = np.abs(degrees).ravel()
    units = size * STEPS
    whole = np.floor(units)
    up = units - whole >= 0.5
    near = np.flatnonzero(np.abs(units - whole - 0.5) < HALFWAY)
    up[near] = np.array([float(f"{one:.15g}") for one in size[near].tolist()]) >= (whole[near] + 0.5) / STEPS
    rounded: Column = np.copysign((whole + up).reshape(degrees.shape) / STEPS, degrees)
    return rounded
