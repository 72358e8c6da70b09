"""Who may do what, where: one table, readable aloud; every surface asks `may` or `within`, nothing else decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from layers.areas import Area, Areas, Level
from layers.words import N_, Labels


class Role(StrEnum):
    """What an office trusts an account with."""

    EDITOR = "editor"
    REVIEWER = "reviewer"
    ADMIN = "admin"


class Action(StrEnum):
    """What can be done on staff surfaces."""

    SEE = "see"
    DRAFT = "draft"
    SUBMIT = "submit"
    IMPORT = "import"
    VERIFY = "verify"
    PROGRESS = "progress"
    ANSWER = "answer"
    CHECK = "check"
    WITHDRAW = "withdraw"
    REVIEW = "review"
    VIEWS = "views"
    PEOPLE = "people"
    AUDIT = "audit"


TABLE: dict[Role, frozenset[Action]] = {
    Role.EDITOR: frozenset(
        {
            Action.SEE, Action.DRAFT, Action.SUBMIT, Action.IMPORT, Action.VERIFY, Action.PROGRESS,
            Action.ANSWER, Action.CHECK, Action.WITHDRAW, Action.VIEWS,
        }
    ),
    Role.REVIEWER: frozenset({Action.SEE, Action.REVIEW, Action.WITHDRAW, Action.ANSWER, Action.CHECK}),
    Role.ADMIN: frozenset({Action.SEE, Action.PEOPLE, Action.AUDIT}),
}  # fmt: skip
TOWNSHIP = frozenset({Action.SEE, Action.DRAFT, Action.SUBMIT})
"""All that a township's grant is good for, whatever its role: it drafts, the county publishes."""
ROLES: Labels = {Role.EDITOR: N_("编辑"), Role.REVIEWER: N_("审核"), Role.ADMIN: N_("管理员")}


class Forbidden(Exception):
    """Not within what the account has been granted."""


class NotByYou(Forbidden):
    """Within the grant, and yet not for this person: the text says why."""


@dataclass(frozen=True)
class Held:
    """A grant as it is held: the role, its area, and the layers it is for (None: all)."""

    role: Role
    area: str
    layers: tuple[str, ...] | None = None

    def allows(self, action: Action, areas: Areas) -> bool:
        """Whether the grant is good for the action at all."""
        township = self.area in areas and areas.get(self.area).level == Level.TOWNSHIP
        return action in TABLE[self.role] and (not township or action in TOWNSHIP)

    def reaches(self, layer: str, area: str, zone: str | None, areas: Areas) -> bool:
        """Whether it covers a layer and a place's area or functional zone."""
        if (self.layers is not None and layer not in self.layers) or self.area not in areas:
            return False
        mine = areas.get(self.area)
        return zone == mine.code if mine.level == Level.ZONE else area.startswith(mine.prefix)


@dataclass(frozen=True)
class Signed:
    """Who is signed in: the account and what it holds."""

    id: int
    name: str
    title: str
    held: tuple[Held, ...]
    demo: bool = False

    @property
    def account_id(self) -> int | None:
        """What rows keep of who did something: nothing for the machine, which has no account."""
        return self.id or None


MACHINE = Signed(0, "machine", "系统", ())
"""Who acts when nobody does: it does what people have approved, and holds no grant of its own."""


def may(who: Signed, action: Action, layer: str, area: str, zone: str | None, areas: Areas) -> bool:
    """Whether somebody may do something with a layer's place in an area (and zone)."""
    return any(h.allows(action, areas) and h.reaches(layer, area, zone, areas) for h in who.held)


def demand(who: Signed, action: Action, layer: str, area: str, zone: str | None, areas: Areas) -> None:
    """Forbidden unless `may`."""
    if not may(who, action, layer, area, zone, areas):
        raise Forbidden(action)


def anywhere(who: Signed, action: Action, areas: Areas, layer: str | None = None) -> bool:
    """Whether there is any place at all (of a layer) that somebody may do it with."""
    return any(
        h.allows(action, areas) and (layer is None or h.layers is None or layer in h.layers) and h.area in areas
        for h in who.held
    )


def within(who: Signed, action: Action, table: Any, areas: Areas, layer: str | None = None) -> ColumnElement[bool]:
    """The same as a condition on rows with `area` and `zone` (and, unless `layer` says it, a `layer` column)."""
    parts: list[ColumnElement[bool]] = []
    for held in who.held:
        if not held.allows(action, areas) or held.area not in areas:
            continue
        covered = areas.condition(table, (held.area,))
        if held.layers is None:
            parts.append(covered)
        elif layer is None:
            parts.append(and_(covered, table.layer.in_(held.layers)))
        elif layer in held.layers:
            parts.append(and_(covered, true()))
    return or_(false(), *parts)


def granted(who: Signed, action: Action, areas: Areas, layer: str | None = None) -> list[Area]:
    """The areas for which somebody may do it, widest first."""
    order = list(Level)
    codes = {h.area for h in who.held if h.allows(action, areas) and _for(h, layer) and h.area in areas}
    return sorted((areas.get(code) for code in codes), key=lambda a: (order.index(Level(a.level)), a.code))


def _for(held: Held, layer: str | None) -> bool:
    return layer is None or held.layers is None or layer in held.layers


def may_grant(who: Signed, held: Held, areas: Areas) -> bool:
    """Whether somebody may give or take a grant: an administrator, within their own area and layers."""
    asked: Iterable[str | None] = held.layers or (None,)
    return all(
        any(
            mine.allows(Action.PEOPLE, areas)
            and _covers(mine, held, areas)
            and (mine.layers is None or part in mine.layers)
            for mine in who.held
        )
        for part in asked
    )


def _covers(mine: Held, other: Held, areas: Areas) -> bool:
    return mine.area in {above.code for above in areas.path(other.area)}
