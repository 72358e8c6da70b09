"""A place's values as a reader sees them: words for keys, units behind numbers, dates as dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from layers.asking import SOON_DAYS
from layers.base import Field, Precision
from layers.codes import Codes
from layers.layer import Layer
from layers.prices import Price
from layers.public import public_fields
from layers.quantity import quantity
from layers.words import N_, Translate

STRUCTURE = (
    "id", "sample", "name", "name_en", "summary", "summary_en", "area", "zone", "precision", "radius_km", "photos",
)  # fmt: skip
CONTACT = ("office", "phone", "phone_hours", "backup_phone")
RECORD = ("source_name", "source_url", "source_date", "published", "verified", "verified_how", "valid_until")


def said(field: Field, value: Any, _: Translate) -> str:
    """One value in words, with its unit; "" for none."""
    if value is None or value == []:
        return ""
    if isinstance(field.filter, Codes):
        return _(field.filter.names.get(value, value))
    if field.vocabulary is not None:
        keys = value if isinstance(value, list) else [value]
        return _("、").join(_(field.vocabulary.get(key, key)) for key in keys)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Price):
        return _price(value, _)
    if isinstance(value, Decimal | float | int):
        return quantity([value], field.unit, _)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _price(price: Price, _: Translate) -> str:
    about = _("，").join(part for part in (price.on, _(price.source) if price.source else "") if part)
    return price.said(_) + (_("（%(note)s）", note=about) if about else "")


def shown(layer: Layer, place: Any, _: Translate) -> Iterator[tuple[str, str, str]]:
    """(column, label, text) of every filled public field that is the layer's own, in order."""
    apart = (*STRUCTURE, *CONTACT, *RECORD)
    for name, field in public_fields(layer).items():
        text = "" if name in apart else said(field, getattr(place, name), _)
        if text:
            yield name, _(field.label), text


@dataclass(frozen=True)
class Freshness:
    """How true a place still is: a state for the colour and the words that say it."""

    state: str
    text: str


def freshness(place: Any, today: dt.date, _: Translate) -> Freshness:
    """Fresh, ageing (soon to expire, or never verified) or expired."""
    left = (place.valid_until - today).days if place.valid_until else None
    if left is not None and left < 0:
        return Freshness("expired", _("已过期"))
    if left is not None and left <= SOON_DAYS:
        return Freshness("ageing", _("还有 %(n)s 天到期", n=left) if left else _("今天到期"))
    if place.verified is None:
        return Freshness("ageing", _("还没核实"))
    days = (today - place.verified).days
    recent = {0: N_("今天核实"), 1: N_("昨天核实")}
    text = _(recent[days]) if days in recent else _("%(n)s 天前核实", n=days)
    return Freshness("fresh", text)


def precision_note(place: Any, _: Translate) -> str:
    """What a reader must know about the position; nothing when it is exact."""
    if place.precision == Precision.COUNTY:
        return _("位置精度：县级")
    if place.precision == Precision.TOWNSHIP:
        return _("位置到乡镇")
    return ""
