"""Answers that are kept: masks come back as they were, and what was asked for longest ago goes first."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from layers import remembering
from layers.remembering import Remembered


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 1001])
def test_a_mask_comes_back_as_it_was_and_is_nobody_elses(rows: int) -> None:
    kept, mask = Remembered(), np.random.default_rng(rows).random(rows) < 0.4
    asked = []

    def ask() -> np.ndarray:
        asked.append(1)
        return mask.copy()

    for _time in range(3):
        found = kept.answer("which", ask)
        assert found.dtype == np.bool_
        assert np.array_equal(found, mask)
        found[:] = True
    assert len(asked) == 1
    assert "which" in kept
    assert "other" not in kept


def test_other_answers_come_back_themselves() -> None:
    kept = Remembered()
    for name, answer in {"text": "好", "none": None, "pair": (np.arange(3), ["a"]), "numbers": np.arange(4)}.items():
        assert kept.answer(name, lambda answer=answer: answer) is answer  # type: ignore[misc]
        assert kept.answer(name, lambda: pytest.fail("asked again")) is answer


def test_what_was_asked_for_longest_ago_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST", 3)
    kept = Remembered()
    for name in "abcad":
        kept.answer(name, lambda: 1)
    assert [name in kept for name in "abcd"] == [True, False, True, True]


def test_large_answers_push_out_others_but_not_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST_BYTES", 1000)
    kept = Remembered()
    kept.answer("mask", lambda: np.ones(1600, dtype=bool))  # 200 bytes
    kept.answer("orders", lambda: (np.zeros(50, dtype=np.int64), np.zeros(50, dtype=np.int64)))  # 800
    assert "mask" in kept
    kept.answer("huge", lambda: np.zeros(5000, dtype=np.int8))
    assert [name in kept for name in ("mask", "orders", "huge")] == [False, False, True]
    kept.answer("small", lambda: 1)
    assert "huge" not in kept
    kept.answer("mask", lambda: np.ones(1600, dtype=bool))
    assert "small" in kept


def test_several_threads_may_ask_for_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST", 4)
    kept, together = Remembered(), threading.Barrier(6)

    def ask() -> np.ndarray:
        time.sleep(0)  # another thread may come in between
        return np.ones(80, dtype=bool)

    def read(seed: int) -> None:
        rolls = random.Random(seed)
        together.wait()
        for _time in range(3000):
            assert kept.answer(rolls.randrange(8), ask).all()

    with ThreadPoolExecutor(6) as pool:
        assert [*pool.map(read, range(6))] == [None] * 6
    assert len(kept._kept) == 4
    assert kept._bytes == 4 * 10


def test_who_is_asked_twice_at_once_is_counted_once() -> None:
    kept = Remembered()

    def slowly() -> np.ndarray:
        kept.answer("which", lambda: np.ones(80, dtype=bool))  # as another thread would have it meanwhile
        return np.ones(80, dtype=bool)

    kept.answer("which", slowly)
    assert kept._bytes == 10
