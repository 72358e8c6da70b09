"""What makes a drawing a map: lines of the grid of degrees with their words, and the length of the scale bar."""

from __future__ import annotations

import math

STEPS = (1, 2, 3, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 300, 600)
"""Distances between grid lines, minutes of arc."""
LENGTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Lengths of scale bars, kilometres."""


def grid(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Degrees between `low` and `high` at a round step, at most so many, with the words at the neatline."""
    step = next((s for s in STEPS if (high - low) * 60 / s <= most), STEPS[-1])
    first = math.ceil(low * 60 / step - 1e-9)
    minutes = [n * step for n in range(first, math.floor(high * 60 / step + 1e-9) + 1)]
    return [(minute / 60, words(minute)) for minute in minutes]


def words(minute: int) -> str:
    """103°36′ for 6216 minutes."""
    degrees, rest = divmod(abs(minute), 60)
    return f"{'-' if minute < 0 else ''}{degrees}°{rest:02d}′"


def bar(km_per_unit: float, longest: float) -> tuple[int, float]:
    """Kilometres and drawn length of the longest scale bar that is not longer than `longest` units."""
    fitting = [length for length in LENGTHS if length / km_per_unit <= longest]
    length = fitting[-1] if fitting else LENGTHS[0]
    return length, length / km_per_unit
