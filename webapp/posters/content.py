"""What a poster shows, as plain values that travel to the process that draws it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from geo.extent import Box

Position = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84)."""


@dataclass(frozen=True)
class Sign:
    """How a layer's mark looks: a colour token, a shape, a character."""

    color: str
    shape: str
    letter: str


@dataclass(frozen=True)
class Row:
    """One place of the list. `at` is None for what is known by its county alone; `radius` is in kilometres."""

    number: int
    name: str
    where: str
    money: str
    phone: str
    county: str
    county_code: str
    sign: Sign
    at: Position | None
    township: bool = False
    radius: float = 0.0


@dataclass(frozen=True)
class Key:
    """One entry of the legend, with how many places it stands for."""

    title: str
    sign: Sign
    count: int


@dataclass(frozen=True)
class Mark:
    """A place of a layer that is not listed: a smaller mark without a number."""

    sign: Sign
    at: Position
    township: bool = False


@dataclass(frozen=True)
class Land:
    """A county: whether its city is the one asked about, whether itself is, its outline in degrees."""

    code: str
    name: str
    home: bool
    lit: bool
    shape: Any


@dataclass(frozen=True)
class Line:
    """A railway, link or road."""

    kind: str
    shape: Any


@dataclass(frozen=True)
class Spot:
    """A named point: a station, an airport, a town."""

    kind: str
    name: str
    at: Position
    home: bool = True


@dataclass(frozen=True)
class Ground:
    """What lies under the marks, inside the box (degrees)."""

    box: Box
    lands: tuple[Land, ...]
    cities: tuple[Any, ...]
    lit: tuple[Any, ...]
    lines: tuple[Line, ...]
    zones: tuple[tuple[str, Any], ...]
    spots: tuple[Spot, ...]


@dataclass(frozen=True)
class Content:
    """A poster: everything that is written or drawn on it, in the reader's language."""

    size: str
    kind: str
    lang: str
    kicker: str
    title: str
    sentence: str
    rows: tuple[Row, ...]
    beyond: int
    area_code: str
    grouped: bool
    keys: tuple[Key, ...]
    ground: Ground | None
    marks: tuple[Mark, ...]
    apart: tuple[tuple[str, str, int], ...]
    ask: tuple[str, str]
    notes: tuple[str, ...]
    sample: str
    approval: str
    sources: str
    day: dt.date
    printed: str
    url: str
    scan: tuple[str, ...]
    words: dict[str, str]
