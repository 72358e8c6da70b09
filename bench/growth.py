"""How our site's answers slow down as the catalogue grows: from a thousand places up, against n log n."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

from bench import fill, questions, servers
from bench.driving import Timed, over_http
from bench.questions import Deck
from bench.reading import CLUSTERED, WARM, Bench
from bench.table import Goal
from webapp.config import Settings

NUMBER, SECONDS = 60, 6.0
KINDS = ("tile", "directory", "search")
NOISE_MS = 1.0
"""What a request costs whatever it asks; growth below it is not seen."""


def asked(deck: Deck) -> dict[str, list[str]]:
    """Kind -> paths, none of them asked before."""
    return {
        "tile": [drawn.path for drawn in deck.tiles("industry", CLUSTERED, NUMBER)],
        "directory": [questions.directory(*made) for made in deck.lists(NUMBER)],
        "search": [questions.literal(word) for word in deck.words(NUMBER // 2, 2)],
    }


def measure_one(settings: Settings, number: int, folder: Path) -> dict[str, Timed]:
    """Kind -> answers of one client at one size."""
    url = fill.ready(settings, number) or fill.fill(settings, number)
    deck = Deck(url, seed=number)
    with servers.site(settings, url, folder / f"home-{number}") as (port, _pid):
        for paths in asked(deck).values():
            over_http(port, paths[:WARM], 4, SECONDS)
        return {kind: over_http(port, paths, 1, SECONDS) for kind, paths in asked(deck).items()}


def measure(bench: Bench, settings: Settings, sizes: list[int], folder: Path) -> None:
    """A line for every size, and whether no step grew faster than n log n."""
    shown = bench.table("Growth of our site, one client, p50/p95 ms", "places", *KINDS)
    found: list[tuple[int, dict[str, Timed]]] = []
    for number in sorted(sizes):
        found.append((number, measure_one(settings, number, folder)))
        shown.add(f"{number:,}", *(found[-1][1][kind].told for kind in KINDS))
    faster = [
        f"{kind} from {small:,} to {large:,}"
        for (small, before), (large, after) in itertools.pairwise(found)
        for kind in KINDS
        if after[kind].at(0.95) > max(NOISE_MS, before[kind].at(0.95)) * _expected(small, large)
    ]
    shown.notes.append("Faster than n log n: " + (", ".join(faster) or "nothing") + ".")
    name = f"growth of p95 from {found[0][0]:,} to {found[-1][0]:,} places"
    ok = None if len(found) < 2 else 0.0 if faster else 1.0
    bench.goals.append(Goal(name, "see the table", "–", ok, 1, "≤ n log n", said="; ".join(faster) or "below it"))


def _expected(small: int, large: int) -> float:
    return large * math.log(large) / (small * math.log(small))
