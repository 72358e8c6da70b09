"""Chinese names in Latin letters (GB/T 16159, no tone marks), where a reader of English has no other name."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.seg import mmseg

RUNS = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")
"""A text's Chinese and other stretches."""
GENERIC = {
    "高速公路": "Expressway", "高速铁路": "High-speed Railway", "高速线": "High-speed Line", "高速": "Expressway",
    "高铁": "High-speed Railway", "铁路": "Railway", "大道": "Avenue", "国道": "National Road",
    "省道": "Provincial Road",
    "渡口": "Ferry", "码头": "Wharf", "线": "Line", "路": "Road", "街": "Street",
}  # fmt: skip
"""What names of roads and railways end with, longer ones first."""


@lru_cache(maxsize=4000)
def latin(text: str) -> str:
    """The words of a name in pinyin, each with a capital; what is not Chinese stays as it is."""
    said = (_words(run) if "\u3400" <= run[0] <= "\u9fff" else run.strip() for run in RUNS.findall(text))
    return " ".join(part for part in said if part)


def _words(run: str) -> str:
    words = ("".join(lazy_pinyin(word)) for word in mmseg.seg.cut(run))
    return " ".join(word.capitalize() for word in words)


@lru_cache(maxsize=4000)
def toponym(text: str) -> str:
    """A geographical name: its own part as one word of pinyin, what it ends with in English (Chengle Expressway)."""
    said = (_toponym(run) if "\u3400" <= run[0] <= "\u9fff" else run.strip() for run in RUNS.findall(text))
    return " ".join(part for part in said if part)


def _toponym(run: str) -> str:
    ending = next((end for end in GENERIC if run.endswith(end)), "")
    own = "".join(lazy_pinyin(run.removesuffix(ending))).capitalize()
    return f"{own} {GENERIC.get(ending, '')}".strip()


def initials(text: str) -> str:
    """The first letter of each syllable's pinyin."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
