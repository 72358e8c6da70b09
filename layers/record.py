"""A place's values as JSON and back: what drafts and revisions keep, and what `Layer.check` takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from layers import public, saying
from layers.base import Field, Precision, fields
from layers.check import MACHINE_SET
from layers.layer import Layer
from layers.quantity import plain
from layers.words import N_, Translate

MACHINE_KEPT = (*MACHINE_SET, "status", "published", "verified", "verified_how", "sample")
"""Columns that no person types; their changes are told by the action that made them."""
POSITION = {"lon": N_("经度"), "lat": N_("纬度"), "shape": N_("形状")}
Values = dict[str, Any]


def select_record(layer: Layer, *where: ColumnElement[bool]) -> Any:
    """SELECT of every field of a layer's rows, public or not, with `lon`, `lat` (degrees) and `wkt`."""
    columns = [getattr(layer.model, name) for name in fields(layer.model)]
    shape = func.ST_AsText(layer.model.geom, 8).label("wkt")
    return select(*columns, *public.position(layer.model), shape).where(*where)


def of(layer: Layer, row: Any) -> Values:
    """The filled values of a row of `select_record`, in JSON's own types; the position as it was given."""
    found: Values = {}
    for name in fields(layer.model):
        value = getattr(row, name)
        if value is not None and name not in MACHINE_SET:
            found[name] = plain_value(value)
    return found | _position(row)


def _position(row: Any) -> Values:
    """A shape as WKT, a point as `lon` and `lat` in degrees; nothing for what is known by its county alone."""
    if not row.wkt.startswith("POINT"):
        return {"shape": row.wkt}
    if row.precision == Precision.COUNTY:
        return {}
    return {"lon": plain(round(row.lon, 8)), "lat": plain(round(row.lat, 8))}


def plain_value(value: Any) -> Any:
    """One value as JSON holds it: days in ISO form, numbers and prices as text, lists as lists."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [str(part) for part in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal | float | int):
        return plain(value)
    return str(value)


def one(connection: Connection, layer: Layer, id: int) -> Any | None:
    """The row of a place with every field, whatever its status; None when there is none."""
    return connection.execute(select_record(layer, layer.model.id == id)).one_or_none()


@dataclass(frozen=True)
class Change:
    """One field that differs, with both sides in words; "" for nothing."""

    name: str
    label: str
    before: str
    after: str


def changes(layer: Layer, before: Mapping[str, Any], after: Mapping[str, Any], _: Translate) -> Iterator[Change]:
    """What differs between two records, in the layer's order, machine-kept columns left out."""
    declared = fields(layer.model)
    for name in (*declared, *POSITION):
        old, new = before.get(name), after.get(name)
        if name in MACHINE_KEPT or _same(old, new):
            continue
        label = _(declared[name].label) if name in declared else _(POSITION[name])
        yield Change(name, label, _said(declared.get(name), old, _), _said(declared.get(name), new, _))


def _same(old: Any, new: Any) -> bool:
    return (old or "") == (new or "") or str(old) == str(new)


def _said(declared: Field | None, value: Any, _: Translate) -> str:
    if value is None or value == "":
        return ""
    if declared is None or declared.vocabulary is None:
        shown = value if isinstance(value, str | bool) or declared is None else str(value)
        text = saying.said(declared, shown, _) if declared else str(shown)
        return f"{text} {_(declared.unit)}" if declared and declared.unit and text else text
    return saying.said(declared, value, _)


__all__ = ["Change", "changes", "of", "one", "plain_value", "select_record"]
