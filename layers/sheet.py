"""Spreadsheet rows and places: the columns of an export, and the way back into `Layer.check`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from layers.base import Field, fields
from layers.layer import Layer
from layers.public import public_fields
from layers.words import N_, Translate, untranslated

POSITION = {"lon": N_("经度"), "lat": N_("纬度"), "shape": N_("形状（WKT）")}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet program may take for the beginning of a formula."""


@dataclass(frozen=True)
class Column:
    """One column of a sheet: the field it carries and its heading."""

    name: str
    heading: str


def columns(layer: Layer, _: Translate = untranslated) -> list[Column]:
    """The public columns in the layer's order; `id` first, position last."""
    declared = public_fields(layer)
    found = [Column(name, heading(field, _)) for name, field in declared.items()]
    return found + [Column(name, _(label)) for name, label in POSITION.items()]


def heading(field: Field, _: Translate) -> str:
    """Label with its unit: 起步资金（万元）."""
    label = field.label if field.label == "id" else _(field.label)
    return f"{label}（{_(field.unit)}）" if field.unit else label


def cells(layer: Layer, place: Any, _: Translate = untranslated) -> Iterator[Any]:
    """The values of `columns`, as a spreadsheet holds them: numbers and dates as such, keys as labels."""
    for name, field in public_fields(layer).items():
        yield cell(field, getattr(place, name), _)
    shape = place.shape if place.shape and not place.shape.startswith("POINT") else None
    known = place.precision != "county"
    yield from (round(place.lon, 6) if known else None, round(place.lat, 6) if known else None, shape)


def cell(field: Field, value: Any, _: Translate) -> Any:
    """One value as a cell; text is not yet guarded against being a formula."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if field.vocabulary is not None and value is not None:
        keys = value if isinstance(value, list) else [value]
        return "、".join(_(field.vocabulary.get(key, key)) for key in keys)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return "、".join(value)
    if value is None or isinstance(value, int | float | dt.date):
        return value
    return str(value)


def guarded(value: Any) -> Any:
    """A text that could be taken for a formula with an apostrophe before it; all else unchanged."""
    risky = isinstance(value, str) and value.startswith((*FORMULA, "'"))
    return f"'{value}" if risky else value


def unguarded(value: Any) -> Any:
    """The text that `guarded` was given."""
    if isinstance(value, str) and value.startswith("'") and value[1:].startswith((*FORMULA, "'")):
        return value[1:]
    return value


def values(layer: Layer, headings: Iterable[str], row: Iterable[Any]) -> Mapping[str, Any]:
    """A sheet's row as values for `Layer.check`; headings nobody knows are left out."""
    known = by_heading(layer)
    pairs = ((known.get(str(head).strip()), cell_) for head, cell_ in zip(headings, row, strict=False))
    return {name: unguarded(cell_) for name, cell_ in pairs if name is not None}


def by_heading(layer: Layer) -> dict[str, str]:
    """Every heading that names a column: key, label with and without unit, and the other usual ones."""
    known: dict[str, str] = {name: name for name in (*POSITION, *fields(layer.model))}
    known |= {label: name for name, label in POSITION.items()}
    for name, field in fields(layer.model).items():
        for text in (field.label, heading(field, untranslated), *field.headings):
            known.setdefault(text, name)
    return known
