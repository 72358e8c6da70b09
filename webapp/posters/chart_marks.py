"""The marks of a poster's map: numbered ones of the list, none on another, and smaller ones beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from geo import placing
from geo.drawing import Sheet
from geo.extent import KM_PER_DEGREE
from webapp.posters import ink
from webapp.posters.content import Mark, Row

if TYPE_CHECKING:
    from webapp.posters.chart import Chart

MOVED = 0.75
"""A mark moved by more than this share of its size has a line to where it belongs."""
LARGEST, SMALLEST = 1.3, 0.5
"""Sizes of numbered marks, of 28 units."""
MEAN_MOVE = 0.3
"""How far marks move on the mean, of their size, before they are drawn smaller instead."""
CROWD = 60
"""From so many marks on the largest size is not tried."""
FAR = 900.0
"""Units that a mark may be moved at most."""
DOT, LEAST_DOT = 0.34, 0.2
"""Sizes of marks without a number, the largest and the smallest."""
ASIDE = 30.0
"""Units that a mark without a number may be pushed aside; where the smallest has no room, it goes farther."""


Placed = list[tuple[Row, tuple[float, float], tuple[float, float]]]
"""Rows, where they belong and where their marks stand."""


def settle(chart: Chart, numbered: int) -> Placed:
    """Room for the first `numbered` marks of the list, none on another; the exact ones choose first."""
    rows = [row for row in chart.content.rows if row.number <= numbered and row.at and chart.inside(row.at)]
    first = sorted(rows, key=lambda row: (row.township, row.number))
    spots = [chart.at(row.at) for row in first if row.at]
    chart.size, boxes = _settled(chart, spots)
    return [(row, spot, placing.middle(box)) for row, spot, box in zip(first, spots, boxes, strict=True)]


def numbers(chart: Chart, placed: Placed) -> None:
    """The marks with their numbers; one that had to give way has a line to its place."""
    far = [(spot, end) for _row, spot, end in placed if math.dist(spot, end) > MOVED * 28 * chart.size]
    soft = ink.colour("ink-soft")
    chart.sheet.lines(far, soft, 0.9)
    chart.sheet.marks([(ink.shape("circle"), x, y, 0.16) for (x, y), _end in far], fill=soft)
    _drawn(chart.sheet, [(row, end) for row, _spot, end in placed], chart.size)
    for row, _spot, (x, y) in placed if chart.labels else ():
        _number(chart.sheet, row, x, y, chart.size, str(row.number))


def others(chart: Chart, numbered: int) -> None:
    """The marks that the list has no room for, then those of the other layers, smaller."""
    rows = [row for row in chart.content.rows if row.number > numbered and row.at and chart.inside(row.at)]
    if not numbered:
        chart.size = DOT
    size, places = _aside(chart, [chart.at(row.at) for row in rows if row.at])
    _drawn(chart.sheet, list(zip(rows, places, strict=True)), size)
    _beside(chart)


def discs(chart: Chart, placed: Placed) -> None:
    """Dashed discs of the stated radius around what is known by its township."""
    per_km = chart.fit.scale / KM_PER_DEGREE
    rough = [row for row, _spot, _end in placed if row.township]
    discs = [(ink.shape("circle"), *chart.at(row.at), max(row.radius * per_km, 18) / 13.5) for row in rough if row.at]
    for token in sorted({row.sign.color for row in rough}):
        colour = ink.colour(token)
        chart.sheet.marks(discs, fill=colour, alpha=0.06)
        chart.sheet.marks(discs, fill="none", edge=colour, width=1.0, dash=(3.5, 3))


def _settled(chart: Chart, spots: list[tuple[float, float]]) -> tuple[float, list[placing.Box]]:
    """The largest size at which marks hardly have to move, and their boxes, now taken."""
    size = LARGEST if len(spots) < CROWD else LARGEST * 0.65
    while True:
        wide, room = 28 * size + 1.5, chart.room.copy()
        allowed = MEAN_MOVE * wide * len(spots) if size > SMALLEST else math.inf
        boxes = (
            _placed(room, spots, wide, allowed) if chart.labels else [placing.centred(*s, wide, wide) for s in spots]
        )
        if boxes is not None:
            chart.room = room
            return size, boxes
        size = max(SMALLEST, size * 0.82)


def _placed(
    room: placing.Room, spots: list[tuple[float, float]], wide: float, allowed: float
) -> list[placing.Box] | None:
    """A box for every spot; None as soon as they have moved farther together than is allowed."""
    boxes = []
    for x, y in spots:
        found = room.first(placing.around(x, y, wide, wide, FAR, wide / 3)) or placing.centred(x, y, wide, wide)
        boxes.append(found)
        allowed -= math.dist((x, y), placing.middle(found))
        if allowed < 0:
            return None
    return boxes


def _aside(chart: Chart, spots: list[tuple[float, float]]) -> tuple[float, list[tuple[float, float]]]:
    """The largest size at which all marks without a number find room near their place, and where they stand."""
    size = DOT
    while True:
        last, wide, room = size <= LEAST_DOT, 28 * size + 1, chart.room.copy()
        far = FAR if last else ASIDE
        boxes = [room.first(placing.around(x, y, wide, wide, far, wide / 3)) for x, y in spots]
        if last or None not in boxes:
            chart.room = room
            return size, [placing.middle(box) if box else spot for box, spot in zip(boxes, spots, strict=True)]
        size = max(LEAST_DOT, size * 0.82)


def mark(sheet: Sheet, row: Row, x: float, y: float, size: float, text: str) -> None:
    """A place's mark with its number: filled when exact, hollow when only its township or county is known."""
    _drawn(sheet, [(row, (x, y))], size)
    _number(sheet, row, x, y, size, text)


