"""`/staff/phone`: a number that answers no more, and every place that goes with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

import layers
from layers import contact, public
from webapp import audit, desk, permissions, publishing, session
from webapp.desk import Desk
from webapp.i18n import translate as _
from webapp.permissions import Action

blueprint = Blueprint("staff_phone", __name__)
blueprint.before_request(session.staff)
PATH = "/staff/phone"
LONGEST_REASON = 300
MOST_SHOWN = 200


@dataclass
class Found:
    """Who gives a number: (layer, place) that would go, how many are others' to take down, how many spare it is."""

    phone: str = ""
    going: list[tuple[Any, Any]] = field(default_factory=list)
    others: int = 0
    spare: int = 0


@blueprint.get(PATH)
def page() -> str:
    """Type a number and see what would go; nothing changes yet."""
    return render_template("staff/phone.html", **_context(_may()))


def _may() -> Desk:
    here = desk.reading()
    if not permissions.anywhere(here.who, Action.WITHDRAW, here.areas):
        abort(403)
    return here


def _context(here: Desk, problem: str = "") -> dict[str, Any]:
    typed = request.values.get("phone", "").replace("\x00", "").strip()[:40]
    phone = _number(here, typed)
    if typed and phone is None:
        problem = problem or _("这不像一个电话号码，写成 区号-号码")
    found = _found(here, phone) if phone else Found()
    return {"typed": typed, "found": found, "problem": problem, "most": MOST_SHOWN}


def _number(here: Desk, typed: str) -> str | None:
    """The number as places keep it, completed with the area code of the account's own area."""
    mine = permissions.granted(here.who, Action.WITHDRAW, here.areas)
    return contact.tidy_phone(typed, mine[0].code if mine else None) if typed else None


def _found(here: Desk, phone: str) -> Found:
    found, digits = Found(phone), re.sub(r"\D", "", phone)
    for layer in layers.LAYERS:
        model, shown = layer.model, public.expired(layer, here.today) | public.is_public(layer, here.today)
        mine = permissions.within(here.who, Action.WITHDRAW, model, here.areas, layer.key)
        going = select(model.id, model.name, model.area, model.zone).where(model.phone == phone, shown, mine)
        found.going += [(layer, row) for row in here.connection.execute(going.order_by(model.id))]
        spare = func.regexp_replace(model.backup_phone, r"\D", "", "g") == digits
        spares = func.count().filter(spare, model.phone.is_distinct_from(phone), mine)
        counted = select(func.count().filter(model.phone == phone, ~mine), spares).where(shown)
        other, spared = here.connection.execute(counted).one()
        found.others, found.spare = found.others + other, found.spare + spared
    return found


@blueprint.post(PATH)
def withdraw() -> Response | tuple[str, int]:
    """Take down every place that gives the number and that the account may take down."""
    here = _may()
    reason = request.form.get("reason", "").replace("\x00", "").strip()[:LONGEST_REASON]
    phone = _number(here, request.form.get("phone", "").replace("\x00", "").strip()[:40])
    if phone is None or not reason:
        problem = "" if phone is None else _("写明原因，一句话就行")
        return render_template("staff/phone.html", **_context(here, problem)), 422
    with desk.writing() as writing:
        number = publishing.withdraw_contact(writing, phone, reason)
        audit.note(writing.connection, "phone_withdrawn", writing.who, phone, None, {"places": number, "why": reason})
    flash(_("%(phone)s 停用：撤下了 %(n)s 条，公开的页面上马上就没有了。", phone=phone, n=number))
    return redirect(url_for("staff_phone.page"), 303)
