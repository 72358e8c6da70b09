"""How much one asker may send: counted in the process's memory under a digest that is another one tomorrow."""

from __future__ import annotations

import threading
import time

PER_MINUTE, ALL_PER_SECOND = 60, 200
"""Of one asker in a minute; of all together in a second, by each process."""
MOST_ASKERS = 5000


class Pace:
    """Counts of the present minute and second; nothing older is kept, nothing is written anywhere."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute, self._second, self._all = 0, 0, 0
        self._askers: dict[str, int] = {}

    def allows(self, asker: str, now: float | None = None) -> bool:
        """Whether one more may be taken from an asker."""
        clock = time.monotonic() if now is None else now
        with self._lock:
            if int(clock // 60) != self._minute:
                self._minute, self._askers = int(clock // 60), {}
            if int(clock) != self._second:
                self._second, self._all = int(clock), 0
            self._all += 1
            number = self._askers.get(asker, 0) + 1
            if number > PER_MINUTE or self._all > ALL_PER_SECOND:
                return False
            if asker in self._askers or len(self._askers) < MOST_ASKERS:
                self._askers[asker] = number
            return True
