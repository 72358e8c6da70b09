"""Where the synthetic places lie: around the centres and towns of real counties, denser where counties are small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.areas import Areas, Level

TOWNS = 6
"""Dense spots of a county of which no town is known by its position."""
TRIES = 4
"""How often a position that fell outside its county is drawn again before it moves to its spot's centre."""
NARROW = 14.0
"""A spot's spread is the county's width divided by this."""
Numbers = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Ground:
    """Dense spots as parallel arrays: position in degrees, spread, weight, and what the spot belongs to."""

    x: Numbers
    y: Numbers
    spread: Numbers
    weight: Numbers
    county: list[str]
    code: list[str]
    outline: Numbers

    def draw(self, dice: np.random.Generator, number: int) -> tuple[Numbers, Numbers, Numbers]:
        """(spot, lon, lat) of so many places, every one inside its county."""
        spot = dice.choice(len(self.x), number, p=self.weight)
        lon, lat = self.x[spot].copy(), self.y[spot].copy()
        out = np.arange(number)
        for _try in range(TRIES):
            there = spot[out]
            lon[out] = self.x[there] + dice.normal(size=len(out)) * self.spread[there]
            lat[out] = self.y[there] + dice.normal(size=len(out)) * self.spread[there] * 0.9
            out = out[~shapely.contains_xy(self.outline[there], lon[out], lat[out])]
        lon[out], lat[out] = self.x[spot[out]], self.y[spot[out]]
        return spot, lon.round(6), lat.round(6)


def survey(areas: Areas, dice: np.random.Generator) -> Ground:
    """The dense spots of every county whose outline is known."""
    spots: list[tuple[float, float, float, float, str, str, BaseGeometry]] = []
    for area in areas:
        outline = areas.outline(area.code)
        if outline is None or not area.current or not _lowest(area, areas):
            continue
        shapely.prepare(outline)
        weight, spread = dice.lognormal(sigma=0.8), max(0.004, outline.area**0.5 / NARROW)
        found = _towns(area.code, outline, areas) or _made_up(area.code, outline, areas, dice)
        shares = 1.0 / np.arange(1, len(found) + 1)
        for (x, y, code), share in zip(found, shares / shares.sum(), strict=True):
            spots.append((x, y, spread, weight * share, area.code, code, outline))
    numbers = np.array([spot[:4] for spot in spots]).T
    outlines = np.array([spot[6] for spot in spots], dtype=object)
    owners = [spot[4] for spot in spots], [spot[5] for spot in spots]
    return Ground(numbers[0], numbers[1], numbers[2], numbers[3] / numbers[3].sum(), *owners, outlines)


def _lowest(area: Any, areas: Areas) -> bool:
    """A county, or one of the few cities that have none."""
    counties = [child for child in areas.children(area.code) if child.level == Level.COUNTY]
    return bool(area.level == Level.COUNTY or (area.level == Level.CITY and not counties))


def _towns(code: str, outline: BaseGeometry, areas: Areas) -> list[tuple[float, float, str]]:
    """The county's townships whose position is known."""
    known = [(child.point, child.code) for child in areas.children(code) if child.level == Level.TOWNSHIP]
    return [(p[0], p[1], town) for p, town in known if p and shapely.contains_xy(outline, *p)]


def _made_up(
    code: str, outline: BaseGeometry, areas: Areas, dice: np.random.Generator
) -> list[tuple[float, float, str]]:
    """The county's own point, then a few others inside it."""
    centre = areas.get(code).point or (outline.representative_point().x, outline.representative_point().y)
    west, south, east, north = outline.bounds
    x, y = dice.uniform(west, east, 40), dice.uniform(south, north, 40)
    inside = np.flatnonzero(shapely.contains_xy(outline, x, y))[: TOWNS - 1]
    return [(*centre, code), *((float(x[n]), float(y[n]), code) for n in inside)]
