"""People of the tests: accounts with grants, and desks at which they work."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, insert

from layers.areas import Areas
from tests.places import TODAY
from webapp.db import CHINA
from webapp.desk import Desk, Rules
from webapp.models import Account, Grant
from webapp.permissions import Held, Role, Signed

NOON = dt.datetime.combine(TODAY, dt.time(12), CHINA)


def person(connection: Connection, name: str, *held: Held, password: str | None = None) -> Signed:
    """An account with grants, as it is when it has signed in."""
    row = {"name": name, "title": f"测试·{name}", "password": password}
    id_ = connection.execute(insert(Account).values(**row).returning(Account.id)).scalar_one()
    for one in held:
        values = {
            "account_id": id_,
            "role": one.role,
            "area": one.area,
            "layers": list(one.layers) if one.layers else None,
        }
        connection.execute(insert(Grant).values(**values))
    return Signed(id_, name, row["title"] or "", held)


def editor(connection: Connection, area: str = "511123", name: str = "editor", **more: Any) -> Signed:
    return person(connection, name, Held(Role.EDITOR, area), **more)


def reviewer(connection: Connection, area: str = "511123", name: str = "reviewer", **more: Any) -> Signed:
    return person(connection, name, Held(Role.REVIEWER, area), **more)


def desk(connection: Connection, who: Signed, areas: Areas, now: dt.datetime = NOON, **rules: Any) -> Desk:
    return Desk(connection, who, areas, now, Rules(**rules))
