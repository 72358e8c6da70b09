"""What an office has, as its staff see it: places by state and freshness, and the drafts that are on their way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.sql.functions import coalesce

from layers import lasting, public, record
from layers.asking import SOON_DAYS
from layers.base import Need, Precision, Status, fields
from layers.layer import Layer
from layers.words import N_, Labels
from webapp import permissions
from webapp.desk import Desk
from webapp.models import Draft, State
from webapp.permissions import Action

PAGE_SIZE = 50
STATES: Labels = {
    "": N_("全部"),
    "public": N_("公开"),
    "expiring": N_("快到期"),
    "expired": N_("已过期"),
    "draft": N_("没发布"),
    "withdrawn": N_("已撤下"),
    "taken": N_("有人做了"),
    "nophone": N_("没有电话"),
    "county": N_("只到区县"),
}
DRAFT_STATES: Labels = {
    State.DRAFT: N_("草稿"),
    State.REVIEW: N_("待审核"),
    State.RETURNED: N_("退回"),
    State.APPROVED: N_("等发布时间"),
}


@dataclass(frozen=True)
class Asked:
    """Which places of a layer: area code, state, words, page (from 1)."""

    area: str = ""
    state: str = ""
    q: str = ""
    page: int = 1


@dataclass(frozen=True)
class Listed:
    """A page of places with the number in every state, and the drafts of the layer."""

    rows: list[Row[Any]]
    counts: dict[str, int]
    pages: int
    drafts: list[Row[Any]] = field(default_factory=list)


def ends(layer: Layer) -> ColumnElement[Any]:
    """The last day on which a row is public: as its office stated, or as its verification runs out."""
    model, days = layer.model, lasting.days(layer)
    return func.least(model.valid_until, model.verified + days)


def conditions(layer: Layer, today: dt.date) -> Mapping[str, ColumnElement[bool]]:
    """State -> condition on a row; states overlap (what is about to expire is still public)."""
    model = layer.model
    shown = public.is_public(layer, today)
    return {
        "public": shown,
        "expiring": public.expiring(layer, today, SOON_DAYS),
        "expired": public.expired(layer, today),
        "draft": model.status.in_((Status.DRAFT, Status.REVIEW)),
        "withdrawn": model.status == Status.WITHDRAWN,
        "taken": model.status == Status.TAKEN,
        "nophone": and_(shown, model.phone.is_(None)),
        "county": and_(shown, model.precision == Precision.COUNTY),
    }


def places(desk: Desk, layer: Layer, asked: Asked) -> Listed:
    """The layer's places that the account may see, what ends first first."""
    model = layer.model
    mine = [permissions.within(desk.who, Action.SEE, model, desk.areas, layer.key), *_narrowed(desk, layer, asked)]
    states = conditions(layer, desk.today)
    tallies = [func.count().filter(where).label(name) for name, where in states.items()]
    counted = desk.connection.execute(select(func.count().label("all"), *tallies).where(*mine)).one()
    counts = {"": counted[0], **{name: counted[n] for n, name in enumerate(states, start=1)}}
    chosen = [*mine, *([states[asked.state]] if asked.state in states else [])]
    order = (coalesce(ends(layer), dt.date(9999, 1, 1)), model.id)
    rows = record.select_record(layer, *chosen).order_by(*order).limit(PAGE_SIZE).offset((asked.page - 1) * PAGE_SIZE)
    pages = max(1, -(-counts.get(asked.state, 0) // PAGE_SIZE))
    found = list(desk.connection.execute(rows))
    return Listed(found, counts, pages, drafts(desk, layer.key, asked.area) if asked.state in ("", "draft") else [])


def everything(desk: Desk, layer: Layer, asked: Asked) -> list[Row[Any]]:
    """Every place of a list, whatever its page, by number."""
    where = [
        permissions.within(desk.who, Action.SEE, layer.model, desk.areas, layer.key),
        *_narrowed(desk, layer, asked),
    ]
    states = conditions(layer, desk.today)
    where += [states[asked.state]] if asked.state in states else []
    return list(desk.connection.execute(record.select_record(layer, *where).order_by(layer.model.id)))


def _narrowed(desk: Desk, layer: Layer, asked: Asked) -> list[ColumnElement[bool]]:
    found = []
    if asked.area:
        found.append(desk.areas.condition(layer.model, desk.areas.resolve(asked.area)))
    for word in asked.q.split():
        text = f"%{word.replace('%', '').replace('_', '')}%"
        digits = "".join(c for c in word if c.isdigit())
        ways = [layer.model.name.ilike(text), layer.model.place.ilike(text), layer.model.pinyin.ilike(text)]
        if len(digits) > 3:
            ways.append(func.regexp_replace(layer.model.phone, r"\D", "", "g").like(f"%{digits}%"))
        found.append(or_(*ways))
    return found


def drafts(desk: Desk, layer: str | None = None, area: str = "", state: str | None = None) -> list[Row[Any]]:
    """Drafts that the account may see, the latest first, at most 200."""
    table = Draft.__table__
    where = [permissions.within(desk.who, Action.SEE, Draft, desk.areas, layer)]
    where += [table.c.layer == layer] if layer else []
    where += [table.c.state == state] if state else []
    where += [desk.areas.condition(Draft, desk.areas.resolve(area))] if area else []
    return list(desk.connection.execute(select(table).where(*where).order_by(table.c.updated_at.desc()).limit(200)))


def to_review(desk: Desk) -> list[Row[Any]]:
    """What waits for this account's review, the longest waiting first; at most 200. Imports are reviewed whole."""
    table = Draft.__table__
    where = permissions.within(desk.who, Action.REVIEW, Draft, desk.areas)
    waiting = table.c.state.in_((State.REVIEW, State.APPROVED))
    single = or_(table.c.batch_id.is_(None), table.c.state == State.APPROVED)
    asked = select(table).where(where, waiting, single).order_by(table.c.submitted_at).limit(200)
    return list(desk.connection.execute(asked))


def state_of(layer: Layer, row: Any, today: dt.date) -> str:
    """The one word for a row's state."""
    if row.status != Status.PUBLISHED:
        return {Status.TAKEN: "taken", Status.WITHDRAWN: "withdrawn"}.get(row.status, "draft")
    last = last_day(layer, row)
    if last is not None and last < today:
        return "expired"
    return "expiring" if last is not None and last <= today + dt.timedelta(days=SOON_DAYS) else "public"


def last_day(layer: Layer, row: Any) -> dt.date | None:
    """The last day on which a row is public, None when nothing ends it."""
    days = [
        day for day in (row.valid_until, lasting.stands_until(layer, row.verified) if row.verified else None) if day
    ]
    return min(days) if days else None


def life(layer: Layer, row: Any, today: dt.date) -> int:
    """How much of its verification is left, in percent."""
    last = last_day(layer, row)
    return 100 if last is None else max(0, min(100, round(100 * (last - today).days / lasting.days(layer))))


def filled(layer: Layer, row: Any) -> tuple[int, int]:
    """How many of the fields that publishing needs are there, and how many it needs."""
    needed = [name for name, declared in fields(layer.model).items() if declared.need != Need.NEVER]
    return sum(getattr(row, name) not in (None, []) for name in needed), len(needed)
