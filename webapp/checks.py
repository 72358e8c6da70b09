"""Random re-verification: draws of public places that are kept, what was found at each, and how true the lists are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, literal, select, union_all, update

import layers
from layers import public
from layers.areas import Area, Level
from layers.errors import UnknownPlace
from layers.layer import Layer
from layers.words import N_, Labels
from webapp import audit, permissions, publishing
from webapp.accuracy import Accuracy
from webapp.desk import Desk
from webapp.models import SpotCheck, SpotDraw
from webapp.permissions import Action

FEWEST, MOST = 5, 50
LONGEST_NOTE = 200
HISTORY = 100
"""Draws that one page lists."""
RIGHT = "right"
RESULTS: Labels = {
    RIGHT: N_("对"),
    "unreachable": N_("电话不通"),
    "wrong": N_("内容不对"),
    "gone": N_("已经没有了"),
}
CHECK, DRAW = SpotCheck.__table__, SpotDraw.__table__


class TooFew(Exception):
    """Fewer public places than a sample needs; carries how many there are."""

    def __init__(self, there: int) -> None:
        super().__init__(there)
        self.there = there


@dataclass(frozen=True)
class Choice:
    """What can be drawn from: an area (`zone` set for a functional zone) and a layer, None for all marked ones."""

    area: Area
    layer: Layer | None

    @property
    def code(self) -> str:
        """The code whose prefix covers it: a zone lies in its city."""
        return (self.area.parent or self.area.code) if self.zone else self.area.code

    @property
    def zone(self) -> str | None:
        """The zone's code, None for every other area."""
        return self.area.code if self.area.level == Level.ZONE else None

    @property
    def among(self) -> tuple[Layer, ...]:
        """The layers that are drawn from: what lies under the marks has nobody to phone."""
        return (self.layer,) if self.layer else tuple(y for y in layers.LAYERS if not y.style.ground)


def draw(desk: Desk, choice: Choice, number: int) -> int:
    """Draw at random and keep it; the draw's number. TooFew when there is too little to draw from.

    Forbidden unless the account may check all of it.
    """
    for layer in choice.among:
        desk.demand(Action.CHECK, layer.key, choice.code, choice.zone)
    found = _public(desk, choice).subquery()
    there = desk.connection.execute(select(func.count()).select_from(found)).scalar_one()
    if there < FEWEST:
        raise TooFew(there)
    row = {
        "at": desk.now, "account_id": desk.who.id, "area": choice.code, "zone": choice.zone, "among": there,
        "layer": choice.layer.key if choice.layer else None,
    }  # fmt: skip
    id_ = int(desk.connection.execute(insert(SpotDraw).values(**row).returning(SpotDraw.id)).scalar_one())
    chosen = select(literal(id_), found).order_by(func.random()).limit(number)
    desk.connection.execute(insert(SpotCheck).from_select(["draw_id", "layer", "place_id", "area", "zone"], chosen))
    detail = {"number": min(number, there), "among": there, "layer": row["layer"]}
    audit.note(desk.connection, "check_draw", desk.who, f"draw/{id_}", choice.code, detail)
    return id_


def _public(desk: Desk, choice: Choice) -> Any:
    parts: list[Select[Any]] = []
    for layer in choice.among:
        model = layer.model
        within = desk.areas.condition(model, (choice.area.code,))
        columns = (literal(layer.key).label("layer"), model.id, model.area, model.zone)
        parts.append(public.select_only(layer, desk.today, *columns).where(within))
    return union_all(*parts)


def choices(desk: Desk) -> tuple[list[Area], list[Layer | None]]:
    """Areas (the account's own and those right under them) and layers that it may draw from."""
    mine = permissions.granted(desk.who, Action.CHECK, desk.areas)
    below = {child.code: child for area in mine for child in desk.areas.children(area.code)}
    areas = list({area.code: area for area in (*mine, *below.values())}.values())
    allowed = [y for y in layers.LAYERS if permissions.anywhere(desk.who, Action.CHECK, desk.areas, y.key)]
    return areas, [*([None] if len(allowed) == len(layers.LAYERS) else []), *allowed]


@dataclass(frozen=True)
class Drawn:
    """A draw with what came of it."""

    row: Row[Any]
    accuracy: Accuracy


def history(desk: Desk, id: int | None = None) -> list[Drawn]:
    """The draws that the account may see, the latest first, with their figures; one of them by its number."""
    right = func.count().filter(CHECK.c.result == RIGHT)
    figures = (func.count(), func.count(CHECK.c.result), right)
    mine = permissions.within(desk.who, Action.CHECK, SpotDraw, desk.areas)
    asked = select(DRAW, *figures).join(CHECK, CHECK.c.draw_id == DRAW.c.id).where(mine).group_by(DRAW.c.id)
    asked = asked.where(DRAW.c.id == id) if id is not None else asked
    rows = desk.connection.execute(asked.order_by(DRAW.c.id.desc()).limit(HISTORY)).all()
    return [Drawn(row, Accuracy(*row[-3:])) for row in rows]


def one(desk: Desk, id: int) -> Drawn:
    """A draw that the account may see; UnknownPlace when there is none, Forbidden when it may not."""
    found = history(desk, id)
    if found:
        return found[0]
    if desk.connection.execute(select(DRAW.c.id).where(DRAW.c.id == id)).scalar() is None:
        raise UnknownPlace("draw", id)
    raise permissions.Forbidden(Action.CHECK)


def checks(connection: Connection, draw_id: int) -> list[Row[Any]]:
    """The places of a draw, in the order in which they came out."""
    return list(connection.execute(select(CHECK).where(CHECK.c.draw_id == draw_id).order_by(CHECK.c.id)).all())


def record(desk: Desk, id: int, result: str, note: str, *, renew: bool = False) -> Row[Any]:
    """Write down what was found at one place; with `renew`, what was right counts as verified by phone.

    Forbidden outside one's area, and for `renew` without the right to verify.
    """
    found = desk.connection.execute(select(CHECK).where(CHECK.c.id == id).with_for_update()).one_or_none()
    if found is None:
        raise UnknownPlace("check", id)
    desk.demand(Action.CHECK, found.layer, found.area, found.zone)
    told = {"result": result, "note": note, "checked_at": desk.now, "checked_by": desk.who.account_id}
    desk.connection.execute(update(SpotCheck).where(CHECK.c.id == id).values(**told))
    if renew and result == RIGHT:
        publishing.renew(desk, layers.get(found.layer), [found.place_id], "phone")
    subject = f"{found.layer}/{found.place_id}"
    audit.note(desk.connection, "check", desk.who, subject, found.area, {"result": result, "renew": renew})
    return found
