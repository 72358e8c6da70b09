"""Whose accounts an administrator sees, and whose they may change."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, false, func, or_, select

from layers.areas import Areas, Level
from webapp import session
from webapp.models import Account, Grant, SignIn
from webapp.permissions import Held, Role, Signed, may_grant

PER_PAGE = 50


def may_manage(connection: Connection, who: Signed, other: Signed, areas: Areas) -> bool:
    """Whether somebody may block an account, make a link for it, change its name or its two-step sign-in.

    Whoever makes a link can become that account: so everything that it holds must be theirs to give.
    """
    if not other.held:
        return is_widest(connection, who, areas)
    return all(may_grant(who, held, areas) for held in other.held)


def may_see(connection: Connection, who: Signed, other: Signed, areas: Areas) -> bool:
    """Whether an account is among somebody's people: something that it holds is theirs to give."""
    if not other.held:
        return is_widest(connection, who, areas)
    return any(may_grant(who, held, areas) for held in other.held)


def visible(connection: Connection, who: Signed, areas: Areas) -> ColumnElement[bool]:
    """`may_see` as a condition on accounts: `may_grant` is asked once for each kind of grant that there is."""
    kinds = connection.execute(select(Grant.area, Grant.layers).distinct()).all()
    given = [kind for kind in kinds if may_grant(who, Held(Role.EDITOR, kind.area, _tuple(kind.layers)), areas)]
    whole = Grant.area.in_([kind.area for kind in given if kind.layers is None]) & Grant.layers.is_(None)
    parts = [(Grant.area == kind.area) & (Grant.layers == kind.layers) for kind in given if kind.layers is not None]
    seen = exists().where(Grant.account_id == Account.id, or_(whole, *parts))
    if is_widest(connection, who, areas):
        return or_(seen, ~exists().where(Grant.account_id == Account.id))
    return seen


def _tuple(layers: list[str] | None) -> tuple[str, ...] | None:
    return tuple(layers) if layers else None


def is_widest(connection: Connection, who: Signed, areas: Areas) -> bool:
    """Whether nobody administers more than they do: they see what belongs to no area."""
    order = list(Level)
    asked = select(Grant.area).distinct().join(Account).where(Account.active, *_administers())
    there = [order.index(Level(areas.get(code).level)) for code in connection.scalars(asked) if code in areas]
    mine = [order.index(Level(areas.get(h.area).level)) for h in who.held if _is_admin(h) and h.area in areas]
    return bool(mine) and min(mine) <= min(there, default=0)


def _administers() -> tuple[ColumnElement[bool], ...]:
    return (Grant.role == Role.ADMIN, Grant.layers.is_(None))


def _is_admin(held: Held) -> bool:
    return held.role == Role.ADMIN and held.layers is None


def others_cover(connection: Connection, area: str, but: int, areas: Areas) -> bool:
    """Whether somebody else, who can sign in, administers an area or what lies above it."""
    above = [a.code for a in areas.path(area)]
    asked = select(Account.id).join(Grant).where(Grant.area.in_(above), *_administers())
    asked = asked.where(Account.id != but, Account.active, Account.password.is_not(None))
    if not session.demo_allowed():
        asked = asked.where(~Account.demo)
    return connection.execute(asked.limit(1)).scalar() is not None


def listed(connection: Connection, who: Signed, areas: Areas, words: str, page: int) -> list[Row[Any]]:
    """A page of the accounts that somebody sees, by title, with `total` and when they last signed in."""
    last = select(func.max(SignIn.begun_at)).where(SignIn.account_id == Account.id).scalar_subquery()
    columns = (
        Account.id, Account.name, Account.title, Account.active, Account.demo, Account.password.is_(None).label("new"),
        Account.totp.is_not(None).label("two_step"), last.label("last"), func.count().over().label("total"),
    )  # fmt: skip
    asked = select(*columns).where(visible(connection, who, areas))
    for word in words.split():
        asked = asked.where(or_(false(), *(_holds(c, word) for c in (Account.name, Account.title))))
    asked = asked.order_by(Account.active.desc(), Account.title, Account.id)
    found: Any = connection.execute(asked.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    return list(found)


def _holds(column: Any, word: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.icontains(word, autoescape=True)
    return found


def grants(connection: Connection, ids: list[int]) -> dict[int, list[Row[Any]]]:
    """The grants of accounts, by account."""
    asked = select(Grant.id, Grant.account_id, Grant.role, Grant.area, Grant.layers).where(Grant.account_id.in_(ids))
    found: dict[int, list[Any]] = {id_: [] for id_ in ids}
    for row in connection.execute(asked.order_by(Grant.area, Grant.id)):
        found[row.account_id].append(row)
    return found


def state(connection: Connection, account_id: int) -> Row[Any]:
    """Whether an account is active, a demo, without password yet, in two steps; and when it last signed in."""
    last = select(func.max(SignIn.begun_at)).where(SignIn.account_id == account_id).scalar_subquery()
    columns = (Account.active, Account.demo, Account.password.is_(None).label("new"))
    asked = select(*columns, Account.totp.is_not(None).label("two_step"), last.label("last"))
    found: Any = connection.execute(asked.where(Account.id == account_id)).one()
    return found  # type: ignore[no-any-return]
