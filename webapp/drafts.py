"""Drafts: what is proposed for a place, saved as it is typed, and the way to review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert

import layers
from layers import duplicates, lasting, record
from layers.base import Need, fields
from layers.check import Checked
from layers.errors import UnknownPlace
from layers.layer import Layer
from webapp import permissions, revisions
from webapp.desk import Desk
from webapp.models import Draft, State
from webapp.permissions import Action, Forbidden

TABLE = Draft.__table__
TYPED_BY_NOBODY = {*record.MACHINE_KEPT, "source", "external_id"} - {"verified_how"}
"""Columns that no form may send: the machine or an import sets them."""
LONGEST_VALUE = 20_000


class Stale(Exception):
    """Somebody else has saved this draft meanwhile; carries the draft as it is now."""

    def __init__(self, draft: Row[Any]) -> None:
        super().__init__(draft.id)
        self.draft = draft


class Unready(Exception):
    """A draft that cannot go on yet: what is wrong with its values, and what it looks like."""

    def __init__(self, checked: Checked, alike: list[duplicates.Alike] | None = None) -> None:
        super().__init__("unready")
        self.checked, self.alike = checked, alike or []


def typed(layer: Layer) -> list[str]:
    """The names that a form of the layer may send, in the table's order, then the position's."""
    return [name for name in fields(layer.model) if name not in TYPED_BY_NOBODY] + list(record.POSITION)


def new(desk: Desk, layer: Layer, values: Mapping[str, Any] | None = None) -> int:
    """Begin a draft of a new place in the account's own area; its id. Forbidden without a grant."""
    mine = permissions.granted(desk.who, Action.DRAFT, desk.areas, layer.key)
    if not mine:
        raise Forbidden(Action.DRAFT)
    until = lasting.stands_until(layer, desk.today).isoformat()
    kept = {"area": mine[0].code, "valid_until": until, **_kept(layer, values or {})}
    area, zone = _where(desk, layer, kept, mine[0].code)
    return _insert(desk, layer, None, {**kept, "area": area}, {}, area, zone)


def of_place(desk: Desk, layer: Layer, place_id: int) -> int:
    """The draft of a place, begun when there is none; its id."""
    place = record.one(desk.connection, layer, place_id)
    if place is None:
        raise UnknownPlace(layer.key, place_id)
    desk.demand(Action.DRAFT, layer.key, place.area, place.zone)
    there = desk.connection.execute(select(Draft.id).where(Draft.layer == layer.key, Draft.place_id == place_id))
    known = there.scalar()
    if known is not None:
        return int(known)
    values = record.of(layer, place)
    return _insert(desk, layer, place_id, _kept(layer, values), values, place.area, place.zone)


def _insert(desk: Desk, layer: Layer, place_id: int | None, values: Any, base: Any, area: str, zone: str | None) -> int:
    row = {
        "layer": layer.key, "place_id": place_id, "values": values, "base": base, "area": area, "zone": zone,
        "author_id": desk.who.id, "editor_id": desk.who.id, "updated_at": desk.now, "created_at": desk.now,
    }  # fmt: skip
    made = insert(Draft).values(**row).on_conflict_do_nothing().returning(Draft.id)
    id_ = desk.connection.execute(made).scalar()
    if id_ is None:  # somebody else began it in this moment
        id_ = desk.connection.execute(
            select(Draft.id).where(Draft.layer == layer.key, Draft.place_id == place_id)
        ).scalar_one()
    return int(id_)


def get(desk: Desk, id: int, action: Action = Action.SEE, *, lock: bool = False) -> Row[Any]:
    """A draft that the account may act on; UnknownPlace when there is none, Forbidden when it may not."""
    asked = select(TABLE).where(TABLE.c.id == id)
    draft = desk.connection.execute(asked.with_for_update() if lock else asked).one_or_none()
    if draft is None:
        raise UnknownPlace("draft", id)
    desk.demand(action, draft.layer, draft.area, draft.zone)
    return draft


