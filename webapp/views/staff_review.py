"""`/staff/review`: what waits for review, each with its differences, to approve or to give back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

import layers
from layers import record
from layers.base import Need
from layers.errors import BadValue
from layers.words import N_
from webapp import audit, desk, drafts, editing, listing, publishing, revisions, session
from webapp.desk import Desk
from webapp.i18n import translate as _
from webapp.imports import reviewing
from webapp.models import State
from webapp.permissions import Action, Forbidden, anywhere

blueprint = Blueprint("staff_review", __name__)
blueprint.before_request(session.staff)
PATH = "/staff/review/<int(max=9223372036854775807):id>"
LONGEST_REASON = 300


@blueprint.get("/staff/review")
def page() -> str:
    """The queue, the longest waiting first."""
    here = desk.reading()
    if not anywhere(here.who, Action.REVIEW, here.areas):
        raise Forbidden(Action.REVIEW)
    return render_template("staff/queue.html", rows=listing.to_review(here), steps=here.rules.steps, me=here.who.id,
                           self_approval=here.rules.self_approval, layer_of=layers.get,
                           batches=reviewing.batches(here))  # fmt: skip


@blueprint.get(PATH)
def one(id: int) -> str:
    """One draft: what it changes, how it would look, what the law and the map say to it."""
    here = desk.reading()
    return render_template("staff/review.html", **_context(here, drafts.get(here, id, Action.REVIEW)))


def _context(here: Desk, draft: Any) -> dict[str, Any]:
    layer = layers.get(draft.layer)
    checked = drafts.judged(here, draft, Need.PUBLISH)
    own = here.who.id in (draft.author_id, draft.editor_id) and not here.rules.self_approval
    again = here.who.id in [step["account"] for step in draft.approvals]
    return {
        "draft": draft, "layer": layer, "place": editing.preview(layer, checked), "checked": checked,
        "changes": list(record.changes(layer, draft.base, draft.values, _)), "steps": here.rules.steps,
        "history": revisions.history(here, layer, draft_id=draft.id), "own": own, "again": again,
        "waiting": draft.state == State.REVIEW, "problem": "",
    }  # fmt: skip


@blueprint.post(PATH)
def decide(id: int) -> Response:
    """Approve, or give back with a reason."""
    version = request.form.get("version", "")
    number = int(version) if version.isdecimal() and len(version) < 9 else 0
    try:
        if request.form.get("act") == "return":
            _give_back(id, number)
        else:
            _approve(id, number)
    except (drafts.Stale, drafts.Unready) as error:
        return _once_more(id, error)
    return redirect(url_for("staff_review.page"), 303)


def _approve(id: int, version: int) -> None:
    with desk.writing() as here:
        draft = drafts.get(here, id, Action.REVIEW)
        place = publishing.approve(here, id, version)
        audit.note(here.connection, "approve", here.who, f"draft/{id}", draft.area, {"place": place})
    if place is None:
        flash(_("这一步审过了。"))
    else:
        flash(_("发布了：%(name)s", name=draft.values.get("name", "")))


def _give_back(id: int, version: int) -> None:
    reason = request.form.get("reason", "").replace("\x00", "").strip()[:LONGEST_REASON]
    if not reason:
        raise BadValue("reason", "", N_("写明原因，一句话就行"))
    with desk.writing() as here:
        draft = drafts.get(here, id, Action.REVIEW)
        publishing.give_back(here, id, version, reason)
        audit.note(here.connection, "return", here.who, f"draft/{id}", draft.area)
    flash(_("退回了，对方会看到原因。"))


def _once_more(id: int, error: Exception) -> Response:
    here = desk.reading()
    context = _context(here, drafts.get(here, id, Action.REVIEW))
    stale = isinstance(error, drafts.Stale)
    told = _("您打开之后这一条又改过，请看新的内容再决定。") if stale else _("现在还不能发布，见下面的问题。")
    content = render_template("staff/review.html", **{**context, "problem": told})
    return make_response(content, 409 if stale else 422)
