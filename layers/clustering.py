"""Rows of a Snapshot in the cells of a tile, and what is true of all rows of a cell: the twin of `geo.clusters`."""

from __future__ import annotations

from dataclasses import dataclass

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
SAMPLE = 16
"""Members of a group that are compared before all of them are."""


@dataclass(frozen=True)
class Groups:
    """Rows, group behind group; `starts`: where each group begins among them; `county`: its packed code, or 0."""

    rows: Column
    starts: Column
    county: Column

    @property
    def sizes(self) -> Column:
        """How many rows each group has."""
        return np.diff(self.starts, append=len(self.rows))

    def agreeing(self, column: Column, none: float | None) -> Column:
        """For each group a row with the one value that all its rows have, or have if they have any (-1: there is none).

        `none`: what stands in the column where there is no value.
        """
        found = np.full(len(self.starts), -1)
        open_ = np.flatnonzero(self._agree_so_far(column, none))
        if not len(open_):
            return found
        sizes = self.sizes[open_]
        rows, starts = self.rows, self.starts
        if len(open_) < len(self.starts):
            rows = np.concatenate([rows[a : a + n] for a, n in zip(starts[open_], sizes, strict=True)])
            starts = np.cumsum(sizes) - sizes
        low, high, witness = _ends(column[rows], none, starts)
        agreed = (low == high) & (witness >= 0)
        found[open_[agreed]] = rows[witness[agreed]]
        return found

    def _agree_so_far(self, column: Column, none: float | None) -> Mask:
        steps = self.sizes[:, None] * np.arange(SAMPLE) // SAMPLE
        rows = self.rows[(self.starts[:, None] + steps).ravel()]
        low, high, _witness = _ends(column[rows], none, np.arange(0, len(rows), SAMPLE))
        return low >= high


def _ends(values: Column, none: float | None, starts: Column) -> tuple[Column, Column, Column]:
    """The least and the greatest value of each stretch, and the place of one that is there (-1: none is)."""
    if none is None:
        return np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts), starts
    kind = np.finfo(values.dtype) if values.dtype.kind == "f" else np.iinfo(values.dtype)
    absent = np.isnan(values) if none != none else values == none  # noqa: PLR0124 - NaN alone is not itself
    low = np.minimum.reduceat(np.where(absent, kind.max, values), starts)
    high = np.maximum.reduceat(np.where(absent, kind.min, values), starts)
    return low, high, np.maximum.reduceat(np.where(absent, -1, np.arange(len(values))), starts)


def cells(snapshot: Snapshot, rows: Column, tile: Tile) -> Groups:
    """Rows of a tile, ascending, by cell; those that are known by their county alone, by cell and county."""
    cell = morton.cells(snapshot["key"][rows], tile.z, BITS)
    apart = ~pinned(snapshot, rows)
    if not apart.any():
        return Groups(rows, packing.changes(cell), np.zeros(len(packing.changes(cell)), dtype=np.int64))
    county = np.zeros(len(rows), dtype=np.int64)
    county[apart] = packing.leading(snapshot["area"][rows[apart]], COUNTY_SIGNS)
    order = np.concatenate([np.flatnonzero(~apart), np.flatnonzero(apart)[np.lexsort((county[apart], cell[apart]))]])
    starts = packing.changes(cell[order], county[order])
    return Groups(rows[order], starts, county[order][starts])
