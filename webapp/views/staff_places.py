"""`/staff/places`: what one's office has, renewed and withdrawn by the list, and each place with its history."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

import layers
from layers import lasting, record
from layers.base import VERIFIED_HOW
from layers.errors import BadValue, UnknownPlace
from layers.layer import Layer
from layers.projects import PROGRESS
from layers.words import N_
from webapp import audit, desk, enquiries, forms, listing, permissions, publishing, revisions, session
from webapp.desk import Desk
from webapp.i18n import translate as _
from webapp.permissions import Action

blueprint = Blueprint("staff_places", __name__)
blueprint.before_request(session.staff)
PLACE = "/staff/places/<layer:key>/<int(max=9223372036854775807):id>"
LONGEST_REASON = 300


@blueprint.get("/staff/places")
def page() -> str:
    """The places of a layer by state, what ends first first, with the drafts on their way."""
    return table(_layer(), asked_list(), "staff_places.page")


def table(layer: Layer, asked: listing.Asked, endpoint: str) -> str:
    """The page of a list of places."""
    here = desk.reading()
    listed = listing.places(here, layer, asked)
    context = {
        "layer": layer, "asked": asked, "listed": listed, "endpoint": endpoint, "layers": _layers(here),
        "areas": forms.area_options(here.who, layer, asked.area, here.areas), "states": listing.STATES,
        "draft_states": listing.DRAFT_STATES, "until": here.today + dt.timedelta(days=lasting.days(layer)),
        "state_of": listing.state_of, "life": listing.life, "filled": listing.filled, "hows": VERIFIED_HOW,
        "may": _rights(here, layer),
        "reports": enquiries.open_counts(here.connection, layer.key, [row.id for row in listed.rows]),
    }  # fmt: skip
    return render_template("staff/places.html", **context)


def _layers(here: Desk) -> list[Layer]:
    return [y for y in layers.LAYERS if permissions.anywhere(here.who, Action.SEE, here.areas, y.key)]


def _rights(here: Desk, layer: Layer) -> dict[str, bool]:
    return {action.value: permissions.anywhere(here.who, action, here.areas, layer.key) for action in Action}


def _layer() -> Layer:
    key = request.args.get("layer", layers.LAYERS[0].key)
    known = [y.key for y in layers.LAYERS]
    if key not in known:
        raise BadValue("layer", key, N_("可选：%(keys)s"), {"keys": " ".join(known)})
    return layers.get(key)


def asked_list(state: str | None = None) -> listing.Asked:
    """The list that the request asks for; BadValue says what is wrong with it."""
    given = request.args
    wanted = given.get("state", "") if state is None else state
    if wanted not in listing.STATES:
        raise BadValue("state", wanted, N_("可选：%(keys)s"), {"keys": " ".join(filter(None, listing.STATES))})
    area, number = given.get("area", "").replace("\x00", ""), given.get("page", "1")
    if area and area not in desk.reading().areas:
        raise BadValue("area", area, N_("没有代码 %(code)s 的区县或乡镇"), {"code": area})
    if not number.isdecimal() or not 1 <= int(number[:7]) <= 100_000:
        raise BadValue("page", number, N_("写 1 到 %(n)s 的整数"), {"n": 100_000})
    return listing.Asked(area, wanted, given.get("q", "").replace("\x00", "")[:50], int(number[:7]))


@blueprint.post("/staff/places/<layer:key>")
def act(key: str) -> Response:
    """Renew or withdraw what is ticked: all of it or nothing."""
    layer, ids = layers.get(key), _ids()
    if not ids:
        flash(_("先在左边勾选要处理的条目。"))
    elif request.form.get("act") == "withdraw":
        _withdraw(layer, ids)
    else:
        _renew(layer, ids)
    return redirect(_back(key), 303)


def _back(key: str) -> str:
    """The list that the form stood on, rebuilt from its own parameters."""
    kept = {name: request.form.get(f"back.{name}", "") for name in ("state", "area", "q")}
    chosen: dict[str, Any] = {name: value for name, value in kept.items() if value}
    return url_for("staff_places.page", layer=key, **chosen)


def _ids() -> list[int]:
    given = request.form.getlist("id")
    return [int(text) for text in given[: publishing.MOST_AT_ONCE] if text.isdecimal() and len(text) < 19]


def _renew(layer: Layer, ids: list[int]) -> None:
    until, how = _day(request.form.get("until", "")), request.form.get("how", "phone")
    with desk.writing() as here:
        if until is not None and not here.today < until <= here.today + dt.timedelta(days=3 * 366):
            raise BadValue("until", str(until), N_("写今天以后三年以内的日子"))
        number = publishing.renew(here, layer, ids, how if how in VERIFIED_HOW else "phone", until)
        audit.note(here.connection, "verify", here.who, f"{layer.key}/{len(ids)}", None, {"ids": ids})
    flash(_("%(n)s 条记为仍有效。", n=number))


def _withdraw(layer: Layer, ids: list[int]) -> None:
    reason = _reason()
    with desk.writing() as here:
        number = publishing.withdraw(here, layer, ids, reason)
        audit.note(here.connection, "withdraw", here.who, f"{layer.key}/{len(ids)}", None, {"ids": ids})
    flash(_("撤下了 %(n)s 条，公开的页面上马上就没有了。", n=number))


def _reason() -> str:
    reason = request.form.get("reason", "").replace("\x00", "").strip()[:LONGEST_REASON]
    if not reason:
        raise BadValue("reason", "", N_("写明原因，一句话就行"))
    return reason


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise BadValue("until", text, N_("日期写成 2026-06-01")) from None


@blueprint.get(PLACE)
def place(key: str, id: int) -> str:
    """One place: its state, its values, what may be done with it, and its history."""
    return render_template("staff/place.html", **_context(layers.get(key), id))


def _context(layer: Layer, id: int) -> dict[str, Any]:
    here = desk.reading()
    row = record.one(here.connection, layer, id)
    if row is None:
        raise UnknownPlace(layer.key, id)
    here.demand(Action.SEE, layer.key, row.area, row.zone)
    allowed = {a.value: permissions.may(here.who, a, layer.key, row.area, row.zone, here.areas) for a in Action}
    return {
        "layer": layer, "place": row, "state": listing.state_of(layer, row, here.today), "states": listing.STATES,
        "last_day": listing.last_day(layer, row), "may": allowed, "hows": VERIFIED_HOW, "progress": PROGRESS,
        "values": list(record.changes(layer, {}, record.of(layer, row), _)),
        "history": revisions.history(here, layer, place_id=id),
        "until": here.today + dt.timedelta(days=lasting.days(layer)),
    }  # fmt: skip


@blueprint.post(PLACE)
def one(key: str, id: int) -> Response:
    """Renew, withdraw, or move a single place on."""
    layer, wanted = layers.get(key), request.form.get("act", "")
    if wanted == "progress":
        with desk.writing() as here:
            publishing.set_progress(here, layer, id, request.form.get("progress", ""))
            audit.note(here.connection, "progress", here.who, f"{key}/{id}")
        flash(_("进度改好了。"))
    elif wanted == "withdraw":
        _withdraw(layer, [id])
    else:
        _renew(layer, [id])
    return redirect(url_for("staff_places.place", key=key, id=id), 303)


@blueprint.post("/staff/revisions/<int(max=9223372036854775807):id>/restore")
def restore(id: int) -> Response:
    """Put an old version into the draft, from where it goes through review."""
    with desk.writing() as here:
        draft = publishing.restore(here, id)
        audit.note(here.connection, "restore", here.who, f"revision/{id}")
    flash(_("旧版放进了草稿，看过以后交去审核。"))
    return redirect(url_for("staff_drafts.page", id=draft), 303)


@blueprint.get("/staff/revisions/<int(max=9223372036854775807):id>")
def sheet(id: int) -> Response:
    """信息发布审核表: one step with everything that was approved and who approved it, for print."""
    here = desk.reading()
    step = revisions.one(here.connection, id)
    if step is None:
        raise UnknownPlace("revision", id)
    return make_response(render_template("staff/sheet.html", **_sheet(here, step)))


def _sheet(here: Desk, step: Any) -> dict[str, Any]:
    layer, values = layers.get(step.layer), step.values or {}
    area = str(values.get("area", ""))
    here.demand(Action.SEE, layer.key, area, values.get("zone"))
    told = list(record.changes(layer, {}, values, _))
    return {"layer": layer, "step": step, "values": told, "area": area, "actions": revisions.ACTIONS}


expiring = Blueprint("staff_expiring", __name__)
expiring.before_request(session.staff)


@expiring.get("/staff/expiring", endpoint="page")
def soon() -> str:
    """What is about to leave the public, to be renewed by the list."""
    return table(_layer(), asked_list("expiring"), "staff_expiring.page")
