"""Draft to review to published to expired or withdrawn: each act checks the right to it and writes a Revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

import layers
from layers import record
from layers.base import Need, Status, fields
from layers.errors import UnknownPlace
from layers.layer import Layer
from layers.projects import PROGRESS, TAKEN
from layers.words import N_
from webapp import drafts, revisions
from webapp.desk import Desk
from webapp.drafts import TABLE, Stale, Unready
from webapp.imports import traces
from webapp.models import Account, Distinct, Draft, Revision, State
from webapp.permissions import Action, NotByYou

MOST_AT_ONCE = 200
STANDING = {"verify": (Status.PUBLISHED,), "withdraw": (Status.PUBLISHED, Status.TAKEN)}
"""The states in which a place can be renewed, or taken down."""


class NotNow(Exception):
    """An act that does not fit the state that the place is in; its text says what to do."""


def approve(desk: Desk, id: int, version: int) -> int | None:
    """One step of review; after the last the draft is published, or waits for its hour.

    Returns the place's id when it is published by this. Nobody approves what they wrote
    (unless the house allows it), and nobody twice.
    """
    draft = drafts.get(desk, id, Action.REVIEW, lock=True)
    _ready_for_review(desk, draft, version)
    step = {"account": desk.who.id, "who": desk.who.title, "at": desk.now.isoformat(timespec="minutes")}
    approvals = [*draft.approvals, step]
    done = len(approvals) >= desk.rules.steps
    later = done and draft.publish_at is not None and draft.publish_at > desk.now
    state = State.APPROVED if later else draft.state
    changed = {"approvals": approvals, "state": state, "version": draft.version + 1}
    draft = desk.connection.execute(update(Draft).where(TABLE.c.id == id).values(**changed).returning(TABLE)).one()
    if done and not later:
        return publish(desk, draft)
    action = "scheduled" if later else "approved"
    revisions.note(desk, draft.layer, action, place_id=draft.place_id, draft_id=id, approvals=approvals)
    return None


def _ready_for_review(desk: Desk, draft: Row[Any], version: int) -> None:
    if draft.version != version:
        raise Stale(draft)
    if draft.state != State.REVIEW:
        raise NotNow(N_("这一条不在待审核里了，可能别人已经处理"))
    if not desk.rules.self_approval and desk.who.id in (draft.author_id, draft.editor_id):
        raise NotByYou(N_("自己写的要由别人审核"))
    if desk.who.id in [step["account"] for step in draft.approvals]:
        raise NotByYou(N_("你已经审过这一条，下一步要由别人审"))


def give_back(desk: Desk, id: int, version: int, reason: str) -> None:
    """Return a draft to its author with a reason; nothing of it is lost."""
    draft = drafts.get(desk, id, Action.REVIEW, lock=True)
    if draft.version != version:
        raise Stale(draft)
    if draft.state not in (State.REVIEW, State.APPROVED):
        raise NotNow(N_("这一条不在待审核里了，可能别人已经处理"))
    changed = {"state": State.RETURNED, "reason": reason, "approvals": [], "version": draft.version + 1}
    desk.connection.execute(update(Draft).where(TABLE.c.id == id).values(**changed))
    revisions.note(desk, draft.layer, "returned", place_id=draft.place_id, draft_id=id, reason=reason)


def publish(desk: Desk, draft: Row[Any]) -> int:
    """Write an approved draft into its layer and end the draft; the place's id.

    What the draft left as it found it keeps the value that the place has now.
    """
    layer = layers.get(draft.layer)
    place = _locked(desk, layer, draft.place_id) if draft.place_id is not None else None
    values = _merged(draft, record.of(layer, place) if place else {})
    checked = layer.check(values, Need.PUBLISH, desk.areas)
    if not checked.accepted:
        raise Unready(checked)
    traces.before(desk.connection, layer, draft)
    id_ = _write(desk, layer, draft, place, checked.values)
    traces.after(desk.connection, layer, draft, id_)
    _remember_verdicts(desk, layer, id_, draft)
    desk.connection.execute(update(Revision).where(Revision.draft_id == draft.id).values(place_id=id_))
    desk.connection.execute(delete(Draft).where(Draft.id == draft.id))
    after = record.of(layer, record.one(desk.connection, layer, id_))
    revisions.note(
        desk, layer.key, "published", place_id=id_, draft_id=draft.id, values=after,
        approvals=draft.approvals, batch_id=draft.batch_id,
    )  # fmt: skip
    return id_


def _merged(draft: Row[Any], now: Mapping[str, Any]) -> dict[str, Any]:
    names = {*drafts.typed(layers.get(draft.layer)), *({"verified"} & draft.values.keys())}
    proposed = {name: draft.values.get(name) for name in names if name in draft.values or name in draft.base}
    own = {name: value for name, value in proposed.items() if value != draft.base.get(name)}
    position = {*record.POSITION, "precision", "radius_km"}
    if own.keys() & position:  # a position is one thing: all of it comes from the draft
        now = {name: value for name, value in now.items() if name not in position}
        own |= {name: draft.values.get(name) for name in position}
    return {**now, **own}


def _write(desk: Desk, layer: Layer, draft: Row[Any], place: Row[Any] | None, values: dict[str, Any]) -> int:
    public = place is not None and place.status == Status.PUBLISHED and place.published is not None
    full = {name: values.get(name) for name in fields(layer.model) if name != "id"}
    full |= {"geom": values["geom"], "status": Status.PUBLISHED, "source": draft.source or values.get("source")}
    full["external_id"] = draft.external_id or values.get("external_id")
    full["published"] = place.published if public and place is not None else desk.today
    fresh = desk.today if place is None and draft.batch_id is None else None
    full["verified"] = max((day for day in (values.get("verified"), fresh) if day), default=None)
    full["sample"] = place.sample if place is not None else desk.who.demo or _by_demo(desk, draft)
    if place is None:
        full |= {"progress": full["progress"] or "open"} if "progress" in full else {}
        return int(desk.connection.execute(insert(layer.model).values(**full).returning(layer.model.id)).scalar_one())
    desk.connection.execute(update(layer.model).where(layer.model.id == place.id).values(**full))
    return int(place.id)


def _by_demo(desk: Desk, draft: Row[Any]) -> bool:
    """Whether a demo account wrote it: whoever publishes it, and at whatever hour, it is a sample."""
    return bool(desk.connection.execute(select(Account.demo).where(Account.id == draft.author_id)).scalar())


def _locked(desk: Desk, layer: Layer, id: int) -> Row[Any]:
    asked = record.select_record(layer, layer.model.id == id).with_for_update(of=layer.model)
    place = desk.connection.execute(asked).one_or_none()
    if place is None:
        raise UnknownPlace(layer.key, id)
    found: Row[Any] = place
    return found


def _remember_verdicts(desk: Desk, layer: Layer, id: int, draft: Row[Any]) -> None:
    """Whoever publishes: the verdicts are the editor's."""
    rows = [
        {"layer": layer.key, "low": min(id, other), "high": max(id, other), "account_id": draft.editor_id}
        for other in draft.distinct_from
        if other != id
    ]
    if rows:
        desk.connection.execute(upsert(Distinct).values(rows).on_conflict_do_nothing())


