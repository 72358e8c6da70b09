"""Where things go on a drawing so that none lies on another: first come, first served, nearest free spot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
CELL = 40.0
"""Side of the cells that boxes are looked up by, in the drawing's units."""


@dataclass
class Room:
    """What of a rectangle is still free."""

    bounds: Box
    _cells: dict[tuple[int, int], list[Box]] = field(default_factory=dict)

    def is_free(self, box: Box) -> bool:
        """Whether a box lies inside and on nothing that is taken."""
        left, top, right, bottom = self.bounds
        if box[0] < left or box[1] < top or box[2] > right or box[3] > bottom:
            return False
        return not any(_meet(box, other) for cell in _cells(box) for other in self._cells.get(cell, ()))

    def take(self, box: Box) -> None:
        """Nothing else may lie here from now on."""
        for cell in _cells(box):
            self._cells.setdefault(cell, []).append(box)

    def copy(self) -> Room:
        """The same room, to try something in."""
        return Room(self.bounds, {cell: list(boxes) for cell, boxes in self._cells.items()})

    def first(self, boxes: Iterable[Box]) -> Box | None:
        """The first of the boxes that is free, now taken; None when none is."""
        for box in boxes:
            if self.is_free(box):
                self.take(box)
                return box
        return None


def around(x: float, y: float, wide: float, high: float, far: float, step: float) -> Iterator[Box]:
    """Boxes of a size centred on a point, then on rings around it, ever farther out up to `far`."""
    yield centred(x, y, wide, high)
    distance = step
    while distance <= far:
        turns = max(8, int(2 * math.pi * distance / step))
        for turn in range(turns):
            angle = 2 * math.pi * turn / turns - math.pi / 4
            yield centred(x + distance * math.cos(angle), y + distance * math.sin(angle), wide, high)
        distance += step


def beside(x: float, y: float, wide: float, high: float, gap: float) -> Iterator[Box]:
    """Boxes of a size to the right, left, top and bottom of a point and at its corners."""
    right, left = x + gap + wide / 2, x - gap - wide / 2
    below, above = y + gap + high / 2, y - gap - high / 2
    for cx, cy in ((right, y), (left, y), (x, above), (x, below)):
        yield centred(cx, cy, wide, high)
    for cx in (right, left):
        for cy in (above, below):
            yield centred(cx, cy, wide, high)


def centred(x: float, y: float, wide: float, high: float) -> Box:
    """The box of a size with its middle at a point."""
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def middle(box: Box) -> tuple[float, float]:
    """The middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(math.floor(box[0] / CELL), math.floor(box[2] / CELL) + 1):
        for row in range(math.floor(box[1] / CELL), math.floor(box[3] / CELL) + 1):
            yield column, row
