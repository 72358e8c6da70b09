"""Shapes as WKT and GeoJSON texts, digit by digit as PostGIS writes them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

_DOT = struct.Struct("<BIdd")
"""A point in little-endian WKB: byte order, type 1, x, y."""
LEAST, MOST = 1e-8, 1e15
"""Outside of these a number is written with an exponent."""


def wkt(shape: bytes | BaseGeometry, places: int) -> str:
    """The WKT of a shape (or of its WKB) with at most so many decimal places: ST_AsText."""
    if isinstance(shape, bytes) and (dot := _dot(shape)):
        return f"POINT({number(dot[0], places)} {number(dot[1], places)})"
    whole = shapely.from_wkb(shape) if isinstance(shape, bytes) else shape
    if isinstance(whole, shapely.GeometryCollection) and whole.geom_type == "GeometryCollection":
        return f"GEOMETRYCOLLECTION({','.join(wkt(part, places) for part in whole.geoms)})"
    pair = "{} {}".format
    return str(whole.geom_type).upper() + _nested(_parts(whole, lambda at: [at]), "()", pair, places)


def geojson(shape: bytes | BaseGeometry, places: int) -> str:
    """The GeoJSON of a shape (or of its WKB) with at most so many decimal places: ST_AsGeoJSON."""
    if isinstance(shape, bytes) and (dot := _dot(shape)):
        return f'{{"type":"Point","coordinates":[{number(dot[0], places)},{number(dot[1], places)}]}}'
    whole = shapely.from_wkb(shape) if isinstance(shape, bytes) else shape
    if whole.geom_type == "GeometryCollection":
        inner = ",".join(geojson(part, places) for part in whole.geoms)
        return f'{{"type":"GeometryCollection","geometries":[{inner}]}}'
    drawn = _nested(_parts(whole, lambda at: at), "[]", "[{},{}]".format, places)
    return f'{{"type":"{whole.geom_type}","coordinates":{drawn}}}'


def number(value: float, places: int) -> str:
    """The shortest digits that are the number, rounded half to even, without idle zeros."""
    text = repr(value)
    if value and not LEAST < abs(value) < MOST:
        digits, _e, power = f"{Decimal(text):.{places}e}".partition("e")
        return f"{_bare(digits)}e{power}"
    if "e" in text or len(text) - text.index(".") - 1 > places:
        text = f"{round(Decimal(text), places):f}"
    return _bare(text)


def _bare(text: str) -> str:
    bare = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if bare == "-0" else bare


def _dot(wkb: bytes) -> tuple[float, float] | None:
    if len(wkb) != _DOT.size or wkb[:5] != b"\x01\x01\x00\x00\x00":
        return None
    return _DOT.unpack(wkb)[2:]


def _parts(shape: Any, dot: Any) -> Any:
    """The positions of a shape, nested as its kind has them."""
    if hasattr(shape, "geoms"):
        return [_parts(part, dot) for part in shape.geoms]
    if shape.geom_type == "Polygon":
        return [ring.coords[:] for ring in (shape.exterior, *shape.interiors)]
    return dot(shape.coords[0]) if shape.geom_type == "Point" else shape.coords[:]


def _nested(parts: Any, brackets: str, pair: Callable[[str, str], str], places: int) -> str:
    if isinstance(parts, tuple):
        return pair(number(parts[0], places), number(parts[1], places))
    return brackets[0] + ",".join(_nested(part, brackets, pair, places) for part in parts) + brackets[1]