def _drawn(sheet: Sheet, marks: Iterable[tuple[Row, tuple[float, float]]], size: float) -> None:
    """Marks without numbers, those that look alike at once."""
    alike: dict[tuple[str, str, bool, bool], list[tuple[float, float]]] = {}
    for row, at in marks:
        hollow = row.township or row.at is None
        alike.setdefault((row.sign.shape, row.sign.color, hollow, row.at is None), []).append(at)
    paper = ink.colour("surface")
    for (shape, token, hollow, dashed), places in alike.items():
        outline, colour = ink.shape(shape), ink.colour(token)
        sheet.marks([(outline, x, y, size * 1.12) for x, y in places], fill=paper)
        fill, edge, width = (paper, colour, 2.2 * size) if hollow else (colour, "none", 0.0)
        inner, dash = size * (0.94 if hollow else 1), (3.0, 2.0) if dashed else ()
        sheet.marks([(outline, x, y, inner) for x, y in places], fill=fill, edge=edge, width=width, dash=dash)


def _number(sheet: Sheet, row: Row, x: float, y: float, size: float, text: str) -> None:
    points = (16, 16, 15, 12)[min(len(text), 3)] * size
    down = ink.TEXT_AT.get(row.sign.shape, 0.0) * size
    colour = ink.colour(row.sign.color if row.township or row.at is None else "surface")
    sheet.text(x, y + down + 0.36 * points, text, points, colour, bold=True, align="center")


def _beside(chart: Chart) -> None:
    """Marks of the other layers, smaller, where the numbers leave room."""
    size = min(0.62, max(chart.size * 0.7, DOT))
    wide = 28 * size + 1
    for found in chart.content.marks:
        x, y = chart.at(found.at)
        box = chart.inside(found.at) and chart.room.first(placing.around(x, y, wide, wide, 2 * wide, wide / 2))
        if box:
            _small(chart, found, *placing.middle(box), size)


def _small(chart: Chart, found: Mark, x: float, y: float, size: float) -> None:
    colour, paper = ink.colour(found.sign.color), ink.colour("surface")
    fill, letter = (paper, colour) if found.township else (colour, paper)
    outline = ink.shape(found.sign.shape)
    chart.sheet.marks([(outline, x, y, size * 1.14)], fill=paper)
    chart.sheet.marks([(outline, x, y, size)], fill=fill, edge=colour, width=1.4 * size)
    if chart.labels and size > DOT:  # smaller characters nobody can read
        points = 13 * size
        down = ink.TEXT_AT.get(found.sign.shape, 0.0) * size
        chart.sheet.text(x, y + down + 0.36 * points, found.sign.letter, points, letter, bold=True, align="center")
