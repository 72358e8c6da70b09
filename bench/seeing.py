"""How long after its commit a publication is seen, on every surface of every worker."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import servers
from bench.driving import Timed, endless
from bench.fill import opened
from bench.publisher import PREFIX
from bench.questions import tile_at
from bench.reading import Bench
from bench.table import Goal
from bench.wire import Wire
from webapp.config import CHECKOUT, Settings

TIMES, EVERY, PATIENCE, PAUSE = 8, 1.8, 20.0, 0.02
READERS = 8
WANTED_SECONDS = 2.0
Seen = Callable[[bytes], bool]


def surfaces(made: dict[str, Any]) -> dict[str, tuple[str, Seen]]:
    """Surface -> (path, whether an answer shows the publication)."""
    lon, lat, word = made["lon"], made["lat"], made["name"].removeprefix("示例")
    name, page, items = word.encode(), f"/projects/{made['id']}", "/api/collections/projects/items"
    box = f"{lon - 0.0004:.5f},{lat - 0.0004:.5f},{lon + 0.0004:.5f},{lat + 0.0004:.5f}"
    at, q = tile_at(lon, lat, 17), quote(f'"{word}"')
    return {
        "tile": (f"/tiles/projects/{at.z}/{at.x}/{at.y}.mvt", lambda body: name in body),
        "GeoJSON": (f"/projects.geojson?bbox={box}", lambda body: name in body),
        "OGC item": (f"{items}/{made['id']}", lambda body: name in body),
        "search": (f"{items}?q={q}", lambda body: json.loads(body)["numberMatched"] == 1),
        "facets": (f"/facets/projects?q={q}&of=precision", lambda body: json.loads(body)["total"] == 1),
        "directory": (f"/projects?q={q}", lambda body: f'{page}"'.encode() in body),
    }


def hold(bench: Bench) -> dict[int, Wire]:
    """A connection to every worker."""
    workers, held = servers.workers(bench.pid), dict[int, Wire]()
    for _try in range(60):
        wire = Wire(bench.ours)
        wire.ask("/healthz")
        pid = servers.owner(bench.ours, wire.own_port, workers)
        if pid is not None and pid not in held:
            held[pid] = wire
        if len(held) == len(workers):
            break
    return held


def follow(bench: Bench, publications: Iterator[dict[str, Any]]) -> dict[str, list[float]]:
    """Surface -> seconds from the commit of each publication until a worker shows it.

    The connections are opened before, and once more when the server has closed an idle one.
    """
    taken: dict[str, list[float]] = {}
    wires = hold(bench)
    for made in publications:
        if not all(servers.owner(bench.ours, wire.own_port, [pid]) for pid, wire in wires.items()):
            wires = hold(bench)
        watch(bench, made, wires, taken)
        wires = hold(bench)
    return taken


def watch(bench: Bench, made: dict[str, Any], wires: dict[int, Wire], taken: dict[str, list[float]]) -> None:
    """Ask every surface of every worker until all show the publication; seconds from its commit."""
    missing = {(pid, name) for pid in servers.workers(bench.pid) for name in surfaces(made)}
    asked = surfaces(made)
    until = time.time() + PATIENCE
    while missing and time.time() < until:
        for pid, name in sorted(missing):
            path, seen = asked[name]
            status, body = wires[pid].ask(path) if pid in wires else (0, b"")
            if status == 200 and seen(body):
                taken.setdefault(name, []).append(time.time() - made["at"])
                missing.discard((pid, name))
        time.sleep(PAUSE)
    for _pid, name in missing:
        taken.setdefault(name, []).append(float("inf"))


@contextmanager
def publishing(
    settings: Settings, url: str, home: Path, every: float, times: int
) -> Iterator[Iterator[dict[str, Any]]]:
    """The publications of another process, as they are committed."""
    environment = servers.site_environment(settings, url, 1, home)
    command = [sys.executable, "-m", "bench.publisher", str(every), str(times)]
    process = subprocess.Popen(command, env=environment, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield (json.loads(line) for line in process.stdout)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@contextmanager
def readers(bench: Bench) -> Iterator[Timed]:
    """Clients that read tiles and lists all the while."""
    drawn = bench.deck.tiles("industry", (4, 12), 400)
    paths, ending, told = endless([d.path for d in drawn]), threading.Event(), Timed()

    def read() -> None:
        wire = Wire(bench.ours)
        for path in paths:
            if ending.is_set():
                break
            with contextlib.suppress(OSError, EOFError, ValueError):
                told.statuses[wire.ask(path)[0]] += 1
        wire.close()

    threads = [threading.Thread(target=read, daemon=True) for _n in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        ending.set()
        for thread in threads:
            thread.join(30)


def remove(url: str) -> None:
    """Take out what was published, so that the database is as it was filled."""
    with opened(url) as connection:
        mine = f"SELECT place_id FROM revision WHERE layer = 'projects' AND who LIKE '%{PREFIX}%'"
        connection.execute(f"DELETE FROM projects WHERE source IS NULL AND id IN ({mine})".encode())
        connection.execute(f"DELETE FROM revision WHERE who LIKE '%{PREFIX}%'".encode())


def measure(bench: Bench, settings: Settings) -> None:
    """Publish while nobody reads, then while eight do; the slowest of every surface of every worker."""
    shown = bench.table(
        "Seen after its commit, slowest of all workers, seconds", "surface", "nobody reads", f"{READERS} read"
    )
    with publishing(settings, bench.url, bench.folder, EVERY, TIMES) as made:
        alone = follow(bench, made)
    with readers(bench) as told, publishing(settings, bench.url, bench.folder, EVERY, TIMES) as made:
        busy = follow(bench, made)
    remove(bench.url)
    for name in busy:
        shown.add(name, f"{max(alone.get(name, [float('inf')])):.2f}", f"{max(busy[name]):.2f}")
    most = max((max(values) for values in busy.values()), default=float("inf"))
    bad = sum(number for status, number in told.statuses.items() if status >= 500)
    shown.notes.append(
        f"{TIMES} publications each; the readers had {sum(told.statuses.values())} answers, {bad} of them 5xx."
    )
    name = f"a publication is seen on every surface of every worker while {READERS} read"
    times = WANTED_SECONDS / most if busy and not bad else None if not busy else 0.0
    bench.goals.append(Goal(name, f"{most:.2f} s", "–", times, 1, "≤ 2 s", said=f"{most:.2f} s"))
