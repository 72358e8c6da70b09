"""Which place or draft a row of an office's file means, looked up for many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from layers import duplicates, record
from layers.areas import Areas, Level
from layers.base import Need, Status
from layers.layer import Layer
from layers.words import N_
from webapp import permissions
from webapp.imports import given
from webapp.imports.models import Verdict
from webapp.models import Draft, State
from webapp.permissions import Action, Signed

NO_SUCH = N_("没有第 %(id)s 号条目；去掉这一行的 id，就当新的一条")
ANOTHER = N_("第 %(id)s 号是“%(name)s”，和这一行对不上；去掉这一行的 id，就当新的一条")
TWO = N_("来源编号是第 %(one)s 号的，id 却是第 %(id)s 号")
TWICE = N_("和第 %(row)s 行说的是同一条")
NOT_YOURS = N_("第 %(id)s 号不归这个单位管，不能改")
NOT_HERE = N_("%(area)s不归这个单位管")
REOPENS = N_("这一条已经不公开，审过会重新公开")
EDITED = N_("有人正在改这一条，导入会盖掉同样的栏")
LIKE = 0.5
TABLE = Draft.__table__


@dataclass(frozen=True)
class Asked:
    """What a row says that tells which place it is. `own` is False for a key that was made of county and name."""

    row: int
    values: Mapping[str, Any]
    key: str
    own: bool
    id: int | None = None
    sure: bool = False


@dataclass(frozen=True)
class Meant:
    """The place and the draft that a row is about, or [column, message, values] of why it cannot be."""

    place: Row[Any] | None = None
    draft: Row[Any] | None = None
    problem: list[Any] | None = None


class Reach:
    """How far an account may go with the files of an office: its own grants, within the office's area."""

    def __init__(self, who: Signed, layer: Layer, owner: str, areas: Areas) -> None:
        self._who, self._layer, self._areas = who, layer, areas
        self._owner = areas.get(owner)

    def covers(self, area: str, zone: str | None) -> bool:
        """Whether a place there may be imported."""
        mine = self._owner
        inside = zone == mine.code if mine.level == Level.ZONE else area.startswith(mine.prefix)
        return inside and permissions.may(self._who, Action.IMPORT, self._layer.key, area, zone, self._areas)


