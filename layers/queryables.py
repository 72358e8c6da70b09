"""What a layer can be asked for in CQL2: names, kinds of value and the columns behind them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Date, Float, Integer, Numeric

from layers.base import Field
from layers.layer import Layer
from layers.prices import PriceType, low
from layers.public import public_fields

GEOMETRY = "geometry"


class Kind(StrEnum):
    """Kinds of value that CQL2 tells apart."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "boolean"
    DATE = "date"
    LIST = "array"
    SHAPE = "geometry"


@dataclass(frozen=True)
class Queryable:
    """One name that a filter may hold. A price stands for its low end, a list for its keys."""

    name: str
    kind: Kind
    column: ColumnElement[Any]
    field: Field | None = None


def queryables(layer: Layer) -> dict[str, Queryable]:
    """Name -> Queryable: every public field, and the geometry."""
    shape = Queryable(GEOMETRY, Kind.SHAPE, layer.model.geom)
    named = {GEOMETRY: shape}
    for name, field in public_fields(layer).items():
        column = getattr(layer.model, name)
        kind = _kind(layer.model.__table__.c[name].type)
        named[name] = Queryable(name, kind, low(column) if _is_price(layer, name) else column, field)
    return named


def _is_price(layer: Layer, name: str) -> bool:
    return isinstance(layer.model.__table__.c[name].type, PriceType)


def _kind(type_: Any) -> Kind:
    kinds = (
        (ARRAY, Kind.LIST), (Boolean, Kind.FLAG), (Date, Kind.DATE),
        (Integer | Numeric | Float | PriceType, Kind.NUMBER),
    )  # fmt: skip
    return next((kind for types, kind in kinds if isinstance(type_, types)), Kind.TEXT)
