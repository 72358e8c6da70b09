"""Rows of a Snapshot in the cells of a tile, and what is true of all rows of a cell: the twin of `geo.clusters`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

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
SAMPLE = 64
"""Members of a larger group that are compared before all of them are, where a tile has more than one block of rows."""
BLOCK = 1 << 15
"""Rows that are looked at together: so few that their values stay near."""
Fold = Callable[[np.ufunc, Column], Column]
"""Makes one value of each group's values by a ufunc of two."""


@dataclass(frozen=True)
class Groups:
    """Rows, group behind group; `starts`: where each group begins among them; `county`: its packed code, or 0."""

    rows: Column
    starts: Column
    county: Column

    @cached_property
    def sizes(self) -> Column:
        """How many rows each group has."""
        return np.append(self.starts[1:], len(self.rows)) - self.starts

    def folded(self, column: Column, *folds: np.ufunc) -> list[Column]:
        """What each ufunc of two makes of each group's values of a column."""
        blocks, firsts = self._blocks
        made = []
        for rows, starts in blocks:
            values = column[rows]
            made.append([fold.reduceat(values, starts) for fold in folds])
        if len(blocks) == 1:
            return made[0]
        parts = [np.concatenate(part) for part in zip(*made, strict=True)]
        return [fold.reduceat(part, firsts) for fold, part in zip(folds, parts, strict=True)]

    def agreeing(self, column: Column, none: float) -> Column:
        """For each group the one value of a column that all its rows have, or have if they have any; else `none`.

        `none`: what stands in the column where there is no value: NaN, or a whole number below all others.
        """
        if len(self.rows) == len(self.starts):
            return column[self.rows]
        if len(self.rows) <= BLOCK:
            return self._agreeing(column, none)
        large, sample = self._sample
        _value, differ = _ends(column[sample], none, lambda fold, values: fold.reduce(values, axis=0))
        open_ = large[~differ]
        if 2 * self.sizes[open_].sum() > len(self.rows):
            return self._agreeing(column, none)
        found = np.full(len(self.starts), none, column.dtype)
        for places, groups in (self._small, self._only(open_)):
            if len(places):
                found[places] = groups._agreeing(column, none)
        return found

    def _agreeing(self, column: Column, none: float) -> Column:
        """All rows compared, block by block."""
        blocks, firsts = self._blocks
        ends = [_ends(column[rows], none, _by(starts)) for rows, starts in blocks]
        value, differ = ends[0]
        if len(blocks) > 1:
            value, beyond = _ends(np.concatenate([value for value, _differ in ends]), none, _by(firsts))
            differ = beyond | np.logical_or.reduceat(np.concatenate([differ for _value, differ in ends]), firsts)
        value[differ] = none
        return value

    @cached_property
    def _blocks(self) -> tuple[list[tuple[Column, Column]], Column]:
        """Rows block by block with the starts of the groups' pieces in them, and each group's first piece."""
        if len(self.rows) <= BLOCK:
            return [(self.rows, self.starts)], np.arange(len(self.starts))
        begins = np.arange(0, len(self.rows), BLOCK)
        pieces = np.union1d(begins, self.starts)
        cuts = [*np.searchsorted(pieces, begins).tolist(), len(pieces)]
        blocks = [
            (self.rows[begin : begin + BLOCK], pieces[cut:end] - begin)
            for begin, (cut, end) in zip(begins.tolist(), pairwise(cuts), strict=True)
        ]
        return blocks, np.searchsorted(pieces, self.starts)

    @cached_property
    def _sample(self) -> tuple[Column, Column]:
        """Which groups are large, and some rows all over each of them; a column a group."""
        large = np.flatnonzero(self.sizes > SAMPLE)
        return large, self.rows[self.starts[large] + self.sizes[large] * np.arange(SAMPLE)[:, None] // SAMPLE]

    @cached_property
    def _small(self) -> tuple[Column, Groups]:
        return self._only(np.flatnonzero(self.sizes <= SAMPLE))

    def _only(self, which: Column) -> tuple[Column, Groups]:
        """Some of the groups by themselves."""
        if not len(which):
            return which, self
        sizes = self.sizes[which]
        starts = np.cumsum(sizes) - sizes
        places = np.repeat(self.starts[which] - starts, sizes) + np.arange(sizes.sum())
        return which, Groups(self.rows[places], starts, self.county[which])

    def bearing(self, column: Column, none: float) -> tuple[Column, Column]:
        """The groups that agree on a value of a column, and for each of them a row that has it."""
        value = self.agreeing(column, none)
        groups = np.flatnonzero(value != none)
        rows = self.rows[self.starts[groups]]
        for place in np.flatnonzero(column[rows] != value[groups]).tolist():
            start = self.starts[groups[place]]
            members = self.rows[start : start + self.sizes[groups[place]]]
            rows[place] = members[np.argmax(column[members] == value[groups[place]])]
        return groups, rows


def _by(starts: Column) -> Fold:
    return lambda fold, values: fold.reduceat(values, starts)


def _ends(values: Column, none: float, fold: Fold) -> tuple[Column, Mask]:
    """The greatest value of each group, `none` if it has none, and whether another one is less."""
    if values.dtype.kind == "f":
        high = fold(np.fmax, values)
        return high, fold(np.fmin, values) < high
    high, least = fold(np.maximum, values), int(none) + 1
    above = values - least if least else values
    low = fold(np.minimum, above.view(f"u{values.itemsize}"))  # `none` is the greatest of all
    return high, low.view(values.dtype) != high - least


def edges(snapshot: Snapshot, tile: Tile) -> Column:
    """The first row of each cell of a tile (Morton order), and the one behind the last."""
    return np.searchsorted(snapshot["key"], morton.edges(tile, BITS))


def cells(snapshot: Snapshot, rows: Column, edges: Column) -> Groups:
    """Rows of a tile, ascending, by cell; those that are known by their county alone, by cell and county, behind them.

    The array of rows itself is put into this order.
    """
    own = pinned(snapshot, rows)
    if own.all():
        starts = _starts(rows, edges)
        return Groups(rows, starts, np.zeros(len(starts), dtype=np.int64))
    apart, end = _by_county(snapshot, rows[~own], edges), 0
    for at in range(0, len(rows), BLOCK):
        part = rows[at : at + BLOCK][own[at : at + BLOCK]]
        rows[end : end + len(part)] = part
        end += len(part)
    rows[end:] = apart.rows
    starts = _starts(rows[:end], edges)
    county = np.concatenate([np.zeros(len(starts), dtype=np.int64), apart.county])
    return Groups(rows, np.concatenate([starts, apart.starts + end]), county)


def _starts(rows: Column, edges: Column) -> Column:
    places = np.searchsorted(rows, edges)
    return places[:-1][places[:-1] < places[1:]]


def _by_county(snapshot: Snapshot, rows: Column, edges: Column) -> Groups:
    """By cell and county; sorted are runs of rows, for those of a county lie together at its point."""
    area, cell = snapshot["area"][rows], np.searchsorted(edges, rows, "right")
    runs = packing.changes(area, cell)
    county, cell = packing.leading(area[runs], COUNTY_SIGNS), cell[runs]
    order = np.lexsort((county, cell))
    sizes = (np.append(runs[1:], len(rows)) - runs)[order]
    before = np.cumsum(sizes) - sizes
    first = packing.changes(county[order], cell[order])
    moved = np.repeat(runs[order] - before, sizes) + np.arange(len(rows))
    return Groups(rows[moved], before[first], county[order][first])
