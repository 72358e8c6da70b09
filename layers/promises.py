"""Promises that the law keeps out of a listing, and the article that does."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from layers.words import N_

DATA = Path(__file__).resolve().parent.parent / "data" / "promises.csv"
ARTICLES = {
    "ad25": N_("《广告法》第二十五条：招商信息不得保证收益、不得说没有风险"),
    "fair10": N_("《公平竞争审查条例》第十条：没有法律或国务院依据不得给特定经营者税收、地价优惠"),
}
WARNING = re.compile(r"(不|非|并非|没有|谨防|警惕|防止|不承诺|不保证|远离|拒绝)[“\"「]?$")
"""What stands before such words where they are warned of rather than promised."""


@cache
def _forbidden() -> dict[str, str]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return {row["words"]: row["article"] for row in csv.DictReader(file)}


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_forbidden(), key=len, reverse=True)
    return re.compile("|".join(r"\s*".join(map(re.escape, words)) for words in longest_first))


def found(text: str) -> tuple[str, str] | None:
    """The first promise in a text and the article against it, None when there is none.

    Words that are warned of (“不承诺保本”, “谨防包回收”) are no promise. Spaces between
    characters do not hide one.
    """
    for match in _pattern().finditer(text):
        if not WARNING.search(text[: match.start()][-6:]):
            words = re.sub(r"\s", "", match.group())
            return words, ARTICLES[_forbidden()[words]]
    return None
