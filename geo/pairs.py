"""One coordinate pair as people paste it: degrees in any dress, or Gauss-Kruger metres."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from geo.errors import BadCoordinate
from geo.gauss import Zone, is_easting, is_northing, zone_of
from geo.words import N_

LONGEST = 200
CHINA_LON, CHINA_LAT = (73.0, 136.0), (3.0, 54.0)
"""Degrees; the two ranges have nothing in common, so a pair in China shows its own order."""
EXAMPLE = N_("写两个数，先经度后纬度，如 103.95, 29.21")


@dataclass(frozen=True, slots=True)
class Pair:
    """`x` is longitude (degrees) or easting (metres), `y` latitude or northing, whatever order was written.

    `swapped`: written the other way round than is usual (longitude first; northing first) and put right.
    `projected`: metres; `zone` is None where the easting does not say it.
    """

    x: float
    y: float
    projected: bool = False
    swapped: bool = False
    zone: Zone | None = None


_MARKS = str.maketrans(
    {"º": "°", "˚": "°", "′": "'", "’": "'", "‘": "'", "`": "'", "´": "'", "ʹ": "'",
     "″": '"', "”": '"', "“": '"', "ʺ": '"', "，": ",", "、": ",", "；": ",", "－": "-", "−": "-"}
)  # fmt: skip
_UNITS = str.maketrans({"度": "°", "分": "'", "秒": '"'})
_WORDS = (
    (r"东经|經度|经度|longitude|lng|lon\b|lon(?=[\d\W])", "E"), (r"北纬|緯度|纬度|latitude|lat\b|lat(?=[\d\W])", "N"),
    (r"西经", "W"), (r"南纬", "S"), (r"\b(?:geo|point|wgs-?84|gcj-?02|bd-?09|cgcs2000|坐标)\b", " "),
    (r"\b[xy]\s*(?:坐标)?\s*[:=]", " "), (r"坐标\s*[:=]?", " "),
)  # fmt: skip
_NUMBER = r"""(?P<{0}d>[-+]?\d{{1,9}}(?:\.\d+)?)\s*
    (?:°\s*(?:(?P<{0}m>\d{{1,2}}(?:\.\d+)?)\s*'(?!')\s*)?(?:(?P<{0}s>\d{{1,2}}(?:\.\d+)?)\s*(?:"|'')\s*)?)?"""
_TOKEN = re.compile(
    rf"""(?P<before>[NSEW])\s*[:=]?\s*{_NUMBER.format("b")}
    |{_NUMBER.format("a")}(?P<after>[NSEW](?!\s*[:=])|)(?![NSEW])""",
    re.VERBOSE | re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,;:=/|()\[\]{}<>]*")


def read_pair(text: str) -> Pair:
    """Read what a person pasted; BadCoordinate says in one sentence what is wrong with it.

    `103.95,29.21` · `29.21 103.95` (swapped) · `103°57′12″E 29°12′36″N` · `东经103.95 北纬29.21` · full-width
    digits and commas · `3238012.3, 35497123.4` (northing first, as surveys write) · easting first (swapped).
    """
    plain = _normal(text)
    found = list(_TOKEN.finditer(plain))
    between = _TOKEN.sub(" ", plain)
    if len(found) != 2 or not _BETWEEN.fullmatch(between):
        raise BadCoordinate(EXAMPLE)
    (first, one), (second, two) = (_value(match) for match in found)
    if one or two:
        return _lettered(first, one, second, two)
    if max(abs(first), abs(second)) > 1000:
        return _metres(first, second)
    return _plain_degrees(first, second)


def _normal(text: str) -> str:
    if len(text) > LONGEST:
        raise BadCoordinate(EXAMPLE)
    plain = unicodedata.normalize("NFKC", text.translate(_MARKS)).translate(_MARKS)
    for word, letter in _WORDS:
        plain = re.sub(word, letter, plain, flags=re.IGNORECASE)
    return plain.translate(_UNITS)


def _value(match: re.Match[str]) -> tuple[float, str]:
    """Degrees or metres, and the letter of the hemisphere ("" for none)."""
    side = "b" if match["before"] else "a"
    degrees, minutes, seconds = match[f"{side}d"], match[f"{side}m"], match[f"{side}s"]
    letter = (match["before"] or match["after"] or "").upper()
    if float(minutes or 0) >= 60 or float(seconds or 0) >= 60:
        raise BadCoordinate(N_("分和秒要小于 60"))
    size = abs(float(degrees)) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    return -size if degrees.startswith("-") or letter in ("S", "W") else size, letter


def _lettered(first: float, one: str, second: float, two: str) -> Pair:
    axes = ["lon" if letter in ("E", "W") else "lat" if letter else "" for letter in (one, two)]
    if "" in axes:
        known = axes[0] or axes[1]
        axes = [axis or ("lat" if known == "lon" else "lon") for axis in axes]
    if axes[0] == axes[1]:
        raise BadCoordinate(N_("要一个经度、一个纬度，现在两个都是同一种"))
    return _checked(first, second) if axes[0] == "lon" else _checked(second, first)


def _plain_degrees(first: float, second: float) -> Pair:
    """Longitude first, unless only the other order lies in China or on the earth."""
    if not in_china(first, second) and (in_china(second, first) or (abs(second) > 90 >= abs(first))):
        return _checked(second, first, swapped=True)
    return _checked(first, second)


def in_china(lon: float, lat: float) -> bool:
    """Whether degrees can be a position in China, its seas included: the box, not the border."""
    return CHINA_LON[0] <= lon <= CHINA_LON[1] and CHINA_LAT[0] <= lat <= CHINA_LAT[1]


def _checked(lon: float, lat: float, swapped: bool = False) -> Pair:
    if abs(lon) > 180 or abs(lat) > 85:
        raise BadCoordinate(N_("经度在 -180 到 180 之间，纬度在 -85 到 85 之间；看看小数点是不是写错了"))
    return Pair(lon, lat, swapped=swapped)


def _metres(first: float, second: float) -> Pair:
    """Northing first as surveys write it, unless only the other order is possible."""
    if is_northing(first) and is_easting(second):
        return Pair(second, first, projected=True, zone=zone_of(second))
    if is_easting(first) and is_northing(second):
        return Pair(first, second, projected=True, swapped=True, zone=zone_of(first))
    raise BadCoordinate(N_("这两个数不是经纬度，也不是高斯－克吕格坐标（如 3238012.3, 35497123.4）"))
