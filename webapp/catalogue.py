"""What the public surfaces ask of the catalogue: the one door between them and where its answers come from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row

from geo.extent import Box, Tile
from layers import asking, tiles
from layers.areas import Area
from layers.asking import Counted
from layers.query import Query
from webapp import db
from webapp.i18n import translate as _


def page(query: Query) -> list[Row[Any]]:
    """The places of the question's page, with public fields, `lon`, `lat` and `distance_km`."""
    return list(asking.page(db.connection(), query, db.areas(), db.today()))


def count(query: Query) -> int:
    """How many places the question matches."""
    return asking.count(db.connection(), query, db.areas(), db.today())


def one(query: Query, id: int) -> Row[Any] | None:
    """The place of an id that the question matches, None when there is none."""
    return asking.one(db.connection(), query, db.areas(), db.today(), id)


def expiring(query: Query) -> list[Row[Any]]:
    """The matching places that are soon to expire, the next to go first."""
    return list(asking.expiring(db.connection(), query, db.areas(), db.today()))


def everything(query: Query, most: int | None = None) -> list[Row[Any]]:
    """All matching places in the asked order, at most `most`, with their shape besides.

    `shape` (WKT), `wkb` and `geojson` of their geometry, degrees.
    """
    return asking.whole(db.connection(), query, db.areas(), db.today(), most)


def facets(query: Query, names: Collection[str] | None = None) -> dict[str, list[Counted]]:
    """Parameter -> counted choices of the layer's filters, or of those named alone."""
    return asking.facets(db.connection(), query, db.areas(), db.today(), _, names)


def by_area(query: Query, within: str | None) -> list[tuple[Area, int]]:
    """The areas right under `within` with their counts, the question's own area left out."""
    return asking.by_area(db.connection(), query, db.areas(), db.today(), within)


def by_choice(query: Query, name: str, parts: Sequence[Area]) -> dict[str, list[Counted]]:
    """Area code -> counted choices of the filter `name`, for areas of one level."""
    return asking.by_choice(db.connection(), query, db.areas(), db.today(), name, parts)


def extent(query: Query) -> Box | None:
    """The box around every matching place, degrees; None when there is none."""
    return asking.extent(db.connection(), query, db.areas(), db.today())


def tile(query: Query, tile: Tile) -> bytes:
    """The question's places on one tile; b"" when there are none."""
    return tiles.tile_bytes(db.connection(), query, db.areas(), db.today(), tile)
