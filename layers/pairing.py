"""Where each pair of symbols stands in the searched texts, so that few of these are looked at for a word."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from layers.columns import SEPARATOR
from layers.packing import Column, changes

SCHEMA = pa.schema([("pair", pa.uint32()), ("places", pa.list_(pa.int32()))])
"""`pair`: two symbols (UTF-16) as one number, ascending; `places`: where they stand among all symbols, ascending."""
STRETCH = 4_000_000
"""Symbols whose pairs are sorted at once."""


def index(words: pa.ListArray) -> pa.RecordBatch:
    """The pairs (SCHEMA) of the column `words` of texts (layers.columns.texts_schema)."""
    keys, numbers, places = [], [np.zeros(1, dtype=np.int64)], []
    for pair, place in _sorted(words):
        starts = changes(pair)
        keys.append(pair[starts])
        numbers.append(np.diff(starts, append=len(pair)))
        places.append(place)
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


def places(pairs: pa.RecordBatch, word: Column) -> tuple[int, Column]:
    """Where the rarest pair of a word (two symbols and more) stands: its place in the word, its places in the texts."""
    numbers, lists = pairs["pair"].to_numpy(), pairs["places"]
    ends, all_places = lists.offsets.to_numpy(), lists.values.to_numpy()
    asked = word[:-1].astype(np.uint32) << np.uint32(16) | word[1:]
    first, behind = ends[np.searchsorted(numbers, asked)], ends[np.searchsorted(numbers, asked, side="right")]
    rarest = int(np.argmin(behind - first))
    return rarest, all_places[first[rarest] : behind[rarest]]
