"""The sample catalogue of `data/`: loaded once, judged by `Layer.check`, its dates offsets from the first load."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, insert, select, update

import layers
from layers.areas import Areas
from layers.base import Need
from layers.layer import Layer
from webapp.facts import DATA, digest, load_areas, read, remember
from webapp.models import Loaded

SOURCE = "catalogue"
DATES = ("published", "verified", "valid_until", "buyer_checked")


class BadSample(ValueError):
    """A row of the catalogue that `Layer.check` refuses: the catalogue has to be mended."""


def load(connection: Connection, today: dt.date) -> dict[str, int]:
    """Load areas and every layer's table of `data/`; how many rows were new, by layer."""
    counted = {"areas": load_areas(connection, today)}
    areas = Areas.load(connection)
    first = connection.execute(select(Loaded.day).where(Loaded.name == SOURCE)).scalar() or today
    for layer in layers.LAYERS:
        if _table(layer):
            counted[layer.key] = _load_layer(connection, layer, areas, first)
    remember(connection, SOURCE, digest(*filter(None, map(_table, layers.LAYERS))), first)
    return counted


def refresh(connection: Connection, today: dt.date) -> int:
    """Move the catalogue's dates as if it were first loaded today; how many rows moved."""
    moved = 0
    for layer in layers.LAYERS:
        for row in read(_table(layer)) if _table(layer) else ():
            dates = {name: _date(row[name], today) for name in DATES if row.get(name)}
            chosen = (layer.model.source == SOURCE) & (layer.model.external_id == row["external_id"])
            moved += connection.execute(update(layer.model).where(chosen).values(**dates)).rowcount
    connection.execute(update(Loaded).where(Loaded.name == SOURCE).values(day=today))
    return moved


def _table(layer: Layer) -> str:
    """The layer's file in the data folder, "" when it has none."""
    return f"{layer.key}.csv" if (DATA / f"{layer.key}.csv").exists() else ""


def _load_layer(connection: Connection, layer: Layer, areas: Areas, first: dt.date) -> int:
    known = set(connection.execute(select(layer.model.external_id).where(layer.model.source == SOURCE)).scalars())
    rows = [row for row in read(_table(layer)) if row["external_id"] not in known]
    new = list(_checked(layer, rows, areas, first))
    if new:
        connection.execute(insert(layer.model), new)
    return len(new)


def _checked(layer: Layer, rows: list[dict[str, str]], areas: Areas, first: dt.date) -> Iterator[dict[str, Any]]:
    for row in rows:
        given: dict[str, Any] = {**row, "sample": row.get("sample") or "1", "source": SOURCE}
        given |= {name: _date(row[name], first) for name in DATES if row.get(name)}
        checked = layer.check(given, Need.DRAFT, areas)
        if not checked.accepted:
            problems = "; ".join(f"{p.column}: {p.text(lambda t, **v: t % v if v else t)}" for p in checked.problems)
            raise BadSample(f"{_table(layer)} {row['external_id']}: {problems}")
        yield {**_empty(layer), **checked.values}


def _empty(layer: Layer) -> dict[str, None]:
    """Every nullable column, so that all rows of one INSERT have the same columns."""
    return {c.name: None for c in layer.model.__table__.columns if c.nullable and c.computed is None}


def _date(offset: str, first: dt.date) -> dt.date:
    return first + dt.timedelta(days=int(offset))
