"""A new batch: the office whose file it is, the file kept, and the first look into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any

from sqlalchemy import Row, insert, update

import layers
from layers.areas import Area, Areas, Level
from layers.errors import BadValue
from layers.words import N_
from webapp import db, desk, permissions
from webapp.desk import Desk
from webapp.imports import files, steps
from webapp.imports.choices import Choices
from webapp.imports.models import Batch, Stage
from webapp.permissions import Action, Forbidden

TABLE = Batch.__table__
NOT_AN_OFFICE = N_("写单位所在地的代码，如 511123")


def offices(here: Desk, layer: str | None = None) -> list[Area]:
    """The areas for which the account may import, widest first."""
    return permissions.granted(here.who, Action.IMPORT, here.areas, layer)


def spot(owner: str, areas: Areas) -> tuple[str, str | None]:
    """Area and zone of an office as places have them."""
    area = areas.get(owner)
    return (area.parent or area.code[:6], owner) if area.level == Level.ZONE else (owner, None)


def new(here: Desk, file: IO[bytes], name: str | None, owner: str, layer: str = "", **more: Any) -> Row[Any]:
    """Keep a file and begin a batch of it; nothing of it is read yet. Forbidden, BadValue, UnreadableFile.

    `layer` may be "": then its headings tell. `more`: `choices`, `token_id`.
    """
    if owner not in here.areas:
        raise BadValue("owner", owner, NOT_AN_OFFICE)
    area, zone = spot(owner, here.areas)
    tried = [layer] if layer else [y.key for y in layers.LAYERS]
    if not any(permissions.may(here.who, Action.IMPORT, key, area, zone, here.areas) for key in tried):
        raise Forbidden(Action.IMPORT)
    digest, size = files.keep(file)
    choices: Choices = more.get("choices") or Choices()
    values = {
        "layer": layer, "account_id": here.who.id, "owner": owner, "area": area, "zone": zone, "digest": digest,
        "file": files.shown_name(name) or digest[:12], "size": size, "choices": choices.json(),
        "token_id": more.get("token_id"), "about": {"guessed": not layer}, "created_at": here.now,
    }  # fmt: skip
    return here.connection.execute(insert(Batch).values(**values).returning(TABLE)).one()


def look(batch: Row[Any], by: int, writing: Callable[[], Any] = desk.writing) -> None:
    """Read the file: now when it is small, else by the worker."""
    if files.is_quick(batch.digest, batch.size):
        steps.at_once(batch.id, "read", {}, writing)
    else:
        steps.later(batch.id, "read", by)


def is_large(batch: Row[Any]) -> bool:
    """Whether its steps are the worker's."""
    return bool(batch.total > steps.QUICK_ROWS)


def say(id: int, choices: Choices, layer: str | None = None) -> None:
    """Keep what a person has said about a file; `layer` changes what it is for."""
    free = (TABLE.c.id == id, TABLE.c.task.is_(None), TABLE.c.state.in_((Stage.STAGED, Stage.READY, Stage.FAILED)))
    values: dict[str, Any] = {"choices": choices.json(), "state": Stage.STAGED}
    values |= {"layer": layer} if layer else {}
    with db.writing() as connection:
        connection.execute(update(Batch).where(*free).values(**values))


def go(batch: Row[Any], step: str, by: int, writing: Callable[[], Any] = desk.writing, **task: Any) -> None:
    """Take a step now when the batch is small, else by the worker."""
    if is_large(batch):
        steps.later(batch.id, step, by, **task)
    else:
        steps.at_once(batch.id, step, task, writing)
