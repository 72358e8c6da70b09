"""What an account has to do today, counted in one statement: for the navigation, the line above pages, and mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, func, literal, or_, select

import layers
from layers import public
from layers.asking import SOON_DAYS
from layers.words import N_
from webapp import permissions, review_pack
from webapp.desk import Desk
from webapp.models import Draft, Enquiry, State
from webapp.permissions import Action


@dataclass(frozen=True)
class Item:
    """One kind of work: the page where it is done, its words with %(n)s, how much there is, whether it is late."""

    endpoint: str
    words: str
    count: int
    late: bool = False


def items(desk: Desk) -> list[Item]:
    """What there is to do, without what there is not."""
    asked = {name: number for name, number in _numbers(desk).items() if number is not None}
    return [*(_counted(desk, asked) if asked else ()), *_approval(desk)]


def _counted(desk: Desk, asked: dict[str, ColumnElement[Any]]) -> list[Item]:
    row = desk.connection.execute(select(*(number.label(name) for name, number in asked.items()))).one()._mapping
    found = [Item(endpoint, words, row.get(name) or 0, name == "overdue") for name, endpoint, words in KINDS]
    return [item for item in found if item.count]


KINDS = (
    ("expiring", "staff_expiring.page", N_("%(n)s 条 14 天内到期")),
    ("review", "staff_review.page", N_("%(n)s 条等审核")),
    ("open", "staff_enquiries.page", N_("%(n)s 条反馈没答复")),
    ("overdue", "staff_enquiries.page", N_("%(n)s 条反馈超期了")),
)


def _approval(desk: Desk) -> list[Item]:
    """The map's number runs out, or has: for those who can take the pack for a new one."""
    left = review_pack.days_left(current_app.config["SETTINGS"], desk.today)
    if left is None or left > review_pack.WARNED_DAYS or not review_pack.allowed(desk):
        return []
    if left < 0:
        return [Item("staff_pack.page", N_("审图号过期 %(n)s 天，图上已经改写示意图·未送审"), -left, True)]
    return [Item("staff_pack.page", N_("审图号还有 %(n)s 天到期，要重新送审"), left, left <= LATE_DAYS)]


LATE_DAYS = 30
"""A review takes up to twenty working days: fewer days than this are late."""


def badges(found: list[Item]) -> dict[str, int]:
    """Endpoint -> number in the navigation; what is late is among what is open."""
    return {item.endpoint: item.count for item in found if not item.late}


def _numbers(desk: Desk) -> dict[str, ColumnElement[Any] | None]:
    return {"expiring": _expiring(desk), "review": _review(desk), **_enquiries(desk)}


def _expiring(desk: Desk) -> ColumnElement[Any] | None:
    parts = []
    for layer in layers.LAYERS:
        if permissions.anywhere(desk.who, Action.VERIFY, desk.areas, layer.key):
            mine = permissions.within(desk.who, Action.VERIFY, layer.model, desk.areas, layer.key)
            soon = public.expiring(layer, desk.today, SOON_DAYS)
            parts.append(select(func.count()).select_from(layer.model).where(mine, soon).scalar_subquery())
    return sum(parts, start=literal(0)) if parts else None


def _review(desk: Desk) -> ColumnElement[Any] | None:
    """What this very account may approve: nobody approves their own, and nobody twice."""
    if not permissions.anywhere(desk.who, Action.REVIEW, desk.areas):
        return None
    table, me = Draft.__table__.c, desk.who.id
    waiting = [table.state == State.REVIEW, ~table.approvals.contains([{"account": me}])]
    waiting.append(permissions.within(desk.who, Action.REVIEW, Draft, desk.areas))
    if not desk.rules.self_approval:
        waiting.append(~or_(table.author_id == me, table.editor_id == me))
    return select(func.count()).select_from(Draft).where(*waiting).scalar_subquery()


def _enquiries(desk: Desk) -> dict[str, ColumnElement[Any] | None]:
    if not permissions.anywhere(desk.who, Action.ANSWER, desk.areas):
        return {}
    mine = permissions.within(desk.who, Action.ANSWER, Enquiry, desk.areas)
    open_ = select(func.count()).select_from(Enquiry).where(mine, Enquiry.answered_at.is_(None))
    return {"open": open_.scalar_subquery(), "overdue": open_.where(Enquiry.due_on < desk.today).scalar_subquery()}
