"""A tile that everybody asks for, as many times a second as it goes, against nginx serving the same bytes."""

from __future__ import annotations

import re
import shutil
import subprocess

from bench import peers
from bench.reading import Bench
from bench.table import Goal
from bench.wire import HOST, once

CONNECTIONS, SECONDS, WANTED = 32, 6, 0.5
MVT = "application/vnd.mapbox-vector-tile"
HOT = "/tiles/projects/5/25/13.mvt"


def per_second(port: int, path: str) -> float:
    """Requests that were answered 2xx a second, by wrk with one thread; Missing without wrk, or when one failed."""
    program = shutil.which("wrk")
    if program is None:
        raise peers.Missing("wrk is not installed (apt-get install wrk)")
    asked = ["-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "10s", f"http://{HOST}:{port}{path}"]
    said = subprocess.run([program, *asked], capture_output=True, text=True, check=True, timeout=60).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or "Non-2xx" in said:
        raise peers.Missing("some answers failed")
    return float(found[1])


def measure(bench: Bench) -> None:
    """Ours and nginx in turn, twice, the better of each."""
    shown = bench.table(f"Hot tile, {CONNECTIONS} connections, answers a second", "who", "a second", "KB")
    _status, content = once(bench.ours, HOT)
    rate, peer, why = 0.0, None, "–"
    try:
        rate = max(per_second(bench.ours, HOT) for _n in range(2))
        with peers.nginx(content, MVT, bench.folder) as (port, path):
            peer = max(per_second(port, path) for _n in range(2))
    except peers.Missing as error:
        why = str(error)
    size = f"{len(content) / 1024:.1f}"
    shown.add("our site", f"{rate:.0f}", size)
    shown.add("nginx, the same bytes from a file", f"{peer:.0f}" if peer else why, size)
    share = rate / peer if peer else None
    said, times = (why, None) if share is None else (f"{share:.2g} ×", share / WANTED)
    against = f"nginx {peer or 0:.0f}"
    bench.goals.append(Goal("hot tile, answers a second", f"{rate:.0f}", against, times, 1, "≥ 0.5 ×", said=said))
