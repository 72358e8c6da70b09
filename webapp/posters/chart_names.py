"""The names on a poster's map: counties inside their outline, then stations, then towns, where there is room."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import shapely

from geo import fonts, placing, sketch
from webapp.posters import ink
from webapp.posters.content import Land, Spot

if TYPE_CHECKING:
    from webapp.posters.chart import Chart

Box = placing.Box


def counties(chart: Chart) -> None:
    """Names that stay inside their county or are dropped; beside them what is known by the county alone."""
    counts = {code: n for code, _name, n in chart.content.apart}
    shapes = chart.frame(land.shape for land in chart.ground.lands)
    for land, shape in sorted(
        zip(chart.ground.lands, shapes, strict=True), key=lambda pair: (not pair[0].home, pair[0].code)
    ):
        count = counts.get(land.code, 0)
        if shape.is_empty or shape.area < 400:
            continue
        size = 17.0 if land.lit else 15.0 if land.home else 13.0
        size *= min(1.0, max(0.72, math.sqrt(shape.area) / 90))
        tag = 14 + 8 * len(str(count)) if count else 0
        wide = fonts.width(land.name, land.lit) * size
        x, y = sketch.roomiest(shape)
        spots = placing.around(x, y, wide + 6 + (tag + 4 if tag else 0), size + 4, 90, 9)
        inner = shapely.prepared.prep(shape)
        box = chart.room.first(spot for spot in spots if count or inner.contains(shapely.box(*spot)))
        if box:
            _county(chart, land, box, size, wide, count, tag)


def _county(chart: Chart, land: Land, box: Box, size: float, wide: float, count: int, tag: float) -> None:
    middle = (box[1] + box[3]) / 2
    halo = ink.colour("land-on" if land.lit else "land" if land.home else "land-out")
    colour = ink.colour("ink" if land.lit else "ink-soft")
    chart.sheet.text(box[0] + 3, middle + 0.36 * size, land.name, size, colour, bold=land.lit, halo=halo)
    if count:
        accent = ink.colour(chart.content.rows[0].sign.color)
        left = box[0] + wide + 7
        chart.sheet.box(
            (left, middle - 9, left + tag, middle + 9), fill=ink.colour("surface"), edge=accent, width=1.3, dash=(3, 2)
        )
        chart.sheet.text(left + tag / 2, middle + 4.7, str(count), 13, accent, bold=True, align="center")


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
