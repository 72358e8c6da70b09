"""The ways by which an office brings links to people: its own list, whose codes are never used twice."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from layers.areas import Area
from layers.errors import BadValue
from layers.latin import latin
from layers.words import N_
from webapp import area_choice, audit, permissions
from webapp.counting.models import Channel
from webapp.desk import Desk
from webapp.permissions import Action

TABLE = Channel.__table__
USUAL = (N_("驿站"), N_("大巴"), N_("公众号"), N_("海报"))
"""What an office is offered to begin with."""
CODE = re.compile(r"[a-z0-9-]{1,24}")
LONGEST, MOST = 20, 40
"""Characters of a title; channels that one office may have."""


def exists(connection: Connection, code: str) -> bool:
    """Whether somebody keeps a channel of that code, in use or not any more."""
    if not may_be(code):
        return False
    return connection.execute(select(TABLE.c.id).where(TABLE.c.code == code)).scalar() is not None


def may_be(code: str) -> bool:
    """Whether a channel may have that code."""
    return CODE.fullmatch(code) is not None


def titles(connection: Connection) -> dict[str, str]:
    """Code -> title of every channel."""
    return {row.code: row.title for row in connection.execute(select(TABLE.c.code, TABLE.c.title))}


def mine(desk: Desk, ended: bool = False) -> list[Row[Any]]:
    """The channels of the offices that the account makes views for, each office's in the order they were made."""
    codes = [area.code for area in offices(desk)]
    if not codes:
        return []
    asked = (
        select(TABLE).where(area_choice.condition(TABLE.c.area, codes, desk.areas)).order_by(TABLE.c.area, TABLE.c.id)
    )
    rows = desk.connection.execute(asked if ended else asked.where(TABLE.c.ended_at.is_(None)))
    return list(rows)


def offices(desk: Desk) -> list[Area]:
    """The areas for which the account may do it, widest first."""
    return permissions.granted(desk.who, Action.VIEWS, desk.areas)


def add(desk: Desk, area: str, title: str) -> str:
    """A new channel of an office; its code, made from the title's pinyin. BadValue when it cannot be."""
    _demand(desk, area)
    _demand_title(title)
    count = select(func.count()).where(TABLE.c.area == area, TABLE.c.ended_at.is_(None))
    if desk.connection.execute(count).scalar_one() >= MOST:
        raise BadValue("title", title, N_("一个单位最多 %(n)s 个渠道，先停用几个"), {"n": MOST})
    base = re.sub(r"[^a-z0-9]+", "", latin(title).lower())[:16] or "ch"
    for n in range(1, 10_000):
        code = base if n == 1 else f"{base}{n}"
        row = {"code": code, "title": title, "area": area, "account_id": desk.who.id, "created_at": desk.now}
        adding = insert(Channel).values(**row).on_conflict_do_nothing().returning(Channel.id)
        if desk.connection.execute(adding).scalar() is not None:
            audit.note(desk.connection, "channel_new", desk.who, f"channel/{code}", area, {"title": title})
            return code
    raise BadValue("title", title, N_("换一个名字"))


def rename(desk: Desk, code: str, title: str) -> None:
    """Another title for a channel; links and counts keep its code."""
    row = _get(desk, code)
    _demand_title(title)
    desk.connection.execute(update(Channel).where(Channel.id == row.id).values(title=title))
    audit.note(desk.connection, "channel_title", desk.who, f"channel/{code}", row.area, {"title": title})


def switch(desk: Desk, code: str, on: bool) -> None:
    """Offer a channel no more, or again; what is printed already goes on counting."""
    row = _get(desk, code)
    ended = None if on else desk.now
    desk.connection.execute(update(Channel).where(Channel.id == row.id).values(ended_at=ended))
    audit.note(desk.connection, "channel_on" if on else "channel_off", desk.who, f"channel/{code}", row.area)


def _get(desk: Desk, code: str) -> Row[Any]:
    row = desk.connection.execute(select(TABLE).where(TABLE.c.code == code)).one_or_none()
    if row is None:
        raise BadValue("code", code[:50], N_("没有这个渠道"))
    _demand(desk, row.area)
    return row


def _demand_title(title: str) -> None:
    if not title or len(title) > LONGEST:
        raise BadValue("title", title[: 2 * LONGEST], N_("写 1 到 %(n)s 个字"), {"n": LONGEST})


def _demand(desk: Desk, area: str) -> None:
    if area not in desk.areas or not area_choice.covers(offices(desk), area, desk.areas):
        raise permissions.Forbidden(Action.VIEWS)
