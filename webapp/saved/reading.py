"""A saved view as it can be shown today: what has vanished since it was saved is left out and told, never an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import Row, select
from werkzeug.exceptions import Gone, NotFound

import layers
from layers.areas import Areas
from layers.errors import BadValue
from layers.layer import Layer
from layers.query import LISTED
from layers.view import View
from webapp import db, standing
from webapp.saved.models import SavedView

Pairs = Sequence[tuple[str, str]]
ALL = "*"
FREE = (*LISTED, "at", "layers")
"""Parameters that narrow nothing, so that locking them means nothing."""


@dataclass(frozen=True)
class Options:
    """How it is shown: pixels high, whether the visitor gets filters, the list beside the map, the language
    ("" the reader's own), and whether the map follows the places found or stays where it was put."""

    height: int = 560
    controls: bool = False
    list: bool = False
    lang: str = ""
    follow: bool = False


@dataclass(frozen=True)
class Saved:
    """A saved view; `dropped` are the (parameter, value) that mean nothing any more."""

    slug: str
    title: str
    caption: str
    view: View
    locked: frozenset[str]
    hosts: tuple[str, ...]
    options: Options
    area: str
    version: int
    dropped: tuple[tuple[str, str], ...] = field(default=())

    def holds(self, name: str) -> bool:
        """Whether it has a parameter that the server holds; a radius goes with its point."""
        if name in FREE or name not in dict(self.view.params()):
            return False
        return ALL in self.locked or name in self.locked or (name == "radius" and "near" in self.locked)


def shown(slug: str) -> Saved:
    """The saved view of a slug; NotFound when there is none, Gone when it has been ended.

    While the database is gone, as it was last kept beside the Snapshots.
    """
    asked = select(SavedView.__table__).where(SavedView.slug == slug)
    row = standing.unless_gone(lambda: db.connection().execute(asked).one_or_none(), lambda: standing.view(slug))
    if row is None:
        raise NotFound
    if row.ended_at is not None:
        raise Gone
    return read(row, db.areas())


def read(row: Row[Any], areas: Areas) -> Saved:
    """A row as it can be shown; what is dropped is logged once for each version by each process."""
    view, dropped = tolerant([(str(name), str(value)) for name, value in row.params], areas, row.area)
    if dropped:
        _log(row.slug, row.version, dropped)
    return Saved(
        row.slug, row.title, row.caption, view, frozenset(row.locked), tuple(row.hosts), options(row.options),
        row.area, row.version, tuple(dropped),
    )  # fmt: skip


def options(kept: Mapping[str, Any]) -> Options:
    """The options that this program knows among those that were kept."""
    return Options(**{name: kept[name] for name in Options.__dataclass_fields__ if name in kept})


def _log(slug: str, version: int, dropped: Iterable[tuple[str, str]]) -> None:
    told: set[tuple[str, int]] = current_app.extensions.setdefault("saved_views_told", set())
    if (slug, version) not in told:
        told.add((slug, version))
        words = "&".join(f"{name}={value}" for name, value in dropped)
        current_app.logger.warning("saved view %s version %s: %s means nothing any more", slug, version, words)


def tolerant(params: Pairs, areas: Areas, home: str) -> tuple[View, list[tuple[str, str]]]:
    """The View of kept parameters, and the (parameter, value) that it had to leave out.

    A list loses only those of its values that nobody knows. A view that was about areas of which none is left
    is about its office's area `home`, never about the whole nation.
    """
    keys, dropped = _layers(dict(params).get("layers", ""))
    kept = [("layers", ",".join(keys))] if keys else []
    for name, value in params:
        if name == "layers":
            continue
        good = _good(kept, name, value, areas)
        kept += [(name, good)] if good else []
        gone = set(value.split(",")) - set(good.split(",")) if good else {value}
        dropped += [(name, part) for part in value.split(",") if part in gone] if good else [(name, value)]
        if name == "area" and not good and home in areas:
            kept.append((name, home))
    return View.parse(layers.LAYERS, kept, areas), dropped


def _layers(raw: str) -> tuple[list[str], list[tuple[str, str]]]:
    known: dict[str, Layer] = {layer.key: layer for layer in layers.LAYERS}
    keys = [key for key in raw.split(",") if key]
    return [key for key in keys if key in known], [("layers", key) for key in keys if key not in known]


def _good(kept: Pairs, name: str, value: str, areas: Areas) -> str:
    """The value, or those parts of a list that still mean something; "" for nothing."""
    if _reads([*kept, (name, value)], areas):
        return value
    parts = [part for part in value.split(",") if "," in value and _reads([*kept, (name, part)], areas)]
    return ",".join(parts)


def _reads(params: Pairs, areas: Areas) -> bool:
    try:
        View.parse(layers.LAYERS, params, areas, strict=True)
    except BadValue:
        return False
    return True
