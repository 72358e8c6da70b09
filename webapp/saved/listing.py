"""Saved views as they are looked up: an office's, one with its history, the one with exactly some parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from layers.errors import UnknownPlace
from webapp import area_choice, permissions
from webapp.desk import Desk
from webapp.permissions import Action, Forbidden
from webapp.saved.models import SavedVersion, SavedView

TABLE, VERSIONS = SavedView.__table__, SavedVersion.__table__
LONGEST = 200
"""Versions of one history that are shown."""


def digest(params: Iterable[tuple[str, str]]) -> str:
    """A digest of canonical parameters: equal Views have equal ones."""
    return hashlib.sha256(orjson.dumps([list(pair) for pair in params])).hexdigest()[:32]


def named(connection: Connection, params: Iterable[tuple[str, str]]) -> str:
    """The slug of the oldest saved view with exactly these parameters, "" without one."""
    asked = select(TABLE.c.slug).where(TABLE.c.digest == digest(params), TABLE.c.ended_at.is_(None))
    return connection.execute(asked.order_by(TABLE.c.id).limit(1)).scalar() or ""


def mine(desk: Desk) -> list[Row[Any]]:
    """The saved views of the areas that the account makes views for, the newest first."""
    codes = [area.code for area in permissions.granted(desk.who, Action.VIEWS, desk.areas)]
    if not codes:
        raise Forbidden(Action.VIEWS)
    asked = select(TABLE).where(area_choice.condition(TABLE.c.area, codes, desk.areas))
    return list(desk.connection.execute(asked.order_by(TABLE.c.updated_at.desc(), TABLE.c.id.desc())))


def get(desk: Desk, slug: str, *, lock: bool = False) -> Row[Any]:
    """One that the account looks after; UnknownPlace when there is none, Forbidden when it is another office's."""
    asked = select(TABLE).where(TABLE.c.slug == slug)
    row = desk.connection.execute(asked.with_for_update() if lock else asked).one_or_none()
    if row is None:
        raise UnknownPlace("view", 0)
    if not area_choice.covers(permissions.granted(desk.who, Action.VIEWS, desk.areas), row.area, desk.areas):
        raise Forbidden(Action.VIEWS)
    return row


def history(connection: Connection, view_id: int) -> list[Row[Any]]:
    """Its versions, newest first."""
    asked = select(VERSIONS).where(VERSIONS.c.view_id == view_id).order_by(VERSIONS.c.n.desc()).limit(LONGEST)
    return list(connection.execute(asked))
