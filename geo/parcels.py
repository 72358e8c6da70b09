"""The land-exchange text of survey offices: `[属性描述]` with key=value lines, `[地块坐标]` with parcels and rings.

Source: 《建设用地报批数据交换格式》, as CASS and MapGIS write it. Points are `J1,1,X,Y` with X the northing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import BadCoordinate, UnreadableFile
from geo.gauss import Zone, is_easting, is_northing
from geo.table import MAX_ROWS, Fault, Proof, Remark, Row, Skipped, Table
from geo.words import N_

HEADINGS = ("界址点数", "地块面积（公顷）", "地块编号", "地块名称", "图形属性", "图幅号", "地块用途", "地类编码")
NO_PARCEL = N_("[地块坐标] 下面没有地块")
BAD_POINT = N_("第 %(row)s 行不是“点号,圈号,X,Y”")
NOT_OURS = N_("坐标系是“%(name)s”，换算要当地参数，这里换不准；请先换成 CGCS2000 或 WGS 84 再导出")
TOO_FEW = N_("圈没有三个点，成不了地块")
MAX_POINTS = 1_000_000


@dataclass
class _Parcel:
    """One parcel while it is read: its line, its cells, ring number -> (northing, easting) pairs."""

    line: int
    cells: list[str]
    rings: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    fault: str = ""


def is_parcels(text: str) -> bool:
    """Whether a text is of this format."""
    return bool(re.search(r"^\s*\[(属性描述|地块坐标)\]", text[:5000], re.M))


def read_parcels(text: str, encoding: str) -> Table:
    """The parcels, numbered by the line that begins each; shapes are easting first, as written, unconverted.

    The header proves the strip when it names both system and 带号; a blank 带号 leaves it to the eastings' prefix.
    UnreadableFile for other systems than CGCS2000 and WGS 84, and when there is no parcel.
    """
    lines = list(enumerate(text.removeprefix("\ufeff").splitlines(), start=1))
    begin = next((n for n, line in lines if line.strip().startswith("[地块坐标]")), None)
    if begin is None:
        raise UnreadableFile(NO_PARCEL)
    header = dict(_pairs(line for number, line in lines if number < begin))
    parcels, skipped = _parcels(lines[begin:])
    if not parcels:
        raise UnreadableFile(NO_PARCEL)
    turned = _turned(parcels)
    rows = [Row(parcel.line, _cells(parcel.cells), _shape(parcel, turned)) for parcel in parcels]
    remarks = (Remark(N_("坐标是东坐标在前，已对调")),) if turned else ()
    return Table("parcels", HEADINGS, rows, tuple(skipped), encoding=encoding, proof=_proof(header), remarks=remarks)


def _pairs(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        key, equals, value = line.replace("＝", "=").partition("=")
        if equals:
            yield key.strip(), value.strip()


def _parcels(lines: list[tuple[int, str]]) -> tuple[list[_Parcel], list[Skipped]]:
    parcels: list[_Parcel] = []
    skipped, points = [], 0
    for number, line in lines:
        parts = [part.strip() for part in line.replace("，", ",").strip().split(",")]
        if parts == [""]:
            continue
        if parts[-1] == "@":
            parcels.append(_Parcel(number, parts[:-1]))
        elif not parcels:
            skipped.append(Skipped(number, "title", line[:60]))
        else:
            points += 1
            _add_point(parcels[-1], number, parts)
        if len(parcels) > MAX_ROWS or points > MAX_POINTS:
            raise UnreadableFile(N_("地块太多（最多 %(rows)s 个）；请分成几个文件"), rows=MAX_ROWS)
    return parcels, skipped


def _add_point(parcel: _Parcel, number: int, parts: list[str]) -> None:
    try:
        pair = float(parts[2]), float(parts[3])
    except (IndexError, ValueError):
        parcel.fault = parcel.fault or BAD_POINT % {"row": number}
        return
    if not all(abs(value) < 1e9 for value in pair):
        parcel.fault = parcel.fault or BAD_POINT % {"row": number}
        return
    parcel.rings.setdefault(parts[1], []).append(pair)


def _turned(parcels: list[_Parcel]) -> bool:
    """Whether the eastings were written first, against the format."""
    pairs = [pair for parcel in parcels[:50] for ring in parcel.rings.values() for pair in ring[:20]]
    return bool(pairs) and all(
        is_easting(x) and is_northing(y) and not (is_northing(x) and is_easting(y)) for x, y in pairs
    )


def _cells(parts: list[str]) -> tuple[str | None, ...]:
    padded = [*parts, *[""] * len(HEADINGS)][: len(HEADINGS)]
    return tuple(part or None for part in padded)


def _shape(parcel: _Parcel, turned: bool) -> BaseGeometry | Fault:
    if parcel.fault:
        return Fault(parcel.fault)
    rings = [[(x, y) if turned else (y, x) for x, y in ring] for ring in parcel.rings.values()]
    kind = parcel.cells[4] if len(parcel.cells) > 4 else ""
    if kind == "点" and rings:
        return shapely.Point(rings[0][0])
    if kind == "线":
        lines = [shapely.LineString(ring) for ring in rings if len(ring) > 1]
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines) if lines else Fault(TOO_FEW)
    if not rings or any(len(set(ring)) < 3 for ring in rings):
        return Fault(TOO_FEW)
    return _polygons(rings)


def _polygons(rings: list[list[tuple[float, float]]]) -> BaseGeometry:
    """The first ring is an outline; a later one is a hole where it lies inside an outline, else a further part."""
    shells: list[tuple[shapely.Polygon, list[list[tuple[float, float]]]]] = []
    for ring in rings:
        drawn = shapely.Polygon(ring)
        around = next((holes for shell, holes in shells if shell.is_valid and shell.contains(drawn.boundary)), None)
        if around is None:
            shells.append((drawn, []))
        else:
            around.append(ring)
    parts = [shapely.Polygon(shell.exterior.coords, holes) for shell, holes in shells]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _proof(header: Mapping[str, str]) -> Proof:
    system, number = header.get("坐标系", ""), re.sub(r"\D", "", header.get("带号", ""))
    if re.search(r"80|54|西安|北京", system):
        raise UnreadableFile(NOT_OURS, name=system[:40])
    width = re.sub(r"\D", "", header.get("几度分带", ""))
    if not re.search(r"2000|CGCS|WGS", system, re.I) or not number:
        return Proof(name=system[:40])
    try:
        zone = Zone.of_number(int(number))
    except BadCoordinate as error:
        raise UnreadableFile(error.message, **error.values) from None
    if width and int(width) != zone.width:
        raise UnreadableFile(
            N_("“几度分带=%(width)s”和“带号=%(number)s”对不上，请改好再导"), width=width, number=number
        )
    return Proof(zone.epsg, f"{system} {zone.width}°带 {zone.number}", "header")
