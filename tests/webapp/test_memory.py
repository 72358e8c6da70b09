"""What a process has done with goes back to the system."""

from __future__ import annotations

import mmap
import subprocess
import sys

from webapp.config import CHECKOUT

MB = 1_000_000
HELD = f"""
import numpy as np
from layers.store import STATM
from webapp import memory

def held():
    return int(STATM.read_text().split()[1]) * {mmap.PAGESIZE}

own = memory.Memory()
own.give_back()
kept, given = [], []
for _n in range(1000):
    given.append(np.ones(8_000))  # so small that it comes from the heap
    kept.append(bytearray(9_000))  # and lies between
given.clear()
before = held()
own.give_back()
early = held()
own._trimmed -= memory.EVERY_SECONDS
own.give_back()
print(before - early, before - held(), len(kept))
"""


def test_what_lies_free_in_the_heap_is_given_back_now_and_then() -> None:
    told = subprocess.run([sys.executable, "-c", HELD], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    early, late, _kept = map(int, told.stdout.split())
    assert early < 5 * MB, "not at every answer"
    assert late > 40 * MB
