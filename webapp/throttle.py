"""Slows guessing down: failures of the last quarter of an hour, counted in the log, make the next attempt wait."""

from __future__ import annotations

import datetime as dt
import ipaddress
import math

from sqlalchemy import ColumnElement, Connection, cast, func, select
from sqlalchemy.dialects.postgresql import INET

from webapp import audit, db
from webapp.models import Audit

WINDOW = dt.timedelta(minutes=15)
FREE_BY_NAME, FREE_BY_ADDRESS = 5, 30
"""Failures that cost no wait: of one account, and of one address (an office shares one)."""
FIRST_WAIT, LONGEST_WAIT = 30, 900
"""Seconds; each further failure doubles the wait."""


def wait(connection: Connection, name: str) -> int:
    """Whole seconds that an attempt for this name from the request's address has to wait, 0 for none.

    Attempts that are told to wait are not counted, so that waiting always ends; a sign-in wipes the name's
    failures, never the address's. The same for names that exist and names that do not.
    """
    mine = _left(connection, (Audit.who == name) & (Audit.id > _last_success(name)), FREE_BY_NAME)
    network = _network(audit.address())
    if network is None:
        return mine
    return max(mine, _left(connection, Audit.address.op("<<=")(cast(network, INET)), FREE_BY_ADDRESS))


def serialise(connection: Connection, name: str) -> None:
    """Let attempts for one name go one after another: of fifty at once, the sixth sees five failures."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"sign in {name}", 0))))


def _left(connection: Connection, which: ColumnElement[bool], free: int) -> int:
    asked = select(func.count(), func.max(Audit.at)).where(Audit.action == audit.FAILED, which)
    failures, last = connection.execute(asked.where(Audit.at > db.now() - WINDOW)).one()
    if failures < free:
        return 0
    pause = min(FIRST_WAIT * 2.0 ** min(failures - free, 10), LONGEST_WAIT)
    return max(0, math.ceil(pause - (db.now() - last).total_seconds()))


def _last_success(name: str) -> ColumnElement[int]:
    """The id of the name's last success in the window, 0 without one."""
    good = (Audit.action.in_((audit.SIGNED_IN, audit.LINK_USED)), Audit.who == name, Audit.at > db.now() - WINDOW)
    return func.coalesce(select(func.max(Audit.id)).where(*good).scalar_subquery(), 0)


def _network(address: str | None) -> str | None:
    """The address itself; of IPv6 the /64 that one customer has to play with."""
    if address is None:
        return None
    return str(ipaddress.ip_network(f"{address}/{64 if ':' in address else 32}", strict=False))
