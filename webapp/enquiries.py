"""What the public says about a place: 打不通, 不准确. Kept without a name or a number, and on a clock."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Row, distinct, func, insert, select, update

import layers
from layers.errors import UnknownPlace
from layers.layer import Layer
from layers.words import N_, Labels, Translate
from webapp import audit, db, masking
from webapp.desk import Desk
from webapp.models import Enquiry
from webapp.permissions import Action
from webapp.publishing import NotNow

TABLE = Enquiry.__table__
KINDS: Labels = {
    "unreachable": N_("打不通"),
    "number": N_("号码不对"),
    "taken": N_("已经有人做了"),
    "wrong": N_("内容不准"),
    "other": N_("其他"),
}
GONE = N_("已经没有了")
"""What `taken` is called where nothing can be taken: of a park, a service point."""
LONGEST, LONGEST_ANSWER = 200, 500
WORKING_DAYS = 3
RED_DAYS = 30
MOST_OF_ONE_ASKER, MOST_OF_ONE_PLACE = 5, 20
"""Reports that one asker may send in an hour, and new ones that one place may get in a day."""
MARKED_DAYS, MARKED_FROM = 7, 2


class TooMany(Exception):
    """Too many reports from one address or about one place; its text says what to do."""


def kinds(layer: Layer) -> Labels:
    """What can be said of a place of the layer."""
    takes = hasattr(layer.model, "progress")
    return KINDS if takes else {**KINDS, "taken": GONE}


def due(day: dt.date, working_days: int = WORKING_DAYS) -> dt.date:
    """The last day to answer what came on `day`: so many days from Monday to Friday later. Holidays are not known."""
    while working_days:
        day += dt.timedelta(days=1)
        working_days -= day.weekday() < 5
    return day


def asker(address: str | None, day: dt.date) -> str:
    """A digest of an address that is another one tomorrow, and that only this site's key can make."""
    key: str = current_app.config["SETTINGS"].secret_key
    return hmac.new(key.encode(), f"asker {day} {address or ''}".encode(), "sha256").hexdigest()[:32]


def report(connection: Connection, layer: Layer, place: Any, kind: str, words: str, who: str) -> None:
    """Keep what somebody says of a place; the same from the same asker on one day is counted, not kept again.

    TooMany when the asker or the place has had enough for now.
    """
    now = db.now()
    _one_at_a_time(connection, f"{layer.key}/{place.id}", who)
    _refuse_too_many(connection, layer, place.id, who, now)
    clean = masking.masked(masking.tidy(words))[: 2 * LONGEST]
    same = (TABLE.c.layer == layer.key, TABLE.c.place_id == place.id, TABLE.c.kind == kind, TABLE.c.asker == who)
    again = update(Enquiry).where(*same, TABLE.c.answered_at.is_(None)).values(
        times=func.least(TABLE.c.times + 1, 999), words=func.coalesce(func.nullif(TABLE.c.words, ""), clean)
    )  # fmt: skip
    if connection.execute(again).rowcount:
        return
    row = {
        "layer": layer.key, "place_id": place.id, "area": place.area, "zone": place.zone, "kind": kind,
        "words": clean, "asker": who, "at": now, "due_on": due(now.date()),
    }  # fmt: skip
    connection.execute(insert(Enquiry).values(**row))


def _one_at_a_time(connection: Connection, *names: str) -> None:
    """Whoever counts before writing must be alone with it until the transaction ends."""
    for name in names:
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def _refuse_too_many(connection: Connection, layer: Layer, place_id: int, who: str, now: dt.datetime) -> None:
    lately = select(func.coalesce(func.sum(TABLE.c.times), 0)).where(
        TABLE.c.asker == who, TABLE.c.at > now - dt.timedelta(hours=1)
    )
    if connection.execute(lately).scalar_one() >= MOST_OF_ONE_ASKER:
        raise TooMany(N_("这一小时里从您这里来的反馈已经有好几条，我们都收到了。过一小时再试，急事打 12333。"))
    about = select(func.count()).where(
        TABLE.c.layer == layer.key, TABLE.c.place_id == place_id, TABLE.c.at > now - dt.timedelta(days=1)
    )
    if connection.execute(about).scalar_one() >= MOST_OF_ONE_PLACE:
        raise TooMany(N_("这一条今天已经有很多人反映，责任单位都收到了。急事打 12333。"))


