"""The words of `q` in memory: which rows of a Snapshot hold them, and how well each fits."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from layers import search
from layers.areas import Areas
from layers.columns import SEPARATOR
from layers.packing import Column, Mask
from layers.search import Meaning
from layers.snapshot import Snapshot

SAMPLE = 10_000
"""Symbols among which the rarest of a word is looked for; it leads to the others."""


def found(snapshot: Snapshot, meaning: Meaning, areas: Areas) -> Mask:
    """Rows that are meant by the word: the twin of `layers.search.found`."""
    mask = _holding(snapshot, "words", meaning.word)
    if meaning.latin:
        mask |= _holding(snapshot, "pinyin", meaning.word.lower())
    for other in meaning.others:
        mask |= _holding(snapshot, "words", other.word) | _named(snapshot, other, areas)
    return mask | _named(snapshot, meaning, areas)


def fold(text: str) -> str:
    """The text in lower case, sign by sign, as PostgreSQL folds it under C.UTF-8."""
    return "".join(sign.lower() for sign in text.replace("İ", "i"))


def _holding(snapshot: Snapshot, name: str, word: str) -> Mask:
    """Rows whose text of that name holds the word, whatever its case."""
    texts = snapshot["text"]
    held = []
    for batch in (snapshot.base, snapshot.tail):
        mask = np.zeros(max(len(batch), 1), dtype=bool)
        mask[positions(batch[name], word)[0]] = True
        held.append(mask)
    return np.where(texts >= 0, held[0][np.maximum(texts, 0)], held[1][np.maximum(-1 - texts, 0)])


def positions(texts: pa.ListArray, word: str) -> tuple[Column, Column]:
    """(rows, places among all symbols) where texts hold the word, whatever its case."""
    needle = np.frombuffer(fold(word).encode("utf-16-le"), dtype=np.uint16)
    symbols, ends = texts.values.to_numpy(), texts.offsets.to_numpy()
    sample = symbols[: len(symbols) : max(len(symbols) // SAMPLE, 1)]
    anchor = int(np.argmin([np.count_nonzero(sample == symbol) for symbol in needle]))
    found = np.flatnonzero(symbols == needle[anchor]) - anchor
    found = found[(found >= ends[0]) & (found <= ends[-1] - len(needle))]
    for place, symbol in enumerate(needle):
        found = found[symbols[found + place] == symbol]
    rows = np.searchsorted(ends, found, side="right") - 1
    whole = found + len(needle) <= ends[rows + 1]
    return rows[whole], found[whole]


def _named(snapshot: Snapshot, meaning: Meaning, areas: Areas) -> Mask:
    """Rows in an area, in a trade or under a tag that the word names."""
    layer = snapshot.layer
    mask = np.zeros(len(snapshot), dtype=bool)
    if meaning.areas:
        mask |= areas.mask(snapshot["area"], snapshot["zone"], [area.code for area in meaning.areas])
    if meaning.codes or meaning.groups:
        assert layer.codes is not None
        keys = [*(code for code, _name in meaning.codes), *(group.key for group in meaning.groups)]
        mask |= layer.codes.mask(snapshot[layer.seal or ""], tuple(keys))
    for tag in meaning.tags:
        kind = layer.filters[tag.field].filter
        assert kind is not None
        mask |= kind.mask(snapshot[tag.field], (tag.key,))
    return mask


def rank(snapshot: Snapshot, asked: list[Meaning], rows: Column) -> Column:
    """How well each of the rows fits: the twin of `layers.search.rank`."""
    weights = np.array([search.WEIGHTS.get(name, 1) for name in search.texts(snapshot.layer)])
    texts = snapshot.texts(rows, ["words"])["words"]
    borders = np.flatnonzero(texts.values.to_numpy() == ord(SEPARATOR))
    total = np.zeros(len(rows), dtype=np.int64)
    for meaning in asked:
        best = np.full(len(rows), search.MEANT if meaning.areas or meaning.tags else 0)
        where, places = positions(texts, meaning.word)
        part = np.searchsorted(borders, places) - where * (len(weights) - 1)
        held = np.zeros(len(rows), dtype=np.int64)
        np.maximum.at(held, where, weights[part])
        total += np.where(held > 0, held, best)
    return total
