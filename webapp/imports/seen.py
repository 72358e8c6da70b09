"""Which batches an account may see, and act on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

import layers
from layers.errors import UnknownPlace
from webapp import permissions
from webapp.desk import Desk
from webapp.imports.models import Batch
from webapp.permissions import Action, Forbidden

TABLE = Batch.__table__


def get(here: Desk, id: int, action: Action = Action.IMPORT) -> Row[Any]:
    """A batch that the account may act on; UnknownPlace when there is none, Forbidden when it may not."""
    batch = here.connection.execute(select(TABLE).where(TABLE.c.id == id)).one_or_none()
    if batch is None:
        raise UnknownPlace("batch", id)
    keys = [batch.layer] if batch.layer else [y.key for y in layers.LAYERS]
    if not any(permissions.may(here.who, action, key, batch.area, batch.zone, here.areas) for key in keys):
        raise Forbidden(action)
    return batch


def listed(here: Desk, page: int, size: int) -> list[Row[Any]]:
    """Batches of the account's offices, the newest first."""
    mine = permissions.within(here.who, Action.IMPORT, Batch, here.areas)
    asked = select(TABLE).where(mine).order_by(TABLE.c.id.desc())
    return list(here.connection.execute(asked.limit(size).offset((page - 1) * size)))
