"""What lies under a poster's marks: counties, cities, towns inside the frame, railways and stations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import shapely

from geo import sketch
from geo.extent import Box
from layers.areas import Area, Areas, Level
from layers.transport import NODES
from layers.view import View
from webapp import mapping
from webapp.posters.content import Ground, Land, Line, Spot
from webapp.posters.sizes import Form, Size

MARGIN = 14.0
"""Units between the area asked about and the neatline."""
WIDEST = 32.0
"""Degrees. A wider frame is a map of the nation, which a picture of this size cannot show whole (南海诸岛)."""
STRIP = 30.0
"""Units below the area, where badge and scale bar stand."""
TOWNS_WIDEST = 2.6
"""Degrees; a wider frame has no room for the names of townships."""
TILE, SCREEN = 256, 800
"""Pixels of a tile; of the screen that a View with `at` is meant to be seen on."""
LOWEST = 0.6
"""An upright chart's least height, of its greatest."""
SMALLEST = 0.02
"""Degrees of the least frame."""


def box_of(view: View) -> Box:
    """The part of the earth that a poster of the View shows, in degrees, before its chart's form is known."""
    if view.at is None:
        box = mapping.box_of(view)
        lon, lat = box.centre
        half = (max(box.east - box.west, SMALLEST) / 2, max(box.north - box.south, SMALLEST) / 2)
        return _box(lon, lat, *half)
    lon, lat, zoom = view.at
    half_width = 180 * SCREEN / (TILE * 2**zoom)
    return _box(lon, lat, half_width, half_width / 2)


def _box(lon: float, lat: float, half_width: float, half_height: float) -> Box:
    west, east = max(lon - half_width, -180.0), min(lon + half_width, 180.0)
    return Box(west, max(lat - half_height, -85.0), east, min(lat + half_height, 85.0))


def is_too_wide(box: Box) -> bool:
    """Whether the frame would be a map of the nation."""
    return max(box.east - box.west, box.north - box.south) > WIDEST


def form_of(size: Size, box: Box) -> Form:
    """The form of a size's chart: an upright one is as high as the box needs at its width."""
    wide, highest = size.chart
    if size.form != "upright":
        return size.chart
    squeeze = math.cos(math.radians(box.centre[1]))
    high = (wide - 2 * MARGIN) * (box.north - box.south) / ((box.east - box.west) * squeeze) + 2 * MARGIN + STRIP
    return wide, min(max(high, highest * LOWEST), highest)


def seen(box: Box, form: Form) -> Box:
    """All that a chart of that form shows around the box, which lies above the strip of its lower edge."""
    fit = sketch.Fit.into((box.west, box.south, box.east, box.north), (form[0], form[1] - STRIP), MARGIN)
    lon, lat = box.centre
    return _box(lon, lat - STRIP / fit.scale / 2, form[0] / fit.scale / fit.squeeze / 2, form[1] / fit.scale / 2)


def gather(view: View, book: Areas, form: Form, box: Box, rows: dict[str, list[Any]], lang: str) -> Ground:
    """The ground of the View's poster. `rows`: places of each layer with `wkb` of their geometry."""
    whole = seen(box, form)
    frame = shapely.box(whole.west, whole.south, whole.east, whole.north)
    counties = book.crossing(whole.west, whole.south, whole.east, whole.north)
    home = set(_homes(view.listed.area, book))
    lit = {code[:6] for code in view.listed.area}
    stations = () if view.listed.layer.key == "transport" else rows.get("transport", ())
    lands = tuple(
        Land(county.code, county.label(lang), not home or bool(home & _above(county)), county.code in lit, shape)
        for county in counties
        if (shape := book.outline(county.code)) is not None
    )
    cities = {city for land in lands if land.home and home for city in _cities(land.code, book)}
    return Ground(
        whole,
        lands,
        (*(shape for code in sorted(cities) if (shape := book.outline(code)) is not None), *_borders(book, frame)),
        tuple(land.shape for land in lands if land.lit),
        tuple(_lines(rows.get("transport", ()), frame)),
        tuple(_zones(rows.get("zones", ()), frame, lang)),
        (*_stations(stations, frame, lang), *_towns(book, whole, home, lang)),
    )


def _homes(codes: Iterable[str], book: Areas) -> Iterator[str]:
    """The city or province around every area that was asked for: it stays land when one county is lit."""
    for code in codes:
        path = [area for area in book.path(code) if area.level in (Level.PROVINCE, Level.CITY)]
        if path:
            yield path[-1].code


def _above(county: Area) -> set[str]:
    return {county.code, f"{county.code[:4]}00", f"{county.code[:2]}0000"}


def _cities(code: str, book: Areas) -> Iterator[str]:
    yield from (area.code for area in book.path(code) if area.level == Level.CITY)


def _borders(book: Areas, frame: Any) -> list[Any]:
    return [line for line in book.boundaries() if line.intersects(frame)]


def _lines(rows: Iterable[Any], frame: Any) -> Iterator[Line]:
    for row in rows:
        shape = shapely.from_wkb(bytes(row.wkb))
        if row.kind not in NODES and shape.intersects(frame):
            yield Line(row.kind or "", shape)


def _zones(rows: Iterable[Any], frame: Any, lang: str) -> Iterator[tuple[str, Any]]:
    for row in rows:
        shape = shapely.from_wkb(bytes(row.wkb))
        if shape.geom_type.endswith("Polygon") and shape.intersects(frame):
            yield _named(row, lang), shape


def _stations(rows: Iterable[Any], frame: Any, lang: str) -> Iterator[Spot]:
    for row in sorted(rows, key=lambda row: (not row.high_speed, row.id)):
        if row.kind in NODES and row.precision != "county" and frame.contains(shapely.Point(row.lon, row.lat)):
            kind = "fast" if row.high_speed else "station" if row.kind == "station" else "node"
            yield Spot(kind, _named(row, lang), (row.lon, row.lat))


def _named(row: Any, lang: str) -> str:
    return str(row.name_en) if lang == "en" and row.name_en else str(row.name)


def _towns(book: Areas, box: Box, home: set[str], lang: str) -> Iterator[Spot]:
    if box.east - box.west > TOWNS_WIDEST:
        return
    for area in sorted(book, key=lambda area: area.code):
        if area.level == Level.TOWNSHIP and area.current and area.point and _holds(box, area.point):
            inside = not home or bool(home & _above(area))
            yield Spot("town", area.label(lang), area.point, inside)


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box.west < point[0] < box.east and box.south < point[1] < box.north
