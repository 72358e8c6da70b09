"""`make load`: 100,000 requests in the mix of one visit within five minutes, then again while publishing every second.

Options: `N` places in the database that is served; `REQUESTS` and `SECONDS` for less.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import fill, run, seeing, servers
from bench.driving import Timed, answer, together
from bench.questions import Deck, Spot
from bench.table import Table
from bench.wire import Wire, once
from geo.extent import tile_at
from webapp import cluster, statics
from webapp.config import CHECKOUT, Settings

REQUESTS, SECONDS, VISITORS = 100_000, 300.0, 16
RESULTS = CHECKOUT / "bench" / "LOAD.md"
SCREEN = [(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1)]
"""The tiles of one screen around its middle."""
MAP_ZOOM, CLOSE_ZOOM = 9, 11
ASSET = re.compile(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"')


@dataclass
class Visits:
    """Draws one visit after another: the map of a county, a closer look, one place."""

    deck: Deck
    assets: list[str]
    left: int
    dice: random.Random = field(default_factory=lambda: random.Random(99))  # noqa: S311 - the same visits in every run
    lock: threading.Lock = field(default_factory=threading.Lock)
    ids: range = range(1)

    def next(self) -> list[tuple[str, str]]:
        """(kind, path) of everything that one visit asks for; empty when enough has been asked."""
        with self.lock:
            if self.left <= 0:
                return []
            asked = [*self._visit(self.deck.spot(), self.dice.choice(self.ids))][: self.left]
            self.left -= len(asked)
            return asked

    def _visit(self, spot: Spot, id_: int) -> Iterator[tuple[str, str]]:
        area = f"area={spot.area[:6]}"
        yield "page", f"/?{area}"
        yield "script", f"/map.js?{area}"
        yield from (("asset", self.dice.choice(self.assets)) for _n in range(2) if self.assets)
        for zoom in (MAP_ZOOM, CLOSE_ZOOM):
            middle = tile_at(spot.lon, spot.lat, zoom)
            yield from (("tile", f"/tiles/projects/{zoom}/{middle.x + x}/{middle.y + y}.mvt?{area}") for x, y in SCREEN)
        yield "facets", f"/facets/projects?{area}"
        yield "place", f"/projects/{id_}"
        yield "card", f"/projects/{id_}/card"


@dataclass
class Load:
    """Visitors with a connection each, until all is asked or the time is up; what they saw by kind."""

    port: int
    visits: Visits
    until: float
    seen: dict[str, Timed] = field(default_factory=dict)

    def go(self) -> float:
        """Run the visitors; how long it took, seconds."""
        return together(self._visitor, VISITORS)

    def _visitor(self) -> None:
        wire = Wire(self.port, packed=True)
        while time.monotonic() < self.until and (asked := self.visits.next()):
            for kind, path in asked:
                begun = time.perf_counter()
                status, size = answer(wire, path)
                taken = time.perf_counter() - begun
                with self.visits.lock:
                    self.seen.setdefault(kind, Timed()).note(status, size, taken)
                if time.monotonic() > self.until:
                    break
        wire.close()


def told(heading: str, load: Load, seconds: float, published: int) -> Table:
    """What the visitors saw, by kind and altogether."""
    shown = Table(heading, ["what", "answers", "p50/p95 ms", "KB", "by status"])
    size = sum(timed.size for timed in load.seen.values())
    whole = Timed([taken for timed in load.seen.values() for taken in timed.taken], size=size)
    for timed in load.seen.values():
        whole.statuses.update(timed.statuses)
    print(heading, flush=True)
    for kind, timed in [*load.seen.items(), ("all", whole)]:
        statuses = ", ".join(f"{status or 'no answer'}: {n}" for status, n in sorted(timed.statuses.items()))
        shown.add(kind, len(timed.taken), timed.told, f"{timed.kilobytes:.1f}", statuses)
    rate = len(whole.taken) / max(seconds, 1e-9)
    said = f"{len(whole.taken):,} requests in {seconds:.0f} s: {rate:.0f} a second; {whole.failed} failed."
    said += f" Meanwhile {published} publications." if published else ""
    shown.notes.append(said)
    print("  " + said, flush=True)
    return shown


@contextmanager
def publishing(settings: Settings, url: str, home: Path, seconds: float) -> Iterator[list[str]]:
    """Another process that publishes once a second; its publications so far."""
    environment = servers.site_environment(settings, url, 1, home)
    command = [sys.executable, "-m", "bench.publisher", "1", str(int(seconds))]
    process = subprocess.Popen(command, env=environment, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()  # it is awake
    made: list[str] = []
    thread = threading.Thread(target=made.extend, args=(process.stdout,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        process.terminate()
        process.wait(30)
        thread.join(10)
        process.stdout.close()


def visits(url: str, port: int, requests: int) -> Visits:
    """Visits over what the database holds, with the scripts and styles that the page names."""
    with fill.opened(url) as connection:
        row = connection.execute(b"SELECT max(id) FROM projects WHERE source = 'scale'").fetchone()
    page = once(port, "/")[1].decode()
    return Visits(Deck(url), sorted(set(ASSET.findall(page))), requests, ids=range(1, int(str(row[0] if row else 1))))


def main(number: int, requests: int, seconds: float) -> int:
    """Both runs, then the tables in bench/LOAD.md."""
    settings = Settings.from_env()
    cluster.hold(settings)
    statics.compress()
    url = fill.ready(settings, number) or fill.fill(settings, number)
    tables = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name, servers.site(settings, url, Path(name)) as (port, _pid):
        visits(url, port, 40)
        alone = Load(port, visits(url, port, requests), time.monotonic() + seconds)
        tables.append(told("Visits alone", alone, alone.go(), 0))
        with publishing(settings, url, Path(name), seconds + 30) as made:
            busy = Load(port, visits(url, port, requests), time.monotonic() + seconds)
            taken = busy.go()
        tables.append(told("Visits while an office publishes every second", busy, taken, len(made)))
        seeing.remove(url)
    write(number, tables)
    return 0


def write(number: int, tables: list[Table]) -> None:
    """bench/LOAD.md."""
    head = [
        f"# A load of visits on {number:,} places",
        "",
        *run.environment(),
        f"* {VISITORS} visitors at once, who take brotli as phones do and keep nothing from before",
        "",
    ]
    RESULTS.write_text("\n".join(["\n".join(head), *(table.text() for table in tables)]), encoding="utf-8")
    print(f"written to {RESULTS.relative_to(CHECKOUT)} ({dt.datetime.now(dt.UTC):%H:%M} UTC)")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parser = argparse.ArgumentParser(description="A load of visits on loopback.")
    parser.add_argument("number", type=int, nargs="?", default=1_000_000)
    parser.add_argument("requests", type=int, nargs="?", default=REQUESTS)
    parser.add_argument("seconds", type=float, nargs="?", default=SECONDS)
    given = parser.parse_args()
    sys.exit(main(given.number, min(given.requests, REQUESTS), min(given.seconds, SECONDS)))