def renew(desk: Desk, layer: Layer, ids: Iterable[int], how: str, until: dt.date | None = None) -> int:
    """Say of places that they are still true, from today; `until` also moves the day they stand to. How many."""
    changed: dict[str, Any] = {"verified": desk.today, "verified_how": how}
    changed |= {"valid_until": until} if until else {}
    return _each(desk, layer, ids, Action.VERIFY, "verified", changed, STANDING["verify"])


def withdraw(desk: Desk, layer: Layer, ids: Iterable[int], reason: str) -> int:
    """Take places off every public surface, with a reason. How many."""
    changed = {"status": Status.WITHDRAWN}
    return _each(desk, layer, ids, Action.WITHDRAW, "withdrawn", changed, STANDING["withdraw"], reason)


def set_progress(desk: Desk, layer: Layer, id: int, progress: str) -> None:
    """Move a project on; one that is taken leaves the public, one that is open again comes back."""
    if progress not in PROGRESS or "progress" not in fields(layer.model):
        raise NotNow(N_("这一类没有进度"))
    status = Status.TAKEN if progress in TAKEN else Status.PUBLISHED
    changed = {"progress": progress, "status": status}
    _each(desk, layer, [id], Action.PROGRESS, "progress", changed, (Status.PUBLISHED, Status.TAKEN))


