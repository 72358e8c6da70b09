"""The forms of imports as they were sent, turned into choices; nothing of them can raise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row

import layers
from geo.crs import Datum
from layers.located import zone_options
from layers.words import N_
from webapp.imports import opening
from webapp.imports.choices import APART, ENCODINGS, LEAVE, Choices

AUTO = "auto"
"""A column about which nothing was said: as it was guessed."""
NO_NAME = N_("没有一栏是“名称”；请在下面选出哪一栏是名称")
TWICE = N_("有两栏都选了“%(label)s”")


def columns(batch: Row[Any], form: Any) -> Choices:
    """What the page of the columns sent, on top of what was said before."""
    known = Choices.of(batch.choices)
    layer = layers.get(batch.layer)
    said: dict[int, str | None] = dict(known.columns)
    for one in batch.about.get("columns", ()):
        target: str | None = str(form.get(f"c{one['column']}", AUTO)) or None
        other = target != one["target"] or one["column"] in said
        if target != AUTO and other and (target is None or opening.may_be(layer, target)):
            said[one["column"]] = target
    datum, epsg = str(form.get("datum", "")), str(form.get("epsg", ""))
    strips = dict(zone_options())
    return replace(
        known, columns=said, clear=bool(form.get("clear")),
        datum=Datum(datum) if datum in set(Datum) else None, epsg=int(epsg) if epsg in strips else None,
    )  # fmt: skip


def reading(batch: Row[Any], form: Any) -> tuple[Choices, str] | None:
    """Encoding, sheet and layer where they are other than before: then the file has to be read anew."""
    known = Choices.of(batch.choices)
    encoding, part, key = (str(form.get(name, "")) for name in ("encoding", "part", "layer"))
    encoding = encoding if encoding in ENCODINGS else known.encoding or ""
    parts = [name for name, _rows in batch.about.get("parts", ())]
    now = batch.about.get("part", "")
    part = part if part in parts else now
    key = key if key in [y.key for y in layers.LAYERS] else batch.layer
    if (encoding, part, key) == (known.encoding or "", now, batch.layer):
        return None
    kept = known.columns if key == batch.layer and part == now else {}
    return replace(known, encoding=encoding or None, part=part or None, columns=kept, rows={}), key


def rows(batch: Row[Any], form: Any) -> Choices:
    """What was said of single rows that look like places already there."""
    known = Choices.of(batch.choices)
    said = dict(known.rows)
    for name, value in form.items():
        number = name.removeprefix("row")
        if name.startswith("row") and number.isdecimal() and len(number) < 8:
            if value in (LEAVE, APART) or (value.isdecimal() and len(value) < 19):
                said[int(number)] = value
            else:
                said.pop(int(number), None)
    return replace(known, rows=said)
