"""The words of `q` in memory: which rows of a Snapshot hold them, and how well each fits."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from layers import packing, search
from layers.areas import Areas
from layers.columns import SEPARATOR
from layers.packing import Column, Mask
from layers.search import Meaning
from layers.snapshot import Snapshot


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
    held = [
        packing.filled(pc.match_substring(batch[name], fold(word)), False)
        if len(batch)
        else np.zeros(1, dtype=bool)  # so that there is something to choose from where nothing is chosen
        for batch in (snapshot.base, snapshot.tail)
    ]
    return np.where(texts >= 0, held[0][np.maximum(texts, 0)], held[1][np.maximum(-1 - texts, 0)])


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
    parts = pc.split_pattern(snapshot.texts(rows, ["words"])["words"], SEPARATOR).flatten()
    total = np.zeros(len(rows), dtype=np.int64)
    for meaning in asked:
        held = packing.filled(pc.match_substring(parts, fold(meaning.word)), False).reshape(len(rows), len(weights))
        meant = search.MEANT if meaning.areas or meaning.tags else 0
        total += np.where(held.any(axis=1), weights[held.argmax(axis=1)], meant)
    return total
