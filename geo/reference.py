"""Coordinate reference systems by their OGC names: which axis comes first, and the way to WGS 84 and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import BadCoordinate
from geo.extent import EARTH_RADIUS_M, HALF_WORLD_M, check_position

OGC = "http://www.opengis.net/def/crs/"


@dataclass(frozen=True)
class Reference:
    """A system that answers can be given in. CGCS2000 (EPSG:4490) is WGS 84 at the precision of our data."""

    uri: str
    title: str
    latitude_first: bool = False
    metres: bool = False

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude of a position whose numbers stand in this system's order.

        Raises BadCoordinate outside the system; metres a little beyond the world's edge are taken as the edge.
        """
        if not (math.isfinite(x) and math.isfinite(y)):
            raise BadCoordinate("a position needs two finite numbers")
        if not self.metres:
            lon, lat = (y, x) if self.latitude_first else (x, y)
            check_position(lon, lat)
            return lon, lat
        if max(abs(x), abs(y)) > 2 * HALF_WORLD_M:
            raise BadCoordinate("metres run to 20037508.34 in each direction")
        x, y = (max(-HALF_WORLD_M, min(HALF_WORLD_M, value)) for value in (x, y))
        return math.degrees(x / EARTH_RADIUS_M), math.degrees(math.atan(math.sinh(y / EARTH_RADIUS_M)))

    def shape(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry of this system in degrees, longitude first; BadCoordinate where a position is none."""
        return shapely.transform(
            shapely.force_2d(geometry), lambda points: [self.degrees(float(x), float(y)) for x, y in points]
        )

    def drawn(self, geometry: Any) -> Any:
        """A geometry in degrees, longitude first, or an array of them, in this system and its order."""

        def there(at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            if not self.metres:
                return at[:, ::-1] if self.latitude_first else at
            turned = np.radians(at)
            return np.column_stack([turned[:, 0], np.arcsinh(np.tan(turned[:, 1]))]) * EARTH_RADIUS_M

        return shapely.transform(geometry, there)


CRS84 = Reference(f"{OGC}OGC/1.3/CRS84", "WGS 84, longitude first")
REFERENCES = (
    CRS84,
    Reference(f"{OGC}EPSG/0/4326", "WGS 84, latitude first", latitude_first=True),
    Reference(f"{OGC}EPSG/0/4490", "CGCS2000, latitude first", latitude_first=True),
    Reference(f"{OGC}EPSG/0/3857", "Web Mercator, metres", metres=True),
)


def named(name: str) -> Reference:
    """The system of a URI, or of its short form `[EPSG:4490]`; KeyError for one that is not offered."""
    short = {f"[EPSG:{r.uri.rsplit('/', 1)[1]}]": r for r in REFERENCES[1:]} | {"[OGC:CRS84]": CRS84}
    return ({r.uri: r for r in REFERENCES} | short)[name]


def box(numbers: Sequence[float], reference: Reference) -> BaseGeometry:
    """The area of a bounding box of four numbers (lower corner, upper corner), or six with heights, in degrees.

    A box whose west lies east of its east crosses the antimeridian. Raises BadCoordinate for one that cannot be.
    """
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    west, south = reference.degrees(numbers[0], numbers[1])
    east, north = reference.degrees(numbers[2], numbers[3])
    if south > north:
        raise BadCoordinate("a box needs south below north")
    if west > east:
        return shapely.MultiPolygon([shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)])
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)
