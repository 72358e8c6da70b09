"""Raw cells of one row become values for `Layer.check`: cleaned by what their field holds, with every guess said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, Boolean, Date, Float, Integer, Numeric

from geo import clean
from geo.errors import BadCell
from geo.layout import is_blank
from geo.table import Fault
from layers.base import Field, fields
from layers.check import Problem
from layers.codes import Codes
from layers.headings import Match
from layers.layer import Layer
from layers.prices import Price, PriceType
from layers.sheet import unguarded
from layers.words import N_, Translate

ONE_ONLY = N_("这一栏只能填一个数，不能是范围“%(text)s”")
ABOUT = N_("“%(text)s”按 %(number)s %(unit)s读")
MOST_ONLY = N_("“%(text)s”只有上限，没有最少要多少")
MONTH = N_("“%(text)s”没有写日，按 %(day)s 读")
SECOND_PHONE = N_("多出来的电话 %(numbers)s 没有地方放")
EXTRA_TEXT = N_("电话格里的“%(text)s”没有读")
NOT_STANDARD = N_("“%(text)s”不是国标行业名，已放进“本地叫法”，请补选行业")
UNSAID = re.compile(
    r"面议|电议|另议|待定|待议|待商|待商议|协商|面谈|洽谈|不详|未定|长期|长期有效|永久|永久有效|[-—–－/\\]{1,3}|n/a",
    re.I,
)
"""What stands in cells of numbers and days that nobody has said yet. 无 is no such word: it may mean none at all."""
LEFT_OPEN = N_("“%(text)s”不是数字或日期，这一栏先空着")
ENDS = ("valid_until",)
"""Days that a month without a day means the last of."""
PLAIN_UNITS = ("亩", "㎡", "公顷", "平方公里")


@dataclass
class Cleaned:
    """Values by column, what else they imply (given values win over it), and what is to be said."""

    values: dict[str, Any] = field(default_factory=dict)
    implied: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def warn(self, column: str, message: str, **values: object) -> None:
        """Say something that refuses nothing."""
        self.warnings.append(Problem(column, message, values))


@dataclass(frozen=True)
class Habits:
    """What holds for a whole file: words for choices (`words`), the office's area code, the money unit of the title.

    `guarded`: a spreadsheet, where an apostrophe before what looks like a formula is no part of the text.
    """

    words: Mapping[str, Mapping[str, str]]
    area_code: str | None = None
    unit: str = ""
    guarded: bool = True


def words(layer: Layer, languages: Iterable[Translate] = ()) -> Mapping[str, Mapping[str, str]]:
    """Column -> every word for its choices, in lower case -> key: labels in Chinese and `languages`, and the keys."""
    found = {}
    for name, declared in fields(layer.model).items():
        options = declared.vocabulary or {}
        said = {say(label).lower(): key for say in languages for key, label in options.items()}
        found[name] = said | {label.lower(): key for key, label in options.items()} | {k.lower(): k for k in options}
    return found


def cleaned(layer: Layer, matches: Iterable[Match], cells: tuple[Any, ...], habits: Habits) -> Cleaned:
    """The row's values for every column that is a field; places and positions are not looked at here."""
    made = Cleaned()
    declared = fields(layer.model)
    for match in matches:
        name, cell = match.target, cells[match.column]
        cell = unguarded(cell) if habits.guarded else cell
        if name not in declared or name in ("area", "id") or is_blank(cell):
            continue
        if isinstance(cell, Fault):
            made.problems.append(Problem(name, cell.message))
            continue
        try:
            _take(made, layer, name, cell, match, habits)
        except BadCell as error:
            made.problems.append(Problem(name, error.message, error.values))
    made.values = {**made.implied, **made.values}
    return made


def _take(made: Cleaned, layer: Layer, name: str, cell: Any, match: Match, habits: Habits) -> None:
    declared, kind = fields(layer.model)[name], layer.model.__table__.c[name].type
    if name in ("phone", "backup_phone"):
        _phones(made, name, cell, habits)
    elif isinstance(declared.filter, Codes):
        _code(made, layer, name, cell, declared.filter)
    elif declared.vocabulary is not None:
        keys = clean.choices(cell, habits.words[name])
        made.values[name] = keys if isinstance(kind, ARRAY) else "、".join(keys)
    elif isinstance(kind, PriceType):
        made.values[name] = _price(cell, match.unit or declared.unit)
    elif isinstance(kind, Boolean):
        said = clean.yes_or_no(cell)
        made.values[name] = clean.text(cell) if said is None else said
    elif isinstance(kind, Date | Numeric | Float | Integer) and UNSAID.fullmatch(clean.text(cell).strip()):
        made.warn(name, LEFT_OPEN, text=clean.text(cell).strip())
    elif isinstance(kind, Date):
        made.values[name] = _day(made, name, cell)
    elif isinstance(kind, Numeric | Float | Integer):
        _number(made, layer, name, cell, match, habits)
    else:
        made.values[name] = clean.text(cell)


