"""The SQL face of Query: conditions, rows, counts, facets. Nothing else turns filters into SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from geoalchemy2 import Geography, Geometry
from sqlalchemy import ColumnElement, Connection, Numeric, Row, Select, and_, cast, func, literal, or_

from geo.extent import Box, box_around, box_with
from layers import grammar, search
from layers.areas import Area, Areas
from layers.base import Precision
from layers.filters import Tally
from layers.layer import Layer
from layers.public import select_only, select_public
from layers.query import Query
from layers.ranges import Range
from layers.words import Translate, untranslated

SOON_DAYS = 14
"""A place that expires within so many days is said to."""
MILLIMETRES = 6
"""Decimal places of kilometres to which nearness is compared: what is as near comes by its id, whoever computes it."""


def conditions(query: Query, areas: Areas) -> list[ColumnElement[bool]]:
    """Everything that the question asks, as conditions on the layer's table."""
    model = query.layer.model
    asked = [search.found(query.layer, meaning, areas) for meaning in search.meanings(query.layer, query.q, areas)]
    if query.area:
        asked.append(areas.condition(model, query.area))
    if query.bbox:
        box = query.bbox
        envelope = func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, 4326)
        asked.append(func.ST_Intersects(model.geom, envelope))
    if query.near:
        asked.append(_near(query))
    if query.within:
        shape = func.ST_GeomFromText(grammar.polygon(query.within).wkt, 4326)
        asked.append(and_(model.precision != Precision.COUNTY, func.ST_Intersects(model.geom, shape)))
    fields = query.layer.filters
    asked += [fields[n].filter.where(getattr(model, n), v) for n, v in query.filters]  # type: ignore[union-attr]
    return asked + (conditions(query.held, areas) if query.held else [])


def _near(query: Query) -> ColumnElement[bool]:
    model, (lon, lat) = query.layer.model, query.near or (0.0, 0.0)
    box = func.ST_MakeEnvelope(*box_around(lon, lat, query.radius), 4326)
    reach = func.ST_DWithin(cast(model.geom, Geography), _geography(lon, lat), query.radius * 1000)
    return and_(model.precision != Precision.COUNTY, model.geom.op("&&")(box), reach)


def _geography(lon: float, lat: float) -> ColumnElement[Any]:
    return cast(func.ST_SetSRID(func.ST_MakePoint(lon, lat, type_=Geometry), 4326), Geography)


def distance_km(query: Query) -> ColumnElement[Any]:
    """Straight distance from `near` in kilometres, NULL without one."""
    if query.near is None:
        return literal(None)
    metres = func.ST_Distance(cast(query.layer.model.geom, Geography), _geography(*query.near))
    return metres / 1000


def matching(query: Query, areas: Areas, today: dt.date, *columns: ColumnElement[Any]) -> Select[Any]:
    """SELECT of the given expressions over the public rows that the question asks for."""
    return select_only(query.layer, today, *columns).where(*conditions(query, areas))


def everything(query: Query, areas: Areas, today: dt.date, *more: ColumnElement[Any]) -> Select[Any]:
    """SELECT of all matching rows with public fields, `lon`, `lat`, `distance_km`, in the asked order."""
    distance = distance_km(query).label("distance_km")
    found = select_public(query.layer, today, distance, *more).where(*conditions(query, areas))
    return found.order_by(*_order(query, areas), query.layer.model.id)


def _order(query: Query, areas: Areas) -> list[ColumnElement[Any]]:
    """As asked; without an order, what fits the words best comes first, then what was verified last."""
    model, verified = query.layer.model, query.layer.model.verified.desc().nulls_last()
    if query.q and not query.sort:
        return [search.rank(query.layer, search.meanings(query.layer, query.q, areas)).desc(), verified]
    if query.sort == "near":
        return [func.round(cast(distance_km(query), Numeric), MILLIMETRES)]
    if query.sort == "newest":
        return [model.published.desc().nulls_last()]
    if query.sort and query.sort != "verified":
        return [_amount(query.layer, query.sort).asc().nulls_last()]
    return [verified]


def _amount(layer: Layer, name: str) -> ColumnElement[Any]:
    """What a field of numbers is sorted by: of a price its low end, not its text."""
    kind, column = layer.filters[name].filter, getattr(layer.model, name)
    return kind.order(column) if isinstance(kind, Range) else column


def page(connection: Connection, query: Query, areas: Areas, today: dt.date) -> Sequence[Row[Any]]:
    """The rows of the asked page: first which, then what they hold, so that no wide row is sorted in vain."""
    id_ = query.layer.model.id
    which = matching(query, areas, today, id_).order_by(*_order(query, areas), id_)
    ids = connection.execute(which.limit(query.limit).offset((query.page - 1) * query.limit)).scalars().all()
    shown = select_public(query.layer, today, distance_km(query).label("distance_km")).where(id_.in_(ids))
    rows = {row.id: row for row in connection.execute(shown)} if ids else {}
    return [rows[found] for found in ids if found in rows]


def whole(
    connection: Connection, query: Query, areas: Areas, today: dt.date, most: int | None = None
) -> list[Row[Any]]:
    """All matching rows in the asked order, at most `most`, with `shape` (WKT) and `wkb` (degrees)."""
    geom = query.layer.model.geom
    drawn = (
        func.ST_AsText(geom, 8).label("shape"),
        func.ST_AsBinary(geom).label("wkb"),
    )
    return list(connection.execute(everything(query, areas, today, *drawn).limit(most)).all())