class Existing:
    """Places and drafts that the rows of one office's file can mean. `lock` holds the drafts until the end."""

    def __init__(self, connection: Connection, layer: Layer, reach: Reach, owner: str, areas: Areas) -> None:
        self._connection, self._layer, self._reach = connection, layer, reach
        self._owner, self._areas = owner, areas
        self._places: dict[int, Row[Any]] = {}
        self._keyed: dict[str, Row[Any]] = {}
        self._drafts: dict[int, Row[Any]] = {}
        self._keyed_drafts: dict[str, Row[Any]] = {}

    def load(self, asked: Sequence[Asked], *, lock: bool = False) -> None:
        """Read what these rows can mean; what was read before is forgotten."""
        model, keys = self._layer.model, [one.key for one in asked]
        mine = (TABLE.c.layer == self._layer.key, TABLE.c.source == self._owner, TABLE.c.external_id.in_(keys))
        found = self._read_drafts(mine, lock)
        ids = {one.id for one in asked if one.id is not None} | {d.place_id for d in found if d.place_id is not None}
        own = model.source == self._owner
        where = or_(model.id.in_(ids), own & model.external_id.in_(keys))
        rows = self._connection.execute(record.select_record(self._layer, where)).all()
        self._places = {row.id: row for row in rows}
        self._keyed = {row.external_id: row for row in rows if row.source == self._owner and row.external_id}
        more = self._read_drafts((TABLE.c.layer == self._layer.key, TABLE.c.place_id.in_(list(self._places))), lock)
        self._drafts = {draft.place_id: draft for draft in (*found, *more) if draft.place_id is not None}
        self._keyed_drafts = {draft.external_id: draft for draft in found}

    def _read_drafts(self, where: Iterable[Any], lock: bool) -> list[Row[Any]]:
        asked = select(TABLE).where(*where).order_by(TABLE.c.id)
        return list(self._connection.execute(asked.with_for_update() if lock else asked))

    def meant(self, asked: Asked) -> Meant:
        """What a loaded row is about; nothing for a new one."""
        draft = self._keyed_drafts.get(asked.key)
        place = self._keyed.get(asked.key)
        if place is None and draft is not None and draft.place_id is not None:
            place = self._places.get(draft.place_id)
        if asked.id is not None:
            there = self._places.get(asked.id)
            problem = self._doubted(asked, there, place)
            if problem:
                return Meant(problem=problem)
            place, draft = there, None
        if place is not None:
            draft = self._drafts.get(place.id, draft)
        problem = self._out_of_reach(asked, place, draft)
        return Meant(problem=problem) if problem else Meant(place, draft)

    def _doubted(self, asked: Asked, there: Row[Any] | None, keyed: Row[Any] | None) -> list[Any] | None:
        """Why a number in the file cannot be taken at its word: many a table has an id that is not ours."""
        if there is None:
            return ["id", NO_SUCH, {"id": asked.id}]
        if asked.own and keyed is not None and keyed.id != there.id:
            return ["id", TWO, {"one": keyed.id, "id": asked.id}]
        if asked.sure or self._is_it(there, asked):
            return None
        return ["id", ANOTHER, {"id": asked.id, "name": there.name}]

    def _is_it(self, place: Row[Any], asked: Asked) -> bool:
        """The name alike, or two other facts the same."""
        county = self._areas.get(place.area[:6]).name if place.area[:6] in self._areas else ""
        if duplicates.how_alike(place.name, str(asked.values.get("name") or ""), county) >= LIKE:
            return True
        old, new = record.of(self._layer, place), asked.values
        same = [bool(new.get(n)) and str(old.get(n)) == str(new[n]) for n in ("phone", "summary", "lon", "shape")]
        same.append(asked.own and place.external_id == asked.key)
        return sum(same) >= 2

    def _out_of_reach(self, asked: Asked, place: Row[Any] | None, draft: Row[Any] | None) -> list[Any] | None:
        for there in (place, draft):
            if there is not None and not self._reach.covers(there.area, there.zone):
                return ["id", NOT_YOURS, {"id": place.id if place is not None else asked.key}]
        area, zone = asked.values["area"], asked.values.get("zone") or getattr(draft or place, "zone", None)
        if not self._reach.covers(area, zone):
            return ["area", NOT_HERE, {"area": "".join(a.name for a in self._areas.path(area)) or area}]
        return None


@dataclass(frozen=True)
class Judged:
    """What a row would do: the verdict, what there was of what it changes, and [column, message, values] to be said."""

    verdict: Verdict
    before: dict[str, Any] | None = None
    warnings: tuple[list[Any], ...] = ()


def judged(layer: Layer, areas: Areas, asked: Asked, meant: Meant) -> Judged:
    """What an accepted row does to what it is about."""
    place, draft = meant.place, meant.draft
    if place is None and draft is None:
        return Judged(Verdict.NEW)
    old = standing(layer, areas, asked, meant)
    changed = given.differing(old, asked.values)
    if not changed:
        again = draft is not None and draft.batch_id is not None and draft.state == State.RETURNED
        return Judged(Verdict.AGAIN if again else Verdict.SAME)
    warnings = []
    if place is not None and place.status in (Status.WITHDRAWN, Status.TAKEN):
        warnings.append(["name", REOPENS, {}])
    if draft is not None and draft.batch_id is None and draft.state == State.DRAFT:
        warnings.append(["name", EDITED, {}])
    return Judged(Verdict.CHANGED, {name: old.get(name) for name in changed}, tuple(warnings))


def standing(layer: Layer, areas: Areas, asked: Asked, meant: Meant) -> dict[str, Any]:
    """The values that a row is held against: of the draft where there is one, else of the place.

    A draft that a person has typed is tidied first: 0000012 and 0833-000 0012 are one number.
    """
    if meant.draft is None:
        return record.of(layer, meant.place)
    old: dict[str, Any] = meant.draft.values
    if not given.differing(old, asked.values):
        return old
    checked = layer.check(old, Need.DRAFT, areas)
    if "area" not in checked.values or not checked.values["area"]:
        return old
    return {**old, **given.of(layer, checked.values, [name for name, v in old.items() if v not in (None, "")], areas)}
