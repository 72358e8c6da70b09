"""Values of Arrow columns as numpy arrays of fixed width that a mask compares at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Column = NDArray[Any]
"""One value a row: codes and names int64 (0: none), choices int8 (-1: none), arrays of choices as unsigned bits,
numbers float64 (NaN: none), days int32 since 1970 (NO_DAY: none)."""
Mask = NDArray[np.bool_]

CODE_LENGTH = 12
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BASE = len(SIGNS) + 1
_POWERS = BASE ** np.arange(CODE_LENGTH - 1, -1, -1, dtype=np.int64)
_SIGN_OF_BYTE = np.full(256, -1, dtype=np.int64)
_SIGN_OF_BYTE[[0, *SIGNS.encode()]] = np.arange(BASE)
NO_DAY = -(2**31)
NEVER = 2**31 - 1
"""Instead of a last day, where there is none."""
_EPOCH = dt.date(1970, 1, 1)


def codes(values: pa.Array) -> Column:
    """Codes of at most 12 digits and capitals as numbers in the same order; ValueError for any other sign."""
    texts = pc.fill_null(values, "").to_numpy(zero_copy_only=False).astype("S")
    if texts.itemsize > CODE_LENGTH:
        raise ValueError("a code is longer than its column")
    signs = _SIGN_OF_BYTE[texts.astype(f"S{CODE_LENGTH}").view(np.uint8).reshape(len(texts), CODE_LENGTH)]
    if (signs < 0).any():
        raise ValueError("a code holds a sign that no code may have")
    return signs @ _POWERS


@lru_cache(8192)
def code_range(prefix: str) -> tuple[int, int]:
    """First packed code that begins with a prefix, and the one behind the last."""
    low = sum(int(_SIGN_OF_BYTE[ord(sign)]) * int(power) for sign, power in zip(prefix, _POWERS, strict=False))
    return low, low + BASE ** (CODE_LENGTH - len(prefix))


def texts(column: Column) -> list[str]:
    """The codes that numbers stand for, "" for 0."""
    signs = column[:, None] // _POWERS % BASE
    spelled = np.frombuffer(b"\0" + SIGNS.encode(), dtype=np.uint8)[signs]
    return spelled.view(f"S{CODE_LENGTH}").ravel().astype(str).tolist()


def leading(column: Column, signs: int) -> Column:
    """Packed codes cut to their leading signs."""
    return column - column % BASE ** (CODE_LENGTH - signs)


def under(column: Column, prefix: str) -> Mask:
    """Which packed codes begin with a prefix: the twin of `layers.codes.under`."""
    low, high = code_range(prefix)
    return (column >= low) & (column < high)


def changes(*columns: Column) -> Column:
    """Where a row differs from the one before it; the first one does."""
    new = np.zeros(len(columns[0]), dtype=bool)
    new[:1] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(new)


def places(rows: Column | Mask) -> Column:
    """Where the rows of a mask are, ascending; places are given back as they are."""
    return np.flatnonzero(rows) if rows.dtype == bool else rows


def number(rows: Column | Mask) -> int:
    """How many rows a mask chooses, or how many places there are."""
    return int(np.count_nonzero(rows)) if rows.dtype == bool else len(rows)


def choices(values: pa.Array, keys: Sequence[str]) -> Column:
    """The place of each key in a vocabulary; of arrays of keys, a bit for each."""
    if not pa.types.is_list(values.type):
        return filled(pc.index_in(values, value_set=pa.array(keys, values.type)), -1).astype(np.int8)
    width = next(width for width in (8, 16, 32, 64) if len(keys) <= width)
    bits = np.zeros(len(values), dtype=f"uint{width}")
    places = pc.index_in(values.flatten(), value_set=pa.array(keys, pa.string()))
    known = filled(places, -1)
    rows = pc.list_parent_indices(values).to_numpy()
    np.bitwise_or.at(bits, rows[known >= 0], np.left_shift(1, known[known >= 0]).astype(bits.dtype))
    return bits


def numbers(values: pa.Array) -> Column:
    """Numbers as float64, decimals rounded once and rightly, so that equal ones stay equal."""
    if not pa.types.is_decimal(values.type):
        return pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False)
    whole = np.frombuffer(values.buffers()[1], dtype=np.int64)[values.offset * 2 :][: len(values) * 2 : 2]
    made = whole / np.float64(10**values.type.scale)
    made[~pc.is_valid(values).to_numpy(zero_copy_only=False)] = np.nan
    return made


def days(values: pa.Array, instead: int = NO_DAY) -> Column:
    """Days since 1970."""
    return filled(values.cast(pa.int32()), instead)


def day(date: dt.date) -> int:
    """One day since 1970."""
    return (date - _EPOCH).days


def date(day: int) -> dt.date:
    """The day of a number of days since 1970."""
    return _EPOCH + dt.timedelta(days=int(day))


def filled(values: pa.Array, instead: Any) -> Column:
    """The array with a value instead of every NULL."""
    return pc.fill_null(values, pa.scalar(instead, values.type)).to_numpy(zero_copy_only=False)


def names(values: pa.Array) -> Column:
    """Numbers that are equal where texts are equal (63 bits of a hash), 0 for none."""
    texts = pc.fill_null(values, "").to_numpy(zero_copy_only=False).astype(object)
    hashed = (pd.util.hash_array(texts, categorize=False) >> np.uint64(1)).astype(np.int64)
    return np.where(pc.is_valid(values).to_numpy(zero_copy_only=False), hashed, 0)
