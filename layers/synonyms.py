"""What people call a trade, and what catalogues and the standard call it: `data/synonyms.csv`."""

from __future__ import annotations

import csv
from functools import cache

from layers.industries import DATA


@cache
def book() -> dict[str, tuple[str, ...]]:
    """A word as people say it -> the words to look for besides."""
    found: dict[str, tuple[str, ...]] = {}
    with (DATA / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for word in row["words"].split():
                found[word] = tuple(term for term in row["means"].split() if term != word)
    return found


def of(word: str) -> tuple[str, ...]:
    """Other words for a word; none for most."""
    return book().get(word, ())
