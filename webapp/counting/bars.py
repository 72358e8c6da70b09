"""Bars of a report's days as plain numbers for an inline picture: heights, labels, a scale that ends round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.counting.report import Line

WIDTH, HEIGHT, LEFT, BELOW = 720.0, 180.0, 40.0, 24.0
LABELS = 8
"""Days that are written below the bars, at most."""


@dataclass(frozen=True)
class Bar:
    """One day: where its bar stands (units of the picture), its parts from below, its label or ""."""

    name: str
    x: float
    width: float
    parts: tuple[tuple[str, float, float], ...]
    label: str


@dataclass(frozen=True)
class Bars:
    """The whole picture: bars, and the lines of its scale as (y, number)."""

    bars: Sequence[Bar]
    scale: Sequence[tuple[float, int]]


def draw(lines: Sequence[Line]) -> Bars:
    """Stacked bars of views, places opened and phones touched."""
    top = _round_up(max((line.views + line.places + line.phones for line in lines), default=0))
    room, step = HEIGHT - BELOW, (WIDTH - LEFT) / max(1, len(lines))
    every = -(-len(lines) // LABELS)
    made = []
    for n, line in enumerate(lines):
        y, parts = room, []
        for kind, number in (("views", line.views), ("places", line.places), ("phones", line.phones)):
            high = number / top * (room - 8)
            y -= high
            parts.append((kind, round(y, 2), round(high, 2)))
        label = line.name[5:] if n % every == 0 else ""
        made.append(Bar(line.name, round(LEFT + n * step, 2), round(max(1.0, step * 0.8), 2), tuple(parts), label))
    return Bars(made, [(round(room - share * (room - 8), 2), round(top * share)) for share in (0, 0.5, 1)])


def _round_up(number: int) -> int:
    """The next of 2, 4, 10, 20, 40, 100 …, so that its half is whole."""
    size = 1
    while True:
        for first in (2, 4, 10):
            if first * size >= number:
                return first * size
        size *= 10
