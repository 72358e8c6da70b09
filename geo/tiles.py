"""Any SELECT with a geometry becomes one Mapbox vector tile, encoded by PostGIS."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, func, literal_column, select

from geo.extent import Tile

EXTENT = 4096
"""Units along a tile's side."""
BUFFER = 64
"""Units drawn beyond each side, so that shapes have no seams."""
SHAPE = "shape"
"""The label under which a SELECT hands its geometry (EPSG:3857) to this module."""


def touches(geometry: ColumnElement[Any], tile: Tile, margin: float = BUFFER / EXTENT) -> ColumnElement[bool]:
    """Condition: the geometry's box (EPSG:3857) meets the tile, widened by `margin` of a side.

    The tile is the literal that is transformed; the indexed column stays as it is.
    """
    return geometry.op("&&", return_type=Boolean())(func.ST_MakeEnvelope(*tile.metres(margin), 3857))


def encode(rows: Select[Any], tile: Tile, name: str) -> Select[Any]:
    """SELECT of one value: the tile layer `name` as bytes (Mapbox Vector Tile 2.1).

    `rows` has a column `id` (becomes the feature's id and a property), a geometry
    labelled `shape` in EPSG:3857, and any other columns as properties. NULLs are left out.
    """
    source = rows.subquery("source")
    envelope = func.ST_MakeEnvelope(*tile.metres(), 3857)
    properties = [column for column in source.c if column.name not in (SHAPE, "id")]
    drawn = select(
        source.c.id.label("feature"),
        source.c.id,
        *properties,
        func.ST_AsMVTGeom(source.c[SHAPE], envelope, EXTENT, BUFFER, True).label("geom"),
    ).subquery("drawn")
    kept = select(drawn).where(drawn.c.geom.is_not(None)).subquery("tile")
    return select(func.ST_AsMVT(literal_column("tile"), name, EXTENT, "geom", "feature")).select_from(kept)
