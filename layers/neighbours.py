"""Rows of a Snapshot by area: who stands beside each other in it lies beside each other, mostly in one area."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from layers import packing
from layers.areas import Areas
from layers.packing import Column, Mask
from layers.snapshot import Snapshot


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of rows of one area and zone: where each begins, its codes, and in which order these are."""

    starts: Column
    area: Column
    zone: Column
    by_area: Column
    by_zone: Column


def stretches(snapshot: Snapshot) -> Stretches:
    """A few thousands of a million rows, so that what is asked of areas need not look at each row."""

    def ask() -> Stretches:
        starts = packing.changes(snapshot["area"], snapshot["zone"]).astype(np.int32)
        area, zone = snapshot["area"][starts], snapshot["zone"][starts]
        orders = (np.argsort(codes).astype(np.int32) for codes in (area, zone))
        return Stretches(starts, area, zone, *orders)

    return snapshot.remembered("stretches", ask)


def inside(snapshot: Snapshot, codes: tuple[str, ...], areas: Areas, most: int) -> Column | None:
    """Where the rows of areas are, ascending; None when there are more than `most`."""
    kept = stretches(snapshot)
    held = np.flatnonzero(areas.mask(kept.area, kept.zone, codes))
    lengths = np.diff(kept.starts, append=len(snapshot))[held]
    ends = np.cumsum(lengths)
    if not len(held):
        return held
    if ends[-1] > most:
        return None
    return np.repeat(kept.starts[held] - ends + lengths, lengths) + np.arange(ends[-1])


def under(snapshot: Snapshot, name: str, rows: Column | Mask) -> Callable[[str], int]:
    """How many rows, of a mask or of places, have an `area` (or `zone`, the `name`) under a prefix."""
    if rows.dtype == bool and len(rows):
        kept = stretches(snapshot)
        column, order = (kept.area, kept.by_area) if name == "area" else (kept.zone, kept.by_zone)
        times = np.add.reduceat(rows, kept.starts, dtype=np.int32)
        values, before = column[order], np.concatenate([[0], np.cumsum(times[order])])
    else:
        values, before = np.sort(snapshot[name][rows]), np.arange(len(rows) + 1)

    def number(prefix: str) -> int:
        start, end = np.searchsorted(values, packing.code_range(prefix))
        return int(before[end] - before[start])

    return number
