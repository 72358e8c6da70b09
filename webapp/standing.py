"""Which Snapshots this request answers from, and since when the database behind them cannot be asked."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import orjson
import pyarrow as pa
from flask import current_app, g, has_request_context, request
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

import layers
from layers import store
from layers.areas import Areas
from layers.layer import Layer
from layers.snapshot import Snapshot
from layers.store import File, Kept, State
from webapp import building, db, memory, watching
from webapp.config import Settings
from webapp.models import LayerVersion

STAFF = ("/staff", "/account")
FRESH_SECONDS = 2.0
"""A builder that has looked within this time vouches for the files; readers ask the database itself after it."""
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Standing:
    """What is mapped of a State: layers whose Snapshot this program can read, areas and saved views."""

    stamp: tuple[int, int]
    state: State
    snapshots: Mapping[str, Snapshot]
    lazily: dict[str, Any] = field(default_factory=dict)

    def tells(self, key: str) -> bool:
        """Whether what is said of a layer, or of the areas, is read from here."""
        return key in self.snapshots or (key == building.AREAS and key in self.state.kept)


def folder(settings: Settings) -> Path:
    """Where the files of the settings' database are."""
    from webapp import cluster, postgres

    url = settings.database_url or postgres.locate(settings).url(cluster.DATABASE)
    name = make_url(url).render_as_string(hide_password=True)
    return settings.home / "snapshot" / sha256(name.encode()).hexdigest()[:12]


def here() -> Path:
    """Where the files of this application's database are."""
    kept = current_app.extensions
    if "snapshot_folder" not in kept:
        kept["snapshot_folder"] = folder(current_app.config["SETTINGS"])
    found: Path = kept["snapshot_folder"]
    return found


def mapped() -> Standing:
    """What is current in the folder: one `stat`, and maps made anew when it is another one."""
    kept, folder = current_app.extensions, here()
    memory.OWN.give_back()
    before: Standing | None = kept.get("standing")
    stamp = store.stamp(folder)
    if before is not None and before.stamp == stamp:
        return before
    state = store.read(folder)
    opened = {layer.key: _opened(folder, layer, state, before) for layer in layers.LAYERS}
    snapshots = {key: found for key, found in opened.items() if found is not None}  # one without a place is one too
    kept["standing"] = Standing(stamp, state, snapshots)
    return kept["standing"]  # type: ignore[no-any-return]


def _opened(folder: Path, layer: Layer, state: State, before: Standing | None) -> Snapshot | None:
    """A layer's Snapshot, None when there is none that this program can read; the first is checked byte by byte.

    The one before leaves it what has stayed as it was, or is it.
    """
    last = before.snapshots.get(layer.key) if before else None
    was, kept = before.state.kept.get(layer.key) if before else None, state.kept.get(layer.key)
    if last is not None and was == kept:
        return last
    if kept is None or kept.program != building.program(layer) or (last is None and not _is_whole(folder, kept)):
        return None
    stays = was is not None and all(was.files[part] == kept.files[part] for part in ("base", "pairs"))
    if last is not None and stays:
        parts = [_mapped(folder, kept, part) for part in ("columns", "tail")]
        return None if None in parts else last.followed(kept.n, *parts)  # type: ignore[arg-type]
    parts = [_mapped(folder, kept, part) for part in ("columns", "base", "tail", "pairs")]
    return None if None in parts else Snapshot(layer, kept.n, *parts)  # type: ignore[arg-type]


def _mapped(folder: Path, kept: Kept, part: str) -> pa.RecordBatch | None:
    return store.map(folder, kept.files[part], steady=part == "columns")


def _is_whole(folder: Path, kept: Kept) -> bool:
    """Whether every file is as it was written; one that was found so, here or before this process was copied, is."""
    sure: set[File] = current_app.extensions.setdefault("whole", set())
    rest = replace(kept, files={part: file for part, file in kept.files.items() if file not in sure})
    found = store.is_whole(folder, rest)
    if found:
        sure.update(rest.files.values())
    return found


def now() -> Standing | None:
    """What this request reads instead of the database: the same from its beginning to its end.

    None where staff work, where no Snapshot is kept, and where one has fallen behind the database.
    """
    if not current_app.config["SETTINGS"].snapshot or (has_request_context() and is_for_staff(request.path)):
        return None
    if "standing" not in g:
        g.standing = _current(mapped())
    found: Standing | None = g.standing
    return found


def is_for_staff(path: str) -> bool:
    """Whether a page is one where staff work: it shows what the database has now."""
    return any(path == own or path.startswith(f"{own}/") for own in STAFF)


def _current(found: Standing) -> Standing | None:
    if not found.state.kept:
        return None
    pulse = watching.pulse(here())
    if time.time() - pulse.at < FRESH_SECONDS:
        g.stands_since = pulse.since
        return found
    try:
        rows = db.connection().execute(select(LayerVersion.layer, LayerVersion.n)).all()
    except SQLAlchemyError as error:
        if not db.is_gone(error):
            raise
        g.stands_since = pulse.since or pulse.at
        return found
    versions = {row.layer: row.n for row in rows}
    kept = found.state.kept.items()
    return found if all(versions.get(key, one.n) == one.n for key, one in kept if key != building.VIEWS) else None


def is_whole() -> bool:
    """Whether every layer can be answered from here."""
    found = now()
    return found is not None and all(layer.key in found.snapshots for layer in layers.LAYERS)


def of(layer: Layer) -> Snapshot | None:
    """The layer's Snapshot, None when the database is to be asked."""
    found = now()
    return found.snapshots.get(layer.key) if found else None


def since() -> dt.datetime | None:
    """Since when the database cannot be asked, None as long as it can."""
    now()
    seconds: float | None = g.get("stands_since")
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, db.CHINA)


def unless_gone(ask: Callable[[], Answer], otherwise: Callable[[], Answer]) -> Answer:
    """What the database answers, or something else while it cannot be asked: for what a page can do without."""
    if since() is not None:
        return otherwise()
    try:
        return ask()
    except SQLAlchemyError as error:
        found = now()
        if found is None or not db.is_gone(error):
            raise
        g.stands_since = time.time()
        return otherwise()


def areas() -> Areas | None:
    """The book of areas as it is kept, None without one."""
    rows = _rows(building.AREAS)
    return None if rows is None else Areas.of([SimpleNamespace(**row) for row in rows])


def locators() -> list[tuple[str, str]]:
    """(code, outlines as JSON) of the cities that have any, as the builder has drawn them; [] without them."""
    batch = _batch(building.AREAS)
    if batch is None or "locator" not in batch.schema.names:
        return []
    told = zip(batch["code"].to_pylist(), batch["locator"].to_pylist(), strict=True)
    return [(code, outlines) for code, outlines in told if outlines]


def view(slug: str) -> Any:
    """A saved view as it is kept, None without one."""
    found = now()
    if found is None:
        return None
    if "views" not in found.lazily:
        found.lazily["views"] = {row["slug"]: row["row"] for row in _rows(building.VIEWS) or []}
    raw = found.lazily["views"].get(slug)
    return None if raw is None else SimpleNamespace(**orjson.loads(raw))


def _rows(key: str) -> list[dict[str, Any]] | None:
    batch = _batch(key)
    return None if batch is None else batch.to_pylist()


def _batch(key: str) -> pa.RecordBatch | None:
    found = now()
    kept = found.state.kept.get(key) if found else None
    return store.map(here(), kept.files["rows"]) if kept else None
