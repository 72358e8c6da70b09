"""A file on its way in: every row judged by `Layer.check`, then accepted, refused or skipped with its reasons."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import shapely

from geo.clean import text as as_text
from geo.crs import Datum
from geo.layout import is_blank
from geo.table import Remark, Row, Skipped, Table
from layers.areas import Areas
from layers.base import Need, Precision, fields
from layers.cells import Habits, cleaned, words
from layers.check import MISSING, Problem
from layers.errors import ChoiceMissing
from layers.headings import Match
from layers.layer import Layer
from layers.located import Located, Locator, System, system, zone_labels
from layers.naming import SEVERAL, Named, Namer, county_of_title
from layers.sheet import POSITION
from layers.whereabouts import Gazetteer
from layers.words import N_, Translate

SHEETS = ("csv", "tsv", "xlsx", "xls")
SAME_ID = N_("%(label)s和第 %(row)s 行重复")
SAME_PLACE = N_("名称和区县与第 %(row)s 行相同，看看是不是重复了")
OTHER_AREA = N_("位置落在%(found)s，不在写的%(area)s里")
ADDRESS_LEFT = N_("“%(text)s”没有地方放")
NOTHING_KNOWN = N_("一个表头也没有认出来；请确认表头在第几行，或先对好各栏")
TITLE_AREA = N_("表里没写区县的行，按标题认作%(area)s")
NEAR_INNER = 1e-4
"""Degrees: a county's inner point in a file is our own way of writing "only the county"."""


