"""Datums and projections of China to WGS 84 and back, whole arrays at a time.

Axis order: longitude or easting first, latitude or northing second, everywhere here.
(Texts with Gauss-Kruger coordinates put the northing first; `geo.pairs` and the readers turn them.)

GCJ-02 (高德, 腾讯) is WGS 84 with a published distortion of 300-700 m; BD-09 (百度) adds about
another kilometre. CGCS2000 equals WGS 84 within decimetres and is taken as the same.

Where the distortion applies: the formula's rectangle, 72.004-137.8347° E, 0.8293-55.8271° N, edges
included; outside of it GCJ-02, BD-09 and WGS 84 are one. Hong Kong, Macao and Taiwan lie inside and
are shifted like everything else, as every published implementation does it, and so are neighbours
in the rectangle (Seoul, Hanoi, Ulaanbaatar, Vladivostok); Tokyo and Jakarta lie outside. The way back asks whether the
*given* point lies in the rectangle; within a kilometre of its edge (open sea and foreign steppe) the
two directions therefore need not be each other's inverse; everywhere else they are, to a micrometre.

Source: the distortion as first published by emq (eviltransform, 2013), constants of the Krasovsky 1940
ellipsoid; BD-09 as published by Baidu's users; inverse by fixed-point iteration of the exact forward formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geo.errors import BadCoordinate, ZoneMissing
from geo.extent import kilometres
from geo.gauss import MILLION, Zone, is_easting, is_northing, zone_of, zones
from geo.pairs import Pair, read_pair
from geo.words import N_

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

__all__ = [
    "LABELS", "Datum", "Pair", "Zone", "bd09_to_gcj02", "bd09_to_wgs84", "from_wgs84", "gcj02_to_bd09",
    "gcj02_to_wgs84", "if_really", "read_pair", "to_wgs84", "wgs84_to_bd09", "wgs84_to_gcj02", "zone_of",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Points = tuple[Floats, Floats]
"""Two arrays of one length: longitudes and latitudes in degrees, or eastings and northings in metres."""

WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
_AXIS_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_BD_PI = math.pi * 3000 / 180
ITERATIONS, SETTLED = 12, 1e-12
"""The way back ends when no point moved by more than this, degrees (0.1 micrometres)."""


class Datum(StrEnum):
    """What a pair of degrees refers to."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    CGCS2000 = "cgcs2000"


LABELS: Mapping[str, str] = {
    Datum.WGS84: N_("手机GPS"),
    Datum.GCJ02: N_("高德·腾讯"),
    Datum.BD09: N_("百度"),
    Datum.CGCS2000: N_("天地图/CGCS2000"),
}


