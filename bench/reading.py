"""The questions of readers, asked of our site and of the peers in turn: tiles, directory, boxes, search."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path

import mapbox_vector_tile

from bench import plain_sql, questions
from bench.driving import Sql, Timed, over_http, over_sql
from bench.peers import PYGEOAPI, TIPG
from bench.plain_sql import GRID, RAW
from bench.questions import Deck
from bench.table import Goal, Table, spelled, times, told, worst
from bench.wire import Wire

SECONDS = 6.0
"""Each list of questions is asked for so long at most."""
CLIENTS = (1, 8)
NUMBER = {1: 70, 8: 200}
COMBINATIONS = ("", "area", "industry", "budget", "area industry budget")
WARM = 12
CLUSTERED, WIDE = (4, 12), (4, 6)
COMPARED = 20


@dataclass
class Bench:
    """Who is measured: our site's port, the peers' ports (None with a reason), the database, the deck of questions."""

    url: str
    number: int
    day: dt.date
    folder: Path
    deck: Deck
    ours: int
    pid: int
    tipg: int | None = None
    pygeoapi: int | None = None
    why: dict[str, str] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def table(self, heading: str, *columns: str) -> Table:
        """A new table at the end of the report."""
        print(heading, flush=True)
        self.tables.append(Table(heading, [*columns]))
        return self.tables[-1]

    def site(self, paths: list[str], clients: int) -> Timed:
        """Our site's answers."""
        return over_http(self.ours, paths, clients, SECONDS)

    def peer(self, port: int | None, paths: list[str], clients: int) -> Timed | None:
        """A peer's answers, None without one; every question that failed is told with them."""
        return None if port is None else over_http(port, paths, clients, SECONDS)

    def sql(self, statements: list[plain_sql.Statement], clients: int) -> Timed:
        """The database's own answers, with no server between."""
        return over_sql(self.url, statements, clients, SECONDS)


def warm(bench: Bench) -> None:
    """A few questions of every kind that are not measured: programs loaded, pools open, the data in memory."""
    deck = bench.deck
    drawn = deck.tiles("", CLUSTERED, WARM) + deck.tiles("industry", CLUSTERED, WARM)
    lists, words = deck.lists(WARM), deck.words(WARM, 2)
    paths = [d.path for d in drawn] + [questions.directory(*made) for made in lists] + [*map(questions.literal, words)]
    bench.site(paths, 4)
    bench.sql([plain_sql.tile(GRID, d.at, d.filters, bench.day) for d in drawn], 4)
    bench.sql([plain_sql.by_pairs(word, bench.day) for word in words], 4)
    bench.peer(bench.tipg, [questions.peer_tile(d) for d in drawn], 4)
    bench.peer(bench.tipg, [questions.peer_items(TIPG, *made, "cql2-text") for made in lists], 4)
    bench.peer(bench.pygeoapi, [questions.peer_items(PYGEOAPI, *made, "cql-text") for made in lists], 4)


def tiles(bench: Bench) -> None:
    """Clustered tiles, never asked before, under combinations of filters."""
    shown = bench.table("Clustered tiles, zooms 4 to 12, p50/p95 ms", "filters", "clients", "our site", "SQL grid",
                        "ratio", "tipg, 10k points at most", "KB ours / grid / tipg")  # fmt: skip
    wide = _wide(bench)
    found: dict[int, list[float | None]] = {clients: [] for clients in CLIENTS}
    for combination in COMBINATIONS:
        for clients in CLIENTS:
            drawn = bench.deck.tiles(combination, CLUSTERED, NUMBER[clients])
            ours = bench.site([d.path for d in drawn], clients)
            grid = bench.sql([plain_sql.tile(GRID, d.at, d.filters, bench.day) for d in drawn], clients)
            tipg = bench.peer(bench.tipg, [questions.peer_tile(d) for d in drawn], clients)
            ratio = times(ours, grid)
            found[clients].append(ratio)
            size = f"{ours.kilobytes:.1f} / {grid.kilobytes:.1f} / {tipg.kilobytes if tipg else 0:.0f}"
            shown.add(combination or "none", clients, ours.told, grid.told, spelled(ratio), told(tipg), size)
    for clients in CLIENTS:
        name = f"uncached clustered tile, p95, the worst combination of filters, c={clients}"
        bench.goals.append(Goal(name, "see the table", "SQL grid", worst(found[clients]), 40, "≤ 1/40"))
    bench.goals.append(wide)
    shown.notes.append(_same(bench))


def _wide(bench: Bench) -> Goal:
    """Zooms 4 to 6, drawn first, for there are few such tiles; the floor beside it."""
    drawn = bench.deck.tiles("", WIDE, 45)
    ours = bench.site([d.path for d in drawn], 1)
    tipg = bench.peer(bench.tipg, [questions.peer_tile(d) for d in drawn], 1)
    raw = bench.sql([plain_sql.tile(RAW, d.at, d.filters, bench.day) for d in drawn], 1)
    grid = bench.sql([plain_sql.tile(GRID, d.at, d.filters, bench.day) for d in drawn], 1)
    shown = bench.table("Tiles of zooms 4 to 6, no filter, one client", "who", "p50/p95 ms", "KB a tile")
    for name, timed in (("our site", ours), ("tipg, 10k points at most", tipg), ("SQL grid", grid),
                        ("raw ST_AsMVT, every point", raw)):  # fmt: skip
        shown.add(name, told(timed, bench.why.get("tipg", "")), f"{timed.kilobytes:.0f}" if timed else "")
    return Goal("tiles z4–z6, p95, c=1", ours.told, f"tipg {told(tipg)}", times(ours, tipg), 30, "≤ 1/30")


