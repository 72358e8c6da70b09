"""Days as people write them in cells: a dozen forms, spreadsheet serials, months without a day."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from geo.errors import BadCell
from geo.words import N_

FIRST, LAST = dt.date(1950, 1, 1), dt.date(2149, 12, 31)
EPOCH = dt.date(1899, 12, 30)
"""Day 0 of spreadsheet serials (the 1900 system, its false leap day included)."""
UNCLEAR = N_("看不懂日期“%(text)s”，写成 2026-06-01")
TWICE = N_("“%(text)s”可能是 1 月也可能是 10 月，请写成 2026-01 或 2026-10")
EITHER = N_("“%(text)s”分不清哪个是月、哪个是日，写成 2026-06-01")
_DAY = re.compile(r"(?P<y>\d{4})(?:[-/.年](?P<m>\d{1,2})(?:[-/.月](?P<d>\d{1,2})[日号]?|月)?|年)?")
_TIME = re.compile(
    r"(?:(?<=\d)t|\s+|(?<=[日号]))(?:上午|下午|am|pm)?\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:am|pm)?z?$", re.I
)
_FOREIGN = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_NUMERALS = re.compile(r"[〇零○一二三四五六七八九十]+(?=[年月日号])")
_DIGITS = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}


@dataclass(frozen=True, slots=True)
class Days:
    """What a cell can mean: one day (`first` is `last`), or a whole month or year."""

    first: dt.date
    last: dt.date

    @property
    def exact(self) -> bool:
        """Whether the cell named a day."""
        return self.first == self.last


def days(cell: Any) -> Days:
    """The day, month or year that a cell names; BadCell when it names none or could name two."""
    if isinstance(cell, dt.datetime):
        return Days(cell.date(), cell.date())
    if isinstance(cell, dt.date):
        return Days(cell, cell)
    whole = unicodedata.normalize("NFKC", str(cell)[:80]).strip()
    text = "".join(_TIME.sub("", whole).split())
    if isinstance(cell, float) and re.fullmatch(r"(19|20)\d{2}\.1", text):
        raise BadCell(TWICE, text=text)
    serial = re.fullmatch(r"([2-8]\d{4})(?:\.\d+)?", text)
    if serial:
        day = EPOCH + dt.timedelta(days=int(serial[1]))
        return Days(day, day)
    run = re.fullmatch(r"(\d{4})(\d{2})(\d{2})?(?:\.0)?", text)
    if run:
        return _days(text, run[1], run[2], run[3])
    foreign = _FOREIGN.fullmatch(text)
    if foreign:
        return _days(text, foreign[3], *_month_and_day(text, foreign[1], foreign[2]))
    found = _DAY.fullmatch(_NUMERALS.sub(lambda m: _arabic(m[0]), text))
    if found is None:
        raise BadCell(UNCLEAR, text=whole[:40])
    return _days(text, found["y"], found["m"], found["d"])


def _month_and_day(text: str, first: str, second: str) -> tuple[str, str]:
    """12/31/2027 and 31/12/2027 are one day; 3/5/2027 is two."""
    if int(first) > 12:
        return second, first
    if int(second) > 12 or first == second:
        return first, second
    raise BadCell(EITHER, text=text)


def _arabic(text: str) -> str:
    """二〇二七 -> 2027, 十二 -> 12, 三十一 -> 31."""
    if "十" not in text:
        return "".join(_DIGITS[c] for c in text)
    tens, _, ones = text.partition("十")
    return (_DIGITS.get(tens, "1") if tens in ("", *_DIGITS) else "9") + (
        _DIGITS.get(ones, "0") if ones in ("", *_DIGITS) else "99"
    )


def _days(text: str, year: str, month: str | None, day: str | None) -> Days:
    try:
        y, m, d = int(year), int(month or 1), int(day or 1)
        first = dt.date(y, m, d)
        last = first
        if month is None:
            last = dt.date(y, 12, 31)
        elif day is None:
            last = dt.date(y, m, calendar.monthrange(y, m)[1])
    except ValueError:
        raise BadCell(UNCLEAR, text=text[:40]) from None
    if not FIRST <= first <= LAST:
        raise BadCell(UNCLEAR, text=text[:40])
    return Days(first, last)
