"""What publishing a batch's draft did to the place: its whole row before and after, kept with the batch's row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, column, func, literal, literal_column, select, update
from sqlalchemy.dialects.postgresql import JSONB

from layers.layer import Layer
from layers.words import N_
from webapp.imports.models import BatchRow

ROW = BatchRow.__table__
EDITED = N_("有人接着改过这份草稿")


def columns(layer: Layer) -> list[str]:
    """The names of a layer's columns that are stored, not worked out."""
    return [c.name for c in layer.model.__table__.columns if c.computed is None]


def whole(layer: Layer) -> ColumnElement[Any]:
    """A place's row as JSONB, exact to the last digit: numbers keep their scale, the geometry is EWKB."""
    table = layer.model.__table__
    found: Any = func.to_jsonb(table.table_valued())
    for name in (c.name for c in table.columns if c.computed is not None):
        found = found.op("-")(name)
    return found.op("||")(func.jsonb_build_object("geom", func.ST_AsHEXEWKB(table.c.geom)))  # type: ignore[no-any-return]


def before(connection: Connection, layer: Layer, draft: Row[Any]) -> None:
    """Keep the place as it is before a batch's draft is written into it."""
    if draft.batch_id is not None and draft.place_id is not None:
        connection.execute(update(BatchRow).where(*_mine(draft)).values(was=_now(layer, draft.place_id)))


def after(connection: Connection, layer: Layer, draft: Row[Any], place_id: int) -> None:
    """Keep the place as a batch's draft has made it; one that a person has worked on meanwhile is theirs."""
    if draft.batch_id is None:
        return
    untouched = ROW.c.written == literal(draft.values, JSONB)
    kept = {"became": _now(layer, place_id), "place_id": place_id}
    connection.execute(update(BatchRow).where(*_mine(draft), untouched).values(kept))
    connection.execute(update(BatchRow).where(*_mine(draft), ~untouched).values(kept=EDITED, place_id=place_id))


def _mine(draft: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    return ROW.c.batch_id == draft.batch_id, ROW.c.draft_id == draft.id


def _now(layer: Layer, place_id: int) -> Any:
    return select(whole(layer)).where(layer.model.id == place_id).scalar_subquery()


def put_back(connection: Connection, layer: Layer, batch_id: int, row: int) -> None:
    """Make a place exactly what it was before a batch's row was published."""
    table, names = layer.model.__table__, columns(layer)
    kept = select(ROW.c.was).where(ROW.c.batch_id == batch_id, ROW.c.row == row).scalar_subquery()
    blank: ColumnElement[Any] = literal_column(f"NULL::{table.name}")
    was = func.jsonb_populate_record(blank, kept).table_valued(*(column(n, table.c[n].type) for n in names), name="was")
    changed = {name: was.c[name] for name in names if name != "id"}
    connection.execute(update(table).where(table.c.id == was.c.id).values(changed))
