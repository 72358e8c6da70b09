"""Places as features: what OGC API asks beside a Query (box in any system, days, CQL2), page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_

from geo.reference import Reference
from layers import asking, properties
from layers.areas import Areas
from layers.layer import Layer
from layers.public import select_only
from layers.query import Query
from layers.summing import credits_due, summary

Days = tuple[dt.date | None, dt.date | None]
"""First and last day, None where the end is open."""

DOWNLOADED, DEGREES, METRES = 6, 7, 2
"""Most decimal places of a position: in a download, in degrees and in metres of a reference system."""


@dataclass(frozen=True)
class Asked:
    """A Query, and what else must hold: a box (degrees), days, a condition over public columns."""

    query: Query
    frame: BaseGeometry | None = None
    days: Days | None = None
    condition: ColumnElement[bool] | None = None


@dataclass(frozen=True)
class Stretch:
    """Which features of all: so many after an offset, or next to an id, which costs the same however deep."""

    limit: int
    offset: int = 0
    after: int | None = None
    before: int | None = None


class Feature(NamedTuple):
    """A place as GeoJSON has it: `properties` (layers.properties), its shape as GeoJSON text, its distance."""

    id: int
    properties: bytes
    geojson: str
    distance_km: float | None


def _more(asked: Asked) -> list[ColumnElement[bool]]:
    model = asked.query.layer.model
    found: list[ColumnElement[bool]] = []
    if asked.frame is not None:
        found.append(func.ST_Intersects(model.geom, func.ST_GeomFromText(asked.frame.wkt, 4326)))
    if asked.days is not None:
        found.append(_vouched(model, asked.days))
    if asked.condition is not None:
        found.append(asked.condition)
    return found


def _vouched(model: Any, days: Days) -> ColumnElement[bool]:
    """The day that somebody last vouched for the place: when it was verified, else when it was published."""

    def between(column: Any) -> ColumnElement[bool]:
        first, last = days
        ends = [column >= first] if first else []
        ends += [column <= last] if last else []
        return and_(column.is_not(None), *ends)

    return or_(between(model.verified), and_(model.verified.is_(None), between(model.published)))


def count(connection: Connection, asked: Asked, areas: Areas, today: dt.date) -> int:
    """How many features there are."""
    found: int = connection.execute(
        asking.matching(asked.query, areas, today, func.count()).where(*_more(asked))
    ).scalar_one()
    return found


def whole(connection: Connection, query: Query, areas: Areas, today: dt.date) -> list[Feature]:
    """All features of a Query in its order, with at most DOWNLOADED decimal places of a degree."""
    shape = func.ST_AsGeoJSON(query.layer.model.geom, DOWNLOADED).label("geojson")
    return of_rows(query.layer, connection.execute(asking.everything(query, areas, today, shape)).all())


def of_rows(layer: Layer, found: Sequence[Any]) -> list[Feature]:
    """Rows that have `geojson` and `distance_km` as features."""
    told = properties.of_rows(layer, found)
    return [Feature(row.id, has, row.geojson, row.distance_km) for row, has in zip(found, told, strict=True)]


def page(
    connection: Connection, asked: Asked, areas: Areas, today: dt.date, stretch: Stretch, reference: Reference
) -> list[Feature]:
    """The features of a stretch: `rows` as GeoJSON has them."""
    return of_rows(asked.query.layer, rows(connection, asked, areas, today, stretch, reference))


def rows(
    connection: Connection, asked: Asked, areas: Areas, today: dt.date, stretch: Stretch, reference: Reference
) -> Sequence[Row[Any]]:
    """Public fields, `lon`, `lat`, `distance_km` and `geojson` (in the reference system's order) of a stretch.

    By id, unless the Query has an order of its own.
    """
    shape = geojson(asked.query.layer, reference)
    chosen = asking.everything(asked.query, areas, today, shape).where(*_more(asked))
    if asked.query.sort:
        return connection.execute(chosen.limit(stretch.limit).offset(stretch.offset)).all()
    found = connection.execute(_next_to(chosen.order_by(None), asked.query.layer.model.id, stretch)).all()
    return found[::-1] if stretch.before is not None else found


def _next_to(chosen: Select[Any], id_: Any, stretch: Stretch) -> Select[Any]:
    if stretch.before is not None:
        return chosen.where(id_ < stretch.before).order_by(id_.desc()).limit(stretch.limit)
    if stretch.after is not None:
        return chosen.where(id_ > stretch.after).order_by(id_).limit(stretch.limit)
    return chosen.order_by(id_).limit(stretch.limit).offset(stretch.offset)


def geojson(layer: Layer, reference: Reference) -> ColumnElement[Any]:
    """The geometry as GeoJSON text in a reference system."""
    model = layer.model
    if reference.metres:
        return func.ST_AsGeoJSON(model.geom3857, METRES, 0).label("geojson")
    drawn = func.ST_FlipCoordinates(model.geom) if reference.latitude_first else model.geom
    return func.ST_AsGeoJSON(drawn, DEGREES, 0).label("geojson")


def one(connection: Connection, layer: Layer, areas: Areas, today: dt.date, id_: int, reference: Reference) -> Row[Any]:
    """A public place that is known to be there, as `rows` gives it."""
    chosen = asking.everything(Query(layer), areas, today, geojson(layer, reference))
    return connection.execute(chosen.where(layer.model.id == id_)).one()


@dataclass(frozen=True)
class Extent:
    """Where a layer's public places lie (west, south, east, north in degrees), when vouched for, and by whom told."""

    box: tuple[float, float, float, float] | None
    days: Days
    sources: tuple[str, ...] = ()


def extent(connection: Connection, layer: Layer, today: dt.date) -> Extent:
    """Read from the public rows; no box when there are none."""
    model = layer.model
    around = func.ST_Extent(model.geom)
    corners = [function(around) for function in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)]
    day = func.coalesce(model.verified, model.published)
    row = connection.execute(select_only(layer, today, *corners, func.min(day), func.max(day))).one()
    west, south, east, north, first, last = row
    box = None if west is None else tuple(round(float(v), 6) for v in (west, south, east, north))
    named = [*credits_due(connection, layer, today), *(n for n, _ in summary(connection, layer, today).sources)]
    return Extent(box, (first, last), tuple(dict.fromkeys(named)))  # type: ignore[arg-type]
