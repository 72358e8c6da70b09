"""`/staff/tokens`: keys for the machines of one's office, shown once when they are made."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import desk, session
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.imports import staging, tokens
from webapp.permissions import Action, Forbidden

blueprint = Blueprint("staff_tokens", __name__)
blueprint.before_request(session.staff)


@blueprint.get("/staff/tokens")
def page() -> str:
    """The keys of the account's offices."""
    return _page("", {})


def _page(shown: str, problems: dict[str, str]) -> str:
    here = desk.reading()
    offices = staging.offices(here)
    if not offices:
        raise Forbidden(Action.IMPORT)
    context = {"rows": tokens.listed(here), "offices": [(a.code, a.label(language())) for a in offices]}
    return render_template("staff/tokens.html", shown=shown, problems=problems, sent=request.form, **context)


@blueprint.post("/staff/tokens")
def new() -> Response:
    """Make a key and show it this once."""
    name = " ".join(request.form.get("name", "").replace("\x00", "").split())[: tokens.LONGEST_NAME]
    if not name:
        return make_response(_page("", {"name": _("写明是给哪个系统用的")}), 422)
    with desk.writing() as here:
        key = tokens.make(here, request.form.get("owner", ""), name)
    return make_response(_page(key, {}))


@blueprint.post("/staff/tokens/<int(max=9223372036854775807):id>/revoke")
def revoke(id: int) -> Response:
    """Let a key open nothing any more."""
    with desk.writing() as here:
        tokens.revoke(here, id)
    flash(_("停用了，用它的系统马上就传不进来了。"))
    return redirect(url_for("staff_tokens.page"), 303)
