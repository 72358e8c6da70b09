"""What GeoJSON tells of places beside their shapes: every public field, as JSON, in the table's order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from layers import arrow
from layers.layer import Layer
from layers.prices import Price
from layers.public import public_fields

STRETCH = 50_000
"""Places that are told at once: what many of them have in common is spelled once, and memory has a bound."""
ESCAPED = r'["\\\x00-\x1f]'
"""Signs that JSON writes in another way than they are."""


def of_rows(layer: Layer, rows: Sequence[Any]) -> list[bytes]:
    """A JSON object for each row that has the public fields as SQLAlchemy gives them."""
    names = list(public_fields(layer))
    return [orjson.dumps({name: plain_value(getattr(row, name)) for name in names}) for row in rows]


def plain_value(value: Any) -> Any:
    """A value as JSON holds it; a price as its parts."""
    if isinstance(value, Price):
        high = None if value.high is None else float(value.high)
        return {"low": float(value.low), "high": high, "unit": value.unit, "on": value.on, "source": value.source}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def of_texts(layer: Layer, texts: pa.RecordBatch) -> pa.Array:
    """The same bytes for each row of texts (layers.columns.texts_schema), column by column: a million in seconds."""
    starts = range(0, len(texts), STRETCH)
    told = [_objects(layer, texts.slice(start, STRETCH)).cast(pa.large_binary()) for start in starts]
    return pa.concat_arrays(told) if told else pa.array([], pa.large_binary())


def _bytes(text: bytes) -> pa.Scalar:
    return pa.scalar(text, pa.binary())


NOTHING, EMPTY, QUOTE, OPEN, CLOSE, END = map(_bytes, (b"null", b"", b'"', b"[", b"]", b"}"))


def _objects(layer: Layer, texts: pa.RecordBatch) -> pa.Array:
    pieces: list[Any] = []
    for name in public_fields(layer):
        column = texts[name]
        pieces.append(_bytes(b'%s"%s":' % (b"," if pieces else b"{", name.encode())))
        pieces.append(NOTHING if column.null_count == len(column) else _spelled(layer, name, column))
    return pc.binary_join_element_wise(*pieces, END, EMPTY)


def _spelled(layer: Layer, name: str, column: pa.Array) -> pa.Array:
    """The JSON of each value; equal ones are spelled once."""
    if pa.types.is_list(column.type):
        return _lists(column, _spelled(layer, name, column.flatten()))
    if pa.types.is_integer(column.type):
        return pc.fill_null(column.cast(pa.string()).cast(pa.binary()), NOTHING)
    different = column.dictionary_encode()
    if pa.types.is_string(column.type) and not arrow.is_price(layer, name):
        told = _quoted(different.dictionary)
    else:
        values = arrow.values(layer, name, different.dictionary)
        told = pa.array([orjson.dumps(plain_value(value)) for value in values], pa.binary())
    return pc.fill_null(told.take(different.indices), NOTHING)


def _quoted(texts: pa.Array) -> pa.Array:
    """The JSON of texts; few hold a sign that is not written as it is."""
    quoted = pc.binary_join_element_wise(QUOTE, texts.cast(pa.binary()), QUOTE, EMPTY)
    escaped = pc.match_substring_regex(texts, ESCAPED)
    told = pa.array([orjson.dumps(text) for text in texts.filter(escaped).to_pylist()], pa.binary())
    return pc.replace_with_mask(quoted, escaped, told)


def _lists(column: pa.Array, parts: pa.Array) -> pa.Array:
    """The JSON of lists, of the JSON of all that they hold."""
    ends = np.cumsum(pc.fill_null(pc.list_value_length(column), 0).to_numpy(), dtype=np.int32)
    offsets = pa.array(np.concatenate([[0], ends]).astype(np.int32))
    lists = pa.ListArray.from_arrays(offsets, parts, mask=column.is_null())
    joined = pc.binary_join_element_wise(OPEN, pc.binary_join(lists, b","), CLOSE, EMPTY)
    return pc.fill_null(joined, NOTHING)
