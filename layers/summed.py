"""A layer as a whole, from a Snapshot: the twin of `layers.summing`."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow.compute as pc

from layers import packing
from layers.base import PRECISIONS
from layers.layer import Layer
from layers.packing import NO_DAY
from layers.snapshot import Snapshot
from layers.summing import SOURCES_SHOWN, Summary


def summary(snapshot: Snapshot, layer: Layer, today: dt.date) -> Summary:
    """Counted from the public rows; `sources` are the most frequent ones."""
    rows = np.flatnonzero(snapshot["until"] >= packing.day(today))
    texts = snapshot.texts(rows, ["sample", "source_name"])
    verified = snapshot["verified"][rows]
    verified = verified[verified != NO_DAY]
    exact = np.bincount(snapshot["precision"][rows], minlength=len(PRECISIONS))
    named = pc.value_counts(texts["source_name"].drop_null()).to_pylist()
    sources = sorted(((named["values"], named["counts"]) for named in named), key=lambda s: (-s[1], s[0]))
    return Summary(
        len(rows),
        pc.sum(texts["sample"]).as_py() or 0,
        {str(key): int(n) for key, n in zip(PRECISIONS, exact, strict=True)},
        len(verified),
        packing.date(verified.max()) if len(verified) else None,
        sources[:SOURCES_SHOWN],
    )


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
