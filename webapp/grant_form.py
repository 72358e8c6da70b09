"""A grant as it is chosen in a form: the role, the area down to its township, the layers."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import request

import layers
from layers.areas import Area, Areas, Level
from webapp import area_choice, db, typed
from webapp.area_choice import Groups, Options
from webapp.i18n import translate as _
from webapp.permissions import Action, Held, Role, Signed, granted


@dataclass(frozen=True)
class GrantForm:
    """What has been chosen so far, what there is to choose from, and what does not go together."""

    areas: Groups
    area: str = ""
    townships: Options = field(default_factory=list)
    township: str = ""
    role: str = Role.EDITOR
    layers: tuple[str, ...] = ()
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def held(self) -> Held | None:
        """The grant, when it is one."""
        if self.problems or not self.area:
            return None
        return Held(Role(self.role), self.township or self.area, self.layers or None)


def empty(who: Signed) -> GrantForm:
    """The form as it is first shown; where there is one area to choose, it is chosen."""
    mine = granted(who, Action.PEOPLE, db.areas())
    choices = area_choice.groups(mine, db.areas())
    all_ = [code for _title, members in choices for code, _name in members]
    area = all_[0] if len(all_) == 1 else ""
    return GrantForm(choices, area, area_choice.townships(area, db.areas()))


def sent(who: Signed) -> GrantForm:
    """The form as it was sent."""
    first = empty(who)
    area, township, role = typed.line("area", 12), typed.line("township", 12), typed.line("role", 20)
    chosen = tuple(y.key for y in layers.LAYERS if y.key in request.form.getlist("layers"))
    townships = area_choice.townships(area, db.areas())
    role = role if role in set(Role) else Role.EDITOR
    problems = _problems(area, township, townships, role)
    if "township" in problems:
        township = ""
    return GrantForm(first.areas, area if area in db.areas() else "", townships, township, role, chosen, problems)


def _problems(area: str, township: str, townships: Options, role: str) -> dict[str, str]:
    problems: dict[str, str] = {}
    if area not in db.areas():
        problems["area"] = _("选一下管哪里。")
    if township and township not in dict(townships):
        problems["township"] = _("换了区县，乡镇要重新选。")
    if role != Role.EDITOR and (township or _is_township(area, db.areas())):
        problems["role"] = _("乡镇只能起草，由区县审核发布，所以选“编辑”。")
    return problems


def _is_township(area: str, book: Areas) -> bool:
    found: Area | None = book.get(area) if area in book else None
    return found is not None and found.level == Level.TOWNSHIP
