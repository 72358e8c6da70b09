"""Asks the same questions of anything from one client or several, and keeps how long each took."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import psycopg

from bench.fill import plain
from bench.wire import Wire

Job_contra = TypeVar("Job_contra", contravariant=True)
Job = TypeVar("Job")
ENOUGH = 20
"""Fewer answers than this tell no 95th percentile: the table says so."""


class Asker(Protocol[Job_contra]):
    """Asks one question: (status, bytes of the answer)."""

    def ask(self, job: Job_contra, /) -> tuple[int, bytes]:
        """The answer, whole."""


@dataclass
class Timed:
    """Seconds of every answer, bytes altogether, answers by status."""

    taken: list[float] = field(default_factory=list)
    each: dict[int, float] = field(default_factory=dict)
    """The same by the question's place in the list: whoever is slow answers only its beginning in the time given."""
    size: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    def note(self, status: int, size: int, taken: float) -> None:
        """One more answer."""
        self.taken.append(taken)
        self.size += size
        self.statuses[status] += 1

    def at(self, share: float) -> float:
        """Milliseconds within which a share of the answers came; infinite without any."""
        return quantile(self.taken, share)

    def beside(self, other: Timed, share: float) -> float:
        """The same over the questions that another has answered too."""
        return quantile([taken for n, taken in self.each.items() if n in other.each], share)

    @property
    def kilobytes(self) -> float:
        """Of one answer on average."""
        return self.size / 1024 / max(1, len(self.taken))

    @property
    def failed(self) -> int:
        """Answers that were none."""
        return sum(number for status, number in self.statuses.items() if status >= 400 or status == 0)

    @property
    def told(self) -> str:
        """p50/p95, milliseconds; the number of answers when there were few, and of failures when any."""
        few = f" ({len(self.taken)})" if len(self.taken) < ENOUGH else ""
        bad = f", {self.failed} failed" if self.failed else ""
        return f"{plain_ms(self.at(0.5))}/{plain_ms(self.at(0.95))}{few}{bad}"


def quantile(seconds: Iterable[float], share: float) -> float:
    """Milliseconds that a share of these lies within; infinite for none."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else float("inf")


def plain_ms(value: float) -> str:
    """Milliseconds with three digits that mean something, never as a power."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


class Sql:
    """Asks statements on a connection of its own, as the site's own connections are set."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(plain(url), autocommit=True)
        self._connection.execute("SET plan_cache_mode = force_custom_plan")
        self._connection.execute("SET jit = off")

    def ask(self, job: tuple[str, dict[str, object]]) -> tuple[int, bytes]:
        """The first value of the first row."""
        row = self._connection.execute(job[0].encode(), job[1], prepare=True).fetchone()
        value = row[0] if row else b""
        return 200, bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class Run(Generic[Job]):
    """Clients that share one list of questions, until it is empty or the time is up."""

    def __init__(self, make: Callable[[], Asker[Job]], jobs: Iterable[Job], seconds: float) -> None:
        self._make, self._jobs, self._until = make, enumerate(jobs), time.monotonic() + seconds
        self._lock = threading.Lock()
        self.timed = Timed()

    def go(self, clients: int) -> Timed:
        """Start the clients, wait for them."""
        together(self._client, clients)
        return self.timed

    def _client(self) -> None:
        asker = self._make()
        while time.monotonic() < self._until:
            with self._lock:
                drawn = next(self._jobs, None)
            if drawn is None:
                break
            number, job = drawn
            begun = time.perf_counter()
            status, size = answer(asker, job)
            taken = time.perf_counter() - begun
            with self._lock:
                self.timed.note(status, size, taken)
                self.timed.each[number] = taken
        getattr(asker, "close", lambda: None)()


def together(work: Callable[[], None], number: int) -> float:
    """Do the same in so many threads at once; seconds until all have ended."""
    threads = [threading.Thread(target=work, daemon=True) for _n in range(number)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


def answer(asker: Asker[Job], job: Job) -> tuple[int, int]:
    """(status, bytes) of an answer; status 0 when there is none."""
    try:
        status, body = asker.ask(job)
    except (OSError, EOFError, ValueError, psycopg.Error):
        return 0, 0
    return status, len(body)


def over_http(port: int, paths: Sequence[str], clients: int, seconds: float) -> Timed:
    """Ask paths of a server."""
    return Run[str](lambda: Wire(port), paths, seconds).go(clients)


def over_sql(url: str, jobs: Sequence[tuple[str, dict[str, object]]], clients: int, seconds: float) -> Timed:
    """Ask statements of the database itself."""
    return Run[tuple[str, dict[str, object]]](lambda: Sql(url), jobs, seconds).go(clients)


def endless(paths: Sequence[str]) -> Iterable[str]:
    """The same paths over and over."""
    return itertools.cycle(paths)
