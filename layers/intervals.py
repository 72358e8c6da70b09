"""Unions of intervals: the values of ranges of money, land and dates (`10..50`, `5..`, `..<30`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, and_, or_, true

from layers.packing import Column, Mask


@dataclass(frozen=True)
class Interval:
    """Low to high, each possibly open-ended (None); `below` leaves the high end itself out."""

    low: Any = None
    high: Any = None
    below: bool = False

    def where(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Condition on a column; both ends open only asks for a value at all."""
        parts: list[ColumnElement[bool]] = []
        if self.low is not None:
            parts.append(column >= self.low)
        if self.high is not None:
            parts.append(column < self.high if self.below else column <= self.high)
        return and_(*parts) if parts else and_(true(), column.is_not(None))

    def text(self, spell: Callable[[Any], str]) -> str:
        """As in a URL; a single value stands alone."""
        if self.low is not None and self.low == self.high and not self.below:
            return spell(self.low)
        low = "" if self.low is None else spell(self.low)
        high = "" if self.high is None else spell(self.high)
        return f"{low}..{'<' if self.below else ''}{high}"


_SHAPE = re.compile(r"(?P<low>[^.<]*(?:\.\d[^.<]*)?)\.\.(?P<below><?)(?P<high>[^<]*)")


def parse(raw: str, read: Callable[[str], Any]) -> tuple[Interval, ...]:
    """Intervals of a comma list, sorted and merged; ValueError where one cannot be read."""
    found = [_one(part.strip(), read) for part in raw.split(",")]
    return merged(found)


def _one(part: str, read: Callable[[str], Any]) -> Interval:
    match = _SHAPE.fullmatch(part)
    if match is None:
        value = read(part)
        return Interval(value, value)
    low = read(match["low"]) if match["low"] else None
    high = read(match["high"]) if match["high"] else None
    if low is None and high is None:
        raise ValueError("an interval needs an end")
    if low is not None and high is not None and (low > high or (match["below"] and low == high)):
        raise ValueError("the low end is above the high end")
    if high is None and match["below"]:
        raise ValueError("< needs a number behind it")
    return Interval(low, high, bool(match["below"]))


def merged(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    """The same union with overlapping and adjoining intervals joined, in order."""
    start = sorted(set(intervals), key=lambda i: (i.low is not None, i.low if i.low is not None else 0))
    joined: list[Interval] = []
    for interval in start:
        if joined and _meet(joined[-1], interval):
            joined[-1] = _join(joined[-1], interval)
        else:
            joined.append(interval)
    return tuple(joined)


def _meet(a: Interval, b: Interval) -> bool:
    return a.high is None or b.low is None or b.low <= a.high


def _join(a: Interval, b: Interval) -> Interval:
    if a.high is None or b.high is None:
        return Interval(a.low, None)
    if a.high == b.high:
        return Interval(a.low, a.high, a.below and b.below)
    wider = a if a.high > b.high else b
    return Interval(a.low, wider.high, wider.below)


def where(intervals: Sequence[Interval], column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Condition: the column lies in one of the intervals."""
    return or_(*(interval.where(column) for interval in intervals))


def mask(intervals: Sequence[Interval], column: Column, pack: Callable[[Any], float]) -> Mask:
    """Which values of a packed column lie in one of the intervals, whose ends `pack` makes comparable."""
    found = np.zeros(len(column), dtype=bool)
    for interval in intervals:
        part = np.ones(len(column), dtype=bool)
        if interval.low is not None:
            part &= column >= pack(interval.low)
        if interval.high is not None:
            high = pack(interval.high)
            part &= (column < high) if interval.below else (column <= high)
        found |= part
    return found
