"""Keys with which machines of an office send files: shown once, kept as a digest, revoked at any time."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import Row, case, insert, select, update

from layers.words import N_
from webapp import audit, db, session
from webapp.desk import Desk
from webapp.enquiries import TooMany
from webapp.imports import staging
from webapp.imports.models import OfficeToken
from webapp.models import Account
from webapp.permissions import Action, Forbidden

TABLE = OfficeToken.__table__
PREFIX = "gyt_"
"""Begins every key, so that one that has got somewhere it should not be is recognised."""
WINDOW, MOST = dt.timedelta(minutes=1), 10
"""Files that a key may send in a while."""
TOO_MANY = N_("这个口令一分钟里传得太多，请过一分钟再传")
LONGEST_NAME = 60


class BadToken(Exception):
    """No key, one that is not known, or one that is revoked or whose account is blocked."""


def make(here: Desk, owner: str, name: str) -> str:
    """A new key of an office, as it is shown this once. Forbidden outside the account's own offices."""
    if owner not in [area.code for area in staging.offices(here)]:
        raise Forbidden(Action.IMPORT)
    key = PREFIX + secrets.token_urlsafe(32)
    row = {"digest": session.digest(key), "account_id": here.who.id, "owner": owner, "name": name, "made_at": here.now}
    id_ = here.connection.execute(insert(OfficeToken).values(**row).returning(TABLE.c.id)).scalar_one()
    audit.note(here.connection, "token_new", here.who, f"token/{id_}", owner, {"name": name})
    return key


def listed(here: Desk) -> list[Row[Any]]:
    """The keys of the account's offices, with `title` of who made them, the newest first."""
    mine = [area.code for area in staging.offices(here)]
    asked = select(TABLE, Account.title).join_from(TABLE, Account.__table__, Account.id == TABLE.c.account_id)
    return list(here.connection.execute(asked.where(TABLE.c.owner.in_(mine)).order_by(TABLE.c.id.desc()).limit(200)))


def revoke(here: Desk, id: int) -> None:
    """Let a key open nothing any more."""
    mine = [area.code for area in staging.offices(here)]
    which = (TABLE.c.id == id, TABLE.c.owner.in_(mine), TABLE.c.revoked_at.is_(None))
    gone = here.connection.execute(
        update(OfficeToken).where(*which).values(revoked_at=here.now).returning(TABLE.c.owner)
    )
    owner = gone.scalar()
    if owner is None:
        raise Forbidden(Action.IMPORT)
    audit.note(here.connection, "token_revoke", here.who, f"token/{id}", owner)


def used(header: str | None) -> Row[Any]:
    """The key of an Authorization header, counted. BadToken, TooMany."""
    scheme, _separator, key = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise BadToken
    now = db.now()
    fresh = TABLE.c.window_at > now - WINDOW
    counted = {
        "used_at": now, "window_at": case((fresh, TABLE.c.window_at), else_=now),
        "window_n": case((fresh, TABLE.c.window_n + 1), else_=1),
    }  # fmt: skip
    alive = select(Account.id).where(Account.active, Account.id == TABLE.c.account_id).exists()
    mine = (TABLE.c.digest == session.digest(key.strip()), TABLE.c.revoked_at.is_(None), alive)
    with db.writing() as connection:
        row = connection.execute(update(OfficeToken).where(*mine).values(counted).returning(TABLE)).one_or_none()
    if row is None:
        raise BadToken
    if row.window_n > MOST:
        raise TooMany(TOO_MANY)
    return row
