"""Chinese names in Latin letters (GB/T 16159, no tone marks), where a reader of English has no other name."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import lazy_pinyin
from pypinyin.seg import mmseg


@lru_cache(maxsize=4000)
def latin(text: str) -> str:
    """The words of a name in pinyin, each with a capital; what is not Chinese stays as it is."""
    words = ("".join(lazy_pinyin(word)) for word in mmseg.seg.cut(text))
    return " ".join(word[:1].upper() + word[1:] for word in words if word.strip())
