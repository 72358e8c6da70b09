"""The life of a place as it is written down: one Revision a step, read back as a history with readable differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from layers import record
from layers.layer import Layer
from layers.words import N_, Labels
from webapp.desk import Desk
from webapp.models import Revision

ACTIONS: Labels = {
    "submitted": N_("交去审核"),
    "approved": N_("审核通过"),
    "returned": N_("退回修改"),
    "scheduled": N_("定好时间发布"),
    "published": N_("发布"),
    "verified": N_("核实"),
    "progress": N_("改进度"),
    "withdrawn": N_("撤下"),
    "restored": N_("取回旧版"),
    "undone": N_("撤销导入"),
    "imported": N_("导入"),
}
LONGEST = 200
"""Steps of one history that are shown."""


def note(
    desk: Desk,
    layer: str,
    action: str,
    *,
    place_id: int | None = None,
    draft_id: int | None = None,
    reason: str = "",
    values: Mapping[str, Any] | None = None,
    approvals: Sequence[Mapping[str, Any]] = (),
    batch_id: int | None = None,
) -> None:
    """Write one step down; the machine sets who and when."""
    step = {
        "layer": layer, "action": action, "place_id": place_id, "draft_id": draft_id, "reason": reason,
        "values": values, "approvals": list(approvals), "batch_id": batch_id,
        "account_id": desk.who.account_id, "who": desk.who.title, "at": desk.now,
    }  # fmt: skip
    desk.connection.execute(insert(Revision).values(**step))


@dataclass(frozen=True)
class Step:
    """One line of a history: what was done, and what it changed against the step before."""

    row: Row[Any]
    label: str
    changes: list[record.Change]


def history(desk: Desk, layer: Layer, *, place_id: int | None = None, draft_id: int | None = None) -> list[Step]:
    """The steps of a place, or of a draft that is no place yet, newest first."""
    where = [Revision.layer == layer.key]
    where.append(Revision.place_id == place_id if place_id is not None else Revision.draft_id == draft_id)
    rows = desk.connection.execute(select(Revision.__table__).where(*where).order_by(Revision.id).limit(LONGEST)).all()
    found: list[Step] = []
    before: Mapping[str, Any] | None = None
    for row in rows:
        changed: list[record.Change] = (
            [] if row.values is None or before is None else list(_changes(desk, layer, before, row.values))
        )
        found.append(Step(row, desk.translate(ACTIONS.get(row.action, row.action)), changed))
        before = row.values if row.values is not None else before
    return found[::-1]


def _changes(desk: Desk, layer: Layer, before: Mapping[str, Any], after: Mapping[str, Any]) -> Any:
    return record.changes(layer, before, after, desk.translate)


def one(connection: Connection, id: int) -> Row[Any] | None:
    """A step by its number; None when there is none."""
    return connection.execute(select(Revision.__table__).where(Revision.id == id)).one_or_none()
