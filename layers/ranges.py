"""The filters over what has a more and a less: numbers and days."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from sqlalchemy import ColumnElement, and_

from layers import intervals, packing
from layers.filters import Filter, Tally
from layers.intervals import Interval
from layers.packing import Mask
from layers.quantity import plain, quantity
from layers.words import Translate

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")


@dataclass(frozen=True)
class Range(Filter):
    """Numbers between ends, inclusive unless written `..<`; tiers are half-open so that they sum up."""

    tiers: tuple[float, ...] = ()
    widget: ClassVar[str] = "range"

    def parse(self, raw: str) -> tuple[Interval, ...]:
        return intervals.parse(raw, _number)

    def spell(self, value: tuple[Interval, ...]) -> str:
        return ",".join(interval.text(plain) for interval in value)

    def where(self, column: ColumnElement[Any], value: tuple[Interval, ...]) -> ColumnElement[bool]:
        return and_(column.is_not(None), intervals.where(value, column))

    def pack(self, values: pa.Array) -> packing.Column:
        return packing.numbers(values)

    def mask(self, column: packing.Column, value: tuple[Interval, ...]) -> Mask:
        return ~np.isnan(column) & intervals.mask(value, column, float)

    def words(self, value: tuple[Interval, ...], unit: str, _: Translate) -> str:
        return _("、").join(amount(interval, unit, _) for interval in value)

    def allowed(self, _: Translate) -> str:
        return _("写数字范围：10..50、5.. 或 ..30（含两头），..<30 不含 30")

    def schema(self) -> dict[str, Any]:
        return _intervals(r"[0-9]{1,12}(\.[0-9]{1,4})?")

    def steps(self) -> list[Interval]:
        """The tiers as intervals that cover everything once."""
        ends = [None, *(Decimal(str(tier)) for tier in self.tiers), None]
        return [Interval(a, b, b is not None) for a, b in pairwise(ends)]

    def tallies(self, unit: str, _: Translate) -> Sequence[Tally]:
        steps = self.steps() if self.tiers else []
        return [Tally(step.text(plain), amount(step, unit, _)) for step in steps]

    def order(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """What a list in ascending order goes by."""
        return column


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def amount(interval: Interval, unit: str, _: Translate) -> str:
    """An interval as a reader says it: 5–10 万元, 30 万元以内, 1 亿元以上."""
    low, high = interval.low, interval.high
    if low is None or (low == 0 and high is not None):
        most = quantity([high], unit, _)
        return _("%(amount)s以下", amount=most) if interval.below else _("%(amount)s以内", amount=most)
    if high is None:
        return _("%(amount)s以上", amount=quantity([low], unit, _))
    return quantity([low, high], unit, _)


@dataclass(frozen=True)
class Since(Filter):
    """Days between ends, inclusive: `2026-06-01..`."""

    widget: ClassVar[str] = "since"

    def parse(self, raw: str) -> tuple[Interval, ...]:
        return intervals.parse(raw, day)

    def spell(self, value: tuple[Interval, ...]) -> str:
        return ",".join(interval.text(dt.date.isoformat) for interval in value)

    def where(self, column: ColumnElement[Any], value: tuple[Interval, ...]) -> ColumnElement[bool]:
        return and_(column.is_not(None), intervals.where(value, column))

    def pack(self, values: pa.Array) -> packing.Column:
        return packing.days(values)

    def mask(self, column: packing.Column, value: tuple[Interval, ...]) -> Mask:
        return (column != packing.NO_DAY) & intervals.mask(value, column, packing.day)

    def words(self, value: tuple[Interval, ...], unit: str, _: Translate) -> str:
        return _("、").join(_period(interval, _) for interval in value)

    def allowed(self, _: Translate) -> str:
        return _("写日期范围：2026-06-01.. 或 2026-01-01..2026-06-30")

    def schema(self) -> dict[str, Any]:
        return _intervals(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _intervals(end: str) -> dict[str, Any]:
    """The JSON Schema of intervals whose ends look like `end`."""
    one = rf"({end}|{end}\.\.(<?{end})?|\.\.<?{end})"
    return {"type": "string", "pattern": f"^{one}(,{one})*$"}


def day(text: str) -> dt.date:
    """A day as 2026-06-01; ValueError for any other spelling."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return dt.date.fromisoformat(text)


def _period(interval: Interval, _: Translate) -> str:
    if interval.high is None:
        return _("%(day)s 以后", day=interval.low)
    if interval.low is None:
        return _("%(day)s 以前", day=interval.high)
    return f"{interval.low}–{interval.high}"
