"""`/staff/drafts/<id>`: the editor, which keeps what is typed and hands it in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

import layers
from geo.errors import SpatialError
from layers import locating
from layers.base import Need
from webapp import audit, desk, drafts, editing, photos, session
from webapp.i18n import translate as _
from webapp.permissions import Action, anywhere

blueprint = Blueprint("staff_drafts", __name__)
blueprint.before_request(session.staff)
PATH = "/staff/drafts/<int(max=9223372036854775807):id>"


@blueprint.post("/staff/new/<layer:key>")
def new(key: str) -> Answer:
    """Begin a draft of a new place."""
    with desk.writing() as here:
        id_ = drafts.new(here, layers.get(key))
    return redirect(url_for("staff_drafts.page", id=id_), 303)


@blueprint.post("/staff/places/<layer:key>/<int(max=9223372036854775807):id>/edit")
def edit(key: str, id: int) -> Answer:
    """Go on with the draft of a place, begun when there is none."""
    with desk.writing() as here:
        id_ = drafts.of_place(here, layers.get(key), id)
    return redirect(url_for("staff_drafts.page", id=id_), 303)


@blueprint.get(PATH)
def page(id: int) -> str:
    """The form with the phone's picture beside it."""
    here = desk.reading()
    draft = drafts.get(here, id, Action.DRAFT)
    return render_template("staff/draft.html", **editing.context(here, draft, say=draft.state == "returned"))


@blueprint.get(PATH + "/preview")
def preview(id: int) -> str:
    """The entry as the public's list would show it, of whatever is right so far."""
    here = desk.reading()
    draft = drafts.get(here, id, Action.DRAFT)
    layer = layers.get(draft.layer)
    place = editing.preview(layer, drafts.judged(here, draft, Need.DRAFT))
    return render_template("staff/preview.html", layer=layer, place=place)


@blueprint.post(PATH)
def save(id: int) -> Answer:
    """Keep what was typed, then do what was asked: nothing more, hand in, set apart, throw away."""
    sent = _sent(id)
    try:
        draft = _kept(id, sent)
        if request.accept_mimetypes.best == "application/json":
            return jsonify(editing.told(desk.reading(), draft))
        return _then(draft, sent)
    except drafts.Stale as error:
        return _again(id, sent, 409, stale=error.draft)
    except drafts.Unready as error:
        return _again(id, sent, 422, say=True, alike=error.alike)


def _sent(id: int) -> editing.Typed:
    """The form as it was sent, its pasted position converted, its pictures not yet taken."""
    here = desk.reading()
    draft = drafts.get(here, id, Action.DRAFT)
    sent = editing.typed(layers.get(draft.layer), request.form, request.files)
    editing.place(here, sent, draft.area)
    editing.hour(here, sent)
    return sent


def _kept(id: int, sent: editing.Typed) -> Any:
    """The draft after the save, with its new pictures."""
    if sent.act == "discard":
        return drafts.get(desk.reading(), id, Action.DRAFT)
    with desk.writing() as here:
        for file in sent.files:
            try:
                sent.values.setdefault("photos", []).append(photos.take(here.connection, here.who, file.stream))
            except photos.BadPhoto as error:
                sent.problems["upload"] = _(str(error))
        draft = drafts.save(here, id, sent.values, sent.version)
        sent.version = draft.version
        return draft


def _then(draft: Any, sent: editing.Typed) -> Answer:
    if sent.problems:
        return _again(draft.id, sent, 422, say=sent.act == "submit")
    if sent.act == "discard":
        with desk.writing() as here:
            drafts.discard(here, draft.id)
            audit.note(here.connection, "discard", here.who, f"draft/{draft.id}", draft.area)
        flash(_("草稿删掉了。"))
        return redirect(url_for("staff_places.page"), 303)
    if sent.act == "apart":
        others = [int(text) for text in request.form.getlist("other") if text.isdecimal() and len(text) < 19]
        with desk.writing() as here:
            drafts.set_apart(here, draft.id, others)
    if sent.act in ("submit", "apart"):
        return _hand_in(draft, sent)
    flash(_("草稿存好了。"))
    return redirect(url_for("staff_drafts.page", id=draft.id), 303)


def _hand_in(draft: Any, sent: editing.Typed) -> Answer:
    with desk.writing() as here:
        drafts.submit(here, draft.id, draft.version, editing.hour(here, sent))
        audit.note(here.connection, "submit", here.who, f"draft/{draft.id}", draft.area)
    flash(_("“%(name)s”交去审核了，审过就发布。", name=draft.values.get("name", "")))
    return redirect(url_for("staff_places.page"), 303)


def _again(id: int, sent: editing.Typed, status: int, **more: Any) -> Response:
    """The form again with everything that was typed in it, and what to do about it."""
    here = desk.reading()
    stale = more.get("stale")
    if request.accept_mimetypes.best == "application/json":
        problem = {"status": status, "title": _("别人刚刚也改了这一条"), "version": stale.version if stale else 0}
        return make_response(jsonify(problem), status)
    draft = drafts.get(here, id, Action.DRAFT)
    sent.version = draft.version
    return make_response(render_template("staff/draft.html", **editing.context(here, draft, sent, **more)), status)


@blueprint.get("/staff/locate")
def locate() -> Response:
    """A pasted coordinate pair as a place, in JSON: converted, in which county, what to look at again."""
    here, given = desk.reading(), request.args
    if not anywhere(here.who, Action.DRAFT, here.areas):
        abort(403)
    datum, epsg = given.get("datum", ""), given.get("epsg", "")
    if datum not in locating.LABELS:
        return make_response(jsonify(title=_("先选坐标是从哪里抄来的")), 400)
    code = int(epsg) if epsg.isdecimal() and len(epsg) < 6 else None
    try:
        area, before = given.get("area", ""), _before(given)
        return jsonify(editing.located(here, given.get("coords", ""), datum, code, area, before))
    except SpatialError as error:
        kind = type(error).__name__ == "ZoneMissing"
        return make_response(jsonify(title=_(error.message, **error.values), zone=kind), 400)


def _before(given: Any) -> tuple[float, float] | None:
    try:
        lon, lat = float(given.get("lon", "")), float(given.get("lat", ""))
    except ValueError:
        return None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 85 else None
