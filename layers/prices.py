"""A price with its unit, date and source as one value of one column."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from sqlalchemy import Column, ColumnElement, Index, Numeric, cast, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from layers import packing
from layers.intervals import Interval
from layers.quantity import plain
from layers.ranges import Range
from layers.words import N_, Translate

UNITS = (
    N_("元/㎡·月"), N_("元/㎡"), N_("元/月"), N_("元/m³"), N_("元/kWh"), N_("元/吨"), N_("元/亩·年"), N_("万元/亩"),
)  # fmt: skip
"""Units that prices usually carry, so that they are translated; any other is shown as it was written."""

_SHAPE = re.compile(
    r"(?P<low>\d+(?:\.\d+)?)(?:\s*[-–—~～]\s*(?P<high>\d+(?:\.\d+)?))?\s*"
    r"(?P<unit>[^@\d\s][^@]*?)(?:\s*@\s*(?P<on>\d{4}(?:-\d{2}){0,2}))?(?:\s+(?P<source>.+))?"
)


@dataclass(frozen=True)
class Price:
    """Low and high in `unit`; `on` is the year, month or day it was true, `source` who says so."""

    low: Decimal
    high: Decimal | None
    unit: str
    on: str = ""
    source: str = ""

    @classmethod
    def parse(cls, raw: str) -> Price:
        """Read `6-9 元/㎡·月 @2026-05 示例`; ValueError when it is not a price with a unit."""
        match = _SHAPE.fullmatch(raw.strip())
        if match is None:
            raise ValueError(raw)
        low, high = Decimal(match["low"]), Decimal(match["high"]) if match["high"] else None
        if high is not None and high < low:
            raise ValueError(raw)
        return cls(low, high, match["unit"].strip(), match["on"] or "", (match["source"] or "").strip())

    @property
    def amount(self) -> str:
        """6–9 元/㎡·月."""
        high = "" if self.high is None else f"–{plain(self.high)}"
        return f"{plain(self.low)}{high} {self.unit}"

    def said(self, _: Translate) -> str:
        """The amount with its unit in the reader's language."""
        return self.amount.removesuffix(self.unit) + _(self.unit)

    def __str__(self) -> str:
        """The form that `parse` reads back."""
        on = f" @{self.on}" if self.on else ""
        source = f" {self.source}" if self.source else ""
        return f"{self.amount.replace('–', '-')}{on}{source}"


class PriceType(TypeDecorator[Price]):
    """Stores a Price as JSONB {low, high, unit, on, source}."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: Price | None, dialect: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        stored = asdict(value)
        high = None if value.high is None else plain(value.high)
        return {**stored, "low": plain(value.low), "high": high}

    def process_result_value(self, value: dict[str, Any] | None, dialect: Any) -> Price | None:
        if value is None:
            return None
        high = value.get("high")
        low = Decimal(str(value["low"]))
        return Price(
            low,
            None if high is None else Decimal(str(high)),
            value["unit"],
            value.get("on", ""),
            value.get("source", ""),
        )


def low(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The low end of a column of prices, as a number."""
    return cast(cast(column, JSONB)["low"].astext, Numeric)


@dataclass(frozen=True)
class PriceRange(Range):
    """A range over a price's low end."""

    def where(self, column: ColumnElement[Any], value: tuple[Interval, ...]) -> ColumnElement[bool]:
        return super().where(low(column), value)

    def order(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return low(column)

    def pack(self, values: pa.Array) -> packing.Column:
        """The low ends of prices that are given as their JSON."""
        lows = [np.nan if text is None else float(orjson.loads(text)["low"]) for text in values.to_pylist()]
        return np.array(lows, dtype=np.float64)

    def index(self, table: str, name: str, column: Column[Any]) -> Index:
        return Index(f"ix_{table}_{name}", text(f"(({name} ->> 'low')::numeric)"))
