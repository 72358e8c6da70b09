"""What the web workers hold in memory: their own pages, and mapped files that they share."""

from __future__ import annotations

from pathlib import Path

from bench import servers
from bench.reading import Bench
from bench.table import Goal

PRIVATE_MB, MAPPED_MB = 100, 600


def private(pid: int) -> float:
    """MB of its own, by the kernel's own sum; pages of files are `mapped`, even where no other looks at them."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:")) / 1024


def mapped(pid: int, folder: Path) -> dict[str, float]:
    """File of the site's own folder -> this process's share (Pss) of its pages in memory, MB."""
    found: dict[str, float] = {}
    name = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        fields = line.split(None, 5)
        if "-" in fields[0] and not fields[0].endswith(":"):
            path = fields[5] if len(fields) == 6 else ""
            name = path if path.startswith(str(folder)) or path.endswith(".arrow") else ""
        elif name and fields[0] == "Pss:":
            found[name] = found.get(name, 0.0) + int(fields[1]) / 1024
    return found


def measure(bench: Bench) -> None:
    """After everything that was asked: the worst worker, and the sum over all of them of what is mapped."""
    shown = bench.table("Memory of the web workers after all that was asked", "worker", "private MB",
                        "its share of mapped files of the site, MB")  # fmt: skip
    most, together = 0.0, 0.0
    for n, pid in enumerate(servers.workers(bench.pid), start=1):
        own, files = private(pid), mapped(pid, bench.folder)
        most, together = max(most, own), together + sum(files.values())
        shown.add(n, f"{own:.0f}", f"{sum(files.values()):.0f}")
    scale = f"at {bench.number:,} places"
    own_times = PRIVATE_MB / most if most else None
    shared_times = MAPPED_MB / together if together else None  # nothing mapped is nothing measured
    bench.goals.append(
        Goal(f"private memory of a worker {scale}", f"{most:.0f} MB", "–", own_times, 1, "≤ 100 MB", f"{most:.0f} MB")
    )
    shared = f"{together:.0f} MB" if together else "nothing mapped"
    bench.goals.append(Goal(f"mapped pages of a node {scale}", shared, "–", shared_times, 1, "≤ 600 MB", shared))
