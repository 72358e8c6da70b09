"""Where a row of a file says it is, in the file's own coordinates, and how that becomes WGS 84."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.clean import text as as_text
from geo.crs import LABELS, Datum, Zone, crs, to_wgs84
from geo.errors import BadCoordinate, ZoneMissing
from geo.gauss import zones
from geo.layout import is_blank
from geo.pairs import Pair, in_china, read_pair
from geo.table import Fault, Row, Table
from layers.check import Problem
from layers.errors import ChoiceMissing
from layers.headings import PAIR, Match, X, Y
from layers.words import N_

SWAPPED = N_("经度和纬度填反了，已对调")
DEGREES = N_("坐标是经纬度，不是选的投影坐标系里的米数")
LOOKED_AT = 300
"""Rows that show what a file's positions are."""
_COORDINATES = re.compile(r"[\s(（]*[EN东经北纬]{0,2}\d{2,8}([.°度][\s\d.,，、°′″'\"度分秒NESW东经北纬]{3,60})[)）]?")
METRES = N_("坐标是米数，前面的行却是经纬度；请改成一样的")
ZONE_ASKED = N_("坐标是高斯－克吕格的米数，但没有带号；请选是几度带、第几带（EPSG）")


@dataclass(frozen=True)
class System:
    """What a file's coordinates refer to: `epsg` where they are metres (or degrees by name), `datum` of the degrees.

    `assumed`: neither file nor person said so, degrees are taken as WGS 84. `said`: a person did.
    """

    datum: Datum
    epsg: int | None = None
    name: str = ""
    assumed: bool = False
    said: bool = False

    @property
    def label(self) -> str:
        """For people: the name, the datum's Chinese label, the EPSG code."""
        parts = [self.name or LABELS[self.datum], f"EPSG:{self.epsg}" if self.epsg else ""]
        return " ".join(part for part in parts if part)


def system(table: Table, matches: Sequence[Match], datum: Datum | None, epsg: int | None) -> System:
    """What holds for a file: what a person said, else what the file proves, else what its headings say.

    BadCoordinate when `epsg` is not a system of ours.
    """
    if epsg is not None:
        crs(epsg)
        return System(datum or Datum.CGCS2000, epsg, "", said=True)
    proven = table.proof.epsg
    if datum is not None:
        projected = proven if proven is not None and crs(proven).is_projected else None
        return System(datum, projected, said=True)
    if proven is not None:
        kind = Datum.WGS84 if proven in (4326, 3857) else Datum.CGCS2000
        return System(kind, proven, table.proof.name)
    named = next((m.datum for m in matches if m.datum and m.target in ("lon", "lat", PAIR, X, Y)), None)
    return System(named) if named else System(Datum.WGS84, assumed=True)


def strips(table: Table, matches: Sequence[Match], known: System) -> str:
    """For people: the strips that the eastings of the first rows carry, "" where any row is in degrees or says none."""
    locator = Locator(matches, known)
    try:
        for row in table.rows[:LOOKED_AT]:
            locator.of(row)
    except ChoiceMissing:
        return ""
    return "" if locator.degrees else zone_labels(locator.zones)


def zone_labels(numbers: Iterable[int]) -> str:
    """For people: strips by the numbers before their eastings."""
    named = (Zone.of_number(number) for number in sorted(numbers))
    return "、".join(f"CGCS2000 {z.width}°带第 {z.number} 带 EPSG:{z.epsg}" for z in named)