def _each(
    desk: Desk, layer: Layer, ids: Iterable[int], action: Action, step: str, changed: dict[str, Any],
    stand: tuple[str, ...], reason: str = "",
) -> int:  # fmt: skip
    """The same change to several places, all or none: each one's right checked, each one's step written down."""
    wanted = sorted(set(ids))[:MOST_AT_ONCE]
    places = [_locked(desk, layer, id_) for id_ in wanted]
    for place in places:
        desk.demand(action, layer.key, place.area, place.zone)
        if place.status not in stand:
            raise NotNow(N_("“%(name)s”现在不能这样做：先看它的状态") % {"name": place.name})
    if places:
        desk.connection.execute(update(layer.model).where(layer.model.id.in_(wanted)).values(**changed))
    for place in places:
        values = record.of(layer, record.one(desk.connection, layer, place.id))
        revisions.note(desk, layer.key, step, place_id=place.id, reason=reason, values=values)
    return len(places)


def withdraw_contact(desk: Desk, phone: str, reason: str) -> int:
    """Take down every place that gives this number and that the account may take down. How many."""
    number = 0
    for layer in layers.LAYERS:
        model = layer.model
        with_it = select(model.id, model.area, model.zone).where(model.phone == phone, model.status == Status.PUBLISHED)
        mine = [
            row.id for row in desk.connection.execute(with_it)
            if desk.may(Action.WITHDRAW, _Spot(layer.key, row.area, row.zone))
        ]  # fmt: skip
        for begin in range(0, len(mine), MOST_AT_ONCE):
            number += withdraw(desk, layer, mine[begin : begin + MOST_AT_ONCE], reason)
    return number


class _Spot:
    def __init__(self, layer: str, area: str, zone: str | None) -> None:
        self.layer, self.area, self.zone = layer, area, zone


def restore(desk: Desk, revision_id: int) -> int:
    """Put the values of an old step into the place's draft, to be reviewed like any other; the draft's id."""
    step = revisions.one(desk.connection, revision_id)
    if step is None or step.values is None or step.place_id is None:
        raise UnknownPlace("revision", revision_id)
    layer = layers.get(step.layer)
    id_ = drafts.of_place(desk, layer, step.place_id)
    draft = drafts.get(desk, id_, Action.DRAFT)
    blank = dict.fromkeys(drafts.typed(layer))
    drafts.save(desk, id_, {**blank, **step.values}, draft.version)
    revisions.note(desk, layer.key, "restored", place_id=step.place_id, draft_id=id_, reason=f"#{revision_id}")
    return id_


def due(desk: Desk) -> list[int]:
    """Publish every approved draft whose hour has come; the ids of the places."""
    asked = select(TABLE).where(TABLE.c.state == State.APPROVED, TABLE.c.publish_at <= desk.now)
    published = []
    for draft in desk.connection.execute(asked.with_for_update(skip_locked=True)).all():
        try:
            with desk.connection.begin_nested():
                published.append(publish(desk, draft))
        except Unready as error:
            _send_back(desk, draft, "；".join(problem.text(desk.translate) for problem in error.checked.problems))
        except UnknownPlace:
            _send_back(desk, draft, desk.translate(N_("原来的条目已经不在了")))
    return published


def _send_back(desk: Desk, draft: Row[Any], reason: str) -> None:
    """What cannot be published at its hour goes back to its author, and holds up nothing else."""
    changed = {"state": State.RETURNED, "reason": reason, "approvals": []}
    desk.connection.execute(update(Draft).where(TABLE.c.id == draft.id).values(**changed))
    revisions.note(desk, draft.layer, "returned", place_id=draft.place_id, draft_id=draft.id, reason=reason)
