"""Rows of a Snapshot in the cells of a tile, and what is true of all rows of a cell: the twin of `geo.clusters`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from geo import morton
from geo.clusters import CELLS
from geo.extent import Tile
from layers import packing
from layers.masks import pinned
from layers.packing import Column, Mask
from layers.snapshot import Snapshot

BITS = CELLS.bit_length() - 1
COUNTY_SIGNS = 6
SAMPLE = 8
"""Members of a group that are compared before all of them are."""
MANY = 4096
"""Rows from which on a sample is less work."""
Fold = Callable[[Any, Column], Column]
"""Makes one value of each group's by a ufunc of two."""


@dataclass(frozen=True)
class Groups:
    """Rows, group behind group; `starts`: where each group begins among them; `county`: its packed code, or 0."""

    rows: Column
    starts: Column
    county: Column

    @cached_property
    def sizes(self) -> Column:
        """How many rows each group has."""
        return np.diff(self.starts, append=len(self.rows))

    def agreeing(self, column: Column, none: float) -> Column:
        """For each group the one value of a column that all its rows have, or have if they have any; else `none`.

        `none`: what stands in the column where there is no value: NaN, or a whole number below all others.
        """
        if len(self.rows) == len(self.starts):
            return column[self.rows]
        if len(self.rows) < MANY:
            return _alike(column[self.rows], none, self.starts)
        _value, differ = _ends(column[self._sample], none, lambda least, values: least.reduce(values, axis=0))
        found = np.full(len(differ), none, column.dtype)
        if not differ.all():
            rows, sizes = self.rows[np.repeat(~differ, self.sizes)], self.sizes[~differ]
            found[~differ] = _alike(column[rows], none, np.cumsum(sizes) - sizes)
        return found

    @cached_property
    def _sample(self) -> Column:
        """Some rows of each group, all over it; a column a group."""
        return self.rows[self.starts + self.sizes * np.arange(SAMPLE)[:, None] // SAMPLE]

    def bearing(self, column: Column, none: float) -> Column:
        """For each group a row with the value on which it agrees, or -1."""
        value, rows = self.agreeing(column, none), self.rows[self.starts]
        rows[value == none] = -1
        for group in np.flatnonzero((rows >= 0) & (column[rows] != value)).tolist():
            members = self.rows[self.starts[group] :][: self.sizes[group]]
            rows[group] = members[np.argmax(column[members] == value[group])]
        return rows


def _alike(values: Column, none: float, starts: Column) -> Column:
    """`Groups.agreeing` of values that lie group behind group."""
    value, differ = _ends(values, none, lambda least, values: least.reduceat(values, starts))
    value[differ] = none
    return value


def _ends(values: Column, none: float, fold: Fold) -> tuple[Column, Mask]:
    """The greatest value of each group, `none` if it has none, and whether another one is less."""
    if values.dtype.kind == "f":
        high = fold(np.fmax, values)
        return high, fold(np.fmin, values) < high
    high, least = fold(np.maximum, values), int(none) + 1
    low = fold(np.minimum, (values - least).view(f"u{values.itemsize}"))  # `none` becomes the greatest of all
    return high, low.view(values.dtype) + least != high


def edges(snapshot: Snapshot, tile: Tile) -> Column:
    """The first row of each cell of a tile (Morton order), and the one behind the last."""
    return np.searchsorted(snapshot["key"], morton.edges(tile, BITS))


def cells(snapshot: Snapshot, rows: Column, edges: Column) -> Groups:
    """Rows of a tile, ascending, by cell; those that are known by their county alone, by cell and county."""
    own = pinned(snapshot, rows)
    if own.all():
        starts = _starts(rows, edges)
        return Groups(rows, starts, np.zeros(len(starts), dtype=np.int64))
    whole, apart = cells(snapshot, rows[own], edges), _by_county(snapshot, rows[~own], edges)
    return Groups(
        np.concatenate([whole.rows, apart.rows]),
        np.concatenate([whole.starts, apart.starts + len(whole.rows)]),
        np.concatenate([whole.county, apart.county]),
    )


def _starts(rows: Column, edges: Column) -> Column:
    places = np.searchsorted(rows, edges)
    return places[:-1][places[:-1] < places[1:]]


def _by_county(snapshot: Snapshot, rows: Column, edges: Column) -> Groups:
    """By cell and county; sorted are runs of rows, for those of a county lie together at its point."""
    area, cell = snapshot["area"][rows], np.searchsorted(edges, rows, "right")
    runs = packing.changes(area, cell)
    county, cell = packing.leading(area[runs], COUNTY_SIGNS), cell[runs]
    order = np.lexsort((county, cell))
    sizes = np.diff(runs, append=len(rows))[order]
    before = np.cumsum(sizes) - sizes
    first = packing.changes(county[order], cell[order])
    moved = np.repeat(runs[order] - before, sizes) + np.arange(len(rows))
    return Groups(rows[moved], before[first], county[order][first])
