"""Points as one layer of a Mapbox Vector Tile 2.1: a feature is a row of numbers, and all rows are written at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

VERSION, POINT, MOVE_ONCE = 2, 1, 9
NONE = -(2**63)
"""Stands in a column of numbers where a point has none; less than all that it may have."""
Column = NDArray[Any]


class Listed(NamedTuple):
    """A property of few values: a table of them (a None in it is none), and each point's place in it, -1 for none."""

    values: Sequence[str | bool | None]
    places: Column


def points(
    name: str,
    extent: int,
    ids: Column,
    places: tuple[Column, Column],
    properties: Mapping[str, Listed | Column],
) -> bytes:
    """The layer as bytes, b"" without points; several layers are joined by joining their bytes.

    `ids`: of the features, negative for none. `places`: columns and rows in units of the tile. `properties`: key -> a
    table with places in it, or a number for each point, as int64 or float64 (NONE: none).
    """
    if not len(ids):
        return b""
    tags, values = _values([*properties.values()], len(ids))
    parts = [_field(1, name.encode()), _features(ids, tags, *places)]
    parts += [_field(3, key.encode()) for key in properties]
    parts += [values, b"\x28" + _varint(extent), b"\x78" + _varint(VERSION)]
    return _field(3, b"".join(parts))


def _features(ids: Column, tags: Column, columns: Column, rows: Column) -> bytes:
    """One feature a point; `tags`: the number of each point's value of each property, or -1."""
    keys = range(tags.shape[1])
    template = [0x12, 0, 8, 0, 0x12, 0, *(n for key in keys for n in (key, 0)), 0x18, POINT, 0x22, 0, MOVE_ONCE, 0, 0]
    table: Column = np.array([template]).repeat(len(ids), axis=0)
    pairs, moves = table[:, 6:-7], table[:, -2:]
    pairs[:, 1::2] = tags
    pairs[:, ::2][tags < 0] = -1
    table[ids < 0, 2] = -1
    table[:, 3] = ids
    moves[:, 0], moves[:, 1] = columns, rows
    moves[:] = moves << 1 ^ moves >> 63
    widths = _widths(table)
    tagged, moved = widths[:, 6:-7].sum(axis=1), widths[:, -3:].sum(axis=1)
    long = _widths(tagged)
    length = widths[:, 2:4].sum(axis=1) + 1 + long + tagged + 4 + moved
    table[:, 1], table[:, 5], table[:, -4] = length, tagged, moved
    widths[:, 1], widths[:, 5] = _widths(length), long
    there = table >= 0
    return _stream(table[there], widths[there])


def _values(properties: Sequence[Listed | Column], points: int) -> tuple[Column, bytes]:
    """The number of each point's value of each property (-1: none), and the values in the order of their numbers."""
    tags = np.empty((points, len(properties)), dtype=np.int64)
    texts: dict[str | bool, int] = {}
    for key, told in enumerate(properties):
        if isinstance(told, Listed):
            tags[:, key] = _listed(told, texts)
    parts, before = [*map(_text, texts)], len(texts)
    for kind, write in (("i", _integers), ("f", _floats)):
        columns = {
            n: told for n, told in enumerate(properties) if not isinstance(told, Listed) and told.dtype.kind == kind
        }
        flat = np.concatenate([np.array([NONE], f"{kind}8"), *columns.values()])
        different, places = np.unique(flat, return_inverse=True)  # NONE is the first of them
        tags[:, [*columns]] = np.where(places > 0, places + (before - 1), -1)[1:].reshape(-1, points).T
        parts.append(write(different[1:]))
        before += len(different) - 1
    return tags, b"".join(parts)


def _listed(told: Listed, known: dict[str | bool, int]) -> Column:
    """The numbers of values among those known, to which a table's are added as far as points have them."""
    numbers = [-1] * (len(told.values) + 1)  # the last one is what a place of -1 finds
    for place in {*told.places.tolist()} - {-1}:
        value = told.values[place]
        if value is not None:
            numbers[place] = known.setdefault(value, len(known))
    found: Column = np.array(numbers)[told.places]
    return found


@lru_cache(8192)
def _text(value: str | bool) -> bytes:
    return _field(4, b"\x38" + _varint(value) if isinstance(value, bool) else _field(1, value.encode()))


def _integers(values: Column) -> bytes:
    """Unsigned as far as they are."""
    spelled = [
        b"\x28" + _varint(value) if value >= 0 else b"\x30" + _varint(~(value << 1)) for value in values.tolist()
    ]
    return b"".join([bytes((0x22, len(one))) + one for one in spelled])


def _floats(values: Column) -> bytes:
    octets = np.empty((len(values), 11), dtype=np.uint8)
    octets[:, :3] = (0x22, 9, 0x19)
    octets[:, 3:] = values.astype("<f8").view(np.uint8).reshape(-1, 8)
    return octets.tobytes()


def _stream(numbers: Column, widths: Column) -> bytes:
    """Numbers as varints, of which the widths are known."""
    ends = np.cumsum(widths)
    at, octets = ends - widths, np.empty(ends[-1], dtype=np.uint8)
    while len(numbers):
        longer = numbers > 0x7F
        octets[at] = numbers & 0x7F | longer << 7
        at, numbers = at[longer] + 1, numbers[longer] >> 7
    return octets.tobytes()


def _widths(numbers: Column) -> Column:
    """How many bytes varints take, 0 for a negative one."""
    widths, bound, most = (numbers >= 0).astype(np.int64), 1 << 7, numbers.max()
    while bound <= most:
        widths += numbers >= bound
        bound <<= 7
    return widths


def _field(number: int, content: bytes) -> bytes:
    """A field of bytes with its number and length."""
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    if value < 0x80:
        return bytes((value,))
    return bytes((value & 0x7F | 0x80,)) + _varint(value >> 7)
