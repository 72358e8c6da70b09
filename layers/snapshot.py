"""The Snapshot: what is public in one layer at one version, as it lies in memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import pyarrow as pa

from layers.layer import Layer
from layers.packing import Column
from layers.remembering import Remembered

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One layer at version `n`.

    `columns` (layers.columns.schema) in the order of `key`, then id. Its column `text` says where a row's texts
    stand (layers.columns.texts_schema): t >= 0 is row t of `base`, t < 0 row -1 - t of `tail`; `pairs`
    (layers.pairing) leads to words of `base`. All four may lie in mapped files; rows of `base` and `tail` that
    nothing points at are old ones. `of_base` keeps what was found out about `base` alone, which outlasts a version.
    """

    layer: Layer
    n: int
    columns: pa.RecordBatch
    base: pa.RecordBatch
    tail: pa.RecordBatch
    pairs: pa.RecordBatch
    of_base: Remembered = field(default_factory=Remembered, repr=False)
    _views: dict[str, Column] = field(default_factory=dict, init=False, repr=False)
    _answers: Remembered = field(default_factory=Remembered, init=False, repr=False)

    def __len__(self) -> int:
        return self.columns.num_rows

    def __getitem__(self, name: str) -> Column:
        """A narrow column, without copying."""
        if name not in self._views:
            self._views[name] = self.columns[name].to_numpy(zero_copy_only=True)
        return self._views[name]

    def remembered(self, what: Hashable, ask: Callable[[], Answer]) -> Answer:
        """The answer to a question that this Snapshot has been asked before, or a new one."""
        return self._answers.answer(what, ask)

    def followed(self, n: int, columns: pa.RecordBatch, tail: pa.RecordBatch) -> Snapshot:
        """The layer at a later version that has the same `base` and `pairs`."""
        return replace(self, n=n, columns=columns, tail=tail)

    def part(self, low: int, high: int) -> Snapshot:
        """The rows from `low` to before `high` as a Snapshot of their own, without copying."""
        return replace(self, columns=self.columns.slice(low, high - low))

    def knows(self, what: Hashable) -> bool:
        """Whether the answer to a question is remembered."""
        return what in self._answers

    def texts(self, rows: Column, names: Sequence[str]) -> pa.RecordBatch:
        """Columns of texts for rows of `columns`, in their order."""
        where = self["text"][rows]
        old = where >= 0
        base = self.base.select(names).take(pa.array(where[old]))
        if old.all():
            return base
        tail = self.tail.select(names).take(pa.array(-1 - where[~old]))
        order = np.empty(len(where), dtype=np.int64)
        order[np.concatenate([np.flatnonzero(old), np.flatnonzero(~old)])] = np.arange(len(where))
        return pa.concat_batches([base, tail]).take(pa.array(order))
