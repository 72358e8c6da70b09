"""A batch undone: its drafts are gone or as they were, its places too, and what somebody has changed since stays."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, or_, select, update

import layers
from layers import record
from layers.words import N_
from webapp import audit
from webapp.desk import Desk
from webapp.imports import traces
from webapp.imports.applying import serialise
from webapp.imports.judging import AT_ONCE, Tell
from webapp.imports.models import Batch, BatchRow, Stage
from webapp.imports.traces import EDITED
from webapp.models import Distinct, Draft, Revision

ROW, TABLE = BatchRow.__table__, Draft.__table__
CHANGED = N_("发布以后又有人改过")
BEGUN = N_("有人正在改这一条")
LATER = N_("后来的导入又改过")
GONE = N_("条目已经不在了")
MOMENTS = ("created_at", "updated_at", "submitted_at", "publish_at")


def undo(desk: Desk, batch: Row[Any], tell: Tell) -> Counter[str]:
    """Undo a batch; how many rows are undone, how many are kept. Why is written beside each row that is kept."""
    serialise(desk.connection, batch.layer, batch.owner)
    eraser = _Eraser(desk, batch)
    asked = select(ROW).where(ROW.c.batch_id == batch.id, ROW.c.draft_id.is_not(None)).order_by(ROW.c.row)
    counts: Counter[str] = Counter()
    last = 0
    while rows := desk.connection.execute(asked.where(ROW.c.row > last).limit(AT_ONCE)).all():
        eraser.undo(rows, counts)
        last = rows[-1].row
        tell(counts.total())
    told = {**batch.counts, "undone": counts["undone"], "kept": counts["kept"]}
    values = {"state": Stage.UNDONE, "undone_at": desk.now, "counts": told, "message": None}
    desk.connection.execute(update(Batch).where(Batch.id == batch.id).values(**values))
    audit.note(desk.connection, "import_undo", desk.who, f"batch/{batch.id}", batch.owner, dict(counts))
    return counts


class _Eraser:
    """Undoes chunks of rows of one batch."""

    def __init__(self, desk: Desk, batch: Row[Any]) -> None:
        self._desk, self._batch, self._layer = desk, batch, layers.get(batch.layer)
        self._connection = desk.connection

    def undo(self, rows: Sequence[Row[Any]], counts: Counter[str]) -> None:
        """Undo what nobody has touched since; note why the rest is kept."""
        drafts = self._drafts(rows)
        pending = {draft.place_id: draft for draft in drafts.values() if draft.place_id is not None}
        same = self._untouched(rows)
        kept: list[dict[str, Any]] = []
        for row in rows:
            why = self._why_kept(row, drafts.get(row.draft_id), pending, same)
            if why is None:
                self._erase(row, drafts.get(row.draft_id))
                counts["undone"] += 1
            elif why:
                kept.append({"b_row": row.row, "kept": why})
                counts["kept"] += 1
        if kept:
            mine = (ROW.c.batch_id == self._batch.id, ROW.c.row == bindparam("b_row"))
            self._connection.execute(update(BatchRow).where(*mine), kept)

    def _drafts(self, rows: Sequence[Row[Any]]) -> dict[int, Row[Any]]:
        ids, places = [row.draft_id for row in rows], [row.place_id for row in rows if row.place_id is not None]
        mine = or_(TABLE.c.id.in_(ids), (TABLE.c.layer == self._layer.key) & TABLE.c.place_id.in_(places))
        return {d.id: d for d in self._connection.execute(select(TABLE).where(mine).with_for_update())}

    def _untouched(self, rows: Sequence[Row[Any]]) -> dict[int, bool]:
        """Row -> whether the place that it was published as is still exactly that."""
        model = self._layer.model
        numbers = [row.row for row in rows if row.became is not None]
        asked = (
            select(ROW.c.row, traces.whole(self._layer) == ROW.c.became)
            .join_from(ROW, model.__table__, model.__table__.c.id == ROW.c.place_id)
            .where(ROW.c.batch_id == self._batch.id, ROW.c.row.in_(numbers))
            .with_for_update(of=model.__table__)
        )
        return {number: bool(same) for number, same in self._connection.execute(asked)} if numbers else {}

    def _why_kept(
        self, row: Row[Any], draft: Row[Any] | None, pending: dict[int, Row[Any]], same: dict[int, bool]
    ) -> str | None:
        """Why a row has to stay; None when it can be undone, "" when there is nothing left of it."""
        if row.kept:
            return str(row.kept)
        if row.became is not None:
            if row.row not in same:
                return GONE if row.was is not None else ""
            if row.place_id in pending:
                return BEGUN
            return None if same[row.row] else CHANGED
        if draft is None:
            return LATER if self._published_later(row) else ""
        if draft.batch_id != self._batch.id:
            return LATER
        return None if draft.values == row.written else EDITED

    def _published_later(self, row: Row[Any]) -> bool:
        other = (ROW.c.draft_id == row.draft_id, ROW.c.batch_id != self._batch.id, ROW.c.became.is_not(None))
        return self._connection.execute(select(ROW.c.row).where(*other).limit(1)).first() is not None

    def _erase(self, row: Row[Any], draft: Row[Any] | None) -> None:
        model = self._layer.model
        values = None
        if row.became is not None and row.was is None:
            self._connection.execute(delete(model.__table__).where(model.id == row.place_id))
            pair = or_(Distinct.low == row.place_id, Distinct.high == row.place_id)
            self._connection.execute(delete(Distinct).where(Distinct.layer == self._layer.key, pair))
        elif row.became is not None:
            traces.put_back(self._connection, self._layer, self._batch.id, row.row)
            values = record.of(self._layer, record.one(self._connection, self._layer, row.place_id))
        elif draft is not None:
            self._connection.execute(delete(Draft).where(Draft.id == draft.id))
        if row.old_draft is not None:
            again = {n: dt.datetime.fromisoformat(v) if n in MOMENTS and v else v for n, v in row.old_draft.items()}
            self._connection.execute(insert(Draft).values(**again))
        self._note(row, values)

    def _note(self, row: Row[Any], values: dict[str, Any] | None) -> None:
        who = self._desk.who
        step = {
            "layer": self._layer.key, "action": "undone", "draft_id": row.draft_id, "place_id": row.place_id,
            "values": values, "batch_id": self._batch.id, "account_id": who.account_id, "who": who.title,
            "at": self._desk.now, "reason": f"#{self._batch.id}", "approvals": [],
        }  # fmt: skip
        self._connection.execute(insert(Revision).values(**step))
