"""How long after its commit a publication is seen, on every surface of every worker."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import servers
from bench.driving import Timed, endless
from bench.fill import opened
from bench.publisher import PREFIX
from bench.reading import Bench
from bench.table import Goal
from bench.wire import Wire
from geo.extent import tile_at
from webapp.config import CHECKOUT, Settings

TIMES, PATIENCE, PAUSE, BURSTS, BURST = 8, 20.0, 0.02, 20, 24
IDLE = "/healthz"
READERS = 8
WANTED_SECONDS = 2.0
Seen = Callable[[bytes], bool]
Publish = Callable[[Callable[[], object]], dict[str, Any]]


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
    """A connection to every worker: many at once, for one that is idle takes all that come singly."""
    workers, held = servers.workers(bench.pid), dict[int, Wire]()
    for _try in range(BURSTS):
        wires = [Wire(bench.ours) for _n in range(BURST)]
        with ThreadPoolExecutor(BURST) as pool:
            list(pool.map(_greet, wires))
        for wire in wires:
            pid = servers.owner(bench.ours, wire.own_port, workers) if wire.open else None
            if pid is not None and held.setdefault(pid, wire) is wire:
                continue
            wire.close()
        if len(held) == len(workers):
            break
    return held


def _greet(wire: Wire) -> None:
    with contextlib.suppress(OSError, EOFError, ValueError):
        wire.ask(IDLE)


def _greet_all(wires: list[Wire]) -> None:
    for wire in wires:
        _greet(wire)


def follow(bench: Bench, publish: Publish) -> tuple[dict[str, list[float]], int]:
    """Surface -> seconds from a publication's commit until a worker showed it; how often a worker was watched.

    A worker that no connection reaches, or whose connection was closed meanwhile, is not watched that time.
    """
    taken: dict[str, list[float]] = {}
    watched = 0
    for _n in range(TIMES):
        wires = hold(bench)
        made = publish(partial(_greet_all, [*wires.values()]))
        kept = [w for pid, w in wires.items() if w.open and servers.owner(bench.ours, w.own_port, [pid])]
        watched += len(kept)
        with ThreadPoolExecutor(READERS) as pool:
            for found in pool.map(partial(watch, made), kept):
                for name, seconds in found.items():
                    taken.setdefault(name, []).append(seconds)
        for wire in wires.values():
            wire.close()
    return taken, watched


def watch(made: dict[str, Any], wire: Wire) -> dict[str, float]:
    """Ask one surface of a worker until it shows the publication, then the next one; seconds from its commit.

    So the time of the last one has the answers of all the others in it, and nothing was asked that need not be.
    """
    asked, taken, until = surfaces(made), dict[str, float](), time.time() + PATIENCE
    for name, (path, seen) in asked.items():
        while name not in taken and time.time() < until:
            status, body = wire.ask(path)
            if status == 200 and seen(body):
                taken[name] = time.time() - made["at"]
            else:
                time.sleep(PAUSE)
    return {name: taken.get(name, float("inf")) for name in asked}


class Office:
    """Another process that publishes when it is told to."""

    def __init__(self, settings: Settings, url: str, home: Path) -> None:
        environment = servers.site_environment(settings, url, 1, home)
        command = [sys.executable, "-m", "bench.publisher", "0", str(TIMES)]
        self._process = subprocess.Popen(
            command, env=environment, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._pouring = threading.Thread(target=self._pour, daemon=True)
        self._pouring.start()

    def __enter__(self) -> Office:
        try:
            self._lines.get(timeout=PATIENCE * 3)  # it is awake
        except queue.Empty:
            self.__exit__()
            raise TimeoutError("the office did not open") from None
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._pouring.join(10)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _pour(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def publish(self, meanwhile: Callable[[], object]) -> dict[str, Any]:
        """Ask for one; `meanwhile` keeps connections awake until it is committed."""
        print(file=self._process.stdin, flush=True)
        until = time.monotonic() + PATIENCE * 3
        while time.monotonic() < until:
            with contextlib.suppress(queue.Empty):
                made: dict[str, Any] = json.loads(self._lines.get(timeout=0.4))
                return made
            meanwhile()
        raise TimeoutError("nothing was published")


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
    shown = bench.table("Seen after its commit, slowest of all workers, seconds", "surface", "nobody reads",
                        f"{READERS} read")  # fmt: skip
    try:
        with Office(settings, bench.url, bench.folder) as office:
            alone, first = follow(bench, office.publish)
        with Office(settings, bench.url, bench.folder) as office, readers(bench) as told:
            busy, second = follow(bench, office.publish)
    finally:
        remove(bench.url)
    for name in busy:
        shown.add(name, f"{max(alone.get(name, [float('inf')])):.2f}", f"{max(busy[name]):.2f}")
    most = max((max(values) for values in busy.values()), default=float("inf"))
    bad = sum(number for status, number in told.statuses.items() if status >= 500)
    whole = TIMES * len(servers.workers(bench.pid))
    shown.notes.append(
        f"{TIMES} publications each, watched on {first} and {second} of {whole} occasions (times workers)."
    )
    shown.notes.append(f"The readers had {sum(told.statuses.values())} answers, {bad} of them 5xx.")
    name = f"a publication is seen on every surface of every worker while {READERS} read"
    times = None if second < whole / 2 else 0.0 if bad else WANTED_SECONDS / most
    bench.goals.append(Goal(name, f"{most:.2f} s", "–", times, 1, "≤ 2 s", said=f"{most:.2f} s"))
