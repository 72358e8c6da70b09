"""A Snapshot's columns with some rows changed: what a full build would give, made from what there is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

Numbers = np.ndarray[Any, np.dtype[Any]]
MOST_STRETCHES = 1000
"""Of unchanged rows, that are copied one by one."""


def merge(
    columns: pa.RecordBatch, tail: pa.RecordBatch, changed: Numbers, rows: tuple[pa.RecordBatch, pa.RecordBatch]
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Columns and tail in which the ids `changed` stand as they are now.

    `rows` are the columns and texts of those of them that are still public, in a Snapshot's order; the others
    go. The new tail holds the texts of `rows` and those of the old one that somebody still points to.
    """
    fresh, texts = rows
    stay = np.flatnonzero(~np.isin(_plain(columns["id"]), changed))
    places = _places(columns, stay, fresh)
    pointers, tail = _shorter(_plain(columns["text"])[stay], tail)
    added = -1 - len(tail) - np.arange(len(fresh), dtype=pointers.dtype)
    order = np.concatenate([stay, len(columns) + np.arange(len(fresh))])[places]
    made = _pointing(_picked(columns, fresh, order), np.concatenate([pointers, added])[places])
    return made, pa.concat_batches([tail, texts])


def _picked(columns: pa.RecordBatch, fresh: pa.RecordBatch, order: Numbers) -> pa.RecordBatch:
    """Rows of the one behind the other in an order that is mostly that of `columns`: whole stretches at once."""
    starts = np.flatnonzero(np.diff(order, prepend=-2) != 1)
    if len(starts) > MOST_STRETCHES:
        return pa.concat_batches([columns, fresh]).take(pa.array(order))
    stretches = []
    for at, length in zip(order[starts].tolist(), np.diff(starts, append=len(order)).tolist(), strict=True):
        old = min(max(len(columns) - at, 0), length)
        stretches += [columns.slice(at, old), fresh.slice(max(at - len(columns), 0), length - old)]
    return pa.concat_batches([columns.slice(0, 0), *(part for part in stretches if len(part))])


def _plain(column: pa.Array) -> Numbers:
    """A column without nulls as numpy sees it, not copied."""
    return column.to_numpy(zero_copy_only=True)  # type: ignore[no-any-return]


def _shorter(pointers: Numbers, tail: pa.RecordBatch) -> tuple[Numbers, pa.RecordBatch]:
    """The tail without texts to which nothing points any more, in their order, and the pointers to it."""
    behind = pointers < 0
    used = np.unique(-1 - pointers[behind])
    moved = pointers.copy()
    moved[behind] = -1 - np.searchsorted(used, -1 - pointers[behind])
    return moved, tail.take(pa.array(used))


def _pointing(columns: pa.RecordBatch, pointers: Numbers) -> pa.RecordBatch:
    at = columns.schema.get_field_index("text")
    return columns.set_column(at, columns.schema.field(at), pa.array(pointers, columns.schema.field(at).type))


def _places(columns: pa.RecordBatch, stay: Numbers, fresh: pa.RecordBatch) -> Numbers:
    """Which row of both, those that stay first, stands where: by `key`, then by `id`."""
    keys, ids = _plain(columns["key"])[stay], _plain(columns["id"])[stay]
    new_keys, new_ids = _plain(fresh["key"]), _plain(fresh["id"])
    first, last = np.searchsorted(keys, new_keys), np.searchsorted(keys, new_keys, "right")
    for i in np.flatnonzero(first < last):
        first[i] += np.searchsorted(ids[first[i] : last[i]], new_ids[i])
    return np.insert(np.arange(len(ids)), first, np.arange(len(ids), len(ids) + len(new_ids)))
