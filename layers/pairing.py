"""Where each pair of symbols stands in the searched texts, so that few of these are looked at for a word."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from layers.columns import SEPARATOR
from layers.packing import Column, changes

SCHEMA = pa.schema([("pair", pa.uint32()), ("places", pa.list_(pa.int32()))])
"""`pair`: two symbols (UTF-16) as one number, ascending; `places`: where they stand among all symbols, ascending."""
COMMON = 2
"""A pair that stands oftener than once in so many rows leads to nothing: its places are left out."""
STRETCH = 4_000_000
"""Symbols whose pairs are sorted at once."""


def index(words: pa.ListArray) -> pa.RecordBatch:
    """The pairs (SCHEMA) of the column `words` of texts (layers.columns.texts_schema)."""
    keys, numbers, places = [], [np.zeros(1, dtype=np.int64)], []
    for pair, place in _sorted(words):
        starts = changes(pair)
        number = np.diff(starts, append=len(pair))
        few = number * COMMON <= len(words)
        keys.append(pair[starts])
        numbers.append(np.where(few, number, 0))
        places.append(place[np.repeat(few, number)])
    ends = np.cumsum(np.concatenate(numbers)).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(ends), pa.array(_joined(places, np.int32)))
    return pa.RecordBatch.from_arrays([pa.array(_joined(keys, np.uint32)), lists], schema=SCHEMA)


def _joined(parts: list[Column], kind: type) -> Column:
    return np.concatenate([np.zeros(0, dtype=kind), *parts])


def _sorted(words: pa.ListArray) -> Iterator[tuple[Column, Column]]:
    """(pairs, places) in the order of the pairs, then of the places; a pair's places all come at once."""
    symbols, ends = words.values.to_numpy(), words.offsets.to_numpy()
    begins = np.ones(len(symbols), dtype=bool)
    begins[symbols == ord(SEPARATOR)] = False
    begins[ends[1:][ends[1:] > ends[:-1]] - 1] = False
    times = np.bincount(symbols[begins], minlength=1 << 16)
    part = np.cumsum(times) // STRETCH
    for first in range(int(part[-1]) + 1):
        leading = np.flatnonzero((part == first) & (times > 0))
        if len(leading):
            chosen = begins & (symbols >= leading[0]) & (symbols <= leading[-1])
            place = np.flatnonzero(chosen)
            pair = symbols[place].astype(np.uint64) << np.uint64(16) | symbols[place + 1]
            both = np.sort(pair << np.uint64(32) | place.astype(np.uint64))
            yield (both >> np.uint64(32)).astype(np.uint32), both.astype(np.uint32).view(np.int32)


def places(pairs: pa.RecordBatch, word: Column) -> tuple[int, Column] | None:
    """Where the rarest pair of a word (symbols) stands: (its place in the word, its places in the texts).

    None where no pair of it leads anywhere: the word is a single symbol, or all of them are too common.
    """
    numbers, lists = pairs["pair"].to_numpy(), pairs["places"]
    ends, all_places = lists.offsets.to_numpy(), lists.values.to_numpy()
    asked = word[:-1].astype(np.uint32) << np.uint32(16) | word[1:]
    at = np.searchsorted(numbers, asked)
    known = np.append(numbers, 0)[at] == asked  # no text and no word holds NUL
    if not known.all():
        return 0, all_places[:0]
    sizes = ends[at + 1] - ends[at]
    if not sizes.any():
        return None
    rarest = int(np.argmin(np.where(sizes > 0, sizes, len(all_places) + 1)))
    return rarest, all_places[ends[at[rarest]] : ends[at[rarest] + 1]]
