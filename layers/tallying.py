"""How many rows have each choice of a filter; of many rows, several filters are counted in one pass."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from layers import packing
from layers.filters import Filter
from layers.layer import Layer
from layers.packing import Column, Mask
from layers.snapshot import Snapshot
from layers.words import untranslated

FEW = 16
"""Of less than this part of the rows each filter is counted by itself, from its own column."""
MOST = 1 << 16
"""Numbers that a pass tells apart: as many as uint16 has."""
BITS = 8
"""Choices of a column of bits that are told apart together."""


BLOCK = 1 << 18
"""Rows whose numbers are made at once: so few that what is needed meanwhile stays small and at hand."""
Passed = tuple[Column, Column]


@dataclass(frozen=True, eq=False)
class Axis:
    """Some choices of a filter over a column as small numbers: `means` (choices x numbers) says which have which."""

    name: str
    kind: Filter
    choices: tuple[Any, ...]
    shift: int
    means: Mask

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(self.means.shape[1])

    def numbers(self, column: Column) -> Column:
        """The small number of each packed value."""
        if column.dtype.kind == "u":
            made: Column = column >> self.shift & (self.size - 1)
        elif column.itemsize == 1:
            made = (column + np.int8(1)).view(np.uint8)
        elif column.dtype.kind == "f":
            made = self._choice(column)
        else:
            places, values = pd.factorize(column)
            made = self._choice(values)[places]
        return made

    def _choice(self, values: Column) -> Column:
        """The place of the one choice that each value has, from 1; 0 for none."""
        found = np.zeros(len(values), dtype=np.uint8)
        for place, choice in enumerate(self.choices, start=1):
            found += self.kind.mask(values, choice).view(np.uint8) * np.uint8(place)
        return found


@dataclass(frozen=True, eq=False)
class Pass:
    """Filters whose small numbers make one number together, the last axis counting fastest."""

    axes: tuple[Axis, ...]

    def over(self, snapshot: Snapshot) -> Passed:
        """The one number of every row (uint16), and how often there is each."""
        made = np.zeros(len(snapshot), dtype=np.uint16)
        for start in range(0, len(made), BLOCK):
            block = made[start : start + BLOCK]
            for axis in self.axes:
                block *= np.uint16(axis.size % MOST)
                block += axis.numbers(snapshot[axis.name][start : start + BLOCK]).astype(np.uint16, copy=False)
        size = math.prod(axis.size for axis in self.axes)
        return made, np.bincount(made, minlength=size).astype(np.int32)

    def each(self, times: Column) -> dict[Axis, Column]:
        """How often each axis has each of its numbers, of how often they are met together."""
        shaped = times.reshape([axis.size for axis in self.axes])
        every = range(len(self.axes))
        return {axis: shaped.sum(tuple(k for k in every if k != place)) for place, axis in enumerate(self.axes)}


def tallies(snapshot: Snapshot, names: Collection[str], rows: Column | Mask) -> dict[str, list[int]]:
    """How many of the rows (a mask, or their places) have each choice of the filters named, or counted with them."""
    passes: dict[Pass, Passed] = snapshot.remembered("passes", dict)  # asked for each time, so that it is kept
    if packing.number(rows) <= len(snapshot) // FEW:
        times = _one_by_one(snapshot, names, packing.places(rows))
    else:
        times = _together(snapshot, names, rows, passes)
    found = {}
    for name in snapshot.layer.filters:
        axes = _axes(snapshot.layer, name, snapshot[name].dtype)
        if all(axis in times for axis in axes):
            found[name] = [int(n) for axis in axes for n in axis.means @ times[axis]]
    return found


def _one_by_one(snapshot: Snapshot, names: Collection[str], rows: Column) -> dict[Axis, Column]:
    times = {}
    for name in names:
        values = snapshot[name][rows]
        for axis in _axes(snapshot.layer, name, values.dtype):
            times[axis] = np.bincount(axis.numbers(values), minlength=axis.size)
    return times


def _together(
    snapshot: Snapshot, names: Collection[str], rows: Column | Mask, passes: dict[Pass, Passed]
) -> dict[Axis, Column]:
    """In as few passes as hold the filters; of most rows, the others are counted and taken from all."""
    most = rows.dtype == bool and packing.number(rows) > len(snapshot) // 2
    counted = packing.places(~rows if most else rows)
    times: dict[Axis, Column] = {}
    for one in _passes(snapshot):
        if any(axis.name in names for axis in one.axes):
            if one not in passes:
                passes[one] = one.over(snapshot)
            numbers, every = passes[one]
            met = np.bincount(numbers.take(counted), minlength=len(every))
            times |= one.each(every - met if most else met)
    return times


def _passes(snapshot: Snapshot) -> tuple[Pass, ...]:
    types = {name: snapshot[name].dtype for name in snapshot.layer.filters}
    return _packed(snapshot.layer, tuple(types.items()))


@cache
def _packed(layer: Layer, types: tuple[tuple[str, Any], ...]) -> tuple[Pass, ...]:
    """Every axis of a layer in some pass: the largest first, each where there is room."""
    passes: list[list[Axis]] = []
    every = [axis for name, type_ in types for axis in _axes(layer, name, type_)]
    for axis in sorted(every, key=lambda axis: -axis.size):
        room = (one for one in passes if math.prod(a.size for a in one) * axis.size <= MOST)
        one = next(room, None)
        passes.append([axis]) if one is None else one.append(axis)
    return tuple(Pass(tuple(one)) for one in passes)


@cache
def _axes(layer: Layer, name: str, type_: Any) -> tuple[Axis, ...]:
    """A filter's choices: of a column of bits, so many together; of any other, all, of which a value has one."""
    kind = layer.filters[name].filter
    assert kind is not None
    choices = tuple(kind.parse(tally.value) for tally in kind.tallies("", untranslated))
    if type_.kind != "u":
        return (Axis(name, kind, choices, 0, _means(kind, choices, type_)),) if choices else ()
    made = []
    for shift in range(0, len(choices), BITS):
        some = choices[shift : shift + BITS]
        values = np.arange(1 << len(some)).astype(type_) << type_.type(shift)
        made.append(Axis(name, kind, some, shift, np.array([kind.mask(values, choice) for choice in some])))
    return tuple(made)


def _means(kind: Filter, choices: tuple[Any, ...], type_: Any) -> Mask:
    if type_.itemsize > 1:
        return np.eye(len(choices) + 1, dtype=bool)[1:]
    values = np.arange(-1, len(choices) + 1, dtype=type_)
    return np.array([kind.mask(values, choice) for choice in choices])
