"""Values keep their order and their equality when they are packed."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import columns, packing, scanning

CODE = st.text(packing.SIGNS, max_size=12)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(CODE, min_size=1), st.text(packing.SIGNS, min_size=1, max_size=12))
def test_codes_keep_their_order_and_prefixes(codes: list[str], prefix: str) -> None:
    packed = packing.codes(pa.array([*codes, None]))
    assert packing.texts(packed) == [*codes, ""]
    assert [codes[place] for place in np.argsort(packed[:-1], kind="stable")] == sorted(codes)
    assert packing.under(packed, prefix).tolist() == [code.startswith(prefix) for code in [*codes, ""]]


@pytest.mark.parametrize("code", ["a1", "C-3", "1234567890123", "茶"])
def test_a_code_that_no_column_can_hold_is_refused(code: str) -> None:
    with pytest.raises((ValueError, UnicodeEncodeError)):
        packing.codes(pa.array([code]))


@given(st.lists(st.decimals(-99999999, 99999999, places=4, allow_nan=False) | st.none(), min_size=1))
def test_decimals_become_the_nearest_numbers(values: list[Decimal | None]) -> None:
    packed = packing.numbers(pa.array([None, *values], pa.decimal128(12, 4)).slice(1))
    assert [None if np.isnan(n) else n for n in packed] == [None if v is None else float(v) for v in values]


@given(st.lists(TEXT | st.none()), TEXT.filter(bool))
def test_a_word_is_found_where_python_finds_it(texts: list[str | None], word: str) -> None:
    symbols = columns.symbols(pa.array([None, *texts], pa.string()).slice(1))
    found = set(scanning.positions(symbols, word)[0].tolist())
    assert found == {n for n, text in enumerate(texts) if text is not None and scanning.fold(word) in text}
