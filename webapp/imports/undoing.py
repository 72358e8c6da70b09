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
        undone: list[tuple[Row[Any], Row[Any] | None]] = []
        for row in rows:
            why = self._why_kept(row, drafts.get(row.draft_id), pending, same)
            if why is None:
                undone.append((row, drafts.get(row.draft_id)))
                counts["undone"] += 1
            elif why:
                kept.append({"b_row": row.row, "kept": why})
                counts["kept"] += 1
        self._erase(undone)
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

    def _erase(self, pairs: list[tuple[Row[Any], Row[Any] | None]]) -> None:
        """Undo rows, all of a chunk in a few statements."""
        table, published = self._layer.model.__table__, [row for row, _draft in pairs if row.became is not None]
        made = [row.place_id for row in published if row.was is None]
        if made:
            self._connection.execute(delete(table).where(table.c.id.in_(made)))
            pair = or_(Distinct.low.in_(made), Distinct.high.in_(made))
            self._connection.execute(delete(Distinct).where(Distinct.layer == self._layer.key, pair))
        changed = [row for row in published if row.was is not None]
        for row in changed:
            traces.put_back(self._connection, self._layer, self._batch.id, row.row)
        gone = [draft.id for row, draft in pairs if row.became is None and draft is not None]
        if gone:
            self._connection.execute(delete(Draft).where(TABLE.c.id.in_(gone)))
        again = [_as_it_was(row.old_draft) for row, _draft in pairs if row.old_draft is not None]
        if again:
            self._connection.execute(insert(Draft), again)
        self._note([row for row, _draft in pairs], self._values(changed))

    def _values(self, rows: list[Row[Any]]) -> dict[int, Any]:
        """Place -> what it is now that it is put back."""
        mine = self._layer.model.id.in_([row.place_id for row in rows])
        found = self._connection.execute(record.select_record(self._layer, mine)) if rows else ()
        return {place.id: record.of(self._layer, place) for place in found}

    def _note(self, rows: list[Row[Any]], values: dict[int, Any]) -> None:
        who = self._desk.who
        steps = [
            {
                "layer": self._layer.key, "action": "undone", "draft_id": row.draft_id, "place_id": row.place_id,
                "values": values.get(row.place_id), "batch_id": self._batch.id, "account_id": who.account_id,
                "who": who.title, "at": self._desk.now, "reason": f"#{self._batch.id}", "approvals": [],
            }
            for row in rows
        ]  # fmt: skip
        if steps:
            self._connection.execute(insert(Revision), steps)


def _as_it_was(draft: dict[str, Any]) -> dict[str, Any]:
    return {n: dt.datetime.fromisoformat(v) if n in MOMENTS and v else v for n, v in draft.items()}
