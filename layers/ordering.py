"""The order of rows in memory: as asked, ties by id, what has no value last."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from layers import masks, scanning, search
from layers.areas import Areas
from layers.packing import Column
from layers.query import Query
from layers.snapshot import Snapshot

Key = Callable[[Column], Column]
"""Numbers for rows that ascend in the asked order."""


def first(snapshot: Snapshot, query: Query, areas: Areas, rows: Column, most: int | None = None) -> Column:
    """The first `most` of the rows (all: None) in the asked order: the twin of `layers.asking._order`."""
    keys: list[Key] = [*_keys(snapshot, query, areas), lambda rows: snapshot["id"][rows]]
    if most is not None:
        rows = _least(keys, rows, most)
    return rows[np.lexsort([key(rows) for key in keys[::-1]])][:most]


def _keys(snapshot: Snapshot, query: Query, areas: Areas) -> list[Key]:
    """What the rows go by, the weightiest first; of days the complement, by which later ones come first, none last."""
    near, sort = query.near, query.sort
    if query.q and not sort:
        asked = search.meanings(query.layer, query.q, areas)
        return [lambda rows: -scanning.rank(snapshot, asked, rows), lambda rows: ~snapshot["verified"][rows]]
    if sort == "near":
        assert near is not None
        return [lambda rows: np.round(masks.metres(snapshot, near, rows), 3)]
    if sort in ("newest", "verified", ""):
        name = "published" if sort == "newest" else "verified"
        return [lambda rows: ~snapshot[name][rows]]
    return [lambda rows: np.nan_to_num(snapshot[sort][rows], nan=np.inf)]


def _least(keys: list[Key], rows: Column, most: int) -> Column:
    """The `most` rows that come first, in no order; the last key has no ties."""
    sure: list[Column] = []
    for key in keys:
        wanted = most - sum(len(part) for part in sure)
        if len(rows) <= wanted:
            break
        values = key(rows)
        edge = values.min()
        equal = np.flatnonzero(values == edge)
        if len(equal) < wanted:  # else they share the first value, as of days very many do
            edge = np.partition(values, wanted - 1)[wanted - 1]
            sure.append(rows[values < edge])
            equal = np.flatnonzero(values == edge)
        rows = rows[equal]
    return np.concatenate([*sure, rows])
