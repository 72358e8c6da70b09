"""A layer as a whole: how many, how exact, how fresh, from where; for pages about the data and for sitemaps."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, func

from layers.base import Precision
from layers.layer import Layer
from layers.public import select_only

SOURCES_SHOWN = 12
CREDIT = "©"
"""A source whose name begins with it must be named wherever its places show."""


@dataclass(frozen=True)
class Summary:
    """Figures of a layer's public rows."""

    total: int
    samples: int
    precisions: dict[str, int]
    verified: int
    newest: dt.date | None
    sources: list[tuple[str, int]]


def summary(connection: Connection, layer: Layer, today: dt.date) -> Summary:
    """Counted from the public rows; `sources` are the most frequent ones."""
    model = layer.model
    exact = [func.count().filter(model.precision == precision) for precision in Precision]
    columns = (func.count(), func.count().filter(model.sample), func.count(model.verified), func.max(model.verified))
    row = connection.execute(select_only(layer, today, *columns, *exact)).one()
    named = select_only(layer, today, model.source_name, func.count()).where(model.source_name.is_not(None))
    most = named.group_by(model.source_name).order_by(func.count().desc(), model.source_name).limit(SOURCES_SHOWN)
    sources = [(name, number) for name, number in connection.execute(most)]
    return Summary(row[0], row[1], dict(zip(map(str, Precision), row[4:], strict=True)), row[2], row[3], sources)


def credits_due(connection: Connection, layer: Layer, today: dt.date) -> list[str]:
    """Sources of public rows that must be named wherever they show: those that begin with ©."""
    name = layer.model.source_name
    found = select_only(layer, today, name).where(name.startswith(CREDIT)).distinct().order_by(name)
    return list(connection.execute(found).scalars())


def kinds(connection: Connection, layer: Layer, today: dt.date) -> list[str]:
    """The kinds that the public rows of a layer with a column `kind` have, in alphabetical order."""
    column = layer.model.__table__.c.kind
    found = connection.execute(select_only(layer, today, column).where(column.is_not(None)).distinct())
    return sorted(found.scalars())


def stamps(connection: Connection, layer: Layer, today: dt.date, limit: int, offset: int) -> list[tuple[int, str]]:
    """(id, day of the last change) of a stretch of the public rows, in the order of their ids."""
    model = layer.model
    rows = select_only(layer, today, model.id, model.updated_at).order_by(model.id).limit(limit).offset(offset)
    return [(id_, changed.date().isoformat()) for id_, changed in connection.execute(rows)]
