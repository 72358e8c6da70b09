"""Somebody at work: on which connection, with which grants, at what hour, under which rules of the house."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Connection

from layers.areas import Areas
from layers.words import Translate, untranslated
from webapp import db, permissions, session
from webapp.i18n import translate
from webapp.permissions import Action, Signed


@dataclass(frozen=True)
class Rules:
    """How many people must approve, and whether one may approve what one wrote."""

    steps: int = 1
    self_approval: bool = False


@dataclass(frozen=True)
class Desk:
    """What every act of the staff needs. `now` has a time zone; `today` is its day in that zone."""

    connection: Connection
    who: Signed
    areas: Areas
    now: dt.datetime
    rules: Rules = Rules()
    translate: Translate = untranslated

    @property
    def today(self) -> dt.date:
        """The day that machine-set dates get."""
        return self.now.date()

    def may(self, action: Action, thing: Any) -> bool:
        """Whether the account may do something with a row that has `layer`, `area` and `zone`."""
        return permissions.may(self.who, action, thing.layer, thing.area, thing.zone, self.areas)

    def demand(self, action: Action, layer: str, area: str, zone: str | None) -> None:
        """Forbidden unless the account may do it there."""
        permissions.demand(self.who, action, layer, area, zone, self.areas)


def rules() -> Rules:
    """The house's rules as the operator has set them."""
    settings = current_app.config["SETTINGS"]
    return Rules(settings.review_steps, settings.self_approval)


def reading() -> Desk:
    """The signed-in account at its desk, on the request's reading connection."""
    who = session.signed()
    return Desk(db.connection(), who, db.areas(), db.now(), rules(), translate)


@contextmanager
def writing() -> Iterator[Desk]:
    """The signed-in account at its desk, in a transaction that is committed at the end or not at all."""
    who, areas = session.signed(), db.areas()
    with db.writing() as connection:
        yield Desk(connection, who, areas, db.now(), rules(), translate)


@contextmanager
def unattended() -> Iterator[Desk]:
    """The machine at its desk, in a transaction of its own: it does what people have approved when its hour comes."""
    areas = db.areas()
    with db.writing() as connection:
        yield Desk(connection, permissions.MACHINE, areas, db.now(), rules(), translate)
