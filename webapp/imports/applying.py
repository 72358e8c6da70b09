"""Accepted rows of a batch become drafts in review, all in one transaction and each with its step in the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

import layers
from layers import headings, lasting
from layers.incoming import State as RowState
from webapp import audit, drafts
from webapp.desk import Desk
from webapp.imports import existing, given
from webapp.imports.choices import Choices
from webapp.imports.existing import Asked, Existing, Meant, Reach
from webapp.imports.judging import AT_ONCE, Tell
from webapp.imports.models import Batch, BatchRow, OfficeMapping, Stage, Verdict
from webapp.models import Draft, Revision, State

ROW, TABLE = BatchRow.__table__, Draft.__table__
TRIES = 3
"""Passes over a chunk: between looking and writing somebody may begin a draft of the same place."""


def serialise(connection: Connection, layer: str, owner: str) -> None:
    """Let the imports of one office into one layer go one after another, until the transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"import {layer} {owner}", 0))))


def apply(desk: Desk, batch: Row[Any], tell: Tell) -> Counter[str]:
    """Write the drafts of a judged batch; what became of its accepted rows, by verdict.

    What there is is looked at anew: rows that have become the same change nothing, and rows that are no
    longer within reach are refused.
    """
    serialise(desk.connection, batch.layer, batch.owner)
    writer = _Writer(desk, batch)
    asked = select(ROW).where(ROW.c.batch_id == batch.id, ROW.c.state == RowState.ACCEPTED).order_by(ROW.c.row)
    counts: Counter[str] = Counter()
    last = 0
    while rows := desk.connection.execute(asked.where(ROW.c.row > last).limit(AT_ONCE)).all():
        counts += writer.write(rows)
        last = rows[-1].row
        tell(counts.total())
    kept = {**batch.counts, **{v.value: counts[v] for v in Verdict}}
    kept["accepted"], kept["refused"] = counts.total() - counts["late"], batch.counts.get("refused", 0) + counts["late"]
    values = {"state": Stage.APPLIED, "applied_at": desk.now, "counts": kept, "message": None}
    desk.connection.execute(update(Batch).where(Batch.id == batch.id).values(**values))
    remember(desk, batch)
    told = {"layer": batch.layer, "file": batch.file, **{v.value: counts[v] for v in Verdict}}
    audit.note(desk.connection, "import", desk.who, f"batch/{batch.id}", batch.owner, told)
    return counts


@dataclass
class _Work:
    """One row with what it means, what it would do and what is written for it."""

    row: Row[Any]
    asked: Asked
    meant: Meant
    verdict: Verdict
    values: dict[str, Any]


