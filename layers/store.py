"""The files of Snapshots: written whole, named last by `current.json`, mapped by every process that reads them."""

from __future__ import annotations

import mmap
import os
import threading
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from weakref import WeakSet

import orjson
import pyarrow as pa

CURRENT = "current.json"
PIECE = 1024 * 1024
"""Bytes that are read at once for a checksum."""
STATM = Path("/proc/self/statm")
"""The kernel's count of this process's pages; the third number is those of files."""
_steady: WeakSet[mmap.mmap] = WeakSet()
_scattered: WeakSet[mmap.mmap] = WeakSet()
"""Files that something still looks at: from end to end at every question, or here and there."""
_turn = threading.Lock()


@dataclass(frozen=True)
class File:
    """A file of the folder: its name, how many bytes it has and their CRC-32."""

    name: str
    size: int
    sum: int


@dataclass(frozen=True)
class Kept:
    """What is kept of one layer: version `n` of the moment `at`, what program made it, and its files by their part.

    The areas and the saved views are kept in the same way.
    """

    n: int
    at: str
    program: str
    files: Mapping[str, File]


@dataclass(frozen=True)
class State:
    """What `current.json` names. `epoch` tells one database, and one restored into its place, from another."""

    epoch: str = ""
    kept: Mapping[str, Kept] = field(default_factory=dict)


def read(folder: Path) -> State:
    """What is current, an empty State when nothing is or what is written there cannot be read."""
    try:
        told = orjson.loads((folder / CURRENT).read_bytes())
        return State(told["epoch"], {key: _kept(kept) for key, kept in told["kept"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return State()


def _kept(told: Mapping[str, object]) -> Kept:
    n, at, program, files = told["n"], told["at"], told["program"], told["files"]
    if not (isinstance(n, int) and isinstance(at, str) and isinstance(program, str) and isinstance(files, dict)):
        raise TypeError
    return Kept(n, at, program, {part: File(**file) for part, file in files.items()})


def name(folder: Path, state: State) -> None:
    """Make a State the current one: readers see the one before or this, whole."""
    _put(folder / CURRENT, orjson.dumps(asdict(state)))


def _put(path: Path, content: bytes) -> None:
    """Write a file in one step, as far as the disk."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    opened = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def stamp(folder: Path) -> tuple[int, int]:
    """What changes when another State becomes current: one `stat`. (0, 0) when none is."""
    try:
        found = (folder / CURRENT).stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def write(folder: Path, name: str, batch: pa.RecordBatch) -> File:
    """Write a batch as an Arrow file that can be mapped.

    It is not waited for until it is on the disk, which takes seconds where a layer is large: a machine that
    loses its power finds by the checksum what it has not kept, and builds it anew.
    """
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file, pa.ipc.new_file(file, batch.schema) as arrow:
        arrow.write_batch(batch)
    return File(name, path.stat().st_size, _sum(path))


def _sum(path: Path) -> int:
    total, piece = 0, memoryview(bytearray(PIECE))  # one for all: each new one would be mapped page by page
    with path.open("rb", buffering=0) as file:
        while length := file.readinto(piece):
            total = zlib.crc32(piece[:length], total)
    return total


def is_whole(folder: Path, kept: Kept) -> bool:
    """Whether every file is there with the bytes that were written: reads them all."""
    try:
        return all(_sum(folder / file.name) == file.sum for file in kept.files.values())
    except OSError:
        return False


def map(folder: Path, file: File, steady: bool = False) -> pa.RecordBatch | None:
    """A file's batch, read from the disk only where it is looked at; None when it is missing or of another size.

    `steady`: it is looked at from end to end again and again, so it is never let go.
    """
    try:
        with (folder / file.name).open("rb") as opened:
            if os.fstat(opened.fileno()).st_size != file.size:
                return None
            mapped = mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ)
        with _turn:
            (_steady if steady else _scattered).add(mapped)
        return pa.ipc.open_file(pa.BufferReader(pa.py_buffer(mapped))).get_batch(0)
    except (OSError, ValueError, pa.ArrowException):
        return None


def let_go(most: int) -> None:
    """Have this process hold no page of files but the steady ones, once it holds more than so many bytes of others.

    What it looks at again it finds in the system's memory: that costs less than to read, and this much is no leak.
    """
    with STATM.open("rb") as opened:
        held = int(opened.read().split()[2]) * mmap.PAGESIZE
    with _turn:
        steady = sum(len(mapped) for mapped in _steady)
        scattered = [*_scattered] if held > most + steady else []
    for mapped in scattered:
        mapped.madvise(mmap.MADV_DONTNEED)


def sweep(folder: Path, *states: State) -> None:
    """Remove the files that none of these States names; who has them mapped goes on reading them."""
    named = {file.name for state in states for kept in state.kept.values() for file in kept.files.values()}
    for path in folder.glob("*.arrow"):
        if path.name not in named:
            path.unlink(missing_ok=True)
