"""Who is signed in: a random token in the signed cookie, and a row of `sign_in` that ends on the server.

Only staff surfaces may ask: looking at the cookie makes a response vary with it, and public ones are shared.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, g, request
from flask import session as cookie
from sqlalchemy import Connection, Row, delete, insert, select, update

from webapp import db
from webapp.config import Settings
from webapp.models import Account, Grant, SignIn
from webapp.permissions import Held, Role, Signed

TOKEN = "token"  # noqa: S105 - the cookie's key of it
CSRF = "csrf_token"
LONGEST = dt.timedelta(hours=24)
"""A session ends after this, however busy it is; an idle one after MAP_SESSION_MINUTES."""
KEPT = dt.timedelta(days=30)
"""How long the row of a session is kept; the log knows longer."""
SEEN_EVERY = dt.timedelta(minutes=1)
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


class SignInNeeded(Exception):
    """Nobody is signed in where somebody must be."""


def digest(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def own() -> str:
    """The digest of this request's session, "" without one."""
    token = cookie.get(TOKEN)
    return digest(token) if isinstance(token, str) else ""


def current() -> Signed | None:
    """Who is signed in, looked up once for each request; None when nobody is, or not any more."""
    if "signed" not in g:
        found = _live(own())
        g.signed = _signed(db.connection(), found) if found else None
        if found and db.now() - found.seen_at >= SEEN_EVERY:
            with db.writing() as connection:
                connection.execute(update(SignIn).where(SignIn.digest == own()).values(seen_at=db.now()))
    signed: Signed | None = g.signed
    return signed


def signed() -> Signed:
    """Who is signed in; SignInNeeded when nobody is."""
    found = current()
    if found is None:
        raise SignInNeeded
    return found


def forget() -> None:
    """Look the account up again when it is next asked for: what it holds has changed in this request."""
    g.pop("signed", None)


def staff() -> None:
    """Let nobody in who is not signed in: for `Blueprint.before_request`."""
    signed()


def _live(key: str) -> Row[Any] | None:
    """The account and the session of a digest, unless it has ended, lain idle or lasted too long."""
    if not key:
        return None
    now, settings = db.now(), current_app.config["SETTINGS"]
    asked = (
        select(Account.id, Account.name, Account.title, Account.demo, SignIn.seen_at)
        .join(SignIn, SignIn.account_id == Account.id)
        .where(SignIn.digest == key, SignIn.ended_at.is_(None), Account.active)
        .where(SignIn.begun_at > now - LONGEST)
        .where(SignIn.seen_at > now - dt.timedelta(minutes=settings.session_minutes))
    )
    found: Any = db.connection().execute(asked).one_or_none()
    return None if found is None or (found.demo and not demo_allowed()) else found


def _signed(connection: Connection, account: Any) -> Signed:
    return Signed(account.id, account.name, account.title, held(connection, account.id), account.demo)


def held(connection: Connection, account_id: int) -> tuple[Held, ...]:
    """What an account has been granted, in the order it was."""
    asked = select(Grant.role, Grant.area, Grant.layers).where(Grant.account_id == account_id).order_by(Grant.id)
    return tuple(
        Held(Role(row.role), row.area, tuple(row.layers) if row.layers else None) for row in connection.execute(asked)
    )


def account(connection: Connection, account_id: int) -> Signed:
    """An account with what it holds, whether or not it is signed in; NoResultFound when there is none."""
    asked = select(Account.id, Account.name, Account.title, Account.demo).where(Account.id == account_id)
    return _signed(connection, connection.execute(asked).one())


def begin(connection: Connection, account_id: int) -> None:
    """Sign an account in: a new token in an emptied cookie.

    The token of forms survives when the cookie was this account's before, so that a form that was left open
    over the end of a session can still be sent.
    """
    before = connection.execute(select(SignIn.account_id).where(SignIn.digest == own())).scalar()
    kept = cookie.get(CSRF) if before == account_id else None
    _end_own(connection)
    cookie.clear()
    token = secrets.token_urlsafe(32)
    cookie[TOKEN] = token
    if kept:
        cookie[CSRF] = kept
    old = (SignIn.account_id == account_id, SignIn.begun_at < db.now() - KEPT)
    connection.execute(delete(SignIn).where(*old))
    row = {"digest": digest(token), "account_id": account_id, "begun_at": db.now(), "seen_at": db.now()}
    connection.execute(insert(SignIn).values(**row))
    forget()


def end(connection: Connection) -> None:
    """Sign out: the session ends on the server, the cookie is emptied."""
    _end_own(connection)
    cookie.clear()
    forget()


def _end_own(connection: Connection) -> None:
    ending = update(SignIn).where(SignIn.digest == own(), SignIn.ended_at.is_(None))
    connection.execute(ending.values(ended_at=db.now()))


def end_all(connection: Connection, account_id: int, but: str = "") -> int:
    """End every session of an account except the one of a digest; how many there were."""
    ending = update(SignIn).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.digest != but)
    return connection.execute(ending.values(ended_at=db.now())).rowcount


def is_local(settings: Settings) -> bool:
    """Whether the site's public address is this very machine."""
    return urlsplit(settings.public_url).hostname in LOCAL_HOSTS


def demo_allowed() -> bool:
    """Whether demo accounts may be used: samples are on, and neither setting nor request names another host."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.sample and is_local(settings) and _asked_host() in LOCAL_HOSTS


def _asked_host() -> str | None:
    """The host that the request was sent to, this machine's own outside requests."""
    try:
        return urlsplit(f"//{request.host}").hostname if request else LOCAL_HOSTS[0]
    except ValueError:
        return None
