"""The map of a poster: outlines and ways first, then marks, then names, then its edge."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import geopandas

from geo import placing, sketch
from geo.drawing import Sheet
from webapp.posters import chart_edge, chart_marks, chart_names, ink
from webapp.posters.content import Content, Ground, Spot

Box = placing.Box
DETAIL = 0.35
"""Simplification of outlines, units."""
SYMBOL = 7.0
"""Room that a station or town takes, units."""
RAIL = ("rail",)
LINKS = ("rail_link",)


@dataclass
class Chart:
    """A map being drawn: the sheet, its box on it, how degrees become units, and what is taken."""

    sheet: Sheet
    box: Box
    content: Content
    labels: bool = True
    size: float = 1.0
    """Size of the numbered marks."""
    named: set[str] = field(default_factory=set)
    """Codes of the counties whose name is written."""

    def __post_init__(self) -> None:
        assert self.content.ground is not None
        self.ground = self.content.ground
        left, top, right, bottom = self.box
        whole = self.ground.box
        self.fit = sketch.Fit.into((whole.west, whole.south, whole.east, whole.north), (right - left, bottom - top), 0)
        self.room = placing.Room((left + 3, top + 3, right - 3, bottom - 3))

    def at(self, position: tuple[float, float]) -> tuple[float, float]:
        """A position (degrees) on the sheet."""
        x = position[0] * self.fit.squeeze * self.fit.scale + self.fit.x0 + self.box[0]
        return x, self.fit.y0 - position[1] * self.fit.scale + self.box[1]

    def frame(self, shapes: Iterable[Any]) -> geopandas.GeoSeries:
        """Shapes (degrees) as a frame's geometry on the sheet, cut to what can be seen, simplified."""
        whole = self.ground.box
        pad = (whole.east - whole.west) * 0.03
        found = geopandas.GeoSeries(list(shapes), crs=4326)
        if found.empty:
            return found
        cut = found.make_valid().clip_by_rect(whole.west - pad, whole.south - pad, whole.east + pad, whole.north + pad)
        move = (
            self.fit.squeeze * self.fit.scale,
            0,
            0,
            -self.fit.scale,
            self.fit.x0 + self.box[0],
            self.fit.y0 + self.box[1],
        )
        return cut.set_crs(None, allow_override=True).affine_transform(list(move)).simplify(DETAIL)

    def inside(self, position: tuple[float, float]) -> bool:
        """Whether a place lies on the map."""
        whole = self.ground.box
        return whole.west <= position[0] <= whole.east and whole.south <= position[1] <= whole.north


def height(ground: Ground, width: float) -> float:
    """How high a chart of that width is that shows just what the ground shows."""
    whole = ground.box
    return width * (whole.north - whole.south) / ((whole.east - whole.west) * math.cos(math.radians(whole.centre[1])))


def draw(sheet: Sheet, box: Box, content: Content, labels: bool = True, numbered: int = 10**6) -> None:
    """Draw the content's map into a box of the sheet. Without `labels` nothing is written or numbered;
    rows after the first `numbered` have a mark without a number."""
    chart = Chart(sheet, box, content, labels)
    sheet.clip(box)
    _land(chart)
    chart_edge.grid(chart)
    _ways(chart)
    chart_edge.reserve(chart)
    placed = chart_marks.settle(chart, numbered)
    chart_marks.discs(chart, placed)
    if labels:
        chart_names.counted(chart)
    chart_marks.numbers(chart, placed)
    chart_marks.others(chart, numbered)
    spots = _symbols(chart)
    if labels:
        chart_names.counties(chart)
        chart_names.names(chart, spots)
    sheet.clip(None)
    chart_edge.neatline(chart)


def _land(chart: Chart) -> None:
    sheet, ground, colour = chart.sheet, chart.ground, ink.colour
    sheet.box(chart.box, fill=colour("land-out"))
    away = chart.frame(land.shape for land in ground.lands if not land.home)
    home = chart.frame(land.shape for land in ground.lands if land.home)
    lit, cities = chart.frame(ground.lit), chart.frame(ground.cities)
    sheet.frame(away, edge=colour("land-edge"), width=0.7, alpha=0.7)
    sheet.frame(cities, edge=colour("city-edge"), width=9, alpha=0.16)
    sheet.frame(home, fill=colour("land"), edge=colour("land-edge"), width=0.9)
    sheet.frame(lit, fill=colour("land-on"))
    sheet.frame(cities, edge=colour("city-edge"), width=1.4)
    sheet.frame(lit, edge=colour("accent"), width=2.2)
    zones = chart.frame(shape for _name, shape in ground.zones)
    sheet.frame(zones, fill=colour("zone"), alpha=0.09)
    sheet.frame(zones, edge=colour("zone"), width=1.3, dash=(5, 3))


def _ways(chart: Chart) -> None:
    """Railways as printed maps hatch them, links between stations plain, roads in their colour."""
    sheet, lines = chart.sheet, chart.ground.lines
    ink_, paper = ink.colour("transport"), ink.colour("surface")

    def of(*kinds: str) -> Any:
        return chart.frame(line.shape for line in lines if line.kind in kinds)

    roads = chart.frame(line.shape for line in lines if line.kind not in (*RAIL, *LINKS))
    sheet.frame(roads, edge=ink.colour("road-edge"), width=2.6)
    sheet.frame(roads, edge=ink.colour("road"), width=1.6)
    sheet.frame(of(*LINKS), edge=ink_, width=1.6)
    sheet.frame(of(*RAIL), edge=ink_, width=3.4)
    sheet.frame(of(*RAIL), edge=paper, width=2.0, dash=(8, 8))


def _symbols(chart: Chart) -> list[tuple[Spot, float, float]]:
    """Small signs of the stations and towns that no mark lies on; returned with where they stand."""
    placed = [(spot, *chart.at(spot.at)) for spot in chart.ground.spots]
    found = [one for one in placed if chart.room.first([placing.centred(one[1], one[2], SYMBOL, SYMBOL)])]
    line, paper = ink.colour("transport"), ink.colour("surface")
    square, circle = ink.shape("square"), ink.shape("circle")
    towns = [(circle, x, y, 2.4 / ink.HALF) for spot, x, y in found if spot.kind == "town"]
    chart.sheet.marks(towns, fill=paper, edge=ink.colour("ink-soft"), width=1.2)
    open_ = [(square, x, y, 4.2 / ink.HALF) for spot, x, y in found if spot.kind in ("station", "node")]
    chart.sheet.marks(open_, fill=paper, edge=line, width=1.6)
    fast = [(square, x, y, 4.6 / ink.HALF) for spot, x, y in found if spot.kind == "fast"]
    chart.sheet.marks(fast, fill=line, edge=paper, width=0.8)
    return found
