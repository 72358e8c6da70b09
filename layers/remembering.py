"""Answers that are kept for as long as they are asked for, as far as they take little memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from layers.packing import Mask

Answer = TypeVar("Answer")
MOST, MOST_BYTES = 256, 8_000_000
"""Answers that are kept, and the memory that they take at most; the one asked for last is always kept."""


@dataclass(frozen=True)
class Bits:
    """A mask of `length` rows, a bit for each."""

    bits: np.ndarray[Any, np.dtype[np.uint8]]
    length: int

    def mask(self) -> Mask:
        """The mask as it was, to be written to as one likes."""
        return np.unpackbits(self.bits, count=self.length).view(np.bool_)


class Remembered:
    """Answers by what was asked; several threads may ask at once, and each of them for the same."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._bytes = 0

    def __contains__(self, what: Hashable) -> bool:
        return what in self._kept

    def answer(self, what: Hashable, ask: Callable[[], Answer]) -> Answer:
        """The answer that is kept, or a new one that is kept from now on; a mask may be written to, nothing else."""
        with self._turn:
            known = what in self._kept
            if known:
                self._kept.move_to_end(what)
                kept = self._kept[what]
        if known:
            return kept.mask() if isinstance(kept, Bits) else kept  # type: ignore[return-value]
        found = ask()
        self._keep(what, _smaller(found))
        return found

    def _keep(self, what: Hashable, answer: Any) -> None:
        with self._turn:
            self._bytes += _size(answer) - _size(self._kept.pop(what, None))
            self._kept[what] = answer
            while len(self._kept) > 1 and (len(self._kept) > MOST or self._bytes > MOST_BYTES):
                self._bytes -= _size(self._kept.popitem(last=False)[1])


def _smaller(answer: Any) -> Any:
    is_mask = isinstance(answer, np.ndarray) and answer.dtype == np.bool_
    return Bits(np.packbits(answer), len(answer)) if is_mask else answer


def _size(answer: Any) -> int:
    """Bytes of arrays, alone or side by side; anything else is small."""
    parts = answer if isinstance(answer, tuple) else (getattr(answer, "bits", answer),)
    return sum(part.nbytes for part in parts if isinstance(part, np.ndarray))
