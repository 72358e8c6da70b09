"""Administrative areas and functional zones: codes, parents, successors, outlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
import shapely.ops
from geoalchemy2 import Geometry
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Computed, Connection, false, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from geo.extent import kilometres
from layers import packing
from layers.base import CODE, Base
from layers.codes import under
from layers.latin import initials

TOUCHING = 0.003
"""Degrees (about 300 m): outlines nearer than this touch."""


class Level(StrEnum):
    """Rungs of GB/T 2260 and GB/T 10114, and the zones that stand beside them."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    ZONE = "zone"


class AreaRow(Base):
    """One area; `outline` and `point` (an inner point, or a township's stated point) are WGS 84."""

    __tablename__ = "areas"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str | None]
    level: Mapped[str]
    parent: Mapped[str | None] = mapped_column(CODE, index=True)
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    successors: Mapped[list[str]] = mapped_column(server_default="{}")
    radius_km: Mapped[float | None]
    outline: Mapped[Any | None] = mapped_column(Geometry("GEOMETRY", 4326))
    point: Mapped[Any | None] = mapped_column(Geometry("POINT", 4326))
    outline3857: Mapped[Any | None] = mapped_column(
        Geometry("GEOMETRY", 3857), Computed("ST_Transform(outline, 3857)", persisted=True)
    )
    point3857: Mapped[Any | None] = mapped_column(
        Geometry("POINT", 3857), Computed("ST_Transform(point, 3857)", persisted=True)
    )


@dataclass(frozen=True)
class Area:
    """An area as the rest of the program speaks of it."""

    code: str
    name: str
    name_en: str | None
    level: str
    parent: str | None
    successors: tuple[str, ...] = ()
    current: bool = True
    point: tuple[float, float] | None = None
    radius_km: float | None = None

    @property
    def prefix(self) -> str:
        """The leading digits that everything under the area shares."""
        if self.level == Level.PROVINCE:
            return self.code[:2]
        return self.code[:4] if self.level == Level.CITY else self.code

    def label(self, lang: str) -> str:
        """The name in a language, Chinese where there is no other."""
        return self.name_en if lang == "en" and self.name_en else self.name


