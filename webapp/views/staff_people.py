"""`/staff/people…`: an administrator's people, what they are trusted with, and the links that let them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from sqlalchemy.exc import NoResultFound
from werkzeug.exceptions import NotFound

import layers
from layers.check import tidy
from webapp import appointing, db, grant_form, people, session, typed
from webapp.appointing import LastAdmin, NameTaken
from webapp.errors import UNFIT
from webapp.grant_form import GrantForm
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.permissions import Action, Forbidden, Signed, anywhere, may_grant
from webapp.views.account import Answer

blueprint = Blueprint("staff_people", __name__, url_prefix="/staff/people")
PERSON = "/<int(max=9223372036854775807):id>"
ACTS: dict[str, Callable[[Connection, Signed, int], None]] = {
    "block": appointing.block,
    "unblock": appointing.unblock,
    "two-step": appointing.drop_two_step,
}


@blueprint.before_request
def administrators_only() -> None:
    """Nobody who has no people."""
    if not anywhere(session.signed(), Action.PEOPLE, db.areas()):
        raise Forbidden(Action.PEOPLE)


@blueprint.get("/")
def index() -> str:
    """Everybody one may see, with what they are trusted with."""
    words = tidy(request.args.get("q", ""))[:60]
    page = request.args.get("page", 1, type=int)
    page = min(max(page, 1), 10_000)
    rows = people.listed(db.connection(), session.signed(), db.areas(), words, page)
    grants = people.grants(db.connection(), [row.id for row in rows])
    more = bool(rows) and rows[0].total > page * people.PER_PAGE
    return render_template("staff/people.html", rows=rows, grants=grants, words=words, page=page, more=more)


@blueprint.get("/new")
def new() -> str:
    """The form for somebody new."""
    return _new({"name": "", "title": ""}, grant_form.empty(session.signed()), {})


@blueprint.post("/new")
def make() -> Answer:
    """Somebody new with a first grant, and the link with which they set their password."""
    who, form = session.signed(), grant_form.sent(session.signed())
    kept = {"name": appointing.tidied(typed.line("name")), "title": typed.line("title", 60)}
    problems = {**_problems(kept), **form.problems}
    if "pick" in request.form or problems or form.held is None:
        return (_new(kept, form, {}), 200) if "pick" in request.form else (_new(kept, form, problems), UNFIT)
    try:
        with db.writing() as connection:
            id_ = appointing.create(connection, who, kept["name"], kept["title"], form.held)
            link = appointing.link(connection, who, id_)
    except NameTaken:
        return _new(kept, form, {"name": _("这个账号名有人用了，换一个。")}), UNFIT
    return _person(id_, link=link)


def _new(kept: dict[str, str], form: GrantForm, problems: dict[str, str]) -> str:
    return render_template("staff/person_new.html", kept=kept, form=form, problems=problems, layers=layers.LAYERS)


def _problems(kept: dict[str, str]) -> dict[str, str]:
    problems = {}
    if not appointing.NAME.fullmatch(kept["name"]):
        problems["name"] = _("账号名 2 到 40 个字：字母、数字、汉字、点、横线。")
    if not kept["title"]:
        problems["title"] = _("写上单位和岗位，别人看到的就是它。")
    return problems


@blueprint.get(PERSON)
def person(id: int) -> str:
    """One of them: grants, state, what can be done."""
    return _person(id)


def _person(id: int, **more: object) -> str:
    other, who, areas = _seen(id), session.signed(), db.areas()
    told: dict[str, object] = {"form": grant_form.empty(who), "problems": {}, "link": ""}
    told |= {"other": other, "state": people.state(db.connection(), id), "layers": layers.LAYERS}
    told |= {"grants": _grants(id, other), "self": who.id == id}
    told |= {"mine": people.may_manage(db.connection(), who, other, areas), **more}
    return render_template("staff/person.html", **told)


def _grants(id: int, other: Signed) -> list[tuple[Any, bool]]:
    """Their grants, each with whether it is one's own to take."""
    held = {(one.role, one.area): one for one in other.held}
    rows = people.grants(db.connection(), [id])[id]
    return [(row, may_grant(session.signed(), held[row.role, row.area], db.areas())) for row in rows]


def _seen(id: int) -> Signed:
    """An account that one may see; NotFound or Forbidden for every other."""
    try:
        other = session.account(db.connection(), id)
    except NoResultFound:
        raise NotFound from None
    if not people.may_see(db.connection(), session.signed(), other, db.areas()):
        raise Forbidden(Action.PEOPLE)
    return other


def _managed(id: int) -> Signed:
    """An account that one may change as a whole; Forbidden when it holds more than is one's to give."""
    other = _seen(id)
    if not people.may_manage(db.connection(), session.signed(), other, db.areas()):
        raise Forbidden(Action.PEOPLE)
    return other


@blueprint.post(PERSON + "/grants")
def give(id: int) -> Answer:
    """Trust them with more."""
    other, form = _seen(id), grant_form.sent(session.signed())
    if "pick" in request.form:
        return _person(id, form=form), 200
    if form.held is None:
        return _person(id, form=form, problems=form.problems), UNFIT
    with db.writing() as connection:
        appointing.give(connection, session.signed(), other.id, form.held)
    flash(_("授权给了。"))
    return redirect(url_for("staff_people.person", id=id), 303)


@blueprint.post(PERSON + "/grants/<int(max=9223372036854775807):grant>/take")
def take(id: int, grant: int) -> Answer:
    """Take a grant back."""
    other = _seen(id)
    return _done(id, _("授权收回了。"), lambda c: appointing.take(c, session.signed(), other.id, grant))


@blueprint.post(PERSON + "/<any(block,unblock,'two-step'):act>")
def change(id: int, act: str) -> Answer:
    """Block, let in again, or ask for the password alone."""
    other = _managed(id)
    if act == "block" and other.id == session.signed().id:
        return _person(id, problems={"": _("不能停用自己的账号，请别的管理员来办。")}), UNFIT
    told = {"block": _("停用了，已登录的设备都退出了。"), "unblock": _("恢复了。"), "two-step": _("两步验证关掉了。")}
    return _done(id, told[act], lambda c: ACTS[act](c, session.signed(), other.id))


def _done(id: int, told: str, work: Callable[[Connection], None]) -> Answer:
    """Do it, say so, and show the person; or say why nobody else would be left."""
    try:
        with db.writing() as connection:
            work(connection)
    except LastAdmin as last:
        name = db.areas().get(str(last)).label(language())
        return _person(id, problems={"": _("%(name)s只剩这一个管理员，先给别人授权再来。", name=name)}), UNFIT
    flash(told)
    session.forget()
    if session.signed().id == id:
        return redirect(url_for("staff_home.page"), 303)
    left = people.may_see(db.connection(), session.signed(), session.account(db.connection(), id), db.areas())
    return redirect(url_for("staff_people.person", id=id) if left else url_for("staff_people.index"), 303)


@blueprint.post(PERSON + "/title")
def rename(id: int) -> Answer:
    """Another office or post."""
    other, title = _managed(id), typed.line("title", 60)
    if not title:
        return _person(id, problems={"title": _("写上单位和岗位，别人看到的就是它。")}), UNFIT
    return _done(id, _("名称改了。"), lambda c: appointing.rename(c, session.signed(), other.id, title))


@blueprint.post(PERSON + "/link")
def link(id: int) -> str:
    """A new link, shown this once."""
    other = _managed(id)
    with db.writing() as connection:
        made = appointing.link(connection, session.signed(), other.id)
    return _person(id, link=made)
