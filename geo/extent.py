"""Boxes on the earth and the arithmetic of web-map tiles."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geo.errors import BadCoordinate

EARTH_RADIUS_M = 6378137.0
"""Radius of the Web Mercator sphere, metres (EPSG:3857)."""
HALF_WORLD_M = math.pi * EARTH_RADIUS_M
MAX_LATITUDE = 85.0511287798066
"""Where Web Mercator ends, degrees."""
MAX_ZOOM = 22
KM_PER_DEGREE = 111.32
"""Length of a degree of latitude, kilometres (rounded up nowhere by more than 0.6 %)."""


@dataclass(frozen=True, slots=True)
class Box:
    """West, south, east, north in degrees (WGS 84, longitude first)."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        check_position(self.west, self.south)
        check_position(self.east, self.north)
        if self.west >= self.east or self.south >= self.north:
            raise BadCoordinate("a box needs west < east and south < north")

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle, degrees."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    def around(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.west, other.west),
            min(self.south, other.south),
            max(self.east, other.east),
            max(self.north, other.north),
        )


LEAST_DEGREES = 1e-6
"""Half of what a box around a single point measures (a decimetre)."""


def box_with(west: float, south: float, east: float, north: float) -> Box:
    """The box with these sides in degrees; around a point or along a straight line, one that is a little wider."""
    wide, high = (LEAST_DEGREES * (low == high) for low, high in ((west, east), (south, north)))
    return Box(max(west - wide, -180), max(south - high, -90), min(east + wide, 180), min(north + high, 90))


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of the WebMercatorQuad scheme; x grows eastward, y southward."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= MAX_ZOOM:
            raise BadCoordinate(f"zoom {self.z} is not between 0 and {MAX_ZOOM}")
        side = 1 << self.z
        if not (0 <= self.x < side and 0 <= self.y < side):
            raise BadCoordinate(f"zoom {self.z} has tiles 0 to {side - 1} in each direction")

    def metres(self, margin: float = 0.0) -> tuple[float, float, float, float]:
        """West, south, east, north in metres (EPSG:3857), widened by `margin` of a side."""
        side = 2 * HALF_WORLD_M / (1 << self.z)
        west, north = -HALF_WORLD_M + self.x * side, HALF_WORLD_M - self.y * side
        wider = side * margin
        return west - wider, north - side - wider, west + side + wider, north + wider

    @property
    def side(self) -> float:
        """Length of a side in metres (EPSG:3857)."""
        return 2 * HALF_WORLD_M / (1 << self.z)


def check_position(lon: float, lat: float) -> None:
    """Raise BadCoordinate unless lon, lat are degrees on the earth."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise BadCoordinate("a position needs two finite numbers")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadCoordinate("longitude runs from -180 to 180, latitude from -90 to 90")


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """The tile of zoom z that holds a position in degrees (WGS 84)."""
    check_position(lon, lat)
    side = 1 << z
    lat = max(-MAX_LATITUDE, min(MAX_LATITUDE, lat))
    x = int((lon + 180) / 360 * side)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)
    return Tile(z, min(max(x, 0), side - 1), min(max(y, 0), side - 1))


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance between two (lon, lat) positions in degrees, kilometres."""
    (lon1, lat1), (lon2, lat2) = ((math.radians(v) for v in p) for p in (a, b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def box_around(lon: float, lat: float, km: float) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of a box that holds the circle of `km` kilometres."""
    half = km / KM_PER_DEGREE * 1.01
    wide = half / max(math.cos(math.radians(lat)), 0.01)
    return max(-180.0, lon - wide), max(-90.0, lat - half), min(180.0, lon + wide), min(90.0, lat + half)