class Areas:
    """The book of all areas, read once from the database; looked up by every Query and every check."""

    def __init__(self, areas: Iterable[Area], outlines: dict[str, BaseGeometry] | None = None) -> None:
        self._areas = {area.code: area for area in areas if area.level in set(Level)}  # border lines are none
        self._outlines = outlines or {}
        self._spelled: dict[str, tuple[str, str]] = {}
        self._children: dict[str | None, list[Area]] = {}
        for area in self._areas.values():
            if area.current:
                self._children.setdefault(area.parent, []).append(area)
        counties = [code for code in self._outlines if self._is_lowest(code)]
        self._counties = counties
        self._tree = shapely.STRtree([self._outlines[code] for code in counties])

    def _is_lowest(self, code: str) -> bool:
        """A county, or one of the few cities without counties (东莞 …)."""
        area = self._areas.get(code)
        below = (child.level == Level.COUNTY for child in self._children.get(code, ()))
        return area is not None and (area.level == Level.COUNTY or (area.level == Level.CITY and not any(below)))

    @classmethod
    def load(cls, connection: Connection) -> Areas:
        """Read every area and every outline (about 3,700 areas, half a second)."""
        return cls.of(rows(connection))

    @classmethod
    def of(cls, rows: Sequence[Any]) -> Areas:
        """The book of what `rows` has read."""
        outlines = {row.code: shapely.from_wkb(row.outline) for row in rows if row.outline is not None}
        return cls((_area(row) for row in rows), outlines)

    def __contains__(self, code: object) -> bool:
        return code in self._areas

    def __iter__(self) -> Iterator[Area]:
        return iter(self._areas.values())

    def get(self, code: str) -> Area:
        """The area of an exact code; KeyError when there is none."""
        return self._areas[code]

    def resolve(self, code: str) -> tuple[str, ...]:
        """Current codes that a written code stands for; KeyError when it stands for none.

        `5111` is short for 511100; an obsolete code becomes its successors.
        """
        if code not in self._areas and code.isdigit() and len(code) in (2, 4):
            code = code.ljust(6, "0")
        area = self._areas[code]
        if area.current:
            return (code,)
        if not area.successors:
            raise KeyError(code)
        return tuple(found for successor in area.successors for found in self.resolve(successor))

    def children(self, code: str | None) -> list[Area]:
        """Current areas right under a code (None: the provinces), zones last."""
        return sorted(self._children.get(code, ()), key=lambda a: (a.level == Level.ZONE, a.code))

    def path(self, code: str) -> list[Area]:
        """From the province down to the area itself."""
        area, above = self._areas.get(code), []
        while area is not None:
            above.append(area)
            area = self._areas.get(area.parent or "")
        return above[::-1]

    def county(self, code: str) -> Area | None:
        """The county that a county's or a township's code lies in."""
        return self._areas.get(code[:6])

    def outline(self, code: str) -> BaseGeometry | None:
        """Outline in degrees (WGS 84), None where no file gives one."""
        return self._outlines.get(code)

    def locate(self, lon: float, lat: float) -> str | None:
        """Code of the county that holds a position in degrees, None outside all of them."""
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return self._counties[hits[0]] if len(hits) else None

    def away(self, code: str, lon: float, lat: float) -> float | None:
        """Kilometres from a position to the county of a code, 0 inside it; None where no file gives its outline."""
        county = self._outlines.get(code[:6])
        if county is None:
            return None
        point = shapely.Point(lon, lat)
        nearest = shapely.ops.nearest_points(county, point)[0]
        return kilometres((nearest.x, nearest.y), (lon, lat))

    def crossing(self, west: float, south: float, east: float, north: float) -> list[Area]:
        """Counties (and cities without counties) that a box in degrees touches, in the order of their codes."""
        hits = self._tree.query(shapely.box(west, south, east, north), predicate="intersects")
        return [self._areas[code] for code in sorted(self._counties[hit] for hit in hits)]

    def boundaries(self) -> list[BaseGeometry]:
        """The boundary lines that belong to no area (境界线), degrees."""
        return [outline for code, outline in sorted(self._outlines.items()) if code not in self._areas]

    def neighbours(self, code: str) -> list[Area]:
        """Counties that share a stretch of border with a county, largest stretch first."""
        own = self._outlines.get(code)
        if own is None:
            return []
        near = [self._counties[n] for n in self._tree.query(own.buffer(TOUCHING), predicate="intersects")]
        band = own.buffer(TOUCHING)
        shared = [(band.intersection(self._outlines[c].boundary).length, c) for c in near if c != code]
        return [self._areas[c] for length, c in sorted(shared, reverse=True) if length > 4 * TOUCHING]

    def at(self, point: tuple[float, float]) -> Area | None:
        """The area whose stated point this is, to five places; None for any other position."""
        wanted = (round(point[0], 5), round(point[1], 5))
        return next((a for a in self if a.point and (round(a.point[0], 5), round(a.point[1], 5)) == wanted), None)

    def inner_point(self, code: str) -> tuple[float, float] | None:
        """The position of whatever is known by its county alone."""
        county = self.county(code)
        return county.point if county else None

    def named(self, word: str) -> list[Area]:
        """Current areas whose name holds the word, in Chinese, in pinyin or as initials, widest first."""
        level = list(Level)
        lower = word.lower()
        latin = self._latin() if word.isascii() else {}
        found = [a for a in self if a.current and (word in a.name or _spells(lower, latin.get(a.code)))]
        return sorted(found, key=lambda a: (level.index(Level(a.level)), a.code))

    def _latin(self) -> dict[str, tuple[str, str]]:
        """Code -> names in Latin letters (as written, and run together) and initials; made when first asked for."""
        if not self._spelled:
            for area in self:
                english = (area.name_en or "").lower()
                joined = "".join(c for c in english if c.isalnum())
                self._spelled[area.code] = (f"{english} {joined}", initials(area.name))
        return self._spelled

    def condition(self, model: Any, codes: Iterable[str]) -> ColumnElement[bool]:
        """Places that lie in one of the areas; a zone is a second column, not a prefix."""
        parts = []
        for code in codes:
            area = self._areas[code]
            parts.append(model.zone == code if area.level == Level.ZONE else under(model.area, area.prefix))
        return or_(false(), *parts)

    def mask(self, area: packing.Column, zone: packing.Column, codes: Iterable[str]) -> packing.Mask:
        """Rows that lie in one of the areas, of packed codes: the twin of `condition`."""
        found = np.zeros(len(area), dtype=bool)
        for code in codes:
            if self._areas[code].level == Level.ZONE:
                found |= zone == packing.code_range(code)[0]
            else:
                found |= packing.under(area, self._areas[code].prefix)
        return found


def rows(connection: Connection) -> Sequence[Any]:
    """Every area with its outline as WKB, by code."""
    table = AreaRow.__table__.c
    columns = (
        table.code, table.name, table.name_en, table.level, table.parent, table.successors,
        table.valid_to, table.radius_km, func.ST_X(table.point).label("lon"),
        func.ST_Y(table.point).label("lat"), func.ST_AsBinary(table.outline).label("outline"),
    )  # fmt: skip
    return connection.execute(select(*columns).order_by(table.code)).all()


def _spells(lower: str, latin: tuple[str, str] | None) -> bool:
    """Whether Latin letters are part of a name, or its initials (with or without the last: 县, 镇)."""
    if latin is None:
        return False
    names, letters = latin
    return lower in names or (len(lower) > 1 and lower in (letters, letters[:-1]))


def _area(row: Any) -> Area:
    point = None if row.lon is None else (row.lon, row.lat)
    return Area(
        row.code, row.name, row.name_en, row.level, row.parent, tuple(row.successors),
        row.valid_to is None, point, row.radius_km,
    )  # fmt: skip
