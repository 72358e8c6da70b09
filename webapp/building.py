"""The builder of Snapshots: one process of a node that keeps the files as the database is."""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
from sqlalchemy import Connection, cast, func, select
from sqlalchemy.dialects.postgresql import OID, REGCLASS

import layers
from layers import areas, columns, outlines, pairing, store
from layers.changes import ChangeRow
from layers.layer import Layer
from layers.merging import merge
from layers.store import File, Kept, State
from webapp import __version__
from webapp.models import LayerVersion
from webapp.posters.store import Store
from webapp.saved.models import SavedView

FULL = "full-*"
"""Folders of full builds, until they are whole."""
AREAS, VIEWS = "areas", "views"
BESIDE = f"{__version__}-2"
"""What they are made by; counts up when they tell more than before."""
MOST_CHANGED = 100_000
"""Places that are merged at once; where more have changed, a full build is quicker."""
LONGEST_TAIL = 0.25
"""Share of the texts that may be behind the base before they are written anew."""
AGAIN_SECONDS = 30.0
"""Until a full build that failed is tried again."""
KEPT, MOST_KEPT, TIDY_SECONDS = "kept", 256 * 1024 * 1024, 60.0
"""Folder and most bytes of what is kept beside the Snapshots, and how often it is looked through."""


@cache
def program(layer: Layer) -> str:
    """What a Snapshot of the layer has to be made by, for this program to read it."""
    forms = (columns.schema(layer), columns.texts_schema(layer), pairing.SCHEMA)
    return f"{__version__}-{zlib.crc32(b''.join(form.serialize().to_pybytes() for form in forms)):08x}"


@dataclass(frozen=True)
class Now:
    """Where the database stands: which one it is, and version and moment of each layer."""

    epoch: str
    versions: Mapping[str, tuple[int, str]]


