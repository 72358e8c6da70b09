"""The words of `q` in memory: which rows of a Snapshot hold them, and how well each fits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from layers import pairing, search
from layers.areas import Areas
from layers.packing import Column, Mask
from layers.search import Meaning
from layers.snapshot import Snapshot

SAMPLE = 10_000
"""Symbols among which the rarest of a word is looked for; it leads to the others."""


def found(snapshot: Snapshot, meaning: Meaning, areas: Areas) -> Mask:
    """Rows that are meant by the word: the twin of `layers.search.found`."""
    mask = _holding(snapshot, meaning.word)
    if meaning.latin:
        mask |= _in_all(snapshot, lambda texts, _pairs: _marked(texts, positions(texts["pinyin"], meaning.word)[0]))
    for other in meaning.others:
        mask |= _holding(snapshot, other.word) | _named(snapshot, other, areas)
    return mask | _named(snapshot, meaning, areas)


def rank(snapshot: Snapshot, asked: list[Meaning], rows: Column) -> Column:
    """How well each of the rows fits: the twin of `layers.search.rank`."""
    total = np.zeros(len(rows), dtype=np.int64)
    for meaning in asked:
        weight = _weight(snapshot, meaning.word)[rows]
        total += np.where(weight > 0, weight, search.MEANT if meaning.areas or meaning.tags else 0)
    return total


def fold(text: str) -> str:
    """The text in lower case, sign by sign, as PostgreSQL folds it under C.UTF-8."""
    return "".join(sign.lower() for sign in text.replace("İ", "i"))


def _holding(snapshot: Snapshot, word: str) -> Mask:
    """The rows of which a text holds the word, whatever its case."""
    return _in_all(snapshot, lambda texts, pairs: _marked(texts, positions(texts["words"], word, pairs)[0]))


def _marked(texts: pa.RecordBatch, rows: Column) -> Mask:
    found = np.zeros(len(texts), dtype=bool)
    found[rows] = True
    return found


def _weight(snapshot: Snapshot, word: str) -> Column:
    """For each row the weight of the best text that holds the word, whatever its case; 0 where none does."""
    weights = np.array([search.WEIGHTS.get(name, 1) for name in search.texts(snapshot.layer)], dtype=np.int8)

    def best(texts: pa.RecordBatch, pairs: pa.RecordBatch | None) -> Column:
        rows, places = positions(texts["words"], word, pairs)
        borders = texts["borders"].flatten().to_numpy().reshape(len(texts), len(weights) - 1)[rows]
        inside = places - texts["words"].offsets.to_numpy()[rows]
        found = np.zeros(len(texts), dtype=np.int8)
        np.maximum.at(found, rows, weights[(borders < inside[:, None]).sum(axis=1)])
        return found

    return snapshot.remembered(("weight", fold(word)), lambda: _in_all(snapshot, best))


def _in_all(snapshot: Snapshot, ask: Callable[[pa.RecordBatch, pa.RecordBatch | None], Column]) -> Column:
    """What is asked of each row of texts (of the base with its pairs), row by row of the Snapshot."""
    texts, base, tail = snapshot["text"], ask(snapshot.base, snapshot.pairs), ask(snapshot.tail, None)
    if not len(tail):
        return base.take(texts)
    return np.concatenate([base, tail[::-1]]).take(np.where(texts >= 0, texts, len(base) + len(tail) + texts))


def positions(texts: pa.ListArray, word: str, pairs: pa.RecordBatch | None = None) -> tuple[Column, Column]:
    """(rows, places among all symbols) where texts hold the word, whatever its case; `pairs` lead there."""
    needle = np.frombuffer(fold(word).encode("utf-16-le"), dtype=np.uint16)
    symbols, ends = texts.values.to_numpy(), texts.offsets.to_numpy()
    led = pairs is not None and len(needle) > 1
    at, found = pairing.places(pairs, needle) if led else _scanned(symbols, needle)
    found = found - at
    found = found[(found >= ends[0]) & (found <= ends[-1] - len(needle))]
    for place, symbol in enumerate(needle):
        if not led or place not in (at, at + 1):
            found = found[symbols[found + place] == symbol]
    rows = np.searchsorted(ends, found, side="right") - 1
    whole = found + len(needle) <= ends[rows + 1]
    return rows[whole], found[whole]


def _scanned(symbols: Column, needle: Column) -> tuple[int, Column]:
    """Which symbol of the word is the rarest, and where it stands."""
    sample = symbols[:: max(len(symbols) // SAMPLE, 1)]
    anchor = int(np.argmin([np.count_nonzero(sample == symbol) for symbol in needle]))
    return anchor, np.flatnonzero(symbols == needle[anchor])


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