def _inside(lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    return (lon >= WEST) & (lon <= EAST) & (lat >= SOUTH) & (lat <= NORTH)


def _waves(x: Floats, y: Floats) -> Points:
    """The distortion in metres, east and north, at x, y degrees from 105° E, 35° N."""
    root = np.sqrt(np.abs(x))
    both = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    north += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    east += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    return east, north


def _gcj_shift(lon: Floats, lat: Floats) -> Points:
    """GCJ-02 minus WGS 84 in degrees, at a WGS 84 point, as if the rectangle had no edge."""
    east, north = _waves(lon - 105, lat - 35)
    angle = np.radians(lat)
    magic = 1 - _ECCENTRICITY2 * np.sin(angle) ** 2
    root = np.sqrt(magic)
    d_lat = north * 180 / (_AXIS_M * (1 - _ECCENTRICITY2) / (magic * root) * np.pi)
    d_lon = east * 180 / (_AXIS_M / root * np.cos(angle) * np.pi)
    return d_lon, d_lat


def _bd_shift(lon: Floats, lat: Floats) -> Points:
    """BD-09 minus GCJ-02 in degrees, at a GCJ-02 point, as if the rectangle had no edge."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
    return radius * np.cos(angle) + 0.0065 - lon, radius * np.sin(angle) + 0.006 - lat


def _forward(shift: Callable[[Floats, Floats], Points], lon: npt.ArrayLike, lat: npt.ArrayLike) -> Points:
    x, y = _degrees(lon, lat)
    dx, dy = shift(x, y)
    inside = _inside(x, y)
    return np.where(inside, x + dx, x), np.where(inside, y + dy, y)


def _back(shift: Callable[[Floats, Floats], Points], lon: npt.ArrayLike, lat: npt.ArrayLike) -> Points:
    """Fixed point of z = given - shift(z); the error shrinks at least fiftyfold each time."""
    given_x, given_y = _degrees(lon, lat)
    x, y = given_x, given_y
    for _ in range(ITERATIONS):
        dx, dy = shift(x, y)
        moved = float(np.max(np.abs(given_x - dx - x) + np.abs(given_y - dy - y), initial=0))
        x, y = given_x - dx, given_y - dy
        if moved < SETTLED:
            break
    inside = _inside(given_x, given_y)
    return np.where(inside, x, given_x), np.where(inside, y, given_y)


def _degrees(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Points:
    x, y = _arrays(lon, lat)
    with np.errstate(invalid="ignore"):
        usable = bool(np.all((np.abs(x) <= 180) & (np.abs(y) < 90)))
    if not usable:
        raise BadCoordinate(N_("经纬度超出范围；看看是不是填反了"))
    return x, y


def _arrays(x: npt.ArrayLike, y: npt.ArrayLike) -> Points:
    first, second = np.atleast_1d(np.asarray(x, dtype=float)), np.atleast_1d(np.asarray(y, dtype=float))
    if first.shape != second.shape:
        raise BadCoordinate(N_("经度和纬度要一样多"))
    return first, second


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Points:
    """Degrees to degrees; see the module for the rectangle. BadCoordinate beyond the earth or not finite."""
    return _forward(_gcj_shift, lon, lat)


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Points:
    """Degrees to degrees, exact to a micrometre."""
    return _back(_gcj_shift, lon, lat)


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Points:
    """Degrees to degrees; the same rectangle."""
    return _forward(_bd_shift, lon, lat)


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Points:
    """Degrees to degrees, exact to a micrometre."""
    return _back(_bd_shift, lon, lat)


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Points:
    """Degrees to degrees, by way of GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Points:
    """Degrees to degrees, by way of GCJ-02."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


_TO: Mapping[str, Callable[..., Points]] = {
    Datum.WGS84: _degrees, Datum.CGCS2000: _degrees, Datum.GCJ02: gcj02_to_wgs84, Datum.BD09: bd09_to_wgs84,
}  # fmt: skip
_FROM: Mapping[str, Callable[..., Points]] = {
    Datum.WGS84: _degrees, Datum.CGCS2000: _degrees, Datum.GCJ02: wgs84_to_gcj02, Datum.BD09: wgs84_to_bd09,
}  # fmt: skip


def to_wgs84(x: npt.ArrayLike, y: npt.ArrayLike, datum: Datum | str, epsg: int | None = None) -> Points:
    """Longitudes and latitudes (WGS 84) of points in a datum, or in the plane of an EPSG code.

    x is longitude or easting, y latitude or northing. Metres of CGCS2000 need no code where every
    easting carries its zone; without it and without code: ZoneMissing. A code whose datum is
    neither WGS 84 nor CGCS2000 (西安 80, 北京 54) needs local parameters: BadCoordinate.
    """
    first, second = _arrays(x, y)
    kind = Datum(datum)
    if epsg is not None:
        return _TO[kind](*_unprojected(first, second, epsg))
    if kind == Datum.CGCS2000 and len(first) and not bool(np.any(np.abs(first) <= 180)):
        return _by_prefix(first, second)
    return _TO[kind](first, second)


def from_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, datum: Datum | str, epsg: int | None = None) -> Points:
    """The way back of `to_wgs84`, with the same axis order."""
    x, y = _FROM[Datum(datum)](*_degrees(lon, lat))
    if epsg is None:
        return x, y
    return _finite(_transformer(epsg).transform(x, y, direction="INVERSE"))


def _by_prefix(eastings: Floats, northings: Floats) -> Points:
    numbers = zones(eastings)
    if not numbers.all():
        if all(map(is_northing, eastings)) and all(map(is_easting, northings)):
            raise BadCoordinate(N_("北坐标和东坐标写反了：这里先东（Y）后北（X）"))
        if all(map(is_easting, eastings)):
            raise ZoneMissing(N_("东坐标没有带号，要选中央经线（几度带、第几带）"))
        raise BadCoordinate(N_("不是高斯－克吕格坐标：东坐标带带号是 8 位，不带是 6 位"))
    lon, lat = np.empty_like(eastings), np.empty_like(northings)
    for number in np.unique(numbers):
        chosen = numbers == number
        lon[chosen], lat[chosen] = _unprojected(eastings[chosen], northings[chosen], Zone.of_number(int(number)).epsg)
    return lon, lat


def _unprojected(x: Floats, y: Floats, epsg: int) -> Points:
    zone = Zone.of_epsg(epsg)
    if zone is not None and len(x):
        x = _as_zone_has_it(x, zone)
    return _finite(_transformer(epsg).transform(x, y))


def _as_zone_has_it(eastings: Floats, zone: Zone) -> Floats:
    """A person who names the zone need not know whether the eastings carry it."""
    numbers = zones(eastings)
    if bool(np.any((numbers != 0) & (numbers != zone.number))):
        raise BadCoordinate(N_("东坐标的带号和选的第 %(number)s 带对不上"), number=zone.number)
    plain = np.where(numbers != 0, eastings - numbers * MILLION, eastings)
    return plain + zone.number * MILLION if zone.prefixed else plain


def _finite(points: tuple[Floats, Floats]) -> Points:
    x, y = points
    if not bool(np.all(np.isfinite(x) & np.isfinite(y))):
        raise BadCoordinate(N_("坐标换算不了：数值超出了这个坐标系的范围"))
    return x, y


@lru_cache(maxsize=64)
def _transformer(epsg: int) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(crs(epsg), 4326, always_xy=True)


def crs(epsg: int) -> CRS:
    """The system of an EPSG code; BadCoordinate unless it is WGS 84 or CGCS2000 seen from above."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        found = CRS.from_epsg(epsg)
    except CRSError:
        raise BadCoordinate(N_("没有 EPSG:%(epsg)s 这个坐标系"), epsg=epsg) from None
    base = found.geodetic_crs
    if base is None or base.to_epsg() not in (4326, 4490) or not (found.is_geographic or found.is_projected):
        raise BadCoordinate(N_("“%(name)s”换算要当地的参数，这里换不准；请先换成 CGCS2000 或 WGS 84"), name=found.name)
    return found


def if_really(lon: float, lat: float, datum: Datum | str) -> tuple[float, float, float]:
    """Where a point that was called WGS 84 would lie if its numbers were really of `datum`.

    Longitude and latitude (WGS 84), and how many metres that is from the numbers as they stand:
    the 300-700 m of a forgotten GCJ-02, the kilometre of a forgotten BD-09.
    """
    x, y = to_wgs84([lon], [lat], datum)
    moved = float(x[0]), float(y[0])
    return *moved, kilometres((lon, lat), moved) * 1000
