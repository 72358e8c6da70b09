"""`/staff/review/batches/<id>`: a whole import under review, by its counts, a random sample and its list."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

import layers
from layers.errors import BadValue
from layers.words import N_
from webapp import desk, session
from webapp.i18n import translate as _
from webapp.imports import pages, reviewing, saying, steps, working

blueprint = Blueprint("staff_import_review", __name__)
blueprint.before_request(session.staff)
PATH = "/staff/review/batches/<int(max=9223372036854775807):id>"
PAGE_SIZE, LONGEST_REASON = 50, 300
QUICK = 200
"""Drafts that are published while somebody waits."""


@blueprint.get(PATH)
def page(id: int) -> str:
    """The batch with what there is to decide."""
    here = desk.reading()
    batch, given = reviewing.get(here, id), request.args.get("page", "1")
    number = max(1, int(given)) if given.isdecimal() and len(given) < 6 else 1
    found = reviewing.tallies(here, id)
    context = {
        "batch": batch, "layer": layers.get(batch.layer), "tallies": found, "sample": reviewing.sample(here, id),
        "rows": reviewing.listed(here, id, number, PAGE_SIZE), "page": number, "more": found.n > number * PAGE_SIZE,
        "steps": here.rules.steps, "self_approval": here.rules.self_approval, "tasks": pages.TASKS,
    }  # fmt: skip
    return render_template("staff/review_batch.html", said=lambda kept: saying.text(kept, _), **context)


@blueprint.post(PATH)
def decide(id: int) -> Response:
    """Approve all that is ready, or give all back with a reason."""
    here = desk.reading()
    batch, step = reviewing.get(here, id), "return" if request.form.get("act") == "return" else "approve"
    reason = request.form.get("reason", "").replace("\x00", "").strip()[:LONGEST_REASON]
    if step == "return" and not reason:
        raise BadValue("reason", "", N_("写明原因，一句话就行"))
    if reviewing.tallies(here, id).n > (QUICK if step == "approve" else steps.QUICK_ROWS):
        steps.later(id, step, here.who.id, reason=reason)
        working.wake()
        return redirect(url_for("staff_import_review.page", id=id), 303)
    steps.at_once(id, step, {"reason": reason})
    _told(batch)
    return redirect(url_for("staff_review.page"), 303)


def _told(before: Row[object]) -> None:
    batch = reviewing.get(desk.reading(), before.id)
    done = batch.counts.get("review", {})
    if done.get("returned"):
        flash(_("退回了 %(n)s 条，对方会看到原因。", n=done["returned"]))
    else:
        flash(_("发布了 %(n)s 条。", n=done.get("published", 0)))
    if done.get("approved"):
        flash(_("%(n)s 条审过这一步，还要别人再审。", n=done["approved"]))
    if done.get("unready"):
        flash(_("%(n)s 条还缺必填，没有发布，留在待审核里。", n=done["unready"]))


@blueprint.get(f"{PATH}/progress")
def progress(id: int) -> Response:
    """How far the worker is, for the page's script."""
    here = desk.reading()
    batch = reviewing.get(here, id)
    return jsonify(working=batch.task is not None, done=batch.done, total=reviewing.tallies(here, id).n)
