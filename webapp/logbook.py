"""The log as an administrator asks it: by person, action, days, area and words, within what they administer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Text, cast, or_, select

from layers.areas import Area, Areas
from layers.check import tidy
from layers.errors import BadValue
from layers.words import N_
from webapp import area_choice, db, people
from webapp.models import Account, Audit
from webapp.permissions import Action, Forbidden, Signed, granted

PER_PAGE = 100
MOST_ROWS = 50_000
"""Rows that one workbook holds."""


@dataclass(frozen=True)
class Question:
    """What is looked for; "" and None are anything."""

    who: str = ""
    action: str = ""
    area: str = ""
    words: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    page: int = 1

    def params(self) -> dict[str, str]:
        """The question as it stands in an address, without its page."""
        given = {"who": self.who, "action": self.action, "area": self.area, "words": self.words}
        days = {"since": self.since, "until": self.until}
        return {k: v for k, v in given.items() if v} | {k: v.isoformat() for k, v in days.items() if v}


def parse(given: Mapping[str, str]) -> Question:
    """The question of an address; BadValue for a day, an area or a page that is none."""
    text = {name: tidy(given.get(name, ""))[:60] for name in ("who", "action", "area", "words")}
    if text["area"] and text["area"] not in db.areas():
        raise BadValue("area", text["area"], N_("区划代码，如 511123"))
    return Question(**text, since=_day(given, "since"), until=_day(given, "until"), page=_page(given.get("page", "1")))


def _day(given: Mapping[str, str], name: str) -> dt.date | None:
    raw = given.get(name, "").strip()
    try:
        return dt.date.fromisoformat(raw) if raw else None
    except ValueError:
        raise BadValue(name, raw[:60], N_("日期，如 2026-06-30")) from None


def _page(raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw[:9]) <= 100_000:
        raise BadValue("page", raw[:60], N_("从 1 开始的页码"))
    return int(raw[:9])


def administered(who: Signed, areas: Areas) -> list[Area]:
    """The areas whose log somebody sees: those that they administer for all layers, since an entry names none."""
    whole = tuple(held for held in who.held if held.layers is None)
    return granted(Signed(who.id, who.name, who.title, whole), Action.AUDIT, areas)


def entries(connection: Connection, who: Signed, asked: Question, limit: int, offset: int = 0) -> list[Row[Any]]:
    """Entries, newest first, with the title of the account; Forbidden outside of what one administers."""
    columns = (
        Audit.id, Audit.at, Audit.who, Account.title,
        Audit.action, Audit.subject, Audit.area, Audit.address, Audit.detail,
    )  # fmt: skip
    chosen = select(*columns).outerjoin(Account, Account.id == Audit.account_id)
    chosen = chosen.where(_seen(connection, who, asked), *_narrowed(asked)).order_by(Audit.at.desc(), Audit.id.desc())
    found: Any = connection.execute(chosen.limit(limit).offset(offset)).all()
    return list(found)


def _seen(connection: Connection, who: Signed, asked: Question) -> ColumnElement[bool]:
    areas = db.areas()
    mine = administered(who, areas)
    if not mine or (asked.area and not area_choice.covers(mine, asked.area, areas)):
        raise Forbidden(Action.AUDIT)
    if asked.area:
        return area_choice.condition(Audit.area, [asked.area], areas)
    within = area_choice.condition(Audit.area, [area.code for area in mine], areas)
    return or_(within, Audit.area.is_(None)) if people.is_widest(connection, who, areas) else within


def _narrowed(asked: Question) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = []
    if asked.action:
        parts.append(Audit.action == asked.action)
    if asked.since:
        parts.append(Audit.at >= dt.datetime.combine(asked.since, dt.time(), db.CHINA))
    if asked.until and asked.until < dt.date.max:
        parts.append(Audit.at < dt.datetime.combine(asked.until + dt.timedelta(days=1), dt.time(), db.CHINA))
    for word in asked.who.split():
        parts.append(or_(Audit.who.icontains(word, autoescape=True), Account.title.icontains(word, autoescape=True)))
    told = (Audit.subject, cast(Audit.detail, Text), cast(Audit.address, Text))
    parts += [or_(*(column.icontains(word, autoescape=True) for column in told)) for word in asked.words.split()]
    return parts
