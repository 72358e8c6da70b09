"""The order of rows in memory: as asked, ties by id, what has no value last."""

from __future__ import annotations

import numpy as np

from layers import masks, scanning, search
from layers.areas import Areas
from layers.packing import NO_DAY, Column, Mask
from layers.query import Query
from layers.snapshot import Snapshot


def first(snapshot: Snapshot, query: Query, areas: Areas, mask: Mask, most: int | None = None) -> Column:
    """The first `most` rows (all: None) of a mask in the asked order: the twin of `layers.asking._order`."""
    rows = np.flatnonzero(mask)
    keys = [*_keys(snapshot, query, areas, rows), snapshot["id"][rows]]
    chosen = np.arange(len(rows)) if most is None else _least(keys, most)
    return rows[chosen[np.lexsort([key[chosen] for key in keys[::-1]])]][:most]


def _keys(snapshot: Snapshot, query: Query, areas: Areas, rows: Column) -> list[Column]:
    """Numbers that ascend in the asked order, the weightiest first."""
    if query.q and not query.sort:
        asked = search.meanings(query.layer, query.q, areas)
        return [-scanning.rank(snapshot, asked, rows), _newest(snapshot["verified"][rows])]
    if query.sort == "near":
        assert query.near is not None
        return [np.round(masks.metres(snapshot, query.near, rows), 3)]
    if query.sort == "newest":
        return [_newest(snapshot["published"][rows])]
    if query.sort and query.sort != "verified":
        return [np.nan_to_num(snapshot[query.sort][rows], nan=np.inf)]
    return [_newest(snapshot["verified"][rows])]


def _newest(days: Column) -> Column:
    """Later days before earlier ones, no day at all last."""
    assert np.iinfo(days.dtype).min == NO_DAY
    return -days.astype(np.int64)


def _least(keys: list[Column], most: int) -> Column:
    """Places of the `most` rows that come first, in no order; the last key has no ties."""
    sure: list[Column] = []
    open_ = np.arange(len(keys[0]))
    for key in keys:
        wanted = most - sum(len(part) for part in sure)
        if len(open_) <= wanted:
            break
        edge = np.partition(key[open_], wanted - 1)[wanted - 1]
        sure.append(open_[key[open_] < edge])
        open_ = open_[key[open_] == edge]
    return np.concatenate([*sure, open_])
