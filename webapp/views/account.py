"""`/account/…`: sign in and out, and where one is signed in."""

from __future__ import annotations

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from webapp import appointing, audit, db, session, signing_in, typed
from webapp.errors import SLOWED, UNFIT
from webapp.i18n import translate as _
from webapp.models import Account, SignIn
from webapp.signing_in import Attempt
from webapp.views import staff_chrome

blueprint = Blueprint("account", __name__, url_prefix="/account")
LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]{0,2000}")
"""A path of our own: never another host's address, however a browser may read it."""
Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/sign-in")
def sign_in() -> Answer:
    """The form, unless somebody is signed in already."""
    return _onward() if session.current() else render_template("account/sign_in.html", name="", problems={})


@blueprint.post("/sign-in")
def try_password() -> Answer:
    """The form as it was sent."""
    name = appointing.tidied(typed.line("name"))
    with db.writing() as connection:
        attempt = signing_in.with_password(connection, name, typed.secret("password"))
    if attempt.needs_code:
        return redirect(url_for("account.code", next=request.args.get("next")), 303)
    wrong = _("账号或密码不对。忘了密码，请本单位管理员发重设链接。")
    if attempt.is_demo:
        wrong = _("示例账号只能在本机演示时用。")
    return _onward() if attempt.is_in else refused("account/sign_in.html", attempt, {"name": wrong}, name=name)


@blueprint.get("/sign-in/code")
def code() -> Answer:
    """The second step, for whoever has passed the first."""
    if signing_in.pending(db.connection()) is None:
        return redirect(url_for("account.sign_in", next=request.args.get("next")))
    return render_template("account/code.html", problems={})


@blueprint.post("/sign-in/code")
def try_code() -> Answer:
    """A code as it was sent."""
    with db.writing() as connection:
        who = signing_in.pending(connection)
        if who is None:
            return redirect(url_for("account.sign_in", next=request.args.get("next")), 303)
        attempt = signing_in.with_code(connection, who, typed.line("code"))
    if attempt.is_in:
        return _onward()
    return refused("account/code.html", attempt, {"code": _("验证码不对，或者已经用过。等手机上换一个再输。")})


def refused(template: str, attempt: Attempt, problems: dict[str, str], **kept: object) -> Answer:
    """The form again: with how long to wait when that is what is wrong, else with what is."""
    if attempt.wait:
        told = _("试错的次数太多，请等 %(time)s再试。等的时候，密码对也进不去。", time=_span(attempt.wait))
        content = render_template(template, problems={"": told}, **kept)
        return content, SLOWED, {"Retry-After": str(attempt.wait)}
    return render_template(template, problems=problems, **kept), UNFIT


def _span(seconds: int) -> str:
    if seconds < 60:
        return _("%(n)s 秒", n=seconds)
    return _("%(n)s 分钟", n=-(-seconds // 60))


def _onward() -> Response:
    """To where one wanted to go, when that is a page of ours, else to where one's work begins."""
    wanted = request.args.get("next", "")
    return redirect(wanted if LOCAL_PATH.fullmatch(wanted) else staff_chrome.first(session.signed()), 303)


@blueprint.post("/sign-out")
def sign_out() -> Answer:
    """End the session on the server; signing out twice is no error."""
    who = session.current()
    with db.writing() as connection:
        if who:
            audit.note(connection, "sign_out", who, f"account/{who.id}", audit.home(who))
        session.end(connection)
    flash(_("已经退出。"))
    return redirect(url_for("account.sign_in"), 303)


@blueprint.get("/")
def page() -> str:
    """Who one is, what one may do, where one is signed in."""
    who, since = session.signed(), db.now() - session.LONGEST
    open_ = select(SignIn).where(SignIn.account_id == who.id, SignIn.ended_at.is_(None), SignIn.begun_at > since)
    sessions = db.connection().execute(open_.order_by(SignIn.seen_at.desc())).all()
    two_step = db.connection().scalar(select(func.count(Account.totp)).where(Account.id == who.id))
    return render_template("account/page.html", who=who, sessions=sessions, own=session.own(), two_step=two_step)


@blueprint.post("/sessions/end")
def end_sessions() -> Answer:
    """End every session but this one."""
    who = session.signed()
    with db.writing() as connection:
        ended = session.end_all(connection, who.id, session.own())
        audit.note(connection, "sessions_end", who, f"account/{who.id}", audit.home(who), {"ended": ended})
    flash(_("其他设备都退出了。"))
    return redirect(url_for("account.page"), 303)
