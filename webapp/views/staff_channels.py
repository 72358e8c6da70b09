"""`/staff/channels`: the ways by which an office brings links to people."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from layers.errors import BadValue
from webapp import area_choice, desk, session, typed
from webapp.counting import channels
from webapp.errors import UNFIT
from webapp.i18n import translate as _
from webapp.permissions import Action, Forbidden

blueprint = Blueprint("staff_channels", __name__)
blueprint.before_request(session.staff)
Page = str | tuple[str, int] | Answer


@blueprint.get("/staff/channels")
def page() -> str:
    """The list, and a line to add one."""
    return _page({})


def _page(problems: dict[str, str], **typed_: str) -> str:
    here = desk.reading()
    offices = channels.offices(here)
    if not offices:
        raise Forbidden(Action.VIEWS)
    found = channels.mine(here, ended=True)
    context = {"found": found, "areas": area_choice.groups(offices, here.areas), "problems": problems}
    text = {"title": "", "area": offices[0].code, **typed_}
    usual = [] if any(row.ended_at is None for row in found) else [_(title) for title in channels.USUAL]
    return render_template("staff/channels.html", **context, text=text, usual=usual, longest=channels.LONGEST)


@blueprint.post("/staff/channels")
def add() -> Page:
    """Add one, or the usual ones at once."""
    title, area = typed.line("title", 60), typed.line("area", 12)
    titles = [_(text) for text in channels.USUAL] if typed.line("usual") == "1" else [title]
    try:
        with desk.writing() as here:
            for one in titles:
                channels.add(here, area, one)
    except BadValue as error:
        return _page({"title": error.allowed(_)}, title=title, area=area), UNFIT
    flash(_("加好了。"))
    return redirect(url_for("staff_channels.page"), 303)


@blueprint.post("/staff/channels/<code>")
def change(code: str) -> Page:
    """Another title, or offer it no more, or again."""
    try:
        with desk.writing() as here:
            if typed.line("on"):
                channels.switch(here, code, typed.line("on") == "1")
            else:
                channels.rename(here, code, typed.line("title", 60))
    except BadValue as error:
        return _page({"": error.allowed(_)}), UNFIT
    return redirect(url_for("staff_channels.page"), 303)
