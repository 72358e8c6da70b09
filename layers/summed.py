"""A layer as a whole, from a Snapshot: the twin of `layers.summing`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers import packing
from layers.base import PRECISIONS
from layers.layer import Layer
from layers.packing import NO_DAY, Column
from layers.snapshot import Snapshot
from layers.summing import CREDIT, SOURCES_SHOWN, Summary


def summary(snapshot: Snapshot, layer: Layer, today: dt.date) -> Summary:
    """Counted from the public rows; `sources` are the most frequent ones."""
    rows = np.flatnonzero(snapshot["until"] >= packing.day(today))
    verified = snapshot["verified"][rows]
    verified = verified[verified != NO_DAY]
    exact = np.bincount(snapshot["precision"][rows], minlength=len(PRECISIONS))
    return Summary(
        len(rows),
        _samples(snapshot, rows),
        {str(key): int(n) for key, n in zip(PRECISIONS, exact, strict=True)},
        len(verified),
        packing.date(verified.max()) if len(verified) else None,
        sources(snapshot, today)[:SOURCES_SHOWN],
    )


def sources(snapshot: Snapshot, today: dt.date) -> list[tuple[str, int]]:
    """The sources that public rows name and how many name each, the most frequent one first."""
    names, numbers = _named(snapshot, np.flatnonzero(snapshot["until"] >= packing.day(today)))
    return sorted(zip(names.to_pylist(), numbers.tolist(), strict=True), key=lambda source: (-source[1], source[0]))


def due(named: Iterable[tuple[str, int]]) -> list[str]:
    """Those of the `sources` that must be named wherever their places show: they begin with ©."""
    return sorted(name for name, _number in named if name.startswith(CREDIT))


def credits_due(snapshot: Snapshot, today: dt.date) -> list[str]:
    """Sources of public rows that must be named wherever they show."""
    return due(sources(snapshot, today))


def _named(snapshot: Snapshot, rows: Column) -> tuple[pa.Array, Column]:
    """The sources that rows name, each once, and how many of the rows name it."""
    codes, firsts = snapshot.of_base.answer("sources", lambda: _codes(snapshot.base["source_name"]))
    where = snapshot["text"][rows]
    numbers = np.bincount(codes[where[where >= 0]], minlength=len(firsts) + 1)[1:]
    held = np.flatnonzero(numbers)
    names, later = snapshot.base["source_name"].take(pa.array(firsts[held])), _of_tail(snapshot, "source_name", where)
    every = pa.table({"name": pa.chunked_array([names, later]), "n": np.append(numbers[held], np.ones(len(later)))})
    summed = every.group_by("name", use_threads=False).aggregate([("n", "sum")])
    return summed["name"], summed["n_sum"].to_numpy().astype(np.int64)


def _codes(names: pa.Array) -> tuple[Column, Column]:
    """For each row the number of its name, from 1 (0: it has none), and for each name a row that has it."""
    codes = packing.filled(names.dictionary_encode().indices, -1) + 1
    numbers, firsts = np.unique(codes, return_index=True)
    return codes.astype(np.min_scalar_type(len(numbers))), firsts[numbers > 0].astype(np.int32)


def _samples(snapshot: Snapshot, rows: Column) -> int:
    """How many of the rows are samples."""
    base = snapshot.of_base.answer("samples", lambda: packing.filled(snapshot.base["sample"], False))
    where = snapshot["text"][rows]
    return int(np.count_nonzero(base[where[where >= 0]]) + (pc.sum(_of_tail(snapshot, "sample", where)).as_py() or 0))


def _of_tail(snapshot: Snapshot, name: str, where: Column) -> pa.Array:
    """What the rows have in a column whose texts stand in the tail, as far as they have anything."""
    return snapshot.tail[name].take(pa.array(-1 - where[where < 0])).drop_null()


def kinds(snapshot: Snapshot, layer: Layer, today: dt.date) -> list[str]:
    """The kinds that the public rows of a layer with a column `kind` have, in alphabetical order."""
    found = np.unique(snapshot["kind"][snapshot["until"] >= packing.day(today)])
    options = list(layer.filters["kind"].vocabulary or {})
    return sorted(options[place] for place in found.tolist() if place >= 0)


def stamps(snapshot: Snapshot, today: dt.date, limit: int, offset: int) -> list[tuple[int, str]]:
    """(id, day on which somebody last vouched for it) of a stretch of the public rows, in the order of their ids."""
    rows = np.flatnonzero(snapshot["until"] >= packing.day(today))
    rows = rows[np.argsort(snapshot["id"][rows])][offset : offset + limit]
    days = np.maximum(snapshot["published"][rows], snapshot["verified"][rows]).tolist()
    ids = snapshot["id"][rows].tolist()
    return [(id_, "" if day == NO_DAY else packing.date(day).isoformat()) for id_, day in zip(ids, days, strict=True)]


def photos(snapshot: Snapshot, today: dt.date) -> frozenset[str]:
    """The pictures that public rows show, by their digests."""
    rows = np.flatnonzero(snapshot["until"] >= packing.day(today))
    return frozenset(snapshot.texts(rows, ["photos"])["photos"].flatten().to_pylist())
