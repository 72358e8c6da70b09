"""产业分布: how many places each part of an area has, by industry group and by kind."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import shapely
from flask import url_for
from shapely.geometry.base import BaseGeometry

import layers
from geo import sketch
from layers.areas import Area, Level
from layers.asking import Counted
from layers.query import Query
from webapp import catalogue, db
from webapp.i18n import in_language, language
from webapp.i18n import translate as _

SIZE = (400.0, 400.0)
DETAIL = 0.6
"""Simplification of outlines, in the drawing's units."""
LARGEST, SMALLEST, MOST = 24.0, 11.0, 3
"""Sides of a seal, and how many of them a part shows at most: its largest groups."""
GAP, UNDER, LETTER = 3.0, 26.0, 12.5
"""Between seals; what numbers and name take below them; the width of a character of a name."""
TRIES = [(dx, dy) for dy in (0, -10, 10, -20, 20, -32, 32) for dx in (0, -14, 14, -28, 28)]
"""Where a part's seals may stand instead of its middle, nearest first."""


@dataclass(frozen=True)
class Seal:
    """One group in one part: a square whose area is the count."""

    letter: str
    label: str
    count: int
    url: str
    x: float = 0.0
    y: float = 0.0
    side: float = 0.0


@dataclass(frozen=True)
class Part:
    """One area of the picture with its outline (`d`), where its name stands, and its counts in the groups' order."""

    area: Area
    name: str
    url: str
    d: str
    x: float
    y: float
    total: int
    cells: list[tuple[int, str]]
    seals: list[Seal]
    on: bool


@dataclass(frozen=True)
class Row:
    """One group over all parts: its share of the largest one, and where most of it is."""

    letter: str
    label: str
    count: int
    share: float
    url: str
    most: list[tuple[Area, int]]


@dataclass(frozen=True)
class Theme:
    """The picture and its table twin."""

    within: Area | None
    parts: list[Part]
    around: list[str]
    rows: list[Row]
    total: int
    size: sketch.Size


def theme(query: Query) -> Theme:
    """The listings of a question by group over the parts of its area; a county is shown among its neighbours."""
    book = db.areas()
    within = frame(query)
    parts = [part for part in book.children(within.code if within else None) if part.level != Level.ZONE]
    parts = parts or ([within] if within else [])
    name = query.layer.seal or ""
    counted = catalogue.by_choice(query, name, parts)
    totals = dict(catalogue.by_area(query, within.code if within else None))
    numbers = {part.code: totals.get(part, 0) for part in parts}
    shown = parts if within else [part for part in parts if numbers[part.code]]
    drawn, others = _drawn(shown, within)
    most = max((c.count for choices in counted.values() for c in choices), default=1)
    taken: list[BaseGeometry] = []
    made = {}
    for part in sorted(shown, key=lambda part: -numbers[part.code]):
        choices = counted.get(part.code, [])
        made[part.code] = _part(query, part, choices, numbers[part.code], drawn.get(part.code), most, taken)
    rows = _rows(query, within, shown, counted)
    return Theme(within, [made[part.code] for part in shown], others, rows, sum(numbers.values()), SIZE)


def frame(query: Query) -> Area | None:
    """The area whose parts are compared: the chosen one, or the one above when it has no parts with outlines."""
    book = db.areas()
    if len(query.area) != 1:
        return None
    for area in reversed(book.path(query.area[0])):
        if area.level in (Level.PROVINCE, Level.CITY):
            return area
    return None


def _drawn(parts: list[Area], within: Area | None) -> tuple[dict[str, BaseGeometry], list[str]]:
    """Outline by code in the drawing's units, and the outlines of the land around."""
    book = db.areas()
    known = {part.code: shape for part in parts if (shape := book.outline(part.code)) is not None}
    if not known:
        return {}, []
    fit = sketch.Fit.into(sketch.around(list(known.values())), SIZE, margin=6)
    above = within.parent if within else None
    near = [area.code for area in book.children(above) if within is None or area.code != within.code]
    land = [shape for code in near if (shape := book.outline(code)) is not None] if within else []
    return (
        {code: fit.shape(shape, DETAIL) for code, shape in known.items()},
        [d for shape in land if (d := sketch.path(sketch.clipped(fit.shape(shape, DETAIL), SIZE)))],
    )


