"""Links that set a password once: made by an administrator or on the command line, good for three days."""

from __future__ import annotations

import datetime as dt
import secrets

from flask import current_app
from sqlalchemy import Connection, insert, select, update

from webapp import audit, db, passwords, session
from webapp.models import Account, ResetLink
from webapp.permissions import Signed

LASTS = dt.timedelta(hours=72)


class LinkSpent(Exception):
    """A link that is used, run out, replaced by a newer one, or was never made."""


def make(connection: Connection, account_id: int, by: Signed | None) -> str:
    """A new link, as it is to be copied; those made before are void."""
    void(connection, account_id)
    token = secrets.token_urlsafe(32)
    row = {
        "digest": session.digest(token),
        "account_id": account_id,
        "made_by": by.id if by else None,
        "expires_at": db.now() + LASTS,
    }
    connection.execute(insert(ResetLink).values(**row))
    return str(current_app.config["SETTINGS"].public_url) + f"/account/reset/{token}"


def whose(connection: Connection, token: str) -> Signed:
    """The account that a link is for; LinkSpent when it is good for nobody."""
    asked = select(ResetLink.account_id).join(Account, Account.id == ResetLink.account_id)
    good = (ResetLink.digest == session.digest(token), ResetLink.used_at.is_(None), ResetLink.expires_at > db.now())
    found = connection.execute(asked.where(*good, Account.active)).scalar()
    if found is None:
        raise LinkSpent
    return session.account(connection, found)


def use(connection: Connection, token: str, password: str) -> None:
    """Set the password and end every session; LinkSpent when somebody was faster."""
    using = update(ResetLink).where(
        ResetLink.digest == session.digest(token), ResetLink.used_at.is_(None), ResetLink.expires_at > db.now()
    )
    found = connection.execute(using.values(used_at=db.now()).returning(ResetLink.account_id)).scalar()
    if found is None:
        raise LinkSpent
    set_password(connection, found, password)
    void(connection, found)
    who = session.account(connection, found)
    audit.note(connection, audit.LINK_USED, who, f"account/{found}", audit.home(who))


def set_password(connection: Connection, account_id: int, password: str, but: str = "") -> int:
    """Give an account a password and end its sessions (except the one of a digest); how many ended."""
    connection.execute(update(Account).where(Account.id == account_id).values(password=passwords.hashed(password)))
    return session.end_all(connection, account_id, but)


def void(connection: Connection, account_id: int) -> None:
    """Make every open link of an account good for nothing."""
    open_ = update(ResetLink).where(ResetLink.account_id == account_id, ResetLink.used_at.is_(None))
    connection.execute(open_.values(used_at=db.now()))
