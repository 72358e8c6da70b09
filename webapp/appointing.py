"""Accounts are made, trusted, blocked: every change within what its maker may give, and in the log."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from webapp import audit, db, people, reset, session, two_step
from webapp.models import Account, Grant
from webapp.permissions import Action, Forbidden, Held, Role, Signed, may_grant

NAME = re.compile(r"[\w.@-]{2,40}")
OPERATOR = "flask"
"""Who the log says it was when it was the command line."""
LOCK = 4611
"""Changes of administrators go one after another, so that two of them cannot remove each other."""


class LastAdmin(Exception):
    """Nobody would be left to administer an area; carries its code."""


class NameTaken(Exception):
    """Another account has this name."""


def tidied(name: str) -> str:
    """An account's name as it is kept and compared: one case, full-width letters as the others."""
    kept = (c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c)[0] != "C")
    return "".join(kept).strip().casefold()[:80]


def create(connection: Connection, by: Signed | str, name: str, title: str, held: Held, demo: bool = False) -> int:
    """A new account with its first grant and no password yet; NameTaken, or Forbidden where it is not one's to give.

    What a demo account makes is a demo account.
    """
    demo = demo or (isinstance(by, Signed) and by.demo)
    adding = insert(Account).values(name=name, title=title, demo=demo).on_conflict_do_nothing()
    id_: int | None = connection.execute(adding.returning(Account.id)).scalar()
    if id_ is None:
        raise NameTaken(name)
    audit.note(connection, "account_new", by, f"account/{id_}", held.area, {"name": name, "title": title})
    give(connection, by, id_, held)
    return id_


def give(connection: Connection, by: Signed | str, account_id: int, held: Held) -> None:
    """Trust an account with a role in an area; a grant of this role there is replaced."""
    _demand(by, held)
    before = (Grant.account_id == account_id) & (Grant.role == held.role) & (Grant.area == held.area)
    for old in connection.execute(select(Grant.layers).where(before)):
        _demand(by, Held(held.role, held.area, tuple(old.layers) if old.layers else None))
    layers = list(held.layers) if held.layers else None
    giving = insert(Grant).values(account_id=account_id, role=held.role, area=held.area, layers=layers)
    giving = giving.on_conflict_do_update(constraint="account_grant_account_id_role_area_key", set_={"layers": layers})
    connection.execute(giving)
    _note(connection, "grant_give", by, account_id, held)


def take(connection: Connection, by: Signed | str, account_id: int, grant_id: int) -> None:
    """Take a grant back; LastAdmin when nobody else administers its area. One that is gone already is no error."""
    _lock(connection)
    mine = (Grant.id == grant_id) & (Grant.account_id == account_id)
    found = connection.execute(select(Grant.role, Grant.area, Grant.layers).where(mine)).one_or_none()
    if found is None:
        return
    held = Held(Role(found.role), found.area, tuple(found.layers) if found.layers else None)
    _demand(by, held)
    _keep_one(connection, account_id, [held])
    connection.execute(delete(Grant).where(mine))
    _note(connection, "grant_take", by, account_id, held)


def block(connection: Connection, by: Signed | str, account_id: int) -> None:
    """Let an account in no more: its sessions end, its links are void. LastAdmin as with `take`."""
    _lock(connection)
    _keep_one(connection, account_id, list(session.held(connection, account_id)))
    _set(connection, account_id, active=False)
    session.end_all(connection, account_id)
    reset.void(connection, account_id)
    _note(connection, "account_block", by, account_id)


def unblock(connection: Connection, by: Signed | str, account_id: int) -> None:
    """Let an account in again."""
    _set(connection, account_id, active=True)
    _note(connection, "account_unblock", by, account_id)


def rename(connection: Connection, by: Signed | str, account_id: int, title: str) -> None:
    """Change the office and post that others see."""
    _set(connection, account_id, title=title)
    _note(connection, "account_title", by, account_id)


def drop_two_step(connection: Connection, by: Signed | str, account_id: int) -> None:
    """Let somebody who has lost their phone in by password alone."""
    two_step.switch_off(connection, account_id)
    _note(connection, "two_step_off", by, account_id)


def link(connection: Connection, by: Signed | str, account_id: int) -> str:
    """A new link with which the account sets its password."""
    made = reset.make(connection, account_id, by if isinstance(by, Signed) else None)
    _note(connection, "link_new", by, account_id)
    return made


def _demand(by: Signed | str, held: Held) -> None:
    if isinstance(by, Signed) and not may_grant(by, held, db.areas()):
        raise Forbidden(Action.PEOPLE)


def _keep_one(connection: Connection, account_id: int, losing: list[Held]) -> None:
    """Refuse when an account that can sign in is the last to administer an area that it loses."""
    areas = db.areas()
    guarded = [h.area for h in losing if h.role == Role.ADMIN and h.layers is None and h.area in areas]
    for area in guarded if _can_sign_in(connection, account_id) else ():
        if not people.others_cover(connection, area, account_id, areas):
            raise LastAdmin(area)


def _can_sign_in(connection: Connection, account_id: int) -> bool:
    asked = select(Account.id).where(Account.id == account_id, Account.active, Account.password.is_not(None))
    return connection.execute(asked).scalar() is not None


def _lock(connection: Connection) -> None:
    connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


def _set(connection: Connection, account_id: int, **values: object) -> None:
    connection.execute(update(Account).where(Account.id == account_id).values(**values))


def _note(connection: Connection, action: str, by: Signed | str, account_id: int, held: Held | None = None) -> None:
    other = session.account(connection, account_id)
    detail: dict[str, object] = {"name": other.name, "title": other.title}
    if held is not None:
        detail |= {"role": held.role, "layers": list(held.layers or ())}
    audit.note(connection, action, by, f"account/{account_id}", held.area if held else audit.home(other), detail)