def _part(
    query: Query,
    part: Area,
    choices: list[Counted],
    total: int,
    shape: BaseGeometry | None,
    most: int,
    taken: list[BaseGeometry],
) -> Part:
    cells = [(c.count, _link(query, part, c.value)) for c in choices]
    name = short(part.label(language()))
    url = in_language(url_for("area.page", code=part.code))
    if shape is None:
        return Part(part, name, url, "", 0.0, 0.0, total, cells, [], part.code in query.area)
    largest = sorted((c for c in choices if c.count), key=lambda c: -c.count)[:MOST]
    sides = [max(SMALLEST, LARGEST * math.sqrt(c.count / most)) for c in largest]
    x, y, fitting = _room(shape, sides, _wide(name), taken)
    seals = _seals(query, part, largest[:fitting], sides[:fitting], x, y)
    d = sketch.path(shape)
    return Part(part, name, url, d, round(x, 1), round(y, 1), total, cells, seals, part.code in query.area)


GENERIC = re.compile(
    r"(?<=..)([\u4e00-\u9fff]{1,2}族)+自治(?=[县州区])| (Yi |Hui )?(Autonomous )?(County|District|City)$"
)


def short(name: str) -> str:
    """A name as a small map writes it: 峨边县, Ebian."""
    return GENERIC.sub("", name)


def _wide(name: str) -> float:
    """How wide a name is drawn; a Latin letter takes about half a Chinese character."""
    return sum(LETTER if letter > "\u2e80" else LETTER * 0.52 for letter in name)


def _room(
    shape: BaseGeometry, sides: list[float], name_wide: float, taken: list[BaseGeometry]
) -> tuple[float, float, int]:
    """Where a part's seals stand (the middle of their base line), and how many fit so that none covers another's."""
    middle = sketch.roomiest(shape)
    for fitting in range(len(sides), -1, -1):
        wide = max(sum(sides[:fitting]) + GAP * max(0, fitting - 1), name_wide) / 2
        for dx, dy in TRIES:
            x, y = middle[0] + dx, middle[1] + dy
            box = shapely.box(x - wide, y - max(sides[:fitting], default=0.0) - 2, x + wide, y + UNDER)
            whole = box.bounds[0] > 0 and box.bounds[2] < SIZE[0] and shape.intersects(shapely.Point(x, y))
            if whole and not any(box.intersects(other) for other in taken):
                taken.append(box)
                return x, y, fitting
    return *middle, min(1, len(sides))


def _seals(query: Query, part: Area, chosen: list[Counted], sides: list[float], x: float, y: float) -> list[Seal]:
    """Seals in a row around x, on one base line."""
    left = x - (sum(sides) + GAP * (len(sides) - 1)) / 2
    made = []
    for c, side in zip(chosen, sides, strict=True):
        url = _link(query, part, c.value)
        made.append(Seal(c.seal, _(c.label), c.count, url, round(left, 1), round(y - side - 2, 1), round(side, 1)))
        left += side + GAP
    return made


def _rows(query: Query, within: Area | None, parts: list[Area], counted: dict[str, list[Counted]]) -> list[Row]:
    codes = query.layer.codes
    found = []
    for number, group in enumerate(codes.groups if codes else ()):
        here = [(part, counted[part.code][number].count) for part in parts if part.code in counted]
        count = sum(n for _part, n in here)
        most = sorted((pair for pair in here if pair[1]), key=lambda pair: -pair[1])[:3]
        found.append(Row(group.seal, _(group.label), count, 0.0, _link(query, within, group.key), most))
    top = max((row.count for row in found), default=0) or 1
    shared = [Row(r.letter, r.label, r.count, r.count / top, r.url, r.most) for r in found]
    return sorted(shared, key=lambda row: -row.count)


def _link(query: Query, area: Area | None, value: str) -> str:
    """The directory of one group in one area, whatever else the question asks kept."""
    narrowed = query.having("area", (area.code,) if area else None).having(query.layer.seal or "", (value,))
    return in_language(narrowed.everywhere().url(f"/{query.layer.key}"))


def kinds(query: Query) -> dict[str, Any]:
    """Every kind of place over the same parts: `layers` and, per part, (count, directory's URL) of each."""
    book, within = db.areas(), frame(query)
    shown = [layer for layer in layers.LAYERS if layer.style.on]
    counted = {}
    for layer in shown:
        found = catalogue.by_area(Query(layer), within.code if within else None)
        counted[layer.key] = dict(found)
    parts = [p for p in book.children(within.code if within else None) if p.level != Level.ZONE]
    rows = []
    for part in parts:
        cells = [
            (counted[y.key].get(part, 0), in_language(Query(y, area=(part.code,)).url(f"/{y.key}"))) for y in shown
        ]
        if any(n for n, _url in cells) or within:
            rows.append((part, in_language(url_for("area.page", code=part.code)), cells))
    return {"layers": shown, "rows": rows}
