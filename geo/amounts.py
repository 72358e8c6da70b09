"""Money, areas and counts as people write them in cells: with units, ranges, "about", Chinese numerals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from geo.errors import BadCell
from geo.words import N_

_TENS = {"亿": "10000", "千万": "1000", "百万": "100", "十万": "10", "万": "1", "千": "0.1", "百": "0.01", "": "0.0001"}
MONEY: Mapping[str, Decimal] = {
    **{unit + yuan: Decimal(worth) for unit, worth in _TENS.items() for yuan in ("元", "块", "圆")},
    **{unit: Decimal(worth) for unit, worth in _TENS.items() if unit},
    "w": Decimal(1),
}
"""Unit -> how many 万元 it is."""
LONGEST = 80
"""Characters of a cell that can be an amount."""
MU = Decimal(2000) / 3
SQUARE: Mapping[str, Decimal] = {
    "亩": MU, "m2": Decimal(1), "平方米": Decimal(1), "平米": Decimal(1), "平方": Decimal(1), "公顷": Decimal(10_000),
    "ha": Decimal(10_000), "hm2": Decimal(10_000), "平方公里": Decimal(1_000_000), "平方千米": Decimal(1_000_000),
    "km2": Decimal(1_000_000), "万亩": MU * 10_000, "万m2": Decimal(10_000), "万平方米": Decimal(10_000),
    "万平米": Decimal(10_000),
}  # fmt: skip
"""Unit (as NFKC has it, ㎡ is m2) -> square metres."""
NOT_ONE = N_("看不懂“%(text)s”，写一个数字和单位，如 %(example)s")
FOREIGN = N_("“%(text)s”是外币，请换成人民币")
_FOREIGN = re.compile(r"美元|美金|港元|港币|欧元|日元|英镑|台币|usd|hkd|eur|\$|€", re.I)
_NUMBER = r"\d{1,12}(?:\.\d{1,12})?"
_BEFORE = (
    r"(?P<before>(?:约|大约|大概|近|估计|预计|计划|人民币|rmb|cny|¥|共|总计|合计|≈|~"
    r"|不少于|不低于|至少|最少|不超过|不高于|最多|最高|≥|≤|>=|<=|>|<)*)"
)
_AFTER = r"(?P<after>(?:整|左右|上下|以上|以下|以内|之内|起|起步|及以上|不等|多|余|\+)*)"
_ABOUT, _LEAST = (
    re.compile(r"约|大概|近|估计|预计|≈|~|左右|上下|多|余|不等"),
    re.compile(r"不少|不低|至少|最少|≥|>|以上|起|\+"),
)
_MOST = re.compile(r"不超|不高|最多|最高|≤|<|以下|以内|之内")
_TRADITIONAL = str.maketrans("萬億畝頃約餘圓兩塊", "万亿亩顷约余圆两块")
_NUMERALS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


@dataclass(frozen=True, slots=True)
class Amount:
    """One number or a range; `high` is None for one number, `low` None for "at most".

    `unit` is the one that was written, "" where none was; `about` tells that the writer was not sure.
    """

    low: Decimal | None
    high: Decimal | None = None
    unit: str = ""
    about: bool = False


def money(cell: Any, unit: str = "") -> Amount:
    """An amount in 万元; `unit` is what the heading says, 万元 where nobody says. BadCell when it is none."""
    text = _plain(cell)
    if _FOREIGN.search(text):
        raise BadCell(FOREIGN, text=str(cell)[:40])
    both = re.fullmatch(rf"({_NUMBER})亿({_NUMBER})万元?", text)
    if both:
        return Amount(Decimal(both[1]) * 10_000 + Decimal(both[2]), unit="亿元")
    return _measured(text, MONEY, _plain(unit), "万元", "10 万元")


def area(cell: Any, unit: str, wanted: str) -> Amount:
    """An amount in the unit `wanted` (亩, ㎡, 公顷, 平方公里); `unit` is the heading's, `wanted` where nobody says."""
    return _measured(_plain(cell), SQUARE, _plain(unit), _plain(wanted), f"20 {wanted}")


def written_area(cell: Any, unit: str) -> Amount:
    """An amount in the very unit that cell or heading has; `unit` of the Amount tells which."""
    text = _plain(cell)
    written = next((u for u in sorted(SQUARE, key=len, reverse=True) if u in text), _plain(unit))
    return _measured(text, SQUARE, _plain(unit), written, "20 亩")


def count(cell: Any, unit: str) -> Amount:
    """A number that may carry its unit (20 人)."""
    plain = _plain(unit)
    units = {plain: Decimal(1), **{thousand + plain: Decimal(n) for thousand, n in (("万", 10_000), ("千", 1000))}}
    return _measured(_plain(cell), units, plain, plain, f"20 {unit}".strip())


def _plain(cell: Any) -> str:
    """Half-width, lower case, without spaces and thousands' commas, Chinese numerals as digits."""
    if isinstance(cell, str) and len(cell) > LONGEST:
        raise BadCell(NOT_ONE, text=cell[:40], example="10")
    if isinstance(cell, float):
        cell = f"{round(cell, 8):.8f}".rstrip("0").rstrip(".")
    text = "".join(unicodedata.normalize("NFKC", str(cell)).lower().split())
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = text.translate(_TRADITIONAL)
    return re.sub(r"[零〇一二两三四五六七八九十百]+(?=[万千亿元块圆亩人家个]|$|左右)", lambda m: _arabic(m[0]), text)


def _arabic(text: str) -> str:
    """二十五 -> 25; what is no numeral stays."""
    if text in ("百", "十百"):
        return text
    total, digit = 0, 0
    for character in text:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        elif digit:
            return text
        else:
            digit = _NUMERALS[character]
    return str(total + digit)


def _measured(text: str, units: Mapping[str, Decimal], heading: str, wanted: str, example: str) -> Amount:
    names = "|".join(re.escape(unit) for unit in sorted(units, key=len, reverse=True) if unit)
    unit = f"(?:{names})?" if names else ""
    several = r"(?:多|余|来)?"
    pattern = (
        rf"{_BEFORE}(?P<low>{_NUMBER})(?P<m1>{several})(?P<u1>{unit})"
        rf"(?:(?:-|~|—|–|－|至|到)+(?P<high>{_NUMBER})(?P<m2>{several})(?P<u2>{unit}))?{_AFTER}"
    )
    found = re.fullmatch(pattern, text)
    default = heading if heading in units else wanted
    if found is None:
        raise BadCell(NOT_ONE, text=text[:40], example=example)
    own = found["u2"] or found["u1"] or ""
    first = found["u1"] or own or default
    low = _converted(found["low"], units, first, wanted)
    high = _converted(found["high"], units, own or default, wanted) if found["high"] else None
    if high is not None and high < low:
        raise BadCell(N_("“%(text)s”前大后小，看看是不是写反了"), text=text[:40])
    around = found["before"] + found["after"] + found["m1"] + (found["m2"] or "")
    if high is None and _MOST.search(around):
        return Amount(None, low, own, True)
    return Amount(low, high, own, bool(_ABOUT.search(around) or (high is None and _LEAST.search(around))))


def _converted(number: str, units: Mapping[str, Decimal], given: str, wanted: str) -> Decimal:
    if given == wanted:
        return Decimal(number)
    return Decimal(number) * units.get(given, Decimal(1)) / units.get(wanted, Decimal(1))
