"""What the sums of some days say: day by day, and by channel, view, place and embedding host."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

import layers
from layers.areas import Level
from layers.words import N_
from webapp import area_choice, permissions
from webapp.counting import channels
from webapp.counting.adding import OTHERS, PHONE, PLACE, UNKNOWN, VIEW
from webapp.counting.models import Tally
from webapp.desk import Desk
from webapp.permissions import Action, Forbidden
from webapp.saved.models import SavedView

TABLE = Tally.__table__
PERIODS = (7, 30, 90, 365)
MOST = 50
"""Lines of one table on the page; the workbook has all."""


@dataclass(frozen=True)
class Line:
    """One line: what it is about, and how often each kind of thing happened."""

    name: str
    views: int
    places: int
    phones: int
    url: str = ""


@dataclass(frozen=True)
class Report:
    """The days from `since` to `until`, every one of them, and the tables of their sums."""

    since: dt.date
    until: dt.date
    days: Sequence[Line]
    total: Line
    channels: Sequence[Line]
    views: Sequence[Line]
    places: Sequence[Line]
    hosts: Sequence[Line]


def seen(desk: Desk) -> ColumnElement[bool]:
    """Condition: the sum is the account's to see.

    What is about its areas, what its channels brought, what its views showed; of the nation as a whole,
    whoever holds a province.
    """
    mine = permissions.granted(desk.who, Action.SEE, desk.areas)
    if not mine:
        raise Forbidden(Action.SEE)
    codes = [area.code for area in mine]
    slugs = select(SavedView.slug).where(area_choice.condition(SavedView.area, codes, desk.areas))
    ways = select(channels.TABLE.c.code).where(area_choice.condition(channels.TABLE.c.area, codes, desk.areas))
    parts = [area_choice.condition(TABLE.c.area, codes, desk.areas), TABLE.c.view.in_(slugs), TABLE.c.channel.in_(ways)]
    if any(area.level == Level.PROVINCE for area in mine):
        parts.append(TABLE.c.area == "")
    return or_(*parts)


def _numbers() -> list[ColumnElement[Any]]:
    kinds = {"views": VIEW, "places": PLACE, "phones": PHONE}
    return [
        func.coalesce(func.sum(TABLE.c.n).filter(TABLE.c.kind == kind), 0).label(name) for name, kind in kinds.items()
    ]


def _asked(desk: Desk, since: dt.date, until: dt.date, *columns: ColumnElement[Any]) -> Select[Any]:
    where = (seen(desk), TABLE.c.day >= since, TABLE.c.day <= until)
    return select(*columns, *_numbers()).where(*where).group_by(*columns)


def make(desk: Desk, days: int) -> Report:
    """The report of so many days up to today."""
    since, until = desk.today - dt.timedelta(days=days - 1), desk.today

    def rows(*columns: ColumnElement[Any], but: Any = None) -> list[Row[Any]]:
        """The sums of each, those without (`but` stands for none in the last column) left out."""
        asked = _asked(desk, since, until, *columns)
        asked = asked if but is None else asked.where(columns[-1] != but)
        order = func.sum(TABLE.c.n).desc()
        return list(desk.connection.execute(asked.order_by(order, *columns).limit(MOST)))

    by_day = {row.day: row for row in desk.connection.execute(_asked(desk, since, until, TABLE.c.day))}
    all_days = [since + dt.timedelta(days=n) for n in range(days)]
    lines = [_line(str(day), by_day.get(day)) for day in all_days]
    return Report(
        since, until, lines, _sum(desk, lines),
        _by_channel(desk, rows(TABLE.c.channel)), _by_view(desk, rows(TABLE.c.view, but="")),
        _by_place(desk, rows(TABLE.c.layer, TABLE.c.place_id, but=0)), _by_host(desk, rows(TABLE.c.host)),
    )  # fmt: skip


def _line(name: str, row: Any, url: str = "") -> Line:
    return Line(name, int(row.views), int(row.places), int(row.phones), url) if row else Line(name, 0, 0, 0, url)


def _sum(desk: Desk, lines: Sequence[Line]) -> Line:
    views, places, phones = (sum(getattr(line, n) for line in lines) for n in ("views", "places", "phones"))
    return Line(desk.translate(N_("合计")), views, places, phones)


def _by_channel(desk: Desk, rows: Sequence[Row[Any]]) -> list[Line]:
    known = channels.titles(desk.connection)
    none = desk.translate(N_("不经渠道"))
    return [_line(known.get(row.channel, row.channel) if row.channel else none, row) for row in rows]


def _by_view(desk: Desk, rows: Sequence[Row[Any]]) -> list[Line]:
    asked = select(SavedView.slug, SavedView.title).where(SavedView.slug.in_([row.view for row in rows]))
    known = {row.slug: row.title for row in desk.connection.execute(asked)}
    return [_line(known.get(row.view, row.view), row, f"/v/{row.view}") for row in rows]


def _by_place(desk: Desk, rows: Sequence[Row[Any]]) -> list[Line]:
    known = names(desk, [(row.layer, row.place_id) for row in rows])
    gone = desk.translate(N_("条目已经不在了"))
    return [_line(known.get((row.layer, row.place_id), gone), row, f"/{row.layer}/{row.place_id}") for row in rows]


def _by_host(desk: Desk, rows: Sequence[Row[Any]]) -> list[Line]:
    said = {"": N_("本站"), OTHERS: N_("其他网站"), UNKNOWN: N_("不知道哪里的框")}
    return [_line(desk.translate(said[row.host]) if row.host in said else row.host, row) for row in rows]


def names(desk: Desk, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """(layer, id) -> name of the places, whatever has become of them."""
    found: dict[tuple[str, int], str] = {}
    for layer in layers.LAYERS:
        ids = [id_ for key, id_ in wanted if key == layer.key and id_]
        model = layer.model
        rows = desk.connection.execute(select(model.id, model.name).where(model.id.in_(ids))) if ids else ()
        found |= {(layer.key, row.id): row.name for row in rows}
    return found


def everything(desk: Desk, days: int) -> list[Row[Any]]:
    """Every sum of the days, newest first, for the workbook."""
    since = desk.today - dt.timedelta(days=days - 1)
    asked = select(TABLE).where(seen(desk), TABLE.c.day >= since, TABLE.c.day <= desk.today)
    return list(desk.connection.execute(asked.order_by(TABLE.c.day.desc(), TABLE.c.n.desc()).limit(100_000)))
