"""The plain basemap: our own outlines and names, as vector tiles simplified for each zoom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

from geo.extent import Tile
from geo.tiles import EXTENT, SHAPE, encode, touches
from layers.areas import AreaRow, Level

BOUNDARY = "boundary"
"""Level of lines that belong to no area (境界线); drawn wherever the nation is."""
OUTLINES = {Level.PROVINCE: (0, 22), Level.CITY: (4, 22), Level.COUNTY: (6, 22), BOUNDARY: (0, 22)}
NAMES = {Level.PROVINCE: (2, 5), Level.CITY: (4, 6), Level.COUNTY: (7, 22), Level.TOWNSHIP: (9, 22)}
"""Level -> zooms of the tile, first and last, at which it is drawn or named; a tile shows one zoom above its own."""
COARSE = 3.0
"""Simplification in tile units (of 4096): less than a fifth of a screen pixel."""


def tile_bytes(connection: Connection, tile: Tile) -> bytes:
    """Layers `province`, `city`, `county`, `boundary` (outlines) and `labels` (points); b"" when empty."""
    found = b""
    for level, zooms in OUTLINES.items():
        if zooms[0] <= tile.z <= zooms[1]:
            found += bytes(connection.execute(encode(_outlines(tile, level), tile, level)).scalar() or b"")
    return found + bytes(connection.execute(encode(_labels(tile), tile, "labels")).scalar() or b"")


def _outlines(tile: Tile, level: str) -> Select[Any]:
    tolerance = tile.side / EXTENT * COARSE
    shape = func.ST_MakeValid(func.ST_SimplifyPreserveTopology(AreaRow.outline3857, tolerance))
    return _areas(shape).where(AreaRow.level == level, touches(AreaRow.__table__.c.outline3857, tile))


def _labels(tile: Tile) -> Select[Any]:
    levels = [level for level, (first, last) in NAMES.items() if first <= tile.z <= last]
    named = _areas(AreaRow.point3857).add_columns(AreaRow.level.label("kind"), AreaRow.name_en)
    return named.where(AreaRow.level.in_(levels), touches(AreaRow.__table__.c.point3857, tile))


def _areas(shape: Any) -> Select[Any]:
    number = func.row_number().over(order_by=AreaRow.code).label("id")
    return select(number, AreaRow.code, AreaRow.name, shape.label(SHAPE)).where(AreaRow.valid_to.is_(None))
