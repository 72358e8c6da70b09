"""A batch's file opened: its layer guessed, its headings matched, and what only a person can say about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

import layers
from geo.clean import text as as_text
from geo.layout import is_blank
from geo.reading import read
from geo.table import Fault, Table
from layers import headings
from layers.areas import Areas, Level
from layers.base import Place, fields
from layers.errors import ChoiceMissing
from layers.headings import Match
from layers.incoming import Incoming
from layers.incoming import Said as Told
from layers.layer import Layer
from layers.located import strips, system
from webapp import dialling
from webapp.imports import files, saying
from webapp.imports.choices import Choices
from webapp.imports.given import POSITIONS
from webapp.imports.models import OfficeLayout, OfficeMapping

SHOWN = 3
"""Values of a column that are shown beside its heading."""


def guess(digest: str, choices: Choices) -> Layer:
    """The layer whose own words most of a file's headings are; the first when none fits better."""
    table = read(files.path(digest), choices.encoding, choices.part, _any)
    shared = {name for name in dir(Place) if not name.startswith("_")}
    return max(layers.LAYERS, key=lambda layer: _fit(layer, table, shared))  # of equals the first


def _any(text: str) -> bool:
    return any(headings.knows(layer)(text) for layer in layers.LAYERS)


def _fit(layer: Layer, table: Table, shared: set[str]) -> float:
    own = {name for name in fields(layer.model) if name not in shared}
    title = layer.title if layer.title in table.part or any(layer.title in s.text for s in table.skipped) else ""
    found = headings.matches(layer, table.headings)
    return bool(title) * 2 + sum(m.confidence * (2 if m.target in own else 1) for m in found if m.target)


def table(digest: str, layer: Layer, choices: Choices) -> Table:
    """The file's table as a layer reads it. UnreadableFile says why not."""
    return read(files.path(digest), choices.encoding, choices.part, headings.knows(layer))


def learned(connection: Connection, owner: str, layer: Layer) -> dict[str, str | None]:
    """Normalised heading -> target, of what an office has decided before and of its own layout."""
    asked = select(OfficeLayout.columns).where(OfficeLayout.owner == owner, OfficeLayout.layer == layer.key)
    columns: Iterable[Mapping[str, str]] = connection.execute(asked).scalar() or ()
    found: dict[str, str | None] = {headings.normal(one["heading"]): one["name"] for one in columns}
    mine = (OfficeMapping.owner == owner, OfficeMapping.layer == layer.key)
    for heading, target in connection.execute(select(OfficeMapping.heading, OfficeMapping.target).where(*mine)):
        found[heading] = target or None
    return {heading: target for heading, target in found.items() if target is None or may_be(layer, target)}


def may_be(layer: Layer, target: str) -> bool:
    """Whether a column of a file for a layer can be taken for this."""
    usual = {*POSITIONS, *headings.PLACES, "id"}
    return target in usual or (target in fields(layer.model) and target not in headings.NEVER)


def matched(layer: Layer, found: Table, known: Mapping[str, str | None], choices: Choices) -> list[Match]:
    """What each column is taken for: by a person, else as the office did before, else by its heading."""
    guessed = headings.matches(layer, found.headings, (saying.english,))
    before: dict[int, str | None] = {}
    for match in guessed:
        heading = headings.normal(match.heading)
        if heading in known and known[heading] not in before.values():
            before[match.column] = known[heading]
    columns = {c: t for c, t in choices.columns.items() if 0 <= c < len(guessed)}
    taken = {target for target in columns.values() if target}
    before = {c: t for c, t in before.items() if c not in columns and t not in taken}
    return headings.chosen(headings.chosen(guessed, before), columns)


def open_(connection: Connection, areas: Areas, batch: Row[Any]) -> Incoming:
    """A batch's rows ready to be judged. UnreadableFile, BadCoordinate, ChoiceMissing."""
    layer, choices = layers.get(batch.layer), Choices.of(batch.choices)
    found = table(batch.digest, layer, choices)
    matches = matched(layer, found, learned(connection, batch.owner, layer), choices)
    return Incoming(found, layer, matches, areas, told(connection, areas, batch.owner, choices))


def told(connection: Connection, areas: Areas, owner: str, choices: Choices) -> Told:
    """What person and office say of a file."""
    area = areas.get(owner)
    prefix = area.code[:6] if area.level == Level.ZONE else area.prefix
    codes = dialling.area_codes(connection)
    return Told(choices.datum, choices.epsg, (prefix,), area_codes=codes, languages=(saying.english,))


def about(connection: Connection, batch: Row[Any]) -> dict[str, Any]:
    """What the page of a file's columns shows of it, as JSON. UnreadableFile, BadCoordinate."""
    layer, choices = layers.get(batch.layer), Choices.of(batch.choices)
    found = table(batch.digest, layer, choices)
    known = learned(connection, batch.owner, layer)
    matches = matched(layer, found, known, choices)
    kind = system(found, matches, choices.datum, choices.epsg)
    placed = any(m.target in POSITIONS for m in matches) or any(row.shape is not None for row in found.rows)
    written = strips(found, matches, kind) if placed and kind.assumed else ""
    return {
        "kind": found.kind, "encoding": found.encoding, "crs": written or kind.label, "placed": placed,
        "assumed": placed and kind.assumed and not written,
        "part": found.part, "parts": [list(part) for part in found.parts],
        "remarks": [[remark.message, saying.plain(remark.values)] for remark in found.remarks],
        "rows": len(found.rows), "skipped": len(found.skipped),
        "columns": [_column(match, found, known) for match in matches],
    }  # fmt: skip


def _column(match: Match, found: Table, known: Mapping[str, str | None]) -> dict[str, Any]:
    remembered = headings.normal(match.heading) in known
    return {
        "column": match.column, "letter": match.letter, "heading": match.heading, "target": match.target,
        "unit": match.unit, "confidence": match.confidence, "reason": match.reason, "remembered": remembered,
        "samples": _samples(match.column, found),
    }  # fmt: skip


def _samples(column: int, found: Table) -> list[str]:
    """The first different values of a column, shortened."""
    seen: dict[str, None] = {}
    for row in found.rows[:60]:
        cell = row.cells[column]
        if not is_blank(cell) and not isinstance(cell, Fault):
            seen[as_text(cell).strip()[:24]] = None
        if len(seen) == SHOWN:
            break
    return list(seen)


def question(error: ChoiceMissing) -> dict[str, Any]:
    """What is asked, as a batch keeps it."""
    return {"choice": error.choice, "said": saying.of_error(error), "options": [list(one) for one in error.options]}
