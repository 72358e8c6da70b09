"""各地情况: what every county has of every layer and what is wrong with it, one statement per layer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, case, cast, distinct, func, literal, null, select

import layers
from layers import public
from layers.areas import Area, Level
from layers.asking import SOON_DAYS
from layers.base import Precision
from layers.layer import Layer
from webapp import permissions
from webapp.desk import Desk
from webapp.models import Draft, Enquiry, State
from webapp.permissions import Action

SERVICES, CENTRE = "services", "center"


@dataclass
class Cell:
    """What one area has of one layer. `since` is the median number of days since the public ones were verified."""

    public: int = 0
    expiring: int = 0
    expired: int = 0
    nophone: int = 0
    county: int = 0
    since: float | None = None
    review: int = 0
    open: int = 0

    def add(self, other: Cell) -> None:
        """Add another's counts; medians do not add up."""
        for one in fields(self):
            if one.name != "since":
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass
class Table:
    """The counts of an area's parts: rows, layers, (code, layer key) -> Cell, and who lacks a service centre."""

    area: Area
    rows: list[Area]
    layers: list[Layer]
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    """Code of a row -> codes of its counties that have no returnee service centre."""

    def cell(self, area: Area, layer: Layer) -> Cell:
        """The counts of a row and a layer, zeros where there is nothing."""
        return self.cells.get((area.code, layer.key)) or Cell()

    def total(self, layer: Layer) -> Cell:
        """A layer's counts over all rows."""
        whole = Cell()
        for area in self.rows:
            whole.add(self.cell(area, layer))
        return whole


def table(desk: Desk, area: Area) -> Table:
    """Counts of what the account may see in an area. Forbidden outside its grants."""
    zone = area.code if area.level == Level.ZONE else None
    seen = [y for y in layers.LAYERS if permissions.may(desk.who, Action.SEE, y.key, area.code, zone, desk.areas)]
    if not seen:
        raise permissions.Forbidden(Action.SEE)
    made = Table(area, _parts(desk, area), seen)
    have: set[str] = set()
    for layer in seen:
        have |= _count_places(desk, made, layer)
    _count_rows(desk, made, Draft, Draft.state == State.REVIEW, "review")
    _count_rows(desk, made, Enquiry, Enquiry.answered_at.is_(None), "open")
    if any(code == area.code for code, _key in made.cells) and area not in made.rows:
        made.rows.append(area)  # what is known of no part: 市本级
    if SERVICES in [layer.key for layer in seen]:
        made.lacking = _lacking(desk, made.rows, have)
    return made


def _parts(desk: Desk, area: Area) -> list[Area]:
    """The cities of a province, the counties of a city; any other area is its own and only part."""
    below = [child for child in desk.areas.children(area.code) if child.level in (Level.CITY, Level.COUNTY)]
    return below or [area]


def _key(made: Table, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The code of the row that a row of the database belongs to, the table's own area for what no part holds."""
    if made.rows == [made.area]:
        return literal(made.area.code)
    lengths: dict[int, dict[str, str]] = {}
    for part in made.rows:
        lengths.setdefault(len(part.prefix), {})[part.prefix] = part.code
    whens = [
        case(codes, value=func.left(column, length), else_=null()) for length, codes in sorted(lengths.items())
    ]  # fmt: skip
    return func.coalesce(*whens, literal(made.area.code))


def _count_places(desk: Desk, made: Table, layer: Layer) -> set[str]:
    """Fill in the layer's cells; the counties that have a service centre, where the layer knows them."""
    model, shown, key = layer.model, public.is_public(layer, desk.today), _key(made, layer.model.area).label("code")
    days = cast(literal(desk.today) - model.verified, Float)
    numbers = (
        func.count().filter(shown),
        func.count().filter(public.expiring(layer, desk.today, SOON_DAYS)),
        func.count().filter(public.expired(layer, desk.today)),
        func.count().filter(shown, model.phone.is_(None)),
        func.count().filter(shown, model.precision == Precision.COUNTY),
        func.percentile_cont(0.5).within_group(case((shown, days), else_=null())),
    )
    county = func.left(model.area, 6)
    centres = func.array_agg(distinct(county)).filter(shown, model.kind == CENTRE) if layer.key == SERVICES else null()
    asked = select(key, *numbers, centres).where(*_mine(desk, made, model, layer.key)).group_by(key)
    have: set[str] = set()
    for code, *counts, found in desk.connection.execute(asked):
        if any(counts[:3]):
            made.cells[code, layer.key] = Cell(*counts)
        have |= set(found or ())
    return have


def _count_rows(desk: Desk, made: Table, model: Any, which: ColumnElement[bool], name: str) -> None:
    """Fill one figure of every cell from a table that names its layer itself."""
    key = _key(made, model.area).label("code")
    asked = select(key, model.layer, func.count()).where(which, *_mine(desk, made, model)).group_by(key, model.layer)
    known = {layer.key for layer in made.layers}
    for code, layer, number in desk.connection.execute(asked):
        if layer in known:
            setattr(made.cells.setdefault((code, layer), Cell()), name, number)


def _mine(desk: Desk, made: Table, model: Any, layer: str | None = None) -> list[ColumnElement[bool]]:
    here = desk.areas.condition(model, (made.area.code,))
    return [and_(here, permissions.within(desk.who, Action.SEE, model, desk.areas, layer))]


def _lacking(desk: Desk, rows: Iterable[Area], have: set[str]) -> dict[str, list[str]]:
    found = {row.code: [code for code in _counties(desk, row) if code not in have] for row in rows}
    return {code: missing for code, missing in found.items() if missing}


def _counties(desk: Desk, row: Area) -> list[str]:
    if row.level == Level.COUNTY:
        return [row.code]
    below = desk.areas.children(row.code) if row.level == Level.CITY else []
    return [child.code for child in below if child.level == Level.COUNTY]
