"""The URL grammar of the parameters that all layers share: reading and spelling one value each."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polyline
import shapely

from geo.errors import BadCoordinate
from geo.extent import Box, check_position
from layers.areas import Areas
from layers.errors import BadValue
from layers.quantity import plain
from layers.words import N_

MAX_TEXT = 100
MAX_RADIUS_KM = 500
PAGE_SIZE, MAX_PAGE_SIZE, MAX_PAGE = 20, 100, 100_000
Point = tuple[float, float]


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Parameters as a dict; one given several times is a comma list, an empty one is not there."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        if "\x00" in value or "\x00" in key:
            raise BadValue(key.replace("\x00", ""), value.replace("\x00", ""), N_("不能含有空字符"))
        if value.strip():
            found.setdefault(key, []).append(value.strip())
    return {key: ("," if key != "q" else " ").join(values) for key, values in found.items()}


def read_areas(raw: str, areas: Areas) -> tuple[str, ...]:
    """`area=511123,411603` -> current codes, sorted; obsolete ones become their successors."""
    codes: set[str] = set()
    for part in raw.split(","):
        try:
            codes.update(areas.resolve(part.strip()))
        except KeyError:
            allowed = N_("写省、市、县、乡镇或功能区的代码，如 511123，多个用逗号隔开")
            raise BadValue("area", part, allowed) from None
    return tuple(sorted(codes))


def read_text(raw: str) -> str:
    """`q=茶叶 加工`: white space folded, at most 100 characters."""
    text = " ".join(raw.split())
    if len(text) > MAX_TEXT:
        raise BadValue("q", raw[:20] + "…", N_("最多 %(n)s 个字"), {"n": MAX_TEXT})
    return text


def words(q: str) -> list[tuple[str, bool]]:
    """The words of a text question; True marks one that stood in quotes and is taken literally."""
    found = re.findall(r'"([^"]+)"|[“＂]([^“”＂]+)[”＂]|([^\s"“”＂]+)', q)
    return [(straight or curly, True) if straight or curly else (word, False) for straight, curly, word in found]


def _numbers(name: str, raw: str, count: int, allowed: str) -> list[float]:
    parts = raw.split(",")
    if len(parts) != count or not all(re.fullmatch(r"-?[0-9]{1,7}(\.[0-9]{1,15})?", p.strip()) for p in parts):
        raise BadValue(name, raw, allowed)
    return [float(part) for part in parts]


def read_bbox(raw: str) -> Box:
    """`bbox=west,south,east,north` in degrees (WGS 84)."""
    allowed = N_("写最小经度,最小纬度,最大经度,最大纬度，如 103.5,29.3,104.1,29.8")
    try:
        return Box(*_numbers("bbox", raw, 4, allowed))
    except BadCoordinate:
        raise BadValue("bbox", raw, allowed) from None


def read_near(raw: str) -> Point:
    """`near=lon,lat` in degrees (WGS 84)."""
    allowed = N_("写经度,纬度，如 103.76,29.57")
    lon, lat = _numbers("near", raw, 2, allowed)
    try:
        check_position(lon, lat)
    except BadCoordinate:
        raise BadValue("near", raw, allowed) from None
    return lon, lat


def read_radius(raw: str) -> float:
    """`radius=30`, kilometres."""
    allowed = N_("写 0.1 到 500 之间的公里数")
    (radius,) = _numbers("radius", raw, 1, allowed)
    if not 0.1 <= radius <= MAX_RADIUS_KM:
        raise BadValue("radius", raw, allowed)
    return radius


def read_within(raw: str) -> str:
    """`within=…`: a polygon as an encoded polyline (precision 5), checked and kept as written."""
    allowed = N_("写编码折线（精度 5）表示的多边形，至少三个点，边不能交叉")
    try:
        polygon(raw)
    except (ValueError, IndexError, TypeError, BadCoordinate):
        raise BadValue("within", raw[:30], allowed) from None
    return raw


def polygon(encoded: str) -> shapely.Polygon:
    """The polygon of an encoded polyline, degrees, longitude first; ValueError when it is none."""
    points = polyline.decode(encoded, 5, geojson=True)
    if not 3 <= len(points) <= 1000:
        raise ValueError(encoded)
    for lon, lat in points:
        check_position(lon, lat)
    shape = shapely.Polygon(points)
    if not shape.is_valid or shape.is_empty:
        raise ValueError(encoded)
    return shape


def read_count(name: str, raw: str, most: int) -> int:
    """`page` and `limit`: whole numbers from 1."""
    if not re.fullmatch(r"[0-9]{1,7}", raw) or not 1 <= int(raw) <= most:
        raise BadValue(name, raw, N_("写 1 到 %(n)s 的整数"), {"n": most})
    return int(raw)


def spell_point(point: Point) -> str:
    """Longitude, latitude with at most six places."""
    return ",".join(degrees(value) for value in point)


def spell_box(box: Box) -> str:
    """West, south, east, north with at most six places."""
    return ",".join(degrees(v) for v in (box.west, box.south, box.east, box.north))


def degrees(value: float) -> str:
    """Degrees with at most six places and no idle zeros."""
    return plain(round(value, 6))
