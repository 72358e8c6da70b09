"""The edge of a poster's map: grid and degrees, neatline, north arrow, scale bar, badge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geo import fonts, graticule
from geo.extent import KM_PER_DEGREE
from webapp.posters import ink

if TYPE_CHECKING:
    from webapp.posters.chart import Chart


def _degrees(chart: Chart) -> tuple[list[tuple[float, str]], list[tuple[float, str]]]:
    whole, (left, top, right, bottom) = chart.ground.box, chart.box
    across = graticule.grid(whole.west, whole.east, max(3, int((right - left) / 74)))
    return across, graticule.grid(whole.south, whole.north, max(2, int((bottom - top) / 84)))


def grid(chart: Chart) -> None:
    """Thin lines at round degrees."""
    across, down = _degrees(chart)
    left, top, right, bottom = chart.box
    upright = [[(chart.at((degree, 0))[0], top), (chart.at((degree, 0))[0], bottom)] for degree, _words in across]
    level = [[(left, chart.at((0, degree))[1]), (right, chart.at((0, degree))[1])] for degree, _words in down]
    chart.sheet.lines([*upright, *level], ink.colour("line"), 0.6)


def reserve(chart: Chart) -> None:
    """The corners that arrow, scale bar and badge stand in."""
    left, top, right, bottom = chart.box
    chart.room.take((right - 52, top, right, top + 66))
    chart.room.take((right - 40 - _bar(chart)[1], bottom - 40, right, bottom))
    chart.room.take((left, bottom - 28, left + _badge(chart) + 18, bottom))


def _badge(chart: Chart) -> float:
    return fonts.width(chart.content.approval, True) * 13


def _bar(chart: Chart) -> tuple[float, float]:
    """Kilometres and units of the scale bar, which stands beside the badge."""
    left, _top, right, _bottom = chart.box
    return graticule.bar(KM_PER_DEGREE / chart.fit.scale, max(30.0, min(110.0, right - left - _badge(chart) - 62)))


def neatline(chart: Chart) -> None:
    """A thin and a thick line around the map; with labels also degrees, arrow, scale and badge."""
    sheet, (left, top, right, bottom) = chart.sheet, chart.box
    colour = ink.colour("ink")
    sheet.box(chart.box, edge=colour, width=0.9)
    sheet.box((left - 3.5, top - 3.5, right + 3.5, bottom + 3.5), edge=colour, width=2.5)
    if not chart.labels:
        return
    across, down = _degrees(chart)
    soft = ink.colour("ink-soft")
    for degree, words in across:
        x = chart.at((degree, 0))[0]
        if left + 24 < x < right - 24:
            sheet.text(x, top - 8, words, 11.5, soft, align="center")
    for degree, words in down:
        y = chart.at((0, degree))[1]
        if top + 24 < y < bottom - 24:
            sheet.text(left - 13, y, words, 11.5, soft, align="center", across="center_baseline", turn=90)
    _furniture(chart)


def _furniture(chart: Chart) -> None:
    """North arrow, scale bar and the badge at the lower left."""
    sheet, (left, top, right, bottom), words = chart.sheet, chart.box, chart.content.words
    colour, halo = ink.colour("ink"), ink.colour("land-out")
    x, y = right - 26, top + 34
    sheet.frame([shapely.Polygon([(x, y - 22), (x + 8, y + 12), (x, y + 6), (x - 8, y + 12)])], fill=colour)
    sheet.text(x, y + 27, words["north"], 13, colour, bold=True, align="center", halo=halo)
    km, long = _bar(chart)
    x, y = right - 20 - long, bottom - 14
    ruler = [[(x, y - 6), (x, y), (x + long, y), (x + long, y - 6)]]
    sheet.lines(ruler, halo, 5)
    sheet.lines(ruler, colour, 1.6)
    sheet.text(x + long / 2, y - 6, words["km"].format(n=km), 12, colour, align="center", halo=halo)
    sheet.box((left, bottom - 24, left + _badge(chart) + 14, bottom), fill=ink.colour("paper"))
    sheet.text(left + 7, bottom - 7.5, chart.content.approval, 13, colour, bold=True)
