"""A Query on one tile: clusters below the layer's zoom, single places above, shapes where there is room."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, case, func, literal

from geo.clusters import clusters
from geo.extent import Tile
from geo.tiles import EXTENT, SHAPE, encode, touches
from layers.areas import AreaRow, Areas
from layers.asking import conditions
from layers.base import Precision
from layers.layer import Layer
from layers.public import select_only
from layers.query import Query

LONGEST_NAME = 40
COARSE = 4.0
"""Simplification of shapes in tile units (of 4096): a quarter of a screen pixel."""


def tile_bytes(connection: Connection, query: Query, areas: Areas, today: dt.date, tile: Tile) -> bytes:
    """The tile's layers `<key>` (points, every matching place) and `<key>_shapes`; b"" when empty."""
    key, model = query.layer.key, query.layer.model
    if tile.z < query.layer.style.cluster_below:
        points = clusters(_points(query, areas, today).where(touches(model.point3857, tile)), tile, "county")
    else:
        points = _singly(_points(query, areas, today).where(touches(model.point3857, tile)), model)
    found = bytes(connection.execute(encode(points, tile, key)).scalar() or b"")
    return found + shape_bytes(connection, query, areas, today, tile)


def shape_bytes(connection: Connection, query: Query, areas: Areas, today: dt.date, tile: Tile) -> bytes:
    """The tile's layer `<key>_shapes` alone; b"" when it is empty, and at zooms that have no room for shapes."""
    if tile.z < query.layer.style.shapes_from:
        return b""
    shapes = _shapes(query, areas, today, tile).where(touches(query.layer.model.geom3857, tile))
    return bytes(connection.execute(encode(shapes, tile, f"{query.layer.key}_shapes")).scalar() or b"")


def _county(model: Any) -> ColumnElement[Any]:
    """County code of what is known by its county alone, NULL for what has a position."""
    return case((model.precision == Precision.COUNTY, func.left(model.area, 6)))


LINE = 1
"""Dimension of a line: it is drawn as one, never as a mark in its middle."""


def _points(query: Query, areas: Areas, today: dt.date) -> Select[Any]:
    model = query.layer.model
    columns: tuple[ColumnElement[Any], ...] = (
        model.id,
        func.left(model.name, LONGEST_NAME).label("name"),
        func.left(model.name_en, LONGEST_NAME).label("name_en"),
        model.precision,
        letter(query.layer).label("letter"),
        model.radius_km.label("radius"),
        _county(model).label("county"),
        AreaRow.name.label("county_name"),
        AreaRow.name_en.label("county_name_en"),
        model.point3857.label(SHAPE),
    )
    if query.layer.style.drawn_by:
        columns += (getattr(model, query.layer.style.drawn_by).label("kind"),)
    joined = select_only(query.layer, today, *columns).outerjoin(AreaRow, AreaRow.code == _county(model))
    return joined.where(func.ST_Dimension(model.geom) != LINE, *conditions(query, areas))


def _singly(points: Select[Any], model: Any) -> Select[Any]:
    """Every row by itself; of those that share a county and nothing better, the first carries their number."""
    county = _county(model)
    alike = func.count().over(partition_by=county)
    place = func.row_number().over(partition_by=county, order_by=model.id)
    return points.add_columns(
        literal(1, Integer).label("count"),
        case((county.is_not(None), alike)).label("n"),
        case((and_(county.is_not(None), place == 1), True)).label("first"),
    )


def _shapes(query: Query, areas: Areas, today: dt.date, tile: Tile) -> Select[Any]:
    """Lines and polygons, no finer than the tile can show; those of one point's precision are no shapes."""
    model, style = query.layer.model, query.layer.style
    shape = func.ST_SimplifyPreserveTopology(model.geom3857, tile.side / EXTENT * COARSE)
    columns = [model.id, func.left(model.name, LONGEST_NAME).label("name"), shape.label(SHAPE)]
    columns += [getattr(model, style.drawn_by).label("kind")] if style.drawn_by else []
    drawn = select_only(query.layer, today, *columns).where(*conditions(query, areas), query.layer.detail(tile.z))
    return drawn.where(func.ST_Dimension(model.geom) > 0, model.precision != Precision.COUNTY)


@cache
def letter(layer: Layer) -> ColumnElement[Any]:
    """SQL twin of `Layer.letter`; built once, for building it costs more than asking it."""
    if layer.codes is None or layer.seal is None:
        return literal(layer.style.letter)
    column = getattr(layer.model, layer.seal)
    whens = [(layer.codes.where(column, (group.key,)), group.seal) for group in layer.codes.groups]
    return case(*whens, else_=layer.style.letter)