@dataclass
class Located:
    """`lon`, `lat` or `shape` for `Layer.check`, WGS 84; empty where the row says nothing."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class Locator:
    """Reads the positions of one file's rows, and remembers in what they were: degrees, metres, strips by prefix."""

    def __init__(self, matches: Sequence[Match], known: System) -> None:
        self._columns = {match.target: match.column for match in matches if match.target}
        self._system = known
        self._projected = known.epsg is not None and crs(known.epsg).is_projected
        self.zones: set[int] = set()
        self.degrees = self.metres = False

    @property
    def read(self) -> bool:
        """Whether any row had a position so far."""
        return bool(self.degrees or self.metres or self.zones)

    def of(self, row: Row) -> Located:
        """A row's position. ChoiceMissing when it is in metres and nobody has said of which strip."""
        made = Located()
        try:
            self._read(row, made)
        except BadCoordinate as error:
            made.problems.append(Problem(self._column(), error.message, error.values))
        return made

    def _column(self) -> str:
        return next((t for t in ("lon", X, PAIR, "shape") if t in self._columns), "lon")

    def _cell(self, row: Row, target: str) -> Any:
        column = self._columns.get(target)
        cell = None if column is None else row.cells[column]
        if isinstance(cell, Fault):
            raise BadCoordinate(cell.message)
        cell = cell.strip().lstrip("'") if isinstance(cell, str) else cell  # "this is text", as some programs say it
        return None if is_blank(cell) else cell

    def _read(self, row: Row, made: Located) -> None:
        if isinstance(row.shape, Fault):
            raise BadCoordinate(row.shape.message)
        if row.shape is not None:
            self._drawn(row.shape, made)
            return
        wkt, pair = self._cell(row, "shape"), self._cell(row, PAIR)
        first, second = (self._cell(row, a) if a in self._columns else None for a in ("lon", "lat"))
        if first is None and second is None:
            first, second = self._cell(row, X), self._cell(row, Y)
        if wkt is not None:
            self._written(as_text(wkt), made)
        elif first is not None and second is not None:
            self._paired(read_pair(f"{as_text(first)}, {as_text(second)}"), made)
        elif first is not None or second is not None:
            made.values = {"lon": first, "lat": second}
        elif pair is not None:
            self._paired(read_pair(as_text(pair)), made)
        else:
            self._address(self._cell(row, "place"), made)

    def _address(self, place: Any, made: Located) -> None:
        """A column called 位置 or 地址 may hold coordinates instead of words."""
        if place is None or not _COORDINATES.fullmatch(as_text(place)):
            return
        self._paired(read_pair(as_text(place)), made)
        made.warnings.append(Problem("place", N_("这里写的是坐标，已按坐标读")))

    def _written(self, wkt: str, made: Located) -> None:
        if self._as_it_is:
            self.degrees = True
            made.values = {"shape": wkt}
            return
        try:
            self._drawn(shapely.from_wkt(wkt.strip()), made)
        except shapely.errors.ShapelyError:
            raise BadCoordinate(N_("看不懂这个形状（要 WKT）")) from None

    @property
    def _as_it_is(self) -> bool:
        return self._system.datum in (Datum.WGS84, Datum.CGCS2000) and not self._projected

    def _paired(self, pair: Pair, made: Located) -> None:
        if pair.swapped and not pair.projected:
            made.warnings.append(Problem("lon", SWAPPED))
        lon, lat = self._converted(np.array([pair.x]), np.array([pair.y]), pair.projected)
        made.values = {"lon": float(lon[0]), "lat": float(lat[0])}

    def _drawn(self, shape: BaseGeometry, made: Located) -> None:
        if shape.is_empty or not np.isfinite(shape.bounds).all():
            raise BadCoordinate(N_("形状是空的、边线自己交叉或点太多"))
        west, south, east, north = shape.bounds
        projected = max(map(abs, shape.bounds)) > 1000
        if not projected and not in_china(west, south) and in_china(south, west) and in_china(north, east):
            shape = shapely.transform(shape, lambda xy: xy[:, ::-1])
            made.warnings.append(Problem("lon", SWAPPED))
        self.degrees = self.degrees or not projected
        if projected or not self._as_it_is:
            shape = shapely.transform(shape, lambda xy: np.column_stack(self._converted(xy[:, 0], xy[:, 1], projected)))
        if isinstance(shape, shapely.Point):
            made.values = {"lon": shape.x, "lat": shape.y}
        else:
            made.values = {"shape": shapely.to_wkt(shape, rounding_precision=9)}

    def _converted(self, x: Any, y: Any, projected: bool) -> tuple[Any, Any]:
        known = self._system
        if not projected:
            if self._projected:
                raise BadCoordinate(DEGREES)
            self.degrees = True
            return to_wgs84(x, y, known.datum)
        try:
            if self._projected:
                datum = known.datum if Zone.of_epsg(known.epsg or 0) is None else Datum.CGCS2000
                self.metres = True
                return to_wgs84(x, y, datum, known.epsg)
            self.zones |= {int(number) for number in zones(x) if number}
            return to_wgs84(x, y, Datum.CGCS2000)
        except ZoneMissing:
            if self.degrees:
                raise BadCoordinate(METRES) from None
            raise ChoiceMissing("epsg", ZONE_ASKED, zone_options()) from None


def zone_options() -> tuple[tuple[str, str], ...]:
    """The strips of 3° and 6° that a person can choose from: (EPSG, label)."""
    threes = [Zone(3, number, False) for number in range(25, 46)]
    sixes = [Zone(6, number, False) for number in range(13, 24)]
    return tuple(
        (str(zone.epsg), f"{zone.width}°带 第 {zone.number} 带（中央经线 {zone.meridian}°）") for zone in threes + sixes
    )
