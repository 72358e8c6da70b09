"""`make bench`: our site and its peers side by side on one filled database, then the tables in bench/RESULTS.md.

Options: `N=1000000` places; `SIZES=1000,10000,…` for the growth (up to 3000000).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import fill, growth, hot, memory, peers, plain_sql, reading, seeing, servers
from bench.questions import Deck
from bench.reading import Bench
from bench.table import Table
from webapp import cluster, db, statics
from webapp.config import CHECKOUT, Settings

PEERS = ("tipg", "pygeoapi")
LOAD = os.getloadavg()
"""How busy the machine was with other things; the figures of a busy one are worth their ratios at most."""
RESULTS = CHECKOUT / "bench" / "RESULTS.md"
HOW = """How it was asked. Everything on one machine over loopback, client included; the same client and the same
questions for all. Questions come from a seed and from what the database holds, and none is asked twice: no cache of
ours or of a peer has an answer ready ("uncached"). Before, every server answers other questions of each kind, so
that programs, pools and the database's pages are warm. SQL is asked directly, with no server between, which favours
it. Peers get a view of the public rows with the filled columns; tipg gets the geometry in metres and two properties
for tiles, our order for lists, and no count of extents. No answer is compressed. The hot tile alone is asked again
and again. Read the ratios."""


def environment() -> list[str]:
    """The machine and the versions, without any path."""
    cpu = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    ram = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    ours = ", ".join(f"{n} {importlib.metadata.version(n)}" for n in ("flask", "sqlalchemy", "psycopg", "granian"))
    return [
        f"* {db.day_in_china()}, revision {_said('git', 'rev-parse', '--short', 'HEAD')}",
        f"* {len(cpu)} cores ({cpu[0] if cpu else platform.machine()}), {ram:.0f} GB of memory; "
        f"before it began the load was {LOAD[0]:.1f} (one minute) and {LOAD[1]:.1f} (five)",
        f"* Python {platform.python_version()}, {_said('psql', '--version')}, {_said('nginx', '-v')}, {ours}",
        "* tipg 1.6.1 on uvicorn (2 workers), pygeoapi 0.21.0 on gunicorn (2 workers, 4 threads), "
        "our site by `flask serve` (2 workers, 4 threads)",
    ]


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    except OSError:
        return f"{command[0]}: none"
    return (done.stdout or done.stderr).strip().splitlines()[0]


def start(settings: Settings, number: int, stack: ExitStack) -> Bench:
    """The database, our site and the peers that can be had."""
    url = fill.ready(settings, number) or fill.fill(settings, number)
    print("what SQL and tipg need in it …", flush=True)
    seeing.remove(url)  # what a run that was broken off has left
    plain_sql.prepare(url)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
    port, pid = stack.enter_context(servers.site(settings, url, folder))
    bench = Bench(url, number, db.day_in_china(), folder, Deck(url), port, pid)
    try:
        peers.install()
        bench.tipg = _started(bench, "tipg", lambda: stack.enter_context(peers.tipg(url, folder)))
        bench.pygeoapi = _started(bench, "pygeoapi", lambda: stack.enter_context(peers.pygeoapi(url, folder)))
    except peers.Missing as error:
        bench.why |= {"tipg": str(error), "pygeoapi": str(error)}
    return bench


def _started(bench: Bench, name: str, enter: Callable[[], int]) -> int | None:
    try:
        return enter()
    except peers.Missing as error:
        bench.why[name] = str(error)
        return None


def attempt(bench: Bench, measure: partial[None]) -> None:
    """A measure that breaks is told in the report; the others go on."""
    try:
        measure()
    except Exception as error:
        traceback.print_exc()
        bench.why[f"{measure.func.__module__}.{measure.func.__name__}"] = f"broke off ({type(error).__name__})"


def write(bench: Bench, seconds: float) -> None:
    """bench/RESULTS.md, and the goals on the terminal."""
    lines = [goal.cells() for goal in bench.goals]
    summary = Table("Goals", ["goal", "our site", "peer", "ratio", "wanted", ""], lines)
    missing = [f"* {name}: {reason}" for name, reason in bench.why.items()]
    head = [
        f"# Speed with {bench.number:,} places",
        "",
        *environment(),
        *missing,
        f"* {seconds:.0f} s of measuring",
        "",
    ]
    parts = ["\n".join(head), summary.text(), HOW + "\n", *(table.text() for table in bench.tables)]
    RESULTS.write_text("\n".join(parts), encoding="utf-8")
    print("\n" + summary.text())
    print(f"written to {RESULTS.relative_to(CHECKOUT)}")


def main(number: int, sizes: list[int]) -> int:
    """See the module."""
    settings = Settings.from_env()
    cluster.hold(settings)
    statics.compress()
    with ExitStack() as stack:
        bench = start(settings, number, stack)
        begun = time.monotonic()
        reading.warm(bench)
        for measured in (reading.tiles, reading.directory, reading.boxes, reading.search, hot.measure, memory.measure):
            attempt(bench, partial(measured, bench))
        attempt(bench, partial(seeing.measure, bench, settings))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        attempt(bench, partial(growth.measure, bench, settings, sizes, Path(folder)))
    write(bench, time.monotonic() - begun)
    return 1 if any(name not in PEERS for name in bench.why) else 0


def asked() -> tuple[int, list[int]]:
    """N and the sizes of the growth: powers of ten below N, and N, unless they are given."""
    parser = argparse.ArgumentParser(description="Speed against peers, on loopback.")
    parser.add_argument("number", type=int, nargs="?", default=1_000_000)
    parser.add_argument("sizes", nargs="?", default="")
    given = parser.parse_args()
    usual = [10**n for n in range(3, 7) if 10**n < given.number]
    sizes = [int(size) for size in given.sizes.split(",")] if given.sizes else [*usual, given.number]
    if not all(fill.LEAST <= size <= fill.MOST for size in (given.number, *sizes)):
        parser.error(f"sizes are {fill.LEAST} to {fill.MOST}")
    return given.number, sizes


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that every server is ended
    shutil.which("wrk") or print("wrk is missing: the hot tile is not measured (apt-get install wrk)")
    sys.exit(main(*asked()))
