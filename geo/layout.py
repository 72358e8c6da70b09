"""Where a sheet's headings are, and which of its rows are data: titles, totals and signatures set apart."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from geo.table import Fault, Known, Row, Skipped
from geo.words import N_

SEARCHED = 40
"""Rows among which the headings are looked for."""
LONGEST_HEADING = 40
FEW = 3
TURNED = N_("表是横着排的（一列写一条）；请转置成一行写一条再导")
_TOTAL = re.compile(r"(合计|总计|小计|共计|累计)([:：(（]?[\d.,]*[个项条户家宗处]?(项目)?[)）]?)")
_SIGNATURE = re.compile(
    r"(填表|制表|填报|填写|审核|审批|复核|统计|单位|分管|主要|主管|经办|报送|联系)(领导|负责)?(人|员|单位|日期|时间|负责人|领导)?"
    r"([(（]?(签[字名]|盖章|公章|签章)[)）]?)?[:：].*|.*[(（]?(盖章|公章|签字|签章)[)）]?[:：]?|(备注|注|说明|填表说明|注明)[:：].*"
    r"|\d{4}年\d{1,2}月(\d{1,2}日)?(填|制|填报|制表)?"
)
_SECTION = re.compile(
    r"([(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．]|第[一二三四五六七八九十]+[类部批]).*|[(（][一二三四五六七八九十]{1,3}[)）].*"
)
_ONE_UNIT = re.compile(
    r"[(（]?(?:单位[:：]?)?(?:[亿万千]?元|亩|公顷|㎡|m2|平方米|平方公里|°|度|十进制度|人|个|家|户|年|月|米|公里|km|%)[)）]?",
    re.I,
)
_NOTE = re.compile(r"\d{1,2}[.、．)）].*|[(（].*[)）]")
_UNIT = re.compile(r"单位[:：]\s*(?:人民币)?\s*(亿元|万元|千元|元)")


@dataclass(frozen=True)
class Layout:
    """Where the headings stand (one row or two), and what they are."""

    first: int
    depth: int
    headings: tuple[str, ...]
    known: int


def text_of(cell: Any) -> str:
    """A cell as heading text: half-width, no spaces and line ends but between Latin words."""
    if cell is None or isinstance(cell, Fault):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return re.sub(r"(?<![A-Za-z])\s+|\s+(?![A-Za-z])", "", unicodedata.normalize("NFKC", str(cell)).strip())


def is_blank(cell: Any) -> bool:
    """Whether a cell holds nothing a person would see."""
    return cell is None or (isinstance(cell, str) and not cell.strip(" \t\r\n\u3000\xa0\ufeff"))


def find(rows: Sequence[Sequence[Any]], known: Known | None = None) -> Layout | None:
    """The headings of a sheet's rows; None when no row can be one."""
    best: tuple[tuple[float, ...], Layout] | None = None
    for number in range(min(len(rows), SEARCHED)):
        for depth in (1, 2):
            layout = _layout(rows, number, depth, known)
            if layout is not None:
                score = _score(rows, layout)
                if best is None or score > best[0]:
                    best = score, layout
    return best[1] if best else None


def is_turned(rows: Sequence[Sequence[Any]], layout: Layout, known: Known | None) -> bool:
    """Whether the headings stand one below the other in the first column, a place a column."""
    firsts = {text_of(row[0]) for row in rows[:SEARCHED] if row and isinstance(row[0], str)}
    return known is not None and layout.known < FEW and sum(map(known, firsts)) > FEW


def _score(rows: Sequence[Sequence[Any]], layout: Layout) -> tuple[float, ...]:
    """Known headings first; then how many of the columns below them are named, shallow and early before deep.

    A row of nothing but units belongs to the headings above it: without it the numbers below would be of another unit.
    """
    named = sum(map(bool, layout.headings))
    below = rows[layout.first + layout.depth : layout.first + layout.depth + 20]
    width = max((sum(not is_blank(c) for c in row) for row in below), default=0)
    full = min(1.0, named / max(width, 1))
    units = layout.depth == 2 and _are_units(rows[layout.first + 1])
    return layout.known, round(full, 1), 0 if units else -layout.depth, -layout.first


def _layout(rows: Sequence[Sequence[Any]], number: int, depth: int, known: Known | None) -> Layout | None:
    if not _may_be_headings(rows[number]):
        return None
    if depth == 1:
        headings = [text_of(cell) for cell in rows[number]]
    else:
        if number + 1 >= len(rows) or not _is_second(rows[number], rows[number + 1]):
            return None
        headings = _joined(rows[number], rows[number + 1])
    if sum(map(bool, headings)) < 1:
        return None
    recognised = sum(1 for text in set(headings) if text and known is not None and known(text))
    return Layout(number, depth, tuple(headings), recognised)


