"""The file as it came with a column that says what is wrong in each row, as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row, select

import layers
from geo import files as out
from geo.table import Fault
from layers.incoming import State
from webapp.desk import Desk
from webapp.i18n import translate as _
from webapp.imports import opening, pages
from webapp.imports.choices import Choices
from webapp.imports.models import BatchRow

ROW = BatchRow.__table__
PROBLEM = "问题"
"""In Chinese whatever the reader's language: the office sends the file back to itself."""
WHERE = ("经度（WGS 84）", "纬度（WGS 84）")


def workbook(here: Desk, batch: Row[Any]) -> bytes:
    """The rows of data with their own columns and 问题; a map file gets the positions as columns.

    FileNotFoundError when the file is not kept any more.
    """
    layer, choices = layers.get(batch.layer), Choices.of(batch.choices)
    table = opening.table(batch.digest, layer, choices)
    drawn = any(row.shape is not None for row in table.rows)
    headings = [*table.headings, *(WHERE if drawn else ()), PROBLEM]
    return out.write_xlsx(table.part or _(layer.title), headings, _rows(here, batch, table, drawn))


def _rows(here: Desk, batch: Row[Any], table: Any, drawn: bool) -> Iterator[list[Any]]:
    layer = layers.get(batch.layer)
    asked = select(ROW).where(ROW.c.batch_id == batch.id, ROW.c.state != State.SKIPPED)
    told: Mapping[int, Row[Any]] = {row.row: row for row in here.connection.execute(asked)}
    for row in table.rows:
        judged = told.get(row.number)
        cells = [None if isinstance(cell, Fault) else _cell(cell) for cell in row.cells]
        where = [judged.lon, judged.lat] if judged is not None else [None, None]
        words = pages.shown(layer, judged) if judged is not None else None
        said = [*words.problems, *(_("请看一眼：%(words)s", words=w) for w in words.warnings)] if words else []
        yield [*cells, *(where if drawn else ()), "；".join(said)]


def _cell(cell: Any) -> Any:
    return (
        cell if cell is None or isinstance(cell, str | int | float | bool) or hasattr(cell, "isoformat") else str(cell)
    )


def name(batch: Row[Any]) -> str:
    """What the file is called: the office's own name of it with what it is."""
    return f"{batch.file.rsplit('.', 1)[0][:60]}-{PROBLEM}.xlsx"
