"""`/staff/enquiries`: what the public says about places, on a clock, answered by whoever is responsible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, func, select
from werkzeug.wrappers import Response

import layers
from layers.errors import BadValue
from layers.words import N_, Labels
from webapp import audit, db, desk, enquiries, permissions, publishing, session
from webapp.desk import Desk
from webapp.enquiries import TABLE
from webapp.i18n import translate as _
from webapp.models import Enquiry
from webapp.permissions import Action
from webapp.views import staff_links

blueprint = Blueprint("staff_enquiries", __name__)
blueprint.before_request(session.staff)
PATH = "/staff/enquiries/<int(max=9223372036854775807):id>"
PAGE_SIZE = 50
STATES: Labels = {"open": N_("没答复"), "answered": N_("答复过")}
ACTS: Labels = {"none": N_("只记下处理结果"), "verify": N_("打过电话，内容都对"), "withdraw": N_("撤下这一条")}


@dataclass(frozen=True)
class Asked:
    """Which reports: state, layer and area ("" for all), page from 1."""

    state: str = "open"
    layer: str = ""
    area: str = ""
    page: int = 1


@blueprint.get("/staff/enquiries")
def page() -> str:
    """The list, what is due first on top."""
    return render_template("staff/enquiries.html", **_listed(desk.reading(), _asked()))


def _asked() -> Asked:
    given = request.args
    state, layer, area = given.get("state", "open"), given.get("layer", ""), given.get("area", "")
    if state not in STATES:
        raise BadValue("state", state, N_("可选：%(keys)s"), {"keys": " ".join(STATES)})
    if layer and layer not in [y.key for y in layers.LAYERS]:
        raise BadValue("layer", layer, N_("可选：%(keys)s"), {"keys": " ".join(y.key for y in layers.LAYERS)})
    if area and area not in desk.reading().areas:
        raise BadValue("area", area, N_("没有代码 %(code)s 的区县或乡镇"), {"code": area})
    number = given.get("page", "1")
    if not number.isdecimal() or not 1 <= int(number[:6]) <= 10_000:
        raise BadValue("page", number, N_("写 1 到 %(n)s 的整数"), {"n": 10_000})
    return Asked(state, layer, area, int(number[:6]))


def _listed(here: Desk, asked: Asked) -> dict[str, Any]:
    mine = [permissions.within(here.who, Action.ANSWER, Enquiry, here.areas), *_narrowed(here, asked)]
    open_ = TABLE.c.answered_at.is_(None)
    tally = select(func.count().filter(open_), func.count().filter(~open_)).where(*mine)
    counts = dict(zip(STATES, here.connection.execute(tally).one(), strict=True))
    order = (TABLE.c.due_on, TABLE.c.id) if asked.state == "open" else (TABLE.c.answered_at.desc(), TABLE.c.id)
    wanted = select(TABLE).where(*mine, open_ if asked.state == "open" else ~open_).order_by(*order)
    rows = here.connection.execute(wanted.limit(PAGE_SIZE).offset((asked.page - 1) * PAGE_SIZE)).all()
    return {
        "asked": asked, "counts": counts, "states": STATES, "rows": rows,
        "places": enquiries.places(here.connection, rows),
        "clocks": {row.id: enquiries.clock(row, here.today, _) for row in rows}, "layer_of": layers.get,
        "day_of": db.day_of,
        "kind_of": lambda row: enquiries.kinds(layers.get(row.layer))[row.kind],
        "pages": max(1, -(-counts[asked.state] // PAGE_SIZE)),
    }  # fmt: skip


def _narrowed(here: Desk, asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [TABLE.c.layer == asked.layer] if asked.layer else []
    return found + ([here.areas.condition(Enquiry, (asked.area,))] if asked.area else [])


@blueprint.get(PATH)
def one(id: int) -> str:
    """One report with what else is said of its place, and what to do about it."""
    here = desk.reading()
    return render_template("staff/enquiry.html", **_context(here, id))


def _context(here: Desk, id: int, problem: str = "", **typed: Any) -> dict[str, Any]:
    found = enquiries.get(here, id)
    others = select(TABLE).where(TABLE.c.layer == found.layer, TABLE.c.place_id == found.place_id, TABLE.c.id != id)
    place = enquiries.places(here.connection, [found]).get((found.layer, found.place_id))
    layer = layers.get(found.layer)
    return {
        "enquiry": found, "layer": layer, "place": place, "kinds": enquiries.kinds(layer), "problem": problem,
        "others": here.connection.execute(others.order_by(TABLE.c.id.desc()).limit(20)).all(),
        "clock": enquiries.clock(found, here.today, _), "longest": enquiries.LONGEST_ANSWER,
        "acts": {key: words for key, words in ACTS.items() if _possible(here, key, found, place)},
        "may": {a.value: permissions.may(here.who, a, found.layer, found.area, found.zone, here.areas) for a in Action},
        "place_link": staff_links.place(found.layer, found.place_id) if place is not None else "",
        "day_of": db.day_of, "typed": {"answer": "", "act": "none", "same": True, **typed},
    }  # fmt: skip


def _possible(here: Desk, act: str, found: Any, place: Any) -> bool:
    """Whether an act fits the place's state and the account's grants."""
    needed = {"verify": Action.VERIFY, "withdraw": Action.WITHDRAW}.get(act, Action.ANSWER)
    stands = act == "none" or (place is not None and place.status in publishing.STANDING[act])
    return stands and here.may(needed, found)


@blueprint.post(PATH)
def answer(id: int) -> Response | tuple[str, int]:
    """Write the answer down, and do with the place what was chosen."""
    words = request.form.get("answer", "").replace("\x00", "").strip()
    act, same = request.form.get("act", "none"), request.form.get("same") == "1"
    problem = _("写一句处理结果") if not words else ""
    if len(words) > enquiries.LONGEST_ANSWER:
        problem = _("最多写 %(n)s 个字", n=enquiries.LONGEST_ANSWER)
    if problem or act not in ACTS:
        context = _context(desk.reading(), id, problem or _("选一个处理办法"), answer=words, act=act, same=same)
        return render_template("staff/enquiry.html", **context), 422
    _carry_out(id, words, act, same)
    return redirect(url_for("staff_enquiries.page"), 303)


def _carry_out(id: int, words: str, act: str, same: bool) -> None:
    with desk.writing() as here:
        found = enquiries.get(here, id)
        layer = layers.get(found.layer)
        number = enquiries.answer(here, id, words, same=same)
        if act == "verify":
            publishing.renew(here, layer, [found.place_id], "phone")
        elif act == "withdraw":
            publishing.withdraw(here, layer, [found.place_id], words)
        if act != "none":
            audit.note(here.connection, act, here.who, f"{found.layer}/{found.place_id}", found.area)
    flash(_("%(n)s 条反馈记下了处理结果。", n=number))