def _may_be_headings(row: Sequence[Any]) -> bool:
    """All that is filled is short text, no number and no date, and nothing comes twice but blanks."""
    filled = [cell for cell in row if not is_blank(cell)]
    if not filled or not all(isinstance(cell, str) for cell in filled):
        return False
    texts = [text_of(cell) for cell in filled]
    return not any(len(text) > LONGEST_HEADING or ":" in text or re.fullmatch(r"[\d.,%/-]+", text) for text in texts)


def _is_second(upper: Sequence[Any], lower: Sequence[Any]) -> bool:
    """Whether a row continues the headings above it: it is text, and says what stands under groups alone.

    The groups above leave blanks to their right that it fills; where single headings stand, it is blank.
    """
    if not _may_be_headings(lower):
        return False
    above = [not is_blank(cell) for cell in upper]
    below = [not is_blank(cell) for cell in lower]
    below += [False] * (len(above) - len(below))
    fills = any(b and not a for a, b in zip(above, below, strict=False))
    leaves = any(a and not b for a, b in zip(above, below, strict=False))
    bracketed = all(re.fullmatch(r"[(（].{1,8}[)）]", text_of(c)) for c in lower if not is_blank(c))
    return (fills and leaves) or ((bracketed or _are_units(lower)) and sum(above) > 1)


def _are_units(row: Sequence[Any]) -> bool:
    return all(_ONE_UNIT.fullmatch(text_of(cell)) for cell in row if not is_blank(cell))


def _joined(upper: Sequence[Any], lower: Sequence[Any]) -> list[str]:
    headings, group, units = [], "", _are_units(lower)
    for column in range(max(len(upper), len(lower))):
        top = text_of(upper[column]) if column < len(upper) else ""
        sub = text_of(lower[column]) if column < len(lower) else ""
        group = top or (group if sub else "")
        bracket = sub.startswith(("(", "（"))
        if units and sub and not bracket:
            sub, bracket = f"({sub})", True
        headings.append(f"{group}{sub}" if bracket else f"{group}/{sub}" if group and sub else group if top else sub)
    return headings


def split(rows: Iterable[tuple[int, Sequence[Any]]], layout: Layout) -> tuple[list[Row], list[Skipped]]:
    """(number, cells) of all rows -> rows of data, and the others with their reasons; headings are neither."""
    data: list[Row] = []
    skipped: list[Skipped] = []
    width = len(layout.headings)
    for place, (number, cells) in enumerate(rows):
        if layout.first <= place < layout.first + layout.depth:
            continue
        reason = "title" if place < layout.first else _reason(cells, layout)
        if not reason and skipped and skipped[-1].reason == "signature" and _goes_on(cells):
            reason = "signature"
        if place < layout.first and not any(not is_blank(c) for c in cells):
            reason = "blank"
        if reason:
            skipped.append(Skipped(number, reason, _begin(cells)))
        else:
            data.append(Row(number, tuple(cells[:width]) + (None,) * (width - len(cells))))
    while skipped and skipped[-1].reason == "blank" and (not data or skipped[-1].number > data[-1].number):
        skipped.pop()
    return data, skipped


def _reason(cells: Sequence[Any], layout: Layout) -> str:
    """Why a row below the headings is no data; "" when it is."""
    filled = [(column, cell) for column, cell in enumerate(cells) if not is_blank(cell)]
    if not filled:
        return "blank"
    texts = [text_of(cell) for _, cell in filled[:4]]
    if any(_TOTAL.fullmatch(text) for text in texts[:3]):
        return "total"
    if len(filled) > 1 and all(text_of(cell) == layout.headings[c] for c, cell in filled if c < len(layout.headings)):
        return "heading"
    if len(filled) >= 4 and [text_of(c) for _, c in filled] == [str(n + 1) for n in range(len(filled))]:
        return "heading"  # the numbers of the columns
    few = len(filled) <= 4 and len(layout.headings) >= 3
    if few and _SIGNATURE.fullmatch(texts[0]) and not isinstance(filled[0][1], dt.date):
        return "signature"
    return "section" if len(filled) == 1 and few and _SECTION.fullmatch(texts[0]) else ""


def _goes_on(cells: Sequence[Any]) -> bool:
    """Whether a row is the next of the notes at a table's end."""
    filled = [cell for cell in cells if not is_blank(cell)]
    return len(filled) == 1 and bool(_NOTE.fullmatch(text_of(filled[0])))


def _begin(cells: Sequence[Any]) -> str:
    return " ".join(str(cell).strip() for cell in cells if not is_blank(cell))[:60]


def common_unit(skipped: Iterable[Skipped]) -> str:
    """The money unit that a title row gives for the whole table, "" where none does."""
    for row in skipped:
        found = _UNIT.search(row.text) if row.reason in ("title", "signature") else None
        if found:
            return found[1]
    return ""