class State(StrEnum):
    """What becomes of a row."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """One thing to say about one cell: the row's number, the column's heading in the file (or our label), the words."""

    row: int
    column: str
    problem: Problem


@dataclass
class Outcome:
    """One row of the file. `values` are ready for the model where accepted; `id` is that of an earlier export.

    `missing` are the columns that publishing would still need; they are no warnings, since most drafts lack them.
    """

    row: int
    state: State
    values: dict[str, Any] = field(default_factory=dict)
    id: int | None = None
    problems: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    skipped: Skipped | None = None

    @property
    def position(self) -> tuple[float, float] | None:
        """Longitude and latitude of a point on the shape, degrees (WGS 84)."""
        drawn = self.values.get("geom")
        if drawn is None:
            return None
        point = shapely.from_wkt(str(drawn).removeprefix("SRID=4326;")).representative_point()
        return round(point.x, 6), round(point.y, 6)


@dataclass(frozen=True)
class Said:
    """What a person (or their office) says about a file; everything may be left open.

    `within`: code prefixes of the office, which decide between areas of one name. `area_code` ("0833") completes
    local telephone numbers, else `area_codes` by the city's four digits, else the one code that the file itself has.
    `languages`: those of ours in which an export may have been made. `stage`: what rows are judged for.
    """

    datum: Datum | None = None
    epsg: int | None = None
    within: tuple[str, ...] = ()
    area_code: str | None = None
    area_codes: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[Translate, ...] = ()
    stage: Need = Need.DRAFT


class Incoming:
    """One file for one layer.

    ChoiceMissing where something must be said first; BadCoordinate for a bad EPSG code.
    """

    def __init__(self, table: Table, layer: Layer, matches: Sequence[Match], areas: Areas, said: Said) -> None:
        if not any(match.target for match in matches) and not any(row.shape is not None for row in table.rows):
            raise ChoiceMissing("columns", NOTHING_KNOWN)
        self.table, self.layer, self.matches, self.said = table, layer, matches, said
        self.system: System = system(table, matches, said.datum, said.epsg)
        self._areas = areas
        gazetteer = Gazetteer(areas)
        self._title_area = county_of_title(table, gazetteer, areas)
        own = [p for p in said.within if p in areas and len(p) in (6, 9)]
        self._default = own[0] if len(own) == 1 else self._title_area
        self._namer = Namer(matches, areas, gazetteer, said.within, self._default)
        self._locator = Locator(matches, self.system)
        self._headings = {m.target: m.heading for m in matches if m.target}
        self._habits = Habits(words(layer, said.languages), None, table.unit, table.kind in SHEETS)
        self._own_code = _own_code(table, matches)

    def __iter__(self) -> Iterator[Outcome]:
        """Every row in the file's order; memory does not grow with the rows but for what tells duplicates."""
        seen: dict[Any, int] = {}
        rows: Iterator[Row | Skipped] = heapq.merge(self.table.rows, self.table.skipped, key=lambda r: r.number)
        for row in rows:
            if isinstance(row, Skipped):
                yield Outcome(row.number, State.SKIPPED, skipped=row)
            else:
                outcome = self._judged(row)
                self._repeated(outcome, seen)
                yield outcome

    def located(self, row: Row) -> Located:
        """Where a row says it is."""
        return self._locator.of(row)

    def named(self, row: Row, placed: bool) -> Named:
        """Which area a row names."""
        return self._namer.of(row.cells, placed)

    @property
    def crs(self) -> str:
        """For people, once the rows have been gone through: what the positions were read as, "" without any."""
        named = [zone_labels(self._locator.zones)] if self._locator.zones else []
        if self._locator.degrees or self._locator.metres or not named:
            named.insert(0, self.system.label if self._locator.read else "")
        return "、".join(filter(None, named))

    def remarks(self) -> list[Remark]:
        """What is to be said about the file as a whole, once its rows have been gone through."""
        found = list(self.table.remarks)
        declared = fields(self.layer.model)
        for match in self.matches:
            money = match.target in declared and declared[match.target].unit == "万元"
            if money and not match.unit and not self.table.unit and _unitless(self.table, match.column):
                found.append(Remark(N_("“%(heading)s”没写单位，按万元读"), {"heading": match.heading}))
        if self.system.assumed and self._locator.degrees:
            found.append(Remark(N_("没有说明坐标来自哪里，按手机GPS（WGS 84）读；高德、百度的坐标会偏几百米")))
        if self._default and self._default == self._title_area:
            found.append(Remark(TITLE_AREA, {"area": self._areas.get(self._default).name}))
        return found

    def _judged(self, row: Row) -> Outcome:
        where = self.located(row)
        area = self.named(row, bool(where.values))
        self._decided(area, where)
        habits = replace(self._habits, area_code=self._area_code(area))
        made = cleaned(self.layer, self.matches, row.cells, habits)
        self._at_county(made.values, where)
        given = {**made.values, **where.values}
        if area.code is not None:
            given["area"] = area.code
        self._address(given, area)
        problems = [*made.problems, *area.problems, *where.problems]
        checked = self.layer.check(given, self.said.stage, self._areas)
        told = {problem.column for problem in problems}
        if where.problems:
            told |= {"lon", "area", "precision"}
        if area.problems or any(problem.column in ("lon", "area") for problem in checked.problems):
            told |= {"precision"}
        problems += [problem for problem in checked.problems if problem.column not in told]
        missing = [problem.column for problem in checked.warnings if problem.message == MISSING]
        said = [problem for problem in checked.warnings if problem.message != MISSING]
        warnings = [*made.warnings, *area.warnings, *where.warnings, *said]
        self._compared(area, checked.values, warnings)
        refused = {problem.column for problem in problems}
        return Outcome(
            row.number, State.REFUSED if problems else State.ACCEPTED, checked.values, self._id(row),
            [self._finding(row, problem) for problem in problems],
            [self._finding(row, problem) for problem in warnings if problem.column not in refused],
            [column for column in missing if column not in refused],
        )  # fmt: skip

    def _decided(self, area: Named, where: Located) -> None:
        """Of several areas of one name, the one that the position lies in."""
        lon, lat = where.values.get("lon"), where.values.get("lat")
        if not area.several or not isinstance(lon, float) or not isinstance(lat, float):
            return
        county = self._areas.locate(lon, lat)
        found = [code for code in area.several if county and code.startswith(county)]
        if len(found) == 1:
            area.code, area.problems = found[0], [p for p in area.problems if p.message != SEVERAL]

    def _area_code(self, area: Named) -> str | None:
        city = (area.code or area.wide or self._default or "")[:4]
        return self.said.area_code or self.said.area_codes.get(city) or self._own_code

    def _at_county(self, values: dict[str, Any], where: Located) -> None:
        """Our own formats carry the county's inner point for what is known by its county alone."""
        if values.get("precision") != Precision.COUNTY or "lon" not in where.values:
            return
        lon, lat = where.values["lon"], where.values["lat"]
        if not isinstance(lon, float) or not isinstance(lat, float):
            return
        county = self._areas.locate(lon, lat)
        inner = self._areas.inner_point(county) if county else None
        if inner and abs(inner[0] - lon) < NEAR_INNER and abs(inner[1] - lat) < NEAR_INNER:
            where.values = {}

    def _address(self, given: dict[str, Any], area: Named) -> None:
        """What an area's text goes on with is the address, where the row gives no other."""
        if not area.rest or "place" not in fields(self.layer.model):
            return
        if not given.get("place"):
            given["place"] = area.rest
        elif area.rest not in as_text(given["place"]):
            given["place"] = f"{area.rest} {as_text(given['place'])}"

    def _compared(self, area: Named, values: dict[str, Any], warnings: list[Problem]) -> None:
        """A city that was named must hold the county that the position gave."""
        if area.wide and values.get("area"):
            wide = self._areas.get(area.wide)
            if not values["area"].startswith(wide.prefix):
                found = self._areas.get(values["area"][:6]).name
                warnings.append(Problem("area", OTHER_AREA, {"found": found, "area": wide.name}))

    def _id(self, row: Row) -> int | None:
        column = next((m.column for m in self.matches if m.target == "id"), None)
        text = "" if column is None or is_blank(row.cells[column]) else as_text(row.cells[column])
        return int(text) if text.isdecimal() and len(text) < 19 else None

    def _finding(self, row: Row, problem: Problem) -> Finding:
        """With the heading of the file's own column, or our label where the file has none."""
        near = {"lon": ("lon", "_pair", "_x", "shape"), "area": ("area", "_county", "_township", "_city", "place")}
        for target in near.get(problem.column, (problem.column,)):
            if target in self._headings:
                return Finding(row.number, self._headings[target], problem)
        declared = fields(self.layer.model).get(problem.column)
        label = declared.label if declared else POSITION.get(problem.column, problem.column)
        return Finding(row.number, label, problem)

    def _repeated(self, outcome: Outcome, seen: dict[Any, int]) -> None:
        """The same number twice refuses the later row; the same name in the same area is questioned."""
        row, values = Row(outcome.row, ()), outcome.values
        for name, label, key in (("id", "id", outcome.id), ("external_id", N_("来源编号"), values.get("external_id"))):
            first = seen.setdefault((name, key), outcome.row) if key is not None else outcome.row
            if first != outcome.row:
                told = Problem(name, SAME_ID, {"label": label, "row": first})
                outcome.problems.append(self._finding(row, told))
                outcome.state = State.REFUSED
        named = ("", values.get("name"), values.get("area"))
        first = seen.setdefault(named, outcome.row) if values.get("name") else outcome.row
        if first != outcome.row and outcome.state == State.ACCEPTED:
            outcome.warnings.append(self._finding(row, Problem("name", SAME_PLACE, {"row": first})))


def _own_code(table: Table, matches: Sequence[Match]) -> str | None:
    """The telephone area code that all complete numbers of a file share, None where they differ or there are none."""
    columns = [match.column for match in matches if match.target in ("phone", "backup_phone")]
    texts = (as_text(row.cells[column]) for row in table.rows for column in columns if row.cells[column] is not None)
    found = {code for text in texts for code in re.findall(r"(?<!\d)\(?(0\d{2,3})\)?[- ]\d{7,8}(?!\d)", text)}
    return found.pop() if len(found) == 1 else None


def _unitless(table: Table, column: int) -> bool:
    """Whether the first rows have numbers without a unit in a column."""
    cells = [row.cells[column] for row in table.rows[:200]]
    return any(not is_blank(cell) and not any(c in as_text(cell) for c in "元万亿") for cell in cells)
