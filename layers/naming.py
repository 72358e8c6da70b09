"""The area of a file's row: its code and its names compared, and what is said where they do not fit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geo.clean import text as as_text
from geo.layout import is_blank
from geo.table import Fault, Table
from layers.areas import Area, Areas, Level
from layers.check import Problem
from layers.headings import COUNTY, PLACES, TOWNSHIP, Match
from layers.whereabouts import Found, Gazetteer
from layers.words import N_

NOT_FOUND = N_("没有叫“%(text)s”的区县或乡镇")
SEVERAL = N_("叫“%(text)s”的地方有 %(n)s 个（%(names)s），请写明省市")
TOO_WIDE = N_("“%(text)s”只到%(area)s，要写到区县")
CONTRADICTION = N_("区划代码 %(code)s 是%(one)s，表里写的却是%(other)s")
NO_SUCH_CODE = N_("没有代码 %(code)s 的区县或乡镇")
NO_SUCH_TOWNSHIP = N_("没有“%(text)s”的代码，只记到%(area)s")
BY_PLACE = N_("没写区县，按“%(text)s”认作%(area)s")
_CODE = re.compile(r"Z?\d{2,12}(\.0)?")


@dataclass
class Named:
    """The code that a row names (None for nothing), text left over for the address, and what is to be said.

    `wide` is a province or city that was named and no county, `several` are areas of one name; the position has to
    tell which.
    """

    code: str | None = None
    wide: str | None = None
    several: tuple[str, ...] = ()
    rest: str = ""
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class Namer:
    """Reads the areas of one file's rows. `within` are prefixes that decide between areas of one name;
    `default` is the county of rows that name none (the office's own, or the one in the file's title)."""

    def __init__(
        self, matches: Sequence[Match], areas: Areas, gazetteer: Gazetteer, within: Sequence[str], default: str | None
    ) -> None:
        self._columns = {match.target: match.column for match in matches if match.target}
        self._areas, self._gazetteer = areas, gazetteer
        self._within = (*within, *((default,) if default else ()))
        self._default = default

    def of(self, cells: Sequence[Any], placed: bool) -> Named:
        """A row's area; `placed` rows need none, since their position tells it."""
        made = Named()
        texts = {target: self._text(cells, target) for target in ("area", *PLACES, "place")}
        code, text = self._split(texts, made)
        found = self._named(text, made, texts, placed) if text else None
        lower = bool(code and found and found.startswith(self._areas.get(code).prefix))
        if code and found and not (lower or code.startswith(found)):
            told = {"code": code, "one": self._path(code), "other": self._path(found)}
            made.problems.append(Problem("area", CONTRADICTION, told))
        made.code = found if lower or code is None else code
        if made.code is None and not made.problems and not placed:
            self._elsewhere(made, texts["place"])
        return made

    def _text(self, cells: Sequence[Any], target: str) -> str:
        column = self._columns.get(target)
        cell = None if column is None else cells[column]
        return "" if is_blank(cell) or isinstance(cell, Fault) else as_text(cell).strip()

    def _split(self, texts: Mapping[str, str], made: Named) -> tuple[str | None, str]:
        """The code in the area column, and everything that names the area in words."""
        coded = next((t for t in ("area", COUNTY, TOWNSHIP) if _CODE.fullmatch(texts[t])), "area")
        given = texts[coded]
        names = "".join(texts[target] for target in PLACES if target != coded)
        if not _CODE.fullmatch(given):
            return None, names or given
        code = given.removesuffix(".0")
        if len(code) == 12:
            code = code[:9].removesuffix("000") if code[6:9] == "000" else code[:9]
        if code not in self._areas and len(code) == 9 and code[:6] in self._areas:
            name = self._areas.get(code[:6]).name
            made.warnings.append(Problem("area", NO_SUCH_TOWNSHIP, {"text": code, "area": name}))
            code = code[:6]
        try:
            return self._areas.resolve(code)[0] if len(self._areas.resolve(code)) == 1 else code, names
        except KeyError:
            made.problems.append(Problem("area", NO_SUCH_CODE, {"code": code}))
            return None, ""

    def _named(self, text: str, made: Named, texts: Mapping[str, str], placed: bool) -> str | None:
        found = self._gazetteer.find(text, self._within)
        if self._default and texts[TOWNSHIP] and not texts[COUNTY] and not _CODE.fullmatch(texts["area"]):
            found = self._below(self._default, text, found)
        if not found.codes:
            made.problems.append(Problem("area", NOT_FOUND, {"text": text[:40]}))
            return None
        if len(found.codes) > 1:
            names = "、".join(self._path(code) for code in found.codes[:4])
            told = {"text": text[:40], "n": len(found.codes), "names": names}
            made.problems.append(Problem("area", SEVERAL, told))
            made.several = found.codes
            return None
        code, rest, area = found.codes[0], found.rest, self._areas.get(found.codes[0])
        if self._is_wide(area):
            made.wide = code
            if rest or not (placed or texts["place"]):
                made.problems.append(Problem("area", TOO_WIDE, {"text": text[:40], "area": area.name}))
            return None
        if rest and area.level == Level.COUNTY and (texts[TOWNSHIP] or re.search(r"[乡镇]$|街道$", rest)):
            made.warnings.append(Problem("area", NO_SUCH_TOWNSHIP, {"text": rest[:20], "area": area.name}))
        made.rest = rest
        return code

    def _below(self, county: str, text: str, found: Found) -> Found:
        """A township alone is one of the office's own county, whatever else has its name, unless it names another."""
        if len(found.codes) == 1:
            named = self._areas.get(found.codes[0][:6]).name
            if found.codes[0].startswith(county[:6]) or text.startswith(named) or len(found.codes[0]) < 9:
                return found
        return self._gazetteer.find(self._path(county[:6]) + text, self._within)

    def _is_wide(self, area: Area) -> bool:
        """A province, or a city that has counties."""
        below = (child.level == Level.COUNTY for child in self._areas.children(area.code))
        return area.level == Level.PROVINCE or (area.level == Level.CITY and any(below))

    def _elsewhere(self, made: Named, place: str) -> None:
        """Without any area and position: the address may begin with one, or the file is one county's."""
        found = self._gazetteer.find(place, self._within) if place else None
        if found and len(found.codes) == 1 and not self._is_wide(self._areas.get(found.codes[0])):
            made.code = found.codes[0]
            told = {"text": place[:40], "area": self._path(made.code)}
            made.warnings.append(Problem("area", BY_PLACE, told))
        else:
            made.code = self._default

    def _path(self, code: str) -> str:
        return "".join(area.name for area in self._areas.path(code)) or code


def county_of_title(table: Table, gazetteer: Gazetteer, areas: Areas) -> str | None:
    """The county or township that the file's title or the sheet's name begins with, None where none does."""
    titles = [row.text for row in table.skipped if row.reason == "title"] + [table.part]
    for title in titles:
        found = gazetteer.find(re.sub(r"^(填报单位|单位|填报地区)[:：]\s*|^\d{4}年", "", title.strip()))
        if len(found.codes) == 1 and areas.get(found.codes[0]).level in (Level.COUNTY, Level.TOWNSHIP):
            return found.codes[0]
    return None