def _same(bench: Bench) -> str:
    """Whether our tiles and the SQL grid's count the same places in the same number of marks."""
    wire, differing = Wire(bench.ours), 0
    drawn = bench.deck.tiles("industry", CLUSTERED, COMPARED)
    for d in drawn:
        _status, content = wire.ask(d.path)
        made, values = plain_sql.tile(GRID, d.at, d.filters, bench.day)
        differing += _counted(content) != _counted(_value(bench.url, made, values))
    wire.close()
    same = f"{len(drawn) - differing} of {len(drawn)} tiles"
    return f"Our clusters are the SQL grid's own (number of marks and sum of their counts) in {same}."


def _counted(content: bytes) -> tuple[int, int]:
    features = mapbox_vector_tile.decode(content).get("projects", {}).get("features", []) if content else []
    return len(features), sum(feature["properties"]["count"] for feature in features)


def _value(url: str, made: str, values: dict[str, object]) -> bytes:
    asker = Sql(url)
    try:
        return asker.ask((made, values))[1]
    finally:
        asker.close()


def directory(bench: Bench) -> None:
    """Twenty entries with total and facets, never asked before; peers without facets, in the same order."""
    shown = bench.table(
        "Directory: 20 entries and the total, p50/p95 ms", "clients", "our page, with facets",
        "our facets and total, JSON", "tipg, no facets", "pygeoapi, no facets", "KB ours / tipg",
    )  # fmt: skip
    for clients in CLIENTS:
        lists = bench.deck.lists(NUMBER[clients])
        ours = bench.site([questions.directory(*made) for made in lists], clients)
        counted = bench.site(
            [f"/facets/projects?{made[0].ours}" for made in bench.deck.lists(NUMBER[clients])], clients
        )
        tipg = bench.peer(bench.tipg, [questions.peer_items(TIPG, *made, "cql2-text") for made in lists], clients)
        peer = bench.peer(
            bench.pygeoapi, [questions.peer_items(PYGEOAPI, *made, "cql-text") for made in lists], clients
        )
        shown.add(clients, ours.told, counted.told, told(tipg), told(peer, bench.why.get("pygeoapi", "")),
                  f"{ours.kilobytes:.0f} / {tipg.kilobytes if tipg else 0:.0f}")  # fmt: skip
        name = f"directory with total and facets, p95, c={clients}"
        bench.goals.append(Goal(name, ours.told, f"tipg {told(tipg)}", times(ours, tipg), 25, "≤ 1/25"))


def boxes(bench: Bench) -> None:
    """All places in a box as GeoJSON."""
    shown = bench.table("GeoJSON of a box, p50/p95 ms", "clients", "our site", "tipg", "KB ours / tipg")
    for clients in CLIENTS:
        found = bench.deck.boxes(NUMBER[clients], bench.number)
        ours = bench.site([f"/projects.geojson?bbox={box}" for box in found], clients)
        tipg = bench.peer(bench.tipg, [f"{TIPG}?bbox={box}&limit=10000" for box in found], clients)
        shown.add(clients, ours.told, told(tipg), f"{ours.kilobytes:.0f} / {tipg.kilobytes if tipg else 0:.0f}")
        name = f"GeoJSON of a box, p95, c={clients}"
        bench.goals.append(Goal(name, ours.told, f"tipg {told(tipg)}", times(ours, tipg), 8, "≤ 1/8"))


def search(bench: Bench) -> None:
    """Words of two to four characters, taken literally: total and the first twenty."""
    shown = bench.table("Search, literal words, total and first 20, p50/p95 ms", "characters", "clients",
                        "our site", "bigram tsvector in SQL", "ratio")  # fmt: skip
    found: list[float | None] = []
    for length in (2, 3, 4):
        for clients in CLIENTS:
            words = bench.deck.words(25 * (1 if clients == 1 else 2), length)
            ours = bench.site([questions.literal(word) for word in words], clients)
            pairs = bench.sql([plain_sql.by_pairs(word, bench.day) for word in words], clients)
            found.append(times(ours, pairs))
            shown.add(length, clients, ours.told, pairs.told, spelled(found[-1]))
    said, exact = recall(bench)
    shown.notes.append(said)
    bench.goals.append(Goal("search, p95, the worst of 2–4 characters and c=1, 8", "see the table", "bigram tsvector",
                            worst(found), 20, "≤ 1/20"))  # fmt: skip
    bench.goals.append(Goal("search finds exactly what LIKE finds", f"{exact[0]} of {exact[1]} words", "LIKE",
                            exact[0] / max(1, exact[1]), 1, "all", said=f"{exact[0]}/{exact[1]}"))  # fmt: skip


def recall(bench: Bench) -> tuple[str, tuple[int, int]]:
    """Our totals against those of LIKE over every row."""
    wire, right, totals = Wire(bench.ours), 0, []
    words = [word for length in (2, 3, 4) for word in bench.deck.words(7, length)]
    for word in words:
        matched = json.loads(wire.ask(questions.literal(word, limit=1))[1])["numberMatched"]
        truth = int(_value(bench.url, *plain_sql.by_like(word, bench.day)))
        right += matched == truth
        totals.append(truth)
    wire.close()
    span = f"{min(totals)} to {max(totals)} places"
    return f"{right} of {len(words)} words found as many as LIKE does ({span}).", (right, len(words))
