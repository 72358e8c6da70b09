"""`/report/<layer>/<id>`: 打不通, 不准确. An uncached page, so that public ones carry no form's token."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

import layers
from webapp import audit, db, enquiries, masking
from webapp.i18n import in_language
from webapp.i18n import translate as _
from webapp.views import chrome
from webapp.views.place import public_place

blueprint = Blueprint("report", __name__)
PATH = "/report/<layer:key>/<int(max=9223372036854775807):id>"
TRAP = "note"
"""A field that no person sees and no browser fills in by itself: what comes with it comes from a program."""


@blueprint.get(PATH)
def page(key: str, id: int) -> str:
    """The form: what is wrong, and a few words if one likes."""
    return _form(key, id, {})


def _form(key: str, id: int, problems: dict[str, str], **typed: str) -> str:
    context = {"kind": "", "words": "", **typed, "problems": problems, "trap": TRAP, **_about(key, id)}
    return render_template("report.html", **context, kinds=enquiries.kinds(layers.get(key)), longest=enquiries.LONGEST)


def _about(key: str, id: int) -> dict[str, Any]:
    layer = layers.get(key)
    place = public_place(layer, id)
    area = chrome.chosen_area((place.area[:6],)) if place.area[:6] in db.areas() else None
    return {"layer": layer, "place": place, "area": area, "due": enquiries.due(db.today())}


@blueprint.post(PATH)
def send(key: str, id: int) -> Answer:
    """Keep it, or say what is missing with everything that was typed."""
    kind, words = request.form.get("kind", ""), request.form.get("words", "")
    problems = _problems(kind, words)
    if problems:
        return make_response(_form(key, id, problems, kind=kind, words=words), 422)
    if not request.form.get(TRAP):
        layer = layers.get(key)
        place = public_place(layer, id)
        with db.writing() as connection:
            who = enquiries.asker(audit.address(), db.today())
            enquiries.report(connection, layer, place, kind, words, who)
    return redirect(in_language(url_for("report.done", key=key, id=id)), 303)


def _problems(kind: str, words: str) -> dict[str, str]:
    found = {}
    if kind not in enquiries.KINDS:
        found["kind"] = _("选一个：哪里不对")
    if len(masking.tidy(words)) > enquiries.LONGEST:
        found["words"] = _("最多写 %(n)s 个字", n=enquiries.LONGEST)
    return found


@blueprint.get(PATH + "/done")
def done(key: str, id: int) -> Response:
    """Thanks: what happens next, and by when."""
    return make_response(render_template("reported.html", **_about(key, id)))