@dataclass(frozen=True)
class Counted:
    """What is open about one place: how many reports, and whether several askers could not get through lately."""

    open: int
    unreachable: bool


def open_counts(connection: Connection, layer_key: str, ids: Iterable[int]) -> dict[int, Counted]:
    """Place id -> what is open about it, for the places of a list; one without open reports has no entry."""
    lately = db.now() - dt.timedelta(days=MARKED_DAYS)
    silent = func.count(distinct(TABLE.c.asker)).filter(TABLE.c.kind == "unreachable", TABLE.c.at >= lately)
    asked = select(TABLE.c.place_id, func.count(), silent).group_by(TABLE.c.place_id)
    asked = asked.where(TABLE.c.layer == layer_key, TABLE.c.place_id.in_(list(ids)), TABLE.c.answered_at.is_(None))
    return {id_: Counted(n, askers >= MARKED_FROM) for id_, n, askers in connection.execute(asked)}


@dataclass(frozen=True)
class Clock:
    """How much time is left for an answer: a state for the colour, and the words."""

    state: str
    text: str


def clock(enquiry: Any, today: dt.date, _: Translate) -> Clock:
    """Fresh, ageing (today, or late), or expired (thirty days old and nobody has answered)."""
    left = (enquiry.due_on - today).days
    if left > 0:
        return Clock("fresh", _("还有 %(n)s 天", n=left))
    if left == 0:
        return Clock("ageing", _("今天到期"))
    old = (today - db.day_of(enquiry.at)).days
    return Clock("expired" if old >= RED_DAYS else "ageing", _("超期 %(n)s 天", n=-left))


def get(desk: Desk, id: int, *, lock: bool = False) -> Row[Any]:
    """A report that the account may answer; UnknownPlace when there is none, Forbidden when it may not."""
    asked = select(TABLE).where(TABLE.c.id == id)
    found = desk.connection.execute(asked.with_for_update() if lock else asked).one_or_none()
    if found is None:
        raise UnknownPlace("enquiry", id)
    desk.demand(Action.ANSWER, found.layer, found.area, found.zone)
    return found


def answer(desk: Desk, id: int, words: str, *, same: bool = False) -> int:
    """Write down what was done about a report, and with `same` about every open one of its place. How many.

    NotNow when somebody has answered it meanwhile.
    """
    found = get(desk, id, lock=True)
    if found.answered_at is not None:
        raise NotNow(N_("这一条已经有人答复了"))
    which = (TABLE.c.layer == found.layer) & (TABLE.c.place_id == found.place_id) if same else TABLE.c.id == id
    told = {"answered_at": desk.now, "answered_by": desk.who.account_id, "answer": words}
    done = update(Enquiry).where(which, TABLE.c.answered_at.is_(None)).values(**told)
    number = desk.connection.execute(done).rowcount
    detail = {"place": f"{found.layer}/{found.place_id}", "reports": number}
    audit.note(desk.connection, "answer", desk.who, f"enquiry/{id}", found.area, detail)
    return number


def places(connection: Connection, found: Iterable[Any]) -> dict[tuple[str, int], Any]:
    """(layer, id) -> id, name, status and phone of the places that rows with `layer` and `place_id` are about."""
    wanted: dict[str, set[int]] = {}
    for row in found:
        wanted.setdefault(row.layer, set()).add(row.place_id)
    known: dict[tuple[str, int], Any] = {}
    for key, ids in wanted.items():
        model = layers.get(key).model
        columns = (model.id, model.name, model.status, model.phone, model.phone_hours, model.area, model.zone)
        for place in connection.execute(select(*columns).where(model.id.in_(ids))):
            known[key, place.id] = place
    return known
