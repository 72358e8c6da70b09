"""The pairs of symbols lead to every word that a text holds, and to nothing else."""

from __future__ import annotations

from random import Random

import numpy as np
import pyarrow as pa
import pytest

from layers import pairing, scanning
from layers.columns import SEPARATOR, symbols

SIGNS = "甲乙丙丁戊己庚abc𠮷" + SEPARATOR


def texts(rolls: Random, rows: int, longest: int = 12) -> list[str]:
    """Random ones; a few are empty."""
    return ["".join(rolls.choices(SIGNS, k=rolls.randrange(longest))) for _row in range(rows)]


@pytest.mark.parametrize("seed", range(12))
def test_what_pairs_lead_to_is_what_a_scan_finds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rolls = Random(seed)
    monkeypatch.setattr(pairing, "STRETCH", rolls.choice([1, 50, 4_000_000]))
    words = symbols(pa.array(texts(rolls, rolls.randrange(1, 300))))
    pairs = pairing.index(words)
    assert pairs.schema.equals(pairing.SCHEMA)
    assert np.all(np.diff(pairs["pair"].to_numpy().astype(np.int64)) > 0)
    found = 0
    for _word in range(300):
        word = "".join(rolls.choices(SIGNS[:-1], k=rolls.randrange(1, 5)))
        mine, oracle = scanning.positions(words, word, pairs), scanning.positions(words, word)
        assert [array.tolist() for array in mine] == [array.tolist() for array in oracle], word
        found += len(oracle[0]) > 0
    assert found > 20


def test_a_pair_never_stands_across_two_rows_or_two_texts() -> None:
    words = symbols(pa.array(["甲乙", "", "丙丁", f"戊{SEPARATOR}己"]))
    pairs = pairing.index(words)
    known = {bytes(np.array([p >> 16, p & 0xFFFF], dtype="<u2")).decode("utf-16-le") for p in pairs["pair"].to_pylist()}
    assert known == {"甲乙", "丙丁", f"戊{SEPARATOR}"}


def test_the_rarest_pair_of_a_word_leads_and_one_that_none_has_leads_to_nothing() -> None:
    pairs = pairing.index(symbols(pa.array(["示例甲乙", "示例甲", "示例丁", "示例"])))
    at, places = pairing.places(pairs, np.frombuffer("示例甲乙".encode("utf-16-le"), dtype=np.uint16))
    assert (at, places.tolist()) == (2, [2])
    _at, places = pairing.places(pairs, np.frombuffer("示例乙".encode("utf-16-le"), dtype=np.uint16))
    assert places.tolist() == []


def test_nothing_has_no_pairs() -> None:
    for texts_ in ([], [""], ["甲", "乙"]):
        pairs = pairing.index(symbols(pa.array(texts_, pa.string())))
        assert len(pairs) == 0
        assert [len(a) for a in scanning.positions(symbols(pa.array(texts_, pa.string())), "甲乙", pairs)] == [0, 0]
