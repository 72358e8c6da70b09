"""`/account/password`, `/account/two-step`, `/account/reset/<token>`: what one signs in with."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import session as cookie
from sqlalchemy import Connection, select

from webapp import audit, db, passwords, reset, session, signing_in, two_step, typed
from webapp.errors import UNFIT
from webapp.i18n import translate as _
from webapp.models import Account
from webapp.permissions import Signed
from webapp.views.account import Answer, refused

blueprint = Blueprint("account_keys", __name__, url_prefix="/account")
NEW_KEY = "totp"


@blueprint.get("/password")
def password() -> Answer:
    """The form."""
    return render_template("account/password.html", who=session.signed(), problems={})


@blueprint.post("/password")
def change_password() -> Answer:
    """The new one for the old one; every other session ends."""
    who, problems = session.signed(), _new_password(session.signed())
    if problems:
        return render_template("account/password.html", who=who, problems=problems), UNFIT
    with db.writing() as connection:
        attempt = signing_in.prove(connection, who, typed.secret("old"))
        if attempt.is_in:
            _changed(connection, who)
    if not attempt.is_in:
        return refused("account/password.html", attempt, {"old": _("现在的密码不对。")}, who=who)
    flash(_("密码改好了，其他设备都退出了。"))
    return redirect(url_for("account.page"), 303)


def _changed(connection: Connection, who: Signed) -> None:
    ended = reset.set_password(connection, who.id, typed.secret("new"), session.own())
    reset.void(connection, who.id)
    audit.note(connection, "password", who, f"account/{who.id}", audit.home(who), {"ended": ended})


def _new_password(who: Signed) -> dict[str, str]:
    """What is wrong with a new password that was typed twice."""
    new, again = typed.secret("new"), typed.secret("again")
    problem = passwords.refusal(new, who.name, _)
    if problem:
        return {"new": problem}
    return {} if new == again else {"again": _("两次输的不一样。")}


@blueprint.get("/reset/<token>")
def reset_password(token: str) -> Answer:
    """The form behind a one-time link."""
    return render_template("account/reset.html", who=reset.whose(db.connection(), token), problems={})


@blueprint.post("/reset/<token>")
def use_link(token: str) -> Answer:
    """Set the password; the link is used up."""
    who = reset.whose(db.connection(), token)
    problems = _new_password(who)
    if problems:
        return render_template("account/reset.html", who=who, problems=problems), UNFIT
    with db.writing() as connection:
        reset.use(connection, token, typed.secret("new"))
    flash(_("密码设好了，用它登录。"))
    return redirect(url_for("account.sign_in"), 303)


@blueprint.get("/two-step")
def two_steps() -> Answer:
    """Whether codes are asked for; the picture to set them up, or the way to stop."""
    return render_template("account/two_step.html", problems={}, **_two_step(session.signed()))


@blueprint.post("/two-step")
def switch_on() -> Answer:
    """Codes are asked for once one has proved the secret."""
    who, key = session.signed(), cookie.get(NEW_KEY, "")
    step = two_step.step_of(key, two_step.tidied(typed.line("code"))) if key else None
    if step is None:
        wrong = {"code": _("验证码不对。看看手机的时间准不准，再输一次现在的六位数。")}
        return render_template("account/two_step.html", problems=wrong, **_two_step(who)), UNFIT
    with db.writing() as connection:
        two_step.switch_on(connection, who.id, key, step)
        audit.note(connection, "two_step_on", who, f"account/{who.id}", audit.home(who))
    del cookie[NEW_KEY]
    flash(_("两步验证打开了，下次登录要输验证码。"))
    return redirect(url_for("account.page"), 303)


@blueprint.post("/two-step/off")
def switch_off() -> Answer:
    """By password alone from now on, which has to be given for it."""
    who = session.signed()
    with db.writing() as connection:
        attempt = signing_in.prove(connection, who, typed.secret("password"))
        if attempt.is_in:
            two_step.switch_off(connection, who.id)
            audit.note(connection, "two_step_off", who, f"account/{who.id}", audit.home(who))
    if not attempt.is_in:
        return refused("account/two_step.html", attempt, {"password": _("密码不对。")}, **_two_step(who))
    flash(_("两步验证关掉了。"))
    return redirect(url_for("account.page"), 303)


def _two_step(who: Signed) -> dict[str, object]:
    """What the page shows; a secret that is being set up stays the same until it is proved."""
    if db.connection().scalar(select(Account.totp).where(Account.id == who.id)) is not None:
        return {"who": who, "on": True}
    key = cookie.setdefault(NEW_KEY, two_step.secret())
    return {"who": who, "on": False, "key": key, "picture": two_step.picture(key, who.name)}
