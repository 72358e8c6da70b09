"""The counties of a city as small outlines, which entries of a list show."""

from __future__ import annotations

from shapely.geometry.base import BaseGeometry

from geo import sketch
from layers.areas import Area, Areas, Level

SIZE = (44, 52)
DETAIL = 0.4
"""Simplification of the outlines, in the box's own units."""
Outlines = list[dict[str, str]]
"""Of each county: `id` on the page and the `d` of its path."""


def drawn(book: Areas, city: str) -> Outlines:
    """A city's counties as paths in a box of SIZE."""
    counties = [(area, book.outline(area.code)) for area in book.children(city) if area.level == Level.COUNTY]
    known: list[tuple[Area, BaseGeometry]] = [(area, shape) for area, shape in counties if shape is not None]
    if not known:
        return []
    fit = sketch.Fit.into(sketch.around([shape for _area, shape in known]), SIZE)
    return [{"id": f"loc-{area.code}", "d": sketch.path(fit.shape(shape, DETAIL))} for area, shape in known]
