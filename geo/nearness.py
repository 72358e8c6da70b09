"""Distances on the ellipsoid from one position to many points and shapes, as PostGIS measures them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

Numbers = NDArray[np.float64]
_EARTH = Geod(ellps="WGS84")
WRITTEN = 13
"""Decimal places of degrees that reckoning there and back leaves whole."""
_LEAST_COSINE = 1e-6
"""What lies a quarter of the earth away and more is drawn there: far, wherever it is."""


def metres(lon: float, lat: float, lons: Numbers, lats: Numbers) -> Numbers:
    """Geodesic distances from lon, lat to points, all in degrees (WGS 84); to the hundred-millionth of a metre."""
    found: Numbers = np.round(_EARTH.inv(np.full(len(lons), lon), np.full(len(lats), lat), lons, lats)[2], 8)
    return found


def metres_to_shapes(lon: float, lat: float, shapes: NDArray[Any]) -> Numbers:
    """Geodesic distances from lon, lat to the nearest position of each shape (degrees); 0 inside a polygon.

    Like PostGIS, edges are taken as great circles of a sphere. In the gnomonic projection around the position great
    circles are straight, and what is nearest on the sphere is nearest in the plane (Snyder 1987, p. 164).
    """
    lines = shapely.shortest_line(shapely.Point(0, 0), shapely.transform(shapes, lambda at: _gnomonic(lon, lat, at)))
    ends = shapely.get_coordinates(shapely.get_point(lines, -1))
    found: Numbers = metres(lon, lat, *_degrees(lon, lat, ends))
    found[(ends == 0).all(axis=1)] = 0.0
    return found


def _gnomonic(lon: float, lat: float, at: Numbers) -> Numbers:
    """Positions (n, 2) in degrees on the plane that touches the unit sphere at lon, lat."""
    turn, north, south = np.radians(at[:, 0] - lon), np.radians(at[:, 1]), np.radians(lat)
    cosine = np.sin(south) * np.sin(north) + np.cos(south) * np.cos(north) * np.cos(turn)
    x = np.cos(north) * np.sin(turn)
    y = np.cos(south) * np.sin(north) - np.sin(south) * np.cos(north) * np.cos(turn)
    drawn: Numbers = np.column_stack([x, y]) / np.maximum(cosine, _LEAST_COSINE)[:, None]
    return drawn


def _degrees(lon: float, lat: float, at: Numbers) -> tuple[Numbers, Numbers]:
    """Back from the plane (n, 2) to longitudes and latitudes; a vertex comes back as it was written."""
    x, y = at.T
    south = np.radians(lat)
    turn = np.arctan2(x, np.cos(south) - y * np.sin(south))
    north = np.arctan2(np.sin(south) + y * np.cos(south), np.hypot(x, np.cos(south) - y * np.sin(south)))
    return np.round(lon + np.degrees(turn), WRITTEN), np.round(np.degrees(north), WRITTEN)