def extent(connection: Connection, query: Query, areas: Areas, today: dt.date) -> Box | None:
    """The box around the shapes of all matching rows, degrees; None when there are none."""
    around = func.ST_Extent(query.layer.model.geom)
    sides = (func.ST_XMin(around), func.ST_YMin(around), func.ST_XMax(around), func.ST_YMax(around))
    row = connection.execute(matching(query, areas, today, *sides)).one()
    return None if row[0] is None else box_with(*row)


def expiring(connection: Connection, query: Query, areas: Areas, today: dt.date) -> Sequence[Row[Any]]:
    """The matching rows that are soon to expire, the next to go first, at most the question's page."""
    model = query.layer.model
    last = today + dt.timedelta(days=SOON_DAYS)
    asked = select_public(query.layer, today, literal(None).label("distance_km")).where(*conditions(query, areas))
    soon = asked.where(model.valid_until <= last).order_by(model.valid_until, model.id).limit(query.limit)
    return connection.execute(soon).all()


def count(connection: Connection, query: Query, areas: Areas, today: dt.date) -> int:
    """How many places the question matches."""
    found: int = connection.execute(matching(query, areas, today, func.count())).scalar_one()
    return found


def one(connection: Connection, query: Query, areas: Areas, today: dt.date, id: int) -> Row[Any] | None:
    """The public place with an id, None when there is none."""
    return connection.execute(everything(query, areas, today).where(query.layer.model.id == id)).one_or_none()


@dataclass(frozen=True)
class Counted:
    """A facet's choice with its count, its own parameter left out of the question."""

    value: str
    label: str
    count: int
    seal: str = ""


def facets(
    connection: Connection,
    query: Query,
    areas: Areas,
    today: dt.date,
    _: Translate,
    names: Collection[str] | None = None,
) -> dict[str, list[Counted]]:
    """Parameter -> counted choices of every filter (or of those named alone), as the question stands.

    A filter's own parameter is left out of its count. Filters that the question does not use
    share one pass over the rows.
    """
    asked = [name for name in query.layer.filters if names is None or name in names]
    used = {name for name, _value in query.filters if name in asked}
    tallies = {name: choices(query, name, _) for name in asked}
    idle = {name: choices for name, choices in tallies.items() if name not in used}
    counted = _counted(connection, query, areas, today, idle)
    for name in used:
        counted |= _counted(connection, query.having(name, None), areas, today, {name: tallies[name]})
    return {name: counted.get(name, []) for name in tallies}


def choices(query: Query, name: str, _: Translate) -> Sequence[Tally]:
    """The choices that a filter offers, uncounted."""
    field = query.layer.filters[name]
    assert field.filter is not None
    return field.filter.tallies(field.unit, _)


def _number(layer: Layer, name: str, tally: Tally) -> ColumnElement[int]:
    """How many rows have a choice."""
    field = layer.filters[name]
    assert field.filter is not None
    return func.count().filter(field.filter.where(getattr(layer.model, name), field.filter.parse(tally.value)))


def _counted(
    connection: Connection, query: Query, areas: Areas, today: dt.date, tallies: dict[str, Sequence[Tally]]
) -> dict[str, list[Counted]]:
    flat = [(name, tally) for name, choices in tallies.items() for tally in choices]
    if not flat:
        return {}
    numbers = [_number(query.layer, name, tally) for name, tally in flat]
    row = connection.execute(matching(query, areas, today, *numbers)).one()
    counted: dict[str, list[Counted]] = {name: [] for name in tallies}
    for (name, tally), number in zip(flat, row, strict=True):
        counted[name].append(Counted(tally.value, tally.label, number, tally.seal))
    return counted


def by_area(
    connection: Connection, query: Query, areas: Areas, today: dt.date, within: str | None
) -> list[tuple[Area, int]]:
    """The areas right under `within` with their counts, the question's own area left out."""
    children = areas.children(within)
    anywhere = query.having("area", None)
    model = query.layer.model
    numbers = [func.count().filter(areas.condition(model, (child.code,))) for child in children]
    if not numbers:
        return []
    row = connection.execute(matching(anywhere, areas, today, *numbers)).one()
    return list(zip(children, row, strict=True))


def by_choice(
    connection: Connection, query: Query, areas: Areas, today: dt.date, name: str, parts: Sequence[Area]
) -> dict[str, list[Counted]]:
    """Area code -> counted choices of the filter `name`, in one pass, for areas of one level.

    The question's own area is left out. An area of which nothing is known has no entry.
    """
    if not parts:
        return {}
    tallies = choices(query, name, untranslated)
    numbers = [_number(query.layer, name, tally) for tally in tallies]
    code = func.left(query.layer.model.area, len(parts[0].prefix)).label("code")
    asked = matching(query.having("area", None), areas, today, code, *numbers).group_by(code)
    here = or_(*(areas.condition(query.layer.model, (part.code,)) for part in parts))
    full = {part.prefix: part.code for part in parts}
    return {
        full[row[0]]: [Counted(t.value, t.label, n, t.seal) for t, n in zip(tallies, row[1:], strict=True)]
        for row in connection.execute(asked.where(here))
        if row[0] in full
    }
