"""Making, correcting, ending and restoring saved views: one version kept for each act."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once

from layers.areas import Areas, Level
from layers.errors import UnknownPlace
from layers.latin import latin
from layers.view import View
from layers.words import N_, Labels
from webapp import area_choice, audit, permissions
from webapp.desk import Desk
from webapp.permissions import Action, Forbidden, Signed
from webapp.saved import listing
from webapp.saved.models import SavedVersion, SavedView
from webapp.saved.reading import Options, tolerant

ACTIONS: Labels = {
    "made": N_("新建"),
    "saved": N_("修改"),
    "restored": N_("取回旧版"),
    "ended": N_("停用"),
    "resumed": N_("恢复"),
}
SLUG = re.compile(r"(?!new$)[a-z0-9-]{3,40}")
"""What an address can hold; `new` is the page on which one is made."""
VALUES = ("title", "caption", "params", "locked", "hosts", "options", "area")


class SlugTaken(Exception):
    """Another view has this name."""


class Stale(Exception):
    """Somebody has saved it since it was opened."""


@dataclass(frozen=True)
class Wanted:
    """What a saved view is to be, every part of it checked."""

    title: str
    caption: str
    view: View
    locked: Sequence[str]
    hosts: Sequence[str]
    options: Options
    area: str

    def values(self) -> dict[str, Any]:
        """The columns of its row."""
        params = self.view.params()
        return {
            "title": self.title, "caption": self.caption, "params": [list(pair) for pair in params],
            "digest": listing.digest(params), "locked": list(self.locked), "hosts": list(self.hosts),
            "options": asdict(self.options), "area": self.area,
        }  # fmt: skip


def may(who: Signed, view: View, area: str, areas: Areas) -> bool:
    """Whether an account may keep this View for the office of an area.

    Every area of every question must lie within what it has been granted for that layer; a question without an
    area is the nation's, and takes a province's grant.
    """
    if area not in areas or not area_choice.covers(permissions.granted(who, Action.VIEWS, areas), area, areas):
        return False
    for query in view.queries:
        granted = permissions.granted(who, Action.VIEWS, areas, query.layer.key)
        if not query.area and not any(one.level == Level.PROVINCE for one in granted):
            return False
        if not all(area_choice.covers(granted, code, areas) for code in query.area):
            return False
    return True


def proposed(title: str) -> str:
    """A slug made from a title's pinyin."""
    made = re.sub(r"[^a-z0-9]+", "-", latin(title).lower()).strip("-")[:36].strip("-")
    return made if SLUG.fullmatch(made) else f"map-{made}".rstrip("-") or "map"


def make(desk: Desk, slug: str, wanted: Wanted, *, exact: bool = True) -> str:
    """Keep a new view; its slug. Not `exact`: one that is taken gets a number. SlugTaken, or Forbidden."""
    _demand(desk, wanted)
    for n in range(1, 1000):
        name = slug if n == 1 else f"{slug[:36]}-{n}"
        row = {"slug": name, "account_id": desk.who.id, "created_at": desk.now, "updated_at": desk.now}
        adding = (
            insert_once(SavedView).values(**row, **wanted.values()).on_conflict_do_nothing().returning(SavedView.id)
        )
        id_ = desk.connection.execute(adding).scalar()
        if id_ is not None:
            _note(desk, listing.get(desk, name), "made")
            return name
        if exact:
            break
    raise SlugTaken(slug)


def save(desk: Desk, slug: str, version: int, wanted: Wanted) -> None:
    """Correct a view, and thereby every page that frames it; Stale when `version` is not the last one."""
    row = listing.get(desk, slug, lock=True)
    if row.version != version:
        raise Stale(slug)
    _demand(desk, wanted)
    _write(desk, row, "saved", **wanted.values())


def restore(desk: Desk, slug: str, n: int) -> None:
    """Bring back a version as a new one; UnknownPlace when there is none."""
    row = listing.get(desk, slug, lock=True)
    asked = select(SavedVersion.values).where(SavedVersion.view_id == row.id, SavedVersion.n == n)
    values: dict[str, Any] | None = desk.connection.execute(asked).scalar()
    if values is None:
        raise UnknownPlace("version", n)
    params = [(str(k), str(v)) for k, v in values["params"]]
    view, _gone = tolerant(params, desk.areas, values["area"])
    if not may(desk.who, view, values["area"], desk.areas):
        raise Forbidden(Action.VIEWS)
    _write(desk, row, "restored", **{k: values[k] for k in VALUES}, digest=listing.digest(params))


def switch(desk: Desk, slug: str, on: bool) -> None:
    """Show a view no more, or again; nothing else takes its name meanwhile."""
    row = listing.get(desk, slug, lock=True)
    _write(desk, row, "resumed" if on else "ended", ended_at=None if on else desk.now)


def _demand(desk: Desk, wanted: Wanted) -> None:
    if not may(desk.who, wanted.view, wanted.area, desk.areas):
        raise Forbidden(Action.VIEWS)


def _write(desk: Desk, row: Row[Any], action: str, **values: Any) -> None:
    values |= {"version": row.version + 1, "updated_at": desk.now}
    desk.connection.execute(update(SavedView).where(SavedView.id == row.id).values(**values))
    _note(desk, listing.get(desk, row.slug), action)


def _note(desk: Desk, row: Row[Any], action: str) -> None:
    kept = {name: getattr(row, name) for name in VALUES}
    step = {"view_id": row.id, "n": row.version, "at": desk.now, "account_id": desk.who.account_id,
            "who": desk.who.title, "action": action, "values": kept}  # fmt: skip
    desk.connection.execute(insert(SavedVersion).values(**step))
    audit.note(desk.connection, f"view_{action}", desk.who, f"view/{row.slug}", row.area, {"version": row.version})