def _phones(made: Cleaned, name: str, cell: Any, habits: Habits) -> None:
    found = clean.phones(cell, habits.area_code)
    made.values[name] = found.numbers[0]
    more = list(found.numbers[1:])
    if more and name == "phone":
        made.implied["backup_phone"] = more.pop(0)
    if more:
        made.warn(name, SECOND_PHONE, numbers="、".join(more))
    if found.name:
        made.implied["contact_name"] = found.name
    if found.rest:
        made.warn(name, EXTRA_TEXT, text=found.rest[:40])


def _code(made: Cleaned, layer: Layer, name: str, cell: Any, codes: Codes) -> None:
    """A code, a name, or a code before a name; what is neither goes to the words people use for it."""
    whole = clean.text(cell).strip()
    known = next((code for code in _spellings(whole, codes) if code in codes.names), None)
    if known is None and "trade" in fields(layer.model) and not re.fullmatch(r"[A-Za-z]?\d+", whole):
        made.implied["trade"] = whole
        made.warn(name, NOT_STANDARD, text=whole[:40])
    else:
        made.values[name] = known or whole


def _spellings(text: str, codes: Codes) -> Iterable[str]:
    begin = re.match(r"([A-Ta-t]?)(\d{2,4})(?!\d)", text)
    yield text.upper()
    if begin:
        yield begin[0].upper()
        yield from (code for code in codes.names if code[1:] == begin[2] and not begin[1])
    bare = re.sub(r"^[A-Ta-t]?\d*[\s.、:：-]*", "", text)
    yield from (code for code, named in codes.names.items() if named in (text, bare))


def _price(cell: Any, unit: str) -> Any:
    """A price with its unit; our own GeoJSON writes its parts."""
    if isinstance(cell, dict):
        try:
            high = None if cell.get("high") is None else Decimal(str(cell["high"]))
            on, source = str(cell.get("on") or ""), str(cell.get("source") or "")
            return Price(Decimal(str(cell["low"])), high, str(cell["unit"]), on, source)
        except (KeyError, ArithmeticError, ValueError, TypeError):
            return "?"
    text = clean.text(cell).strip()
    return f"{text} {unit}" if unit and re.fullmatch(r"[\d.]+(\s*[-–—~～]\s*[\d.]+)?", text) else text


def _day(made: Cleaned, name: str, cell: Any) -> Any:
    found = clean.days(cell)
    day = found.last if name in ENDS else found.first
    if not found.exact:
        made.warn(name, MONTH, text=clean.text(cell)[:40], day=day)
    return day


def _number(made: Cleaned, layer: Layer, name: str, cell: Any, match: Match, habits: Habits) -> None:
    declared, kind = fields(layer.model)[name], layer.model.__table__.c[name].type
    unit_column = f"{name.rsplit('_', 1)[0]}_unit"
    if unit_column == "land_unit" and unit_column in fields(layer.model):
        found, unit = _land(made, layer, unit_column, cell, match.unit)
    else:
        found, unit = _amount(declared)(cell, match.unit, habits), declared.unit
    text = clean.text(cell)[:40]
    if found.high is not None:
        if f"{name}_max" not in fields(layer.model):
            raise BadCell(ONE_ONLY, text=text)
        made.implied[f"{name}_max"] = _rounded(found.high, kind)
    if found.low is None:
        if f"{name}_max" not in fields(layer.model):
            raise BadCell(ONE_ONLY, text=text)
        made.warn(name, MOST_ONLY, text=text)
        return
    made.values[name] = _rounded(found.low, kind)
    if found.about:
        made.warn(name, ABOUT, text=text, number=made.values[name], unit=unit)


def _amount(declared: Field) -> Callable[[Any, str, Habits], clean.Amount]:
    if declared.unit == "万元":
        return lambda cell, unit, habits: clean.money(cell, unit or habits.unit)
    if declared.unit in PLAIN_UNITS:
        return lambda cell, unit, _: clean.area(cell, unit, declared.unit)
    return lambda cell, unit, _: clean.count(cell, declared.unit)


def _land(made: Cleaned, layer: Layer, column: str, cell: Any, unit: str) -> tuple[clean.Amount, str]:
    """An area whose unit stands in a column of its own: kept as written where that column has it, else in 亩."""
    labels = {label.replace("㎡", "m2"): key for key, label in (fields(layer.model)[column].vocabulary or {}).items()}
    found = clean.written_area(cell, unit)
    written = (found.unit or unit).replace("㎡", "m2").replace("平方米", "m2").replace("平米", "m2")
    if written in labels:
        made.implied[column] = labels[written]
    elif written:
        found, written = clean.area(cell, unit, "亩"), "亩"
        made.implied[column] = labels["亩"]
    return found, written


def _rounded(number: Decimal, kind: Any) -> Any:
    """At the column's own number of decimals: more is noise of a spreadsheet's floats."""
    if isinstance(kind, Float):
        return float(number)
    scale = getattr(kind, "scale", None)
    kept = round(number, scale) if isinstance(scale, int) else number
    return int(kept) if kept == kept.to_integral_value() else kept
