"""An attempt to sign in, or to prove that one is who is signed in: counted, slowed, written to the log."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import session as cookie
from sqlalchemy import Connection, select, update

from webapp import audit, db, passwords, session, throttle, two_step
from webapp.models import Account
from webapp.permissions import Signed

PENDING = "pending"
PENDING_SECONDS = 300
"""How long a right password waits for its code."""


@dataclass(frozen=True)
class Attempt:
    """How an attempt came out: in, or the seconds to wait, or a code still to be given, or nothing of it."""

    is_in: bool = False
    wait: int = 0
    needs_code: bool = False
    is_demo: bool = False


def with_password(connection: Connection, name: str, password: str) -> Attempt:
    """Sign in by name and password; the same work and the same answer for a name that nobody has."""
    throttle.serialise(connection, name)
    waiting = throttle.wait(connection, name)
    if waiting:
        return Attempt(wait=waiting)
    found: Any = connection.execute(select(Account).where(Account.name == name, Account.active)).one_or_none()
    who = Signed(found.id if found else 0, name, "", session.held(connection, found.id if found else 0))
    if not passwords.matches(found.password if found else None, password):
        return _failed(connection, who, "password")
    if found.demo and not session.demo_allowed():
        return Attempt(is_demo=True)
    if passwords.is_dated(found.password):
        connection.execute(update(Account).where(Account.id == found.id).values(password=passwords.hashed(password)))
    if found.totp:
        cookie[PENDING] = [found.id, int(db.now().timestamp()), _mark(found.password)]
        return Attempt(needs_code=True)
    return _in(connection, who)


def with_code(connection: Connection, who: Signed, code: str) -> Attempt:
    """The second step of somebody whose password was right a moment ago."""
    throttle.serialise(connection, who.name)
    waiting = throttle.wait(connection, who.name)
    if waiting:
        return Attempt(wait=waiting)
    if not two_step.take(connection, who.id, code):
        return _failed(connection, who, "code")
    return _in(connection, who)


def prove(connection: Connection, who: Signed, password: str) -> Attempt:
    """Whether who is signed in knows their password; guesses count as they do at the door."""
    throttle.serialise(connection, who.name)
    waiting = throttle.wait(connection, who.name)
    if waiting:
        return Attempt(wait=waiting)
    kept = connection.execute(select(Account.password).where(Account.id == who.id)).scalar()
    return Attempt(is_in=True) if passwords.matches(kept, password) else _failed(connection, who, "password")


def pending(connection: Connection) -> Signed | None:
    """Whose code is waited for; None when nobody's is, or not any more."""
    kept = cookie.get(PENDING)
    if not isinstance(kept, list) or not 0 <= db.now().timestamp() - kept[1] < PENDING_SECONDS + 1:
        return None
    asked = select(Account.password).where(Account.id == kept[0], Account.active, Account.totp.is_not(None))
    password = connection.execute(asked).scalar()
    return session.account(connection, kept[0]) if password and _mark(password) == kept[2] else None


def _mark(password: str) -> str:
    """What changes with the password, so that a change undoes what was pending; says nothing of it."""
    return hashlib.sha256(password.encode()).hexdigest()[:16]


def _in(connection: Connection, who: Signed) -> Attempt:
    session.begin(connection, who.id)
    audit.note(connection, audit.SIGNED_IN, who, f"account/{who.id}", audit.home(who))
    return Attempt(is_in=True)


def _failed(connection: Connection, who: Signed, step: str) -> Attempt:
    named = who if session.own() and who.id else who.name
    audit.note(connection, audit.FAILED, named, area=audit.home(who), detail={"step": step})
    return Attempt(wait=throttle.wait(connection, who.name))