def save(desk: Desk, id: int, values: Mapping[str, Any], version: int) -> Row[Any]:
    """Keep what was typed, right or wrong; Stale when another save came first. The draft as it is then.

    A draft that was in review is taken back by it: nobody approves what they have not read.
    """
    draft = get(desk, id, Action.DRAFT, lock=True)
    if draft.version != version:
        raise Stale(draft)
    layer = layers.get(draft.layer)
    kept = {**draft.values, **_kept(layer, values)}
    area, zone = _where(desk, layer, kept, draft.area)
    changed = {
        "values": {name: value for name, value in kept.items() if value not in (None, "", [])},
        "area": area, "zone": zone, "version": draft.version + 1, "editor_id": desk.who.id,
        "updated_at": desk.now, "approvals": [], "publish_at": draft.publish_at,
        "state": State.RETURNED if draft.state == State.RETURNED else State.DRAFT,
    }  # fmt: skip
    return desk.connection.execute(update(Draft).where(TABLE.c.id == id).values(**changed).returning(TABLE)).one()


def _kept(layer: Layer, values: Mapping[str, Any]) -> dict[str, Any]:
    """What may be kept of values that somebody sent: known names, bounded lengths."""
    allowed = set(typed(layer))
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name in allowed:
            found[name] = [str(v)[:200] for v in value][:50] if isinstance(value, list | tuple) else value
            if isinstance(value, str):
                found[name] = value.replace("\x00", "")[:LONGEST_VALUE]
    return found


def _where(desk: Desk, layer: Layer, values: dict[str, Any], area: str) -> tuple[str, str | None]:
    """Area and zone of a draft: as typed when they are codes, which must be within the account's grants."""
    typed_area, typed_zone = str(values.get("area") or area), values.get("zone") or None
    known = typed_area if typed_area in desk.areas else area
    zone = typed_zone if typed_zone in desk.areas else None
    desk.demand(Action.DRAFT, layer.key, known, zone)
    return known, zone


def judged(desk: Desk, draft: Row[Any], stage: Need) -> Checked:
    """The verdict of `Layer.check` over a draft's values."""
    return layers.get(draft.layer).check(draft.values, stage, desk.areas)


def alike(desk: Desk, draft: Row[Any], checked: Checked) -> list[duplicates.Alike]:
    """Places that the draft may be a second entry of, and that nobody has said are others."""
    own = {*draft.distinct_from, draft.place_id}
    found = duplicates.alike(desk.connection, layers.get(draft.layer), checked.values, desk.areas)
    return [other for other in found if other.id not in own]


def set_apart(desk: Desk, id: int, others: list[int]) -> None:
    """Remember that a draft is none of these places."""
    draft = get(desk, id, Action.DRAFT, lock=True)
    kept = sorted({*draft.distinct_from, *others})[:100]
    desk.connection.execute(update(Draft).where(TABLE.c.id == id).values(distinct_from=kept))


def submit(desk: Desk, id: int, version: int, publish_at: Any = None) -> Row[Any]:
    """Hand a draft in for review, verified today; Unready says what it lacks."""
    draft = get(desk, id, Action.SUBMIT, lock=True)
    if draft.version != version:
        raise Stale(draft)
    checked = judged(desk, draft, Need.PUBLISH)
    others = alike(desk, draft, checked) if checked.accepted else []
    if not checked.accepted or others:
        raise Unready(checked, others)
    values = {**draft.values, "verified": desk.today.isoformat()}
    changed = {
        "values": values, "state": State.REVIEW, "submitted_at": desk.now, "approvals": [], "reason": "",
        "publish_at": publish_at, "version": draft.version + 1, "editor_id": desk.who.id, "updated_at": desk.now,
    }  # fmt: skip
    handed = desk.connection.execute(update(Draft).where(TABLE.c.id == id).values(**changed).returning(TABLE)).one()
    revisions.note(desk, draft.layer, "submitted", place_id=draft.place_id, draft_id=id, values=values)
    return handed


def discard(desk: Desk, id: int) -> None:
    """Throw a draft away; the place itself, if there is one, stays as it is."""
    get(desk, id, Action.DRAFT, lock=True)
    desk.connection.execute(delete(Draft).where(Draft.id == id))
