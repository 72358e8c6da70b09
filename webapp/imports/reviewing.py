"""A batch under review: its drafts approved or given back together, by the rules for single ones."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

import layers
from layers.base import Need
from layers.words import N_
from webapp import audit, permissions, publishing
from webapp.desk import Desk
from webapp.drafts import Unready
from webapp.imports import seen
from webapp.imports.judging import AT_ONCE, Tell
from webapp.imports.models import Batch
from webapp.models import Draft, State
from webapp.permissions import Action, Forbidden, NotByYou
from webapp.publishing import NotNow

TABLE = Draft.__table__
SAMPLE = 10
OWN = N_("自己导入的要由别人审核")
NONE_LEFT = N_("这一批没有在等你审核的了，可能别人已经处理")


def waiting(here: Desk, batch_id: int | None = None) -> list[ColumnElement[bool]]:
    """Conditions on drafts of imports that wait for this account's review."""
    mine = permissions.within(here.who, Action.REVIEW, Draft, here.areas)
    which = TABLE.c.batch_id == batch_id if batch_id is not None else TABLE.c.batch_id.is_not(None)
    return [mine, TABLE.c.state == State.REVIEW, which]


def batches(here: Desk) -> list[Row[Any]]:
    """Batches with drafts in review: `id`, `layer`, `file`, `who`, `n`, `since`, `own`, the longest waiting first."""
    batch = Batch.__table__
    own = func.bool_or((TABLE.c.author_id == here.who.id) | (TABLE.c.editor_id == here.who.id))
    asked = (
        select(
            batch.c.id, batch.c.layer, batch.c.file, batch.c.owner, batch.c.task,
            func.count().label("n"), func.min(TABLE.c.submitted_at).label("since"), own.label("own"),
        )
        .join_from(TABLE, batch, batch.c.id == TABLE.c.batch_id)
        .where(*waiting(here))
        .group_by(batch.c.id)
        .order_by(func.min(TABLE.c.submitted_at))
    )  # fmt: skip
    return list(here.connection.execute(asked.limit(200)))


def get(here: Desk, id: int) -> Row[Any]:
    """A batch that the account may review, or of which drafts wait for it. UnknownPlace, Forbidden."""
    try:
        return seen.get(here, id, Action.REVIEW)
    except Forbidden:
        if not here.connection.execute(select(TABLE.c.id).where(*waiting(here, id)).limit(1)).first():
            raise
        batch = Batch.__table__
        return here.connection.execute(select(batch).where(batch.c.id == id)).one()


def tallies(here: Desk, batch_id: int) -> Row[Any]:
    """How many drafts of a batch wait for this account: `n`, `new`, `own`."""
    own = (TABLE.c.author_id == here.who.id) | (TABLE.c.editor_id == here.who.id)
    new = func.count().filter(TABLE.c.place_id.is_(None))
    asked = select(func.count().label("n"), new.label("new"), func.count().filter(own).label("own"))
    found: Any = here.connection.execute(asked.select_from(TABLE).where(*waiting(here, batch_id))).one()
    return found  # type: ignore[no-any-return]


def sample(here: Desk, batch_id: int) -> list[Row[Any]]:
    """Ten drafts of a batch at random."""
    return list(
        here.connection.execute(select(TABLE).where(*waiting(here, batch_id)).order_by(func.random()).limit(SAMPLE))
    )


def listed(here: Desk, batch_id: int, page: int, size: int) -> list[Row[Any]]:
    """A page of a batch's drafts in review."""
    asked = select(TABLE).where(*waiting(here, batch_id)).order_by(TABLE.c.id)
    return list(here.connection.execute(asked.limit(size).offset((page - 1) * size)))


def decide(here: Desk, batch: Row[Any], step: str, reason: str, tell: Tell) -> Counter[str]:
    """Approve or give back every draft of a batch that waits for this account, all in one transaction.

    Drafts that publishing would refuse stay in review and are counted as `unready`. NotNow when nothing
    waits, NotByYou when the account has imported them itself.
    """
    counts: Counter[str] = Counter()
    last = 0
    asked = select(TABLE).where(*waiting(here, batch.id)).order_by(TABLE.c.id)
    while rows := here.connection.execute(asked.where(TABLE.c.id > last).limit(AT_ONCE)).all():
        for draft in rows:
            counts[_one(here, draft, step, reason)] += 1
        last = rows[-1].id
        tell(counts.total())
    if not counts.total():
        raise NotNow(NONE_LEFT)
    told = {**batch.counts, "review": dict(counts)}
    here.connection.execute(update(Batch).where(Batch.id == batch.id).values(counts=told))
    audit.note(here.connection, step, here.who, f"batch/{batch.id}", batch.owner, dict(counts))
    return counts


def _one(here: Desk, draft: Row[Any], step: str, reason: str) -> str:
    if step == "return":
        publishing.give_back(here, draft.id, draft.version, reason)
        return "returned"
    own = here.who.id in (draft.author_id, draft.editor_id)
    if own and not here.rules.self_approval:
        raise NotByYou(OWN)
    if here.who.id in [done["account"] for done in draft.approvals]:
        return "seen"
    if not layers.get(draft.layer).check(draft.values, Need.PUBLISH, here.areas).accepted:
        return "unready"
    try:
        with here.connection.begin_nested():
            place = publishing.approve(here, draft.id, draft.version)
    except Unready:
        return "unready"
    return "published" if place is not None else "approved"
