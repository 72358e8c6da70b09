"""The names on a poster's map: counties inside their outline, then stations, then towns, where there is room."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import shapely

from geo import fonts, placing, sketch
from webapp.posters import ink
from webapp.posters.content import Land, Spot

if TYPE_CHECKING:
    from webapp.posters.chart import Chart

Box = placing.Box
TAG = 18.0
"""Height of a dashed count."""
NEAR, FAR = 90.0, 400.0
"""Units that a name may stand from the middle of its county; that a count outside its county may."""
LEAST = 400.0
"""Square units; a smaller county is not named."""


def counted(chart: Chart) -> None:
    """The dashed counts of what is known by its county alone, with the county's name where it fits."""
    counts = {code: n for code, _name, n in chart.content.apart}
    for land, shape in _lands(chart):
        if land.code in counts:
            _count(chart, land, shape, counts[land.code])


def _count(chart: Chart, land: Land, shape: Any, count: int) -> None:
    """Name and count inside the county; or the count alone; or both outside with a line to the county."""
    size, wide = _measured(land, shape)
    tag = 14.0 + 8 * len(str(count))
    x, y = sketch.roomiest(shape)
    inner = shapely.prepared.prep(shape)

    def fitting(width: float) -> Box | None:
        spots = placing.around(x, y, width, TAG + 2, NEAR, 6)
        return chart.room.first(spot for spot in spots if inner.contains(shapely.box(*spot)))

    both = wide + tag + 10
    box, named = fitting(both), True
    if box is None:
        box, named = fitting(tag + 2), False
    if box is None:
        box, named = chart.room.first(placing.around(x, y, both, TAG + 2, FAR, 8)), True
        if box is not None:
            chart.sheet.lines([[(x, y), placing.middle(box)]], ink.colour("ink-soft"), 0.9)
            chart.sheet.marks([(ink.shape("circle"), x, y, 0.16)], fill=ink.colour("ink-soft"))
    if box is not None:
        if named:
            chart.named.add(land.code)
            _name(chart, land, box, size)
        _tag(chart, box, count, tag)


def _tag(chart: Chart, box: Box, count: int, tag: float) -> None:
    right, middle = box[2] - 1, (box[1] + box[3]) / 2
    accent = ink.colour(chart.content.rows[0].sign.color)
    tagged = (right - tag, middle - TAG / 2, right, middle + TAG / 2)
    chart.sheet.box(tagged, fill=ink.colour("surface"), edge=accent, width=1.3, dash=(3, 2))
    chart.sheet.text(right - tag / 2, middle + 4.7, str(count), 13, accent, bold=True, align="center")


def counties(chart: Chart) -> None:
    """The other names; one that does not fit inside its county is dropped."""
    for land, shape in _lands(chart):
        if land.code not in chart.named and shape.area > LEAST:
            size, wide = _measured(land, shape)
            inner = shapely.prepared.prep(shape)
            spots = placing.around(*sketch.roomiest(shape), wide + 6, size + 4, NEAR, 8)
            box = chart.room.first(spot for spot in spots if inner.contains(shapely.box(*spot)))
            if box:
                _name(chart, land, box, size)


def _lands(chart: Chart) -> list[tuple[Land, Any]]:
    """The counties with their outlines on the sheet, those asked about first."""
    shapes = chart.frame(land.shape for land in chart.ground.lands)
    pairs = [pair for pair in zip(chart.ground.lands, shapes, strict=True) if not pair[1].is_empty]
    return sorted(pairs, key=lambda pair: (not pair[0].home, pair[0].code))


def _measured(land: Land, shape: Any) -> tuple[float, float]:
    """Size and width of a county's name, smaller in a small county."""
    size = 17.0 if land.lit else 15.0 if land.home else 13.0
    size *= min(1.0, max(0.72, math.sqrt(shape.area) / 90))
    return size, fonts.width(land.name, land.lit) * size


def _name(chart: Chart, land: Land, box: Box, size: float) -> None:
    halo = ink.colour("land-on" if land.lit else "land" if land.home else "land-out")
    colour = ink.colour("ink" if land.lit else "ink-soft")
    middle = (box[1] + box[3]) / 2
    chart.sheet.text(box[0] + 3, middle + 0.36 * size, land.name, size, colour, bold=land.lit, halo=halo)


def names(chart: Chart, spots: list[tuple[Spot, float, float]]) -> None:
    """Names of stations, then of towns, where there is room."""
    size = 12.0
    for spot, x, y in sorted(spots, key=lambda found: found[0].kind == "town"):
        if spot.kind == "node":
            continue
        wide, high = fonts.width(spot.name) * size + 2, size + 1
        box = chart.room.first(placing.beside(x, y, wide, high, 5))
        if box:
            halo = ink.colour("land" if spot.home else "land-out")
            colour = ink.colour("transport" if spot.kind != "town" else "ink" if spot.home else "ink-soft")
            chart.sheet.text(box[0] + 1, (box[1] + box[3]) / 2 + 0.36 * size, spot.name, size, colour, halo=halo)
