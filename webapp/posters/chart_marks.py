"""The marks of a poster's map: numbered ones of the list, none on another, and smaller ones beside them."""

from __future__ import annotations

import math
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
LARGEST, SMALLEST = 1.12, 0.5
"""Sizes of numbered marks, of 28 units."""
MEAN_MOVE = 0.45
"""How far marks move on the mean, of their size, before they are drawn smaller instead."""
FAR = 900.0
"""Units that a mark may be moved at most."""
DOT = 0.34
"""Size of a mark without a number."""


def numbers(chart: Chart, numbered: int) -> None:
    """The first `numbered` marks of the list with their numbers, none on another, with their discs."""
    rows = [row for row in chart.content.rows if row.number <= numbered and row.at and chart.inside(row.at)]
    _discs(chart, rows)
    _numbers(chart, rows)


def others(chart: Chart, numbered: int) -> None:
    """The marks that the list has no room for, then those of the other layers, smaller."""
    for row in chart.content.rows:
        if row.number > numbered and row.at and chart.inside(row.at):
            _unnumbered(chart, row)
    _beside(chart)


def _discs(chart: Chart, rows: list[Row]) -> None:
    """Dashed discs of the stated radius around what is known by its township."""
    per_km = chart.fit.scale / KM_PER_DEGREE
    rough = [row for row in rows if row.township and row.at]
    discs = [(ink.shape("circle"), *chart.at(row.at), max(row.radius * per_km, 18) / 13.5) for row in rough if row.at]
    for token in sorted({row.sign.color for row in rough}):
        colour = ink.colour(token)
        chart.sheet.marks(discs, fill=colour, alpha=0.06)
        chart.sheet.marks(discs, fill="none", edge=colour, width=1.0, dash=(3.5, 3))


def _numbers(chart: Chart, rows: list[Row]) -> None:
    """A mark that had to give way has a line to its place; the exact ones choose first."""
    first = sorted(rows, key=lambda row: (row.township, row.number))
    spots = [chart.at(row.at) for row in first if row.at]
    size, boxes = _settled(chart, spots)
    chart.size = size
    ends = [(spot, placing.middle(box)) for spot, box in zip(spots, boxes, strict=True)]
    far = [pair for pair in ends if math.dist(*pair) > MOVED * 28 * size]
    soft = ink.colour("ink-soft")
    chart.sheet.lines(far, soft, 0.9)
    chart.sheet.marks([(ink.shape("circle"), x, y, 0.16) for (x, y), _end in far], fill=soft)
    for row, (_spot, (x, y)) in zip(first, ends, strict=True):
        mark(chart.sheet, row, x, y, size, str(row.number) if chart.labels else "")


def _settled(chart: Chart, spots: list[tuple[float, float]]) -> tuple[float, list[placing.Box]]:
    """The largest size at which marks hardly have to move, and their boxes, now taken."""
    size = LARGEST
    while True:
        wide = 28 * size + 1.5
        room, boxes = chart.room.copy(), []
        for x, y in spots:
            boxes.append(
                room.first(placing.around(x, y, wide, wide, FAR, wide / 4)) or placing.centred(x, y, wide, wide)
            )
        moved = [math.dist(spot, placing.middle(box)) / wide for spot, box in zip(spots, boxes, strict=True)]
        if size <= SMALLEST or not moved or sum(moved) / len(moved) <= MEAN_MOVE:
            chart.room = room
            return size, boxes
        size = max(SMALLEST, size * 0.86)


def _unnumbered(chart: Chart, row: Row) -> None:
    """A place that the list has no room for: a small mark, at most pushed aside a little."""
    x, y = chart.at(row.at or (0, 0))
    wide = 28 * DOT + 1
    box = chart.room.first(placing.around(x, y, wide, wide, 2 * wide, wide / 3))
    mark(chart.sheet, row, *(placing.middle(box) if box else (x, y)), DOT, "")


def mark(sheet: Sheet, row: Row, x: float, y: float, size: float, text: str) -> None:
    """A place's mark with its number: filled when exact, hollow when only its township or county is known."""
    colour, paper = ink.colour(row.sign.color), ink.colour("surface")
    hollow = row.township or row.at is None
    outline = ink.shape(row.sign.shape)
    sheet.marks([(outline, x, y, size * 1.12)], fill=paper)
    inner = size * (0.94 if hollow else 1)
    dash = (3, 2) if row.at is None else ()
    fill, edge, width = (paper, colour, 2.2 * size) if hollow else (colour, "none", 0.0)
    sheet.marks([(outline, x, y, inner)], fill=fill, edge=edge, width=width, dash=dash)
    points = (16, 16, 15, 12)[min(len(text), 3)] * size
    down = ink.TEXT_AT.get(row.sign.shape, 0.0) * size
    sheet.text(x, y + down + 0.36 * points, text, points, colour if hollow else paper, bold=True, align="center")


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
    if chart.labels:
        points = 13 * size
        down = ink.TEXT_AT.get(found.sign.shape, 0.0) * size
        chart.sheet.text(x, y + down + 0.36 * points, found.sign.letter, points, letter, bold=True, align="center")