class _Writer:
    """Writes chunks of rows for one batch."""

    def __init__(self, desk: Desk, batch: Row[Any]) -> None:
        self._desk, self._batch, self._layer = desk, batch, layers.get(batch.layer)
        reach = Reach(desk.who, self._layer, batch.owner, desk.areas)
        self._existing = Existing(desk.connection, self._layer, reach, batch.owner, desk.areas)
        self._until = lasting.stands_until(self._layer, desk.today).isoformat()

    def write(self, rows: Sequence[Row[Any]]) -> Counter[str]:
        """The drafts, revisions and marks of a chunk."""
        counts: Counter[str] = Counter()
        left: Sequence[Row[Any]] = rows
        for _try in range(TRIES):
            left = self._pass(left, counts)
            if not left:
                return counts
        raise RuntimeError("drafts of the same places are begun again and again")

    def _pass(self, rows: Sequence[Row[Any]], counts: Counter[str]) -> list[Row[Any]]:
        asked = [Asked(r.row, r.values, r.key, r.own, r.said_id, r.sure) for r in rows]
        self._existing.load(asked, lock=True)
        work: list[_Work] = []
        late: list[dict[str, Any]] = []
        for row, one in zip(rows, asked, strict=True):
            meant = self._existing.meant(one)
            if meant.problem:
                late.append({"b_row": row.row, "state": RowState.REFUSED, "problems": [*row.problems, meant.problem]})
                continue
            verdict = existing.judged(self._layer, self._desk.areas, one, meant).verdict
            work.append(_Work(row, one, meant, verdict, self._values(one, meant)))
        missed = self._insert([w for w in work if w.meant.draft is None and w.verdict != Verdict.SAME])
        self._update([w for w in work if w.meant.draft is not None and w.verdict != Verdict.SAME])
        self._mark([_marked(w, None, None) for w in work if w.verdict == Verdict.SAME])
        self._mark(late)
        counts["late"] += len(late)
        for one_ in work:
            counts[one_.verdict.value] += one_.row.row not in missed
        return [w.row for w in work if w.row.row in missed]

    def _values(self, asked: Asked, meant: Meant) -> dict[str, Any]:
        """The draft's values after the row: what stands with what the row says, verified where the file says how."""
        told = {name: value for name, value in asked.values.items() if value is not None}
        if meant.draft is None and meant.place is None:
            values, changed = {"valid_until": self._until, **told}, list(told)
        else:
            old = self._standing(asked, meant)
            values, changed = given.merged(old, asked.values), given.differing(old, asked.values)
        if meant.draft is None and "verified" not in changed:
            values.pop("verified", None)  # the place keeps the day that it has when this is published
        if "verified_how" in changed and told.get("verified_how") and "verified" not in told:
            values["verified"] = self._desk.today.isoformat()
        return values

    def _standing(self, asked: Asked, meant: Meant) -> dict[str, Any]:
        old = existing.standing(self._layer, self._desk.areas, asked, meant)
        allowed = {*drafts.typed(self._layer), "verified"}
        return old if meant.draft is not None else {name: value for name, value in old.items() if name in allowed}

    def _shared(self, work: _Work) -> dict[str, Any]:
        """What a draft gets whether it is new or there already."""
        area, zone = str(work.values["area"]), work.values.get("zone")
        me, now = self._desk.who.id, self._desk.now
        return {
            "values": work.values, "area": area, "zone": zone, "state": State.REVIEW, "approvals": [], "reason": "",
            "editor_id": me, "updated_at": now, "submitted_at": now, "batch_id": self._batch.id,
        }  # fmt: skip

    def _insert(self, work: list[_Work]) -> set[int]:
        """Write new drafts; the rows for which somebody else has just begun one."""
        if not work:
            return set()
        me, now, layer = self._desk.who.id, self._desk.now, self._layer
        rows = []
        for one in work:
            place = one.meant.place
            mine = place is None or (one.asked.own and place.external_id is None)
            base = (
                {}
                if place is None
                else {k: v for k, v in self._standing(one.asked, one.meant).items() if k != "verified"}
            )
            rows.append(self._shared(one) | {
                "layer": layer.key, "place_id": place.id if place is not None else None, "base": base,
                "author_id": me, "created_at": now, "source": self._batch.owner if mine else None,
                "external_id": one.asked.key if mine else None,
            })  # fmt: skip
        made = upsert(Draft).values(rows).on_conflict_do_nothing()
        asked = made.returning(TABLE.c.id, TABLE.c.place_id, TABLE.c.external_id)
        found = {
            (r.place_id, None if r.place_id else r.external_id): r.id for r in self._desk.connection.execute(asked)
        }
        names = [
            ((r["place_id"], None if r["place_id"] else r["external_id"]), w) for r, w in zip(rows, work, strict=True)
        ]
        self._note([(found[name], w) for name, w in names if name in found])
        self._mark([_marked(w, found[name], None) for name, w in names if name in found])
        return {w.row.row for name, w in names if name not in found}

    def _update(self, work: list[_Work]) -> None:
        """Write over drafts that are there; what they were is kept for the undo."""
        rows = [
            {"b_id": w.meant.draft.id, **self._shared(w), "version": w.meant.draft.version + 1}
            for w in work if w.meant.draft is not None
        ]  # fmt: skip
        if not rows:
            return
        self._desk.connection.execute(update(Draft).where(TABLE.c.id == bindparam("b_id")), rows)
        pairs = [(w.meant.draft, w) for w in work if w.meant.draft is not None]
        self._note([(draft.id, w) for draft, w in pairs])
        self._mark([_marked(w, draft.id, _whole(draft)) for draft, w in pairs])

    def _note(self, pairs: Sequence[tuple[int, _Work]]) -> None:
        """A step in each one's history."""
        who, now = self._desk.who, self._desk.now
        steps = [
            {
                "layer": self._layer.key, "action": "imported", "draft_id": id_, "batch_id": self._batch.id, "at": now,
                "place_id": work.meant.place.id if work.meant.place is not None else None, "values": work.values,
                "account_id": who.account_id, "who": who.title, "reason": "", "approvals": [],
            }
            for id_, work in pairs
        ]  # fmt: skip
        if steps:
            self._desk.connection.execute(insert(Revision), steps)

    def _mark(self, marks: list[dict[str, Any]]) -> None:
        """What became of rows: `b_row` and the columns that change."""
        if marks:
            mine = (ROW.c.batch_id == self._batch.id, ROW.c.row == bindparam("b_row"))
            self._desk.connection.execute(update(BatchRow).where(*mine), marks)


def _marked(work: _Work, draft_id: int | None, old: dict[str, Any] | None) -> dict[str, Any]:
    place = work.meant.place.id if work.meant.place is not None else None
    written = work.values if draft_id is not None else None
    return {
        "b_row": work.row.row, "verdict": work.verdict.value, "place_id": place, "draft_id": draft_id,
        "old_draft": old, "written": written,
    }  # fmt: skip


def _whole(draft: Row[Any]) -> dict[str, Any]:
    """A draft's whole row as JSON."""
    moments = ("created_at", "updated_at", "submitted_at", "publish_at")
    return {n: v.isoformat() if n in moments and v is not None else v for n, v in draft._mapping.items()}


def remember(desk: Desk, batch: Row[Any]) -> None:
    """What was taken for what is offered when the office comes with the same headings again."""
    rows = [
        {
            "owner": batch.owner, "layer": batch.layer, "heading": headings.normal(one["heading"]),
            "target": one["target"] or "", "at": desk.now,
        }
        for one in batch.about.get("columns", ())
        if one["heading"] and (one["target"] or one["column"] in Choices.of(batch.choices).columns)
    ]  # fmt: skip
    rows = list({row["heading"]: row for row in rows}.values())
    if rows:
        made = upsert(OfficeMapping).values(rows)
        index = ["owner", "layer", "heading"]
        again = {"target": made.excluded.target, "at": made.excluded.at}
        desk.connection.execute(made.on_conflict_do_update(index_elements=index, set_=again))
