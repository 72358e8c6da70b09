"""What was measured, as rows of tables; goals with their ratio and whether they are met."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.driving import Timed

MISSING = "–"


@dataclass(frozen=True)
class Goal:
    """One line of the goals: our figure and the peer's, how many times better we are, and how many are wanted."""

    name: str
    ours: str
    peer: str
    times: float | None
    wanted: float
    spelled: str
    said: str = ""

    @property
    def met(self) -> str:
        """In words; nothing is met against a peer that is not there."""
        return "not measured" if self.times is None else "met" if self.times >= self.wanted else "not met"

    def cells(self) -> list[str]:
        """The line of the table."""
        return [self.name, self.ours, self.peer, self.said or spelled(self.times), self.spelled, self.met]


@dataclass
class Table:
    """A table with its heading, columns, lines, and sentences before it."""

    heading: str
    columns: list[str]
    lines: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        """One more line, also printed as it comes."""
        self.lines.append([str(cell) for cell in cells])
        print("  " + " | ".join(self.lines[-1]), flush=True)

    def text(self) -> str:
        """In Markdown."""
        head = [f"| {' | '.join(self.columns)} |", "|" + "---|" * len(self.columns)]
        body = [f"| {' | '.join(line)} |" for line in self.lines]
        return "\n".join([f"## {self.heading}", "", *self.notes, *([""] if self.notes else []), *head, *body, ""])


def spelled(times: float | None) -> str:
    """Our figure over the peer's: 1/40 when the peer takes forty times as long."""
    if times is None:
        return MISSING
    return "answers failed" if times == 0 else f"1/{times:.3g}" if times >= 1 else f"{1 / times:.3g}"


def times(ours: Timed, peer: Timed | None) -> float | None:
    """The peer's 95th percentile over ours, of the questions that both have answered in their time.

    None without a peer; 0 when an answer of ours failed.
    """
    if peer is None or not peer.taken or not ours.taken:
        return None
    return 0.0 if ours.failed else peer.beside(ours, 0.95) / max(1e-9, ours.beside(peer, 0.95))


def worst(found: list[float | None]) -> float | None:
    """The least of several, None when one is unknown."""
    known = [value for value in found if value is not None]
    return min(known) if known and len(known) == len(found) else None


def told(timed: Timed | None, why: str = MISSING) -> str:
    """p50/p95, or why there is none."""
    return why if timed is None else timed.told
