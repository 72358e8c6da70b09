"""`/staff/log` and its workbook: who did what, when, from where."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy import Row

from geo import files
from layers.areas import Area
from layers.words import N_, Labels
from webapp import area_choice, audit, db, logbook, session
from webapp.attached import attached
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.permissions import ROLES, Action, Forbidden
from webapp.views.staff_chrome import moment

blueprint = Blueprint("staff_log", __name__, url_prefix="/staff")
DETAILS: Labels = {
    "name": N_("账号"), "title": N_("名称"), "role": N_("角色"), "layers": N_("图层"), "step": N_("哪一步"),
    "ended": N_("退出的设备"),
}  # fmt: skip
"""What the members of an entry's detail are called; others show their key."""


@blueprint.before_request
def administrators_only() -> None:
    """Nobody who administers no area."""
    if not _mine():
        raise Forbidden(Action.AUDIT)


def _mine() -> list[Area]:
    return logbook.administered(session.signed(), db.areas())


@blueprint.get("/log")
def page() -> str:
    """A page of the entries that are asked for."""
    asked = logbook.parse(request.args)
    size = logbook.PER_PAGE
    rows = logbook.entries(db.connection(), session.signed(), asked, size + 1, (asked.page - 1) * size)
    groups = area_choice.groups(_mine(), db.areas())
    told = {"rows": [told_of(row) for row in rows[:size]], "more": len(rows) > size, "groups": groups}
    actions = [(key, _(title)) for key, title in audit.ACTIONS.items()]
    return render_template("staff/log.html", asked=asked, actions=actions, **told)


@blueprint.get("/log.xlsx")
def workbook() -> Response:
    """The entries that are asked for, as a workbook; that it was made is an entry itself."""
    who, asked = session.signed(), logbook.parse(request.args)
    rows = logbook.entries(db.connection(), who, asked, logbook.MOST_ROWS)
    with db.writing() as connection:
        audit.note(connection, "log_export", who, area=audit.home(who), detail={**asked.params(), "rows": len(rows)})
    heads = [_("时间"), _("谁"), _("岗位"), _("做了什么"), _("对象"), _("地方"), _("从哪个地址"), _("细节")]
    content = files.write_xlsx(_("日志"), heads, [list(told_of(row).values())[1:] for row in rows])
    return attached(content, f"log-{db.today()}.xlsx")


def told_of(row: Row[Any]) -> dict[str, Any]:
    """An entry in words: number, moment, who, title, action, subject, area, address, detail."""
    area = db.areas().get(row.area).label(language()) if row.area in db.areas() else row.area or ""
    return {
        "id": row.id,
        "at": moment(row.at),
        "who": row.who,
        "title": row.title or "",
        "action": _(audit.ACTIONS.get(row.action, row.action)),
        "subject": row.subject,
        "area": area,
        "address": str(row.address or ""),
        "detail": _("；").join(
            f"{_(DETAILS.get(k, k))} {_value(v)}" for k, v in row.detail.items() if v not in ("", [])
        ),
    }


def _detail(given: dict[str, Any]) -> str:
    said = (f"{_(DETAILS.get(name, name))} {_value(value)}" for name, value in given.items() if value not in ("", []))
    return _("；").join(said)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return _("、").join(str(one) for one in value)
    return _(ROLES[value]) if value in tuple(ROLES) else str(value)
