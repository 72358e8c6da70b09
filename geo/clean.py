"""Cleaning of cells: what people write becomes what a field can hold, or a BadCell that says what to do."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from geo.amounts import MONEY, SQUARE, Amount, area, count, money, written_area
from geo.days import Days, days
from geo.phones import Phones, phones

__all__ = [
    "MONEY", "SQUARE", "Amount", "Days", "Phones", "area", "choices", "count", "days", "money", "phones", "simplified",
    "text", "written_area", "yes_or_no",
]  # fmt: skip
_YES = {"是", "有", "√", "✓", "✔", "☑", "对", "y", "yes", "t", "true", "1", "已", "可以", "能"}
_NO = {"否", "无", "没有", "不", "不是", "×", "✗", "✘", "x", "n", "no", "f", "false", "0", "未", "没", "不能", "不可以"}
_SPLITS = tuple(re.compile(split) for split in (r"[、]+", r"[、,;/|\n\r\t]+", r"[、,;/|\s]+", r"[、,;/|\s+和及与或]+"))
"""What stands between choices, from the surest to what may be part of a word."""
_AS_WRITTEN = 2
LONGEST_WORD = 60
"""Characters; a word for a choice is shorter, and messages quote it."""
_NUMBERING = re.compile(r"^\(?\d{1,2}[).、]?(?=\D)")


def simplified(text: str) -> str:
    """The text in simplified characters; for comparing only, since a few names keep a character that this changes."""
    converted: str = _converter().convert(text)
    return converted


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, days as 2026-06-01, texts as they are."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(round(cell, 10))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "minutes")
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def yes_or_no(cell: Any) -> bool | None:
    """Whether a cell says yes; None when it says neither."""
    if isinstance(cell, bool):
        return cell
    word = unicodedata.normalize("NFKC", text(cell)).strip().lower()
    return True if word in _YES else False if word in _NO else None


def choices(cell: Any, keys: Mapping[str, str]) -> list[str]:
    """The choices in a cell, as keys where the words are known and as they were written where not.

    `keys` maps every known word (labels, in lower case) to its key. 租赁/合作 · 租赁和合作 · 1.租赁 2.合作.
    """
    if isinstance(cell, list | tuple):
        return [keys.get(str(part).lower(), str(part)) for part in cell]
    whole = unicodedata.normalize("NFKC", text(cell)).strip()
    named = {unicodedata.normalize("NFKC", word).lower(): key for word, key in keys.items()}
    tried = [_pieces(split, whole) for split in _SPLITS]
    known = next((pieces for pieces in tried if all(_word(p, named) for p in pieces)), tried[_AS_WRITTEN])
    return list(dict.fromkeys(_word(piece, named) or piece[:LONGEST_WORD] for piece in known))


def _word(piece: str, named: Mapping[str, str]) -> str | None:
    return named.get(piece.lower()) or named.get(simplified(piece.lower()))


def _pieces(split: re.Pattern[str], whole: str) -> list[str]:
    pieces = (_NUMBERING.sub("", piece.strip()).strip() for piece in split.split(whole))
    return [piece for piece in pieces if piece]
