"""`/staff/checks`: random samples of what is public, phoned through one by one, and how true the lists are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

import layers
from geo import files
from layers import record, sheet
from layers.errors import BadValue
from layers.words import N_
from webapp import audit, checks, db, desk, publishing, session
from webapp.attached import attached
from webapp.checks import Choice, Drawn
from webapp.desk import Desk
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.permissions import Action
from webapp.present import area_label
from webapp.views import staff_links

blueprint = Blueprint("staff_checks", __name__)
blueprint.before_request(session.staff)
HEADINGS = (N_("类别"), N_("名称"), N_("区县乡镇"), N_("电话"), N_("结果"), N_("备注"), N_("核对日期"))
ALL = N_("全部：目录、园区、孵化、服务点")
ID = "<int(max=9223372036854775807):id>"


@blueprint.get("/staff/checks")
def page() -> str:
    """Draw a sample, and the history of draws with their figures."""
    return render_template("staff/checks.html", **_context())


def _context(problem: str = "", **typed: str) -> dict[str, Any]:
    here = desk.reading()
    areas, kinds = checks.choices(here)
    if not areas:
        abort(403)
    return {
        "areas": [(area.code, area.label(language())) for area in areas],
        "kinds": [(layer.key, _(layer.title)) if layer else ("", _(ALL)) for layer in kinds],
        "drawn": checks.history(here), "problem": problem, "fewest": checks.FEWEST, "most": checks.MOST,
        "typed": {"area": areas[0].code, "layer": "", "n": "20", **typed}, "layer_of": layers.get, "day_of": db.day_of,
    }  # fmt: skip


@blueprint.post("/staff/checks")
def draw() -> Answer | tuple[str, int]:
    """Draw, keep, and go to the first place."""
    area, key, number = (request.form.get(name, "") for name in ("area", "layer", "n"))
    problem = _problem(area, key, number)
    try:
        if not problem:
            with desk.writing() as here:
                choice = Choice(here.areas.get(area), layers.get(key) if key else None)
                id_ = checks.draw(here, choice, int(number))
            return redirect(url_for("staff_checks.one", id=id_), 303)
    except checks.TooFew as few:
        problem = _("这里只有 %(n)s 条公开的，至少要 %(least)s 条才能抽", n=few.there, least=checks.FEWEST)
    return render_template("staff/checks.html", **_context(problem, area=area, layer=key, n=number)), 422


def _problem(area: str, key: str, number: str) -> str:
    if area not in desk.reading().areas or (key and key not in [y.key for y in layers.LAYERS]):
        return _("选一个地方和一类")
    if not (number.isdecimal() and len(number) < 4 and checks.FEWEST <= int(number) <= checks.MOST):
        return _("抽 %(least)s 到 %(most)s 条", least=checks.FEWEST, most=checks.MOST)
    return ""


@blueprint.get(f"/staff/checks/{ID}")
def one(id: int) -> str:
    """The places of a draw, each with its number to phone and what is to be found out."""
    here = desk.reading()
    drawn = checks.one(here, id)
    found = checks.checks(here.connection, id)
    places = _places(here, found)
    context: dict[str, Any] = {
        "drawn": drawn,
        "checks": found,
        "places": places,
        "results": checks.RESULTS,
        "layer_of": layers.get,
    }
    context |= {"renewable": [c.id for c in found if _renewable(here, places, c)], "longest": checks.LONGEST_NOTE}
    context |= {"place_link": staff_links.place, "may": partial(_may, here), "layer_of": layers.get}
    return render_template("staff/check.html", **context, day_of=db.day_of, layer_title=_title(drawn))


def _may(here: Desk, check: Any, action: str) -> bool:
    return here.may(Action(action), check)


def _title(drawn: Drawn) -> str:
    return _(layers.get(drawn.row.layer).title) if drawn.row.layer else _("全部")


def _places(here: Desk, found: list[Any]) -> dict[tuple[str, int], Any]:
    """(layer, id) -> every field of the places that were drawn, whatever has become of them."""
    known: dict[tuple[str, int], Any] = {}
    for layer in layers.LAYERS:
        ids = [check.place_id for check in found if check.layer == layer.key]
        rows = here.connection.execute(record.select_record(layer, layer.model.id.in_(ids))) if ids else ()
        known |= {(layer.key, row.id): row for row in rows}
    return known


def _renewable(here: Desk, places: dict[tuple[str, int], Any], check: Any) -> bool:
    place = places.get((check.layer, check.place_id))
    return place is not None and place.status in publishing.STANDING["verify"] and here.may(Action.VERIFY, check)


@blueprint.post(f"/staff/checks/<int(max=9223372036854775807):draw_id>/{ID}")
def check(draw_id: int, id: int) -> Answer:
    """Write down what was found, and go on to the next that nobody has looked at."""
    result, note = request.form.get("result", ""), request.form.get("note", "").replace("\x00", "").strip()
    if result not in checks.RESULTS:
        raise BadValue("result", result, N_("可选：%(keys)s"), {"keys": " ".join(checks.RESULTS)})
    with desk.writing() as here:
        found = checks.record(here, id, result, note[: checks.LONGEST_NOTE], renew=request.form.get("renew") == "1")
        left = [c.id for c in checks.checks(here.connection, found.draw_id) if c.result is None]
    flash(_("记下了，还有 %(n)s 条没核对。", n=len(left)) if left else _("这一批都核对完了。"))
    after = [number for number in left if number > id] or left
    return redirect(url_for("staff_checks.one", id=found.draw_id, _anchor=f"c{after[0]}" if after else "main"), 303)


@blueprint.get(f"/staff/checks/{ID}.xlsx")
def workbook(id: int) -> Response:
    """A draw with its results as a workbook."""
    here = desk.reading()
    drawn, found = checks.one(here, id), checks.checks(here.connection, id)
    headings = [_(text) for text in HEADINGS]
    content = files.write_xlsx(_("抽查"), headings, _cells(here, drawn, found))
    with desk.writing() as writing:
        audit.note(writing.connection, "check_export", writing.who, f"draw/{id}", drawn.row.area)
    return attached(content, f"check-{id}.xlsx")


def _cells(here: Desk, drawn: Drawn, found: list[Any]) -> Iterator[list[Any]]:
    places = _places(here, found)
    for c in found:
        place = places.get((c.layer, c.place_id))
        result = _(checks.RESULTS[c.result]) if c.result else _("没核对")
        name, phone = (place.name, place.phone) if place else ("", "")
        day = db.day_of(c.checked_at) if c.checked_at else None
        row = (_(layers.get(c.layer).title), name, area_label(c.area), phone, result, c.note, day)
        yield [sheet.guarded(value) for value in row]
    yield [sheet.guarded(drawn.accuracy.sentence(_))]
