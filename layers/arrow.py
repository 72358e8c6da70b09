"""Columns of a table as Arrow holds them, and their values as SQLAlchemy gives them."""

from __future__ import annotations

from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import ARRAY, Boolean, Date, Float, Integer, Numeric

from layers.layer import Layer
from layers.prices import PriceType

FEW = 200
"""Values that Arrow hands over faster one by one than by way of a whole array of objects."""


def type_of(type_: Any) -> pa.DataType:
    """The Arrow type of a column; whatever is not told is text."""
    kinds = (
        (ARRAY, pa.list_(pa.string())), (Boolean, pa.bool_()), (Date, pa.date32()), (Integer, pa.int64()),
        (Float, pa.float64()),
    )  # fmt: skip
    if isinstance(type_, Numeric) and not isinstance(type_, Float):
        return pa.decimal128(type_.precision, type_.scale)
    return next((arrow for kind, arrow in kinds if isinstance(type_, kind)), pa.string())


def is_price(layer: Layer, name: str) -> bool:
    """Whether a column holds prices, which Arrow has as the text of their JSON."""
    return isinstance(layer.model.__table__.c[name].type, PriceType)


def values(layer: Layer, name: str, column: pa.Array) -> list[Any]:
    """The values of a column of texts (layers.columns.texts_schema), or of what its lists hold."""
    if column.null_count == len(column):
        return [None] * len(column)
    if is_price(layer, name):
        type_ = PriceType()
        return [type_.process_result_value(v and orjson.loads(v), None) for v in column.to_pylist()]
    if len(column) < FEW or pa.types.is_list(column.type) or pa.types.is_floating(column.type):
        return column.to_pylist()  # type: ignore[no-any-return]
    if pa.types.is_string(column.type):
        return column.to_numpy(zero_copy_only=False).tolist()  # type: ignore[no-any-return]
    return column.to_pandas(integer_object_nulls=True, date_as_object=True).tolist()  # type: ignore[no-any-return]