def stands(connection: Connection) -> Now:
    """Asked at the beginning of the transaction in which everything else is read."""
    table = cast(cast(LayerVersion.__tablename__, REGCLASS), OID)
    epoch = connection.execute(select(func.concat(func.current_database(), "-", table))).scalar_one()
    rows = connection.execute(select(LayerVersion.layer, LayerVersion.n, LayerVersion.changed_at))
    versions = {row.layer: (row.n, row.changed_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")) for row in rows}
    views = select(func.coalesce(func.sum(SavedView.version), 0))  # each act adds one
    return Now(epoch, {**versions, VIEWS: (connection.execute(views).scalar_one(), "")})


def full(connection: Connection, folder: Path, keys: tuple[str, ...], today: dt.date) -> State:
    """Build layers from nothing and name them, beside what the folder has of the same database."""
    now, before = stands(connection), store.read(folder)
    kept = dict(before.kept) if before.epoch == now.epoch else {}
    for key in keys:
        layer = layers.get(key)
        made, texts = columns.gather(connection, layer, today)
        tail = pa.RecordBatch.from_pylist([], texts.schema)
        parts = {"columns": made, "base": texts, "tail": tail, "pairs": pairing.index(texts["words"])}
        kept[key] = Kept(*now.versions[key], program(layer), _written(folder, key, now.versions[key][0], parts))
    state = State(now.epoch, kept)
    folder.mkdir(parents=True, exist_ok=True)
    store.name(folder, state)
    store.sweep(folder, before, state)
    return state


def _written(folder: Path, key: str, n: int, parts: Mapping[str, pa.RecordBatch]) -> dict[str, File]:
    end = f"{n}-{secrets.token_hex(3)}.arrow"
    return {part: store.write(folder, f"{key}-{part}-{end}", batch) for part, batch in parts.items()}


def merged(connection: Connection, folder: Path, layer: Layer, old: Kept, now: Now, today: dt.date) -> Kept | None:
    """What is kept of a layer, with what has changed since; None when it has to be built from nothing."""
    here = ChangeRow.layer == layer.key, ChangeRow.n > old.n
    ids = connection.execute(select(ChangeRow.id).where(*here).limit(MOST_CHANGED + 1)).scalars().all()
    made, tail = store.map(folder, old.files["columns"]), store.map(folder, old.files["tail"])
    if len(ids) > MOST_CHANGED or made is None or tail is None:
        return None
    rows = columns.gather(connection, layer, today, ids)
    made, tail = merge(made, tail, np.array(ids, dtype=np.int64), rows)
    n, at = now.versions[layer.key]
    files = _written(folder, layer.key, n, {"columns": made, "tail": tail})
    return replace(old, n=n, at=at, files={**old.files, **files})


def is_of(layer: Layer, kept: Kept, now: Now) -> bool:
    """Whether what is kept can be brought up to date by merging."""
    return kept.program == program(layer) and kept.n <= now.versions[layer.key][0]


def has_long_tail(kept: Kept) -> bool:
    """Whether so many texts have changed that they should be written anew."""
    return kept.files["tail"].size > LONGEST_TAIL * kept.files["base"].size + 1_000_000


def beside(connection: Connection, folder: Path, kept: Mapping[str, Kept], now: Now) -> dict[str, Kept]:
    """The areas and the saved views as they are now: few, and written whole when one has changed."""
    read: dict[str, Callable[[Connection], pa.RecordBatch]] = {AREAS: area_batch, VIEWS: view_batch}
    found = {}
    for key, batch in read.items():
        old, (n, at) = kept.get(key), now.versions[key]
        if old is None or (old.n, old.program) != (n, BESIDE):
            old = Kept(n, at, BESIDE, _written(folder, key, n, {"rows": batch(connection)}))
        found[key] = old
    return found


def area_batch(connection: Connection) -> pa.RecordBatch:
    """Every area with its outline, and a city's counties as small as a list shows them (layers.outlines), as JSON."""
    found = areas.rows(connection)
    book = areas.Areas.of(found)
    rows = [
        dict(row._mapping, outline=row.outline and bytes(row.outline), locator=_locator(book, row.code))
        for row in found
    ]
    return pa.RecordBatch.from_pylist(rows)


def _locator(book: areas.Areas, code: str) -> str | None:
    drawn = outlines.drawn(book, code)
    return orjson.dumps(drawn).decode() if drawn else None


def view_batch(connection: Connection) -> pa.RecordBatch:
    """Every saved view as JSON, by its slug."""
    table = SavedView.__table__
    rows = connection.execute(select(table).order_by(table.c.slug)).mappings()
    told = [{"slug": row["slug"], "row": orjson.dumps(dict(row)).decode()} for row in rows]
    return pa.RecordBatch.from_pylist(told, pa.schema([("slug", pa.string()), ("row", pa.string())]))


class Builder:
    """Brings the files of a folder up to date, step by step; a full build runs in a process of its own meanwhile."""

    def __init__(self, folder: Path, build: list[str], environment: Mapping[str, str]) -> None:
        self._folder, self._build, self._environment = folder, build, environment
        self._child: subprocess.Popen[bytes] | None = None
        self._full, self._not_before, self._tidied = folder, 0.0, 0.0
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(FULL):
            shutil.rmtree(left, ignore_errors=True)
        found = store.read(folder)
        whole = {key: kept for key, kept in found.kept.items() if store.is_whole(folder, kept)}
        self.state = State(found.epoch, whole)
        if whole != found.kept:
            print(
                f"snapshot: damaged, building anew: {', '.join(sorted(set(found.kept) - set(whole)))}", file=sys.stderr
            )
            store.name(folder, self.state)
        store.sweep(folder, self.state)

    def step(self, connection: Connection, today: dt.date) -> bool:
        """Take over what the database has now; whether every layer is up to date."""
        now = stands(connection)
        kept = {**(self.state.kept if self.state.epoch == now.epoch else {}), **self._finished(now)}
        wanted, late = set(), False
        for layer in layers.LAYERS:
            old = kept.get(layer.key)
            if old is None or not is_of(layer, old, now):
                kept.pop(layer.key, None)
                wanted.add(layer.key)
            elif old.n < now.versions[layer.key][0]:
                new = merged(connection, self._folder, layer, old, now, today)
                late = late or new is None
                kept[layer.key] = new or self.state.kept.get(layer.key, old)  # never one older than readers have
                wanted |= set() if new else {layer.key}
        wanted |= {y.key for y in layers.LAYERS if y.key in kept and has_long_tail(kept[y.key])}
        self._take(State(now.epoch, {**kept, **beside(connection, self._folder, kept, now)}))
        self._start(wanted)
        self._tidy()
        return not late and len(kept.keys() & {y.key for y in layers.LAYERS}) == len(layers.LAYERS)

    def _tidy(self) -> None:
        """Throw away what is kept beside and was not used for longest, now and then."""
        if time.monotonic() - self._tidied > TIDY_SECONDS and (self._folder / KEPT).exists():
            Store(self._folder / KEPT, MOST_KEPT).prune()
            self._tidied = time.monotonic()

    def _take(self, state: State) -> None:
        if state != self.state:
            store.name(self._folder, state)
            store.sweep(self._folder, self.state, state)
            self.state = state

    def _start(self, wanted: set[str]) -> None:
        if wanted and self._child is None and time.monotonic() >= self._not_before:
            self._full = self._folder / FULL.replace("*", secrets.token_hex(3))
            command = [*self._build, "--into", str(self._full), *sorted(wanted)]
            self._child = subprocess.Popen(command, env=dict(self._environment))

    def _finished(self, now: Now) -> dict[str, Kept]:
        """What the full build has made, once it has ended well."""
        if self._child is None or self._child.poll() is None:
            return {}
        failed, self._child = self._child.returncode != 0, None
        self._not_before = time.monotonic() + (AGAIN_SECONDS if failed else 0)
        made = store.read(self._full)
        kept = made.kept if made.epoch == now.epoch and not failed else {}
        for file in [file for one in kept.values() for file in one.files.values()]:
            (self._full / file.name).rename(self._folder / file.name)
        shutil.rmtree(self._full, ignore_errors=True)
        return dict(kept)

    def end(self) -> None:
        """Leave nothing running."""
        if self._child is not None and self._child.poll() is None:
            self._child.kill()
            self._child.wait()
