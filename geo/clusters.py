"""Any SELECT of points becomes counts per grid cell, for zooms where single points would crowd."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Double, Integer, Numeric, Select, and_, case, cast, func, select

from geo.extent import EARTH_RADIUS_M, HALF_WORLD_M, Tile
from geo.tiles import SHAPE

CELLS = 8
"""Cells along a tile's side: 64 pixels where a tile is shown 512 pixels wide, as our maps show it."""


def clusters(rows: Select[Any], tile: Tile, apart: str) -> Select[Any]:
    """SELECT of one row per occupied cell of the tile, ready for `geo.tiles.encode`.

    `rows` has `id`, a point labelled `shape` (EPSG:3857) and property columns. Rows that
    share a value in the column `apart` are counted by themselves, never with their
    neighbours; the column itself goes on as a property. A cell belongs to one tile only
    (its west and north edges are its own), so counts add up to the total over all tiles.

    Result: `count`, every property on which all members agree, the id of a single member,
    and `w`, `s`, `e`, `n` (degrees) around several.
    """
    source = rows.subquery("points")
    x, y = func.ST_X(source.c[SHAPE]), func.ST_Y(source.c[SHAPE])
    column, row = _cell(tile, x, y)
    inside = and_(column >= 0, column < CELLS, row >= 0, row < CELLS)
    number = func.count()
    shared = [column for column in source.c if column.name not in (SHAPE, "id", apart)]
    return (
        select(
            case((number == 1, func.min(source.c.id))).label("id"),
            number.label("count"),
            source.c[apart],
            *(case((func.min(c) == func.max(c), func.min(c))).label(c.name) for c in shared),
            *_around(number, x, y),
            func.ST_SetSRID(func.ST_MakePoint(func.avg(x), func.avg(y)), 3857).label(SHAPE),
        )
        .where(inside)
        .group_by(column, row, source.c[apart])
    )


def _cell(tile: Tile, x: Any, y: Any) -> tuple[Any, Any]:
    """Column and row of a point's cell on the tile, counted from its north-western corner.

    Reckoned from the corner of the world: from the tile's own, a point on the border of two tiles may by rounding
    belong to neither. Halving a number changes none of its digits, so that the cells of all zooms agree.
    """
    cells = float(CELLS << tile.z)
    column, row = (x + HALF_WORLD_M) / (2 * HALF_WORLD_M) * cells, (HALF_WORLD_M - y) / (2 * HALF_WORLD_M) * cells
    return (
        cast(func.floor(column), Integer) - tile.x * CELLS,
        cast(func.floor(row), Integer) - tile.y * CELLS,
    )


def _around(number: Any, x: Any, y: Any) -> list[ColumnElement[Any]]:
    """The box around a cell's members in degrees, NULL for a single one."""

    def several(value: ColumnElement[Any], name: str) -> ColumnElement[Any]:
        return case((number > 1, rounded(value))).label(name)

    return [
        several(longitude(func.min(x)), "w"),
        several(latitude(func.min(y)), "s"),
        several(longitude(func.max(x)), "e"),
        several(latitude(func.max(y)), "n"),
    ]


def rounded(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Five places; by way of numeric, which PostgreSQL can round and tiles cannot carry."""
    return cast(func.round(cast(value, Numeric), 5), Double)


def longitude(x: ColumnElement[Any]) -> ColumnElement[Any]:
    """Degrees from metres (EPSG:3857)."""
    return func.degrees(x / EARTH_RADIUS_M)


def latitude(y: ColumnElement[Any]) -> ColumnElement[Any]:
    """Degrees from metres (EPSG:3857)."""
    return func.degrees(2 * func.atan(func.exp(y / EARTH_RADIUS_M)) - func.pi() / 2)
