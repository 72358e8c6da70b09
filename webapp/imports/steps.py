"""The steps of a batch, each taken once: what starts them, who does them, and what becomes of it when they fail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select, update

import layers
from geo.errors import SpatialError
from layers.errors import ChoiceMissing
from layers.words import N_
from webapp import db, desk
from webapp.desk import Desk
from webapp.imports import applying, judging, opening, reviewing, saying, undoing
from webapp.imports.choices import Choices
from webapp.imports.judging import Tell
from webapp.imports.models import Batch, Stage
from webapp.publishing import NotNow

QUICK_ROWS = 1000
"""What is judged, applied or undone while somebody waits; more is the worker's."""
BUSY = N_("这一批现在不能这样做，可能别人刚刚处理过；请看它现在的样子")
BROKEN = N_("这个文件读不出来，可能已损坏；请用表格软件打开后另存再传")
STOPPED = N_("处理时出了错，什么都没有写进去；请再试一次")
AWAY = N_("文件已经清理掉了，请重新上传")
TABLE = Batch.__table__
TAKEN_FROM: Mapping[str, tuple[tuple[str, ...], str | None]] = {
    "read": ((Stage.STAGED, Stage.READY, Stage.FAILED, Stage.CANCELLED), Stage.STAGED),
    "judge": ((Stage.STAGED, Stage.READY), Stage.JUDGING),
    "apply": ((Stage.READY,), Stage.APPLYING),
    "all": ((Stage.STAGED,), Stage.JUDGING),
    "undo": ((Stage.APPLIED,), None),
    "approve": ((Stage.APPLIED,), None),
    "return": ((Stage.APPLIED,), None),
}
"""Step -> the states that it can be taken from, and the state of the batch while it is (None: as it is)."""
CANCELLED = {Stage.STAGED: Stage.CANCELLED, Stage.JUDGING: Stage.CANCELLED, Stage.APPLYING: Stage.READY}


class Stopped(Exception):
    """Somebody has stopped the step; nothing of it is kept."""


def take(connection: Connection, id: int, step: str, task: Mapping[str, Any] | None = None) -> Row[Any]:
    """Begin a step, alone; NotNow when the batch is in no state for it or another step is under way."""
    states, meanwhile = TAKEN_FROM[step]
    free = (TABLE.c.id == id, TABLE.c.state.in_(states), TABLE.c.task.is_(None))
    values: dict[str, Any] = {"task": dict(task) if task else None, "done": 0, "message": None}
    values |= {"state": meanwhile} if meanwhile else {}
    row = connection.execute(update(Batch).where(*free).values(**values).returning(TABLE)).one_or_none()
    if row is None:
        raise NotNow(BUSY)
    return row


def perform(here: Desk, batch: Row[Any], step: str, task: Mapping[str, Any], tell: Tell) -> None:
    """Do a step that has been taken, in the desk's transaction."""
    if step == "read":
        read(here, batch)
    elif step == "all":
        for part in ("judge", "apply"):  # whoever asks for all has had the file read
            perform(here, now(here.connection, batch.id), part, task, tell)
    elif step in ("approve", "return"):
        reviewing.decide(here, batch, step, str(task.get("reason", "")), tell)
    else:
        acts: Mapping[str, Callable[[Desk, Row[Any], Tell], Any]] = {
            "judge": judging.judge, "apply": applying.apply, "undo": undoing.undo,
        }  # fmt: skip
        acts[step](here, batch, tell)


def read(here: Desk, batch: Row[Any]) -> None:
    """Look into the file: layer, headings, coordinates. UnreadableFile, BadCoordinate."""
    choices, key = Choices.of(batch.choices), batch.layer
    if not key:
        key = opening.guess(batch.digest, choices).key
        named = update(Batch).where(TABLE.c.id == batch.id).values(layer=key).returning(TABLE)
        batch = here.connection.execute(named).one()
    told = opening.about(here.connection, batch) | {"guessed": batch.about.get("guessed", False)}
    total = told["rows"] + told["skipped"]
    values = {"about": told, "total": total, "state": Stage.STAGED, "message": None}
    here.connection.execute(update(Batch).where(TABLE.c.id == batch.id).values(**values))


def now(connection: Connection, id: int) -> Row[Any]:
    """The batch as it is in this transaction."""
    return connection.execute(select(TABLE).where(TABLE.c.id == id)).one()


def at_once(id: int, step: str, task: Mapping[str, Any], writing: Callable[[], Any] = desk.writing) -> None:
    """Take a step and do it in this very request, in one transaction; NotNow when it cannot be taken now."""
    try:
        with writing() as here:
            perform(here, take(here.connection, id, step), step, task, lambda done: None)
    except (SpatialError, ChoiceMissing, OSError, ValueError, MemoryError) as error:
        with db.writing() as connection:
            failed(connection, id, step, error)


def later(id: int, step: str, by: int, **more: Any) -> None:
    """Leave a step to the worker."""
    with db.writing() as connection:
        take(connection, id, step, {"name": step, "by": by, **more})


def failed(connection: Connection, id: int, step: str, error: Exception) -> None:
    """Write down why a step came to nothing, and where the batch stands then."""
    batch = now(connection, id)
    values: dict[str, Any] = {"task": None, "message": _why(error, step)}
    if isinstance(error, ChoiceMissing):
        values |= {"about": {**batch.about, "question": opening.question(error)}, "message": None}
    elif step in ("judge", "all") and isinstance(error, SpatialError):
        said = {"choice": "epsg", "said": saying.of_error(error), "options": []}
        values |= {"about": {**batch.about, "question": said}, "message": None}
    if step == "read":
        values |= {"state": Stage.FAILED}
    elif step in ("judge", "all") or (step == "apply" and batch.state == Stage.APPLYING):
        values |= {"state": Stage.READY if step == "apply" else Stage.STAGED}
    if not isinstance(error, SpatialError | ChoiceMissing):
        logging.getLogger(__name__).error("import %s: %s failed", id, step, exc_info=error)
    connection.execute(update(Batch).where(TABLE.c.id == id).values(**values))


def _why(error: Exception, step: str) -> list[Any]:
    if isinstance(error, SpatialError | ChoiceMissing):
        return saying.of_error(error)
    if isinstance(error, FileNotFoundError):
        return [AWAY, {}]
    return [str(error) if isinstance(error, NotNow) else BROKEN if step in ("read", "judge") else STOPPED, {}]


def stop(connection: Connection, id: int) -> None:
    """Stop the step that is under way; what it has done is rolled back by whoever does it. NotNow when none is."""
    batch = connection.execute(select(TABLE).where(TABLE.c.id == id).with_for_update()).one()
    if batch.task is None and batch.state not in (Stage.STAGED, Stage.READY):
        raise NotNow(BUSY)
    state = Stage.CANCELLED if batch.task is None else CANCELLED.get(batch.state, batch.state)
    connection.execute(update(Batch).where(TABLE.c.id == id).values(task=None, state=state, message=None))


def known(key: str) -> bool:
    """Whether a layer has this key."""
    return key in [layer.key for layer in layers.LAYERS]
