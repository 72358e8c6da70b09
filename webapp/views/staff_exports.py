"""`/staff/exports` and `/staff/templates`: what an office has as its own sheets, and blank ones to fill in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

import layers
from layers.errors import BadValue
from webapp import audit, desk, listing, permissions, session
from webapp.attached import XLSX, attached
from webapp.desk import Desk
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.imports import outgoing, staging
from webapp.permissions import Action, Forbidden
from webapp.views import staff_places

blueprint = Blueprint("staff_exports", __name__)
blueprint.before_request(session.staff)


def _office(here: Desk, key: str, action: Action) -> str:
    """The office whose layout is asked for: the one that is named, else the account's first."""
    mine = [area.code for area in permissions.granted(here.who, action, here.areas, key)]
    if not mine:
        raise Forbidden(action)
    asked = request.values.get("owner") or mine[0]
    if asked not in here.areas:
        raise BadValue("owner", asked, staging.NOT_AN_OFFICE)
    area, zone = staging.spot(asked, here.areas)
    here.demand(action, key, area, zone)
    return asked


@blueprint.get("/staff/exports/<layer:key>.<any(xlsx,csv):ending>")
def file(key: str, ending: str) -> Response:
    """The list as it is filtered, in the office's own order and words, what is internal included."""
    here, layer = desk.reading(), layers.get(key)
    columns = outgoing.layout(here.connection, _office(here, key, Action.SEE), layer)
    found = listing.everything(here, layer, staff_places.asked_list())
    content = outgoing.written(layer, columns, found, ending)
    with desk.writing() as mine:
        audit.note(mine.connection, "staff_export", mine.who, key, audit.home(mine.who), {"n": len(found)})
    return attached(content, f"{_(layer.title)}-{here.today}.{ending}", XLSX if ending == "xlsx" else "text/csv")


@blueprint.get("/staff/templates/<layer:key>.xlsx")
def template(key: str) -> Response:
    """A workbook to fill in."""
    here, layer = desk.reading(), layers.get(key)
    columns = outgoing.layout(here.connection, _office(here, key, Action.IMPORT), layer)
    return attached(outgoing.template(here, layer, columns), f"{_(layer.title)}-{_('模板')}.xlsx")


@blueprint.get("/staff/exports/<layer:key>/layout")
def layout(key: str) -> str:
    """The office's columns: which, in what order, called what."""
    here = desk.reading()
    owner = _office(here, key, Action.IMPORT)
    return _layout(here, key, owner, outgoing.layout(here.connection, owner, layers.get(key)), {})


def _layout(here: Desk, key: str, owner: str, columns: list[Any], problems: dict[str, str]) -> str:
    layer, on = layers.get(key), {column.name for column in columns}
    rest = [column for column in outgoing.usual(layer) if column.name not in on]
    offices = [(a.code, a.label(language())) for a in staging.offices(here, key)]
    context = {"layer": layer, "owner": owner, "columns": columns, "rest": rest, "offices": offices}
    return render_template("staff/layout.html", problems=problems, **context)


@blueprint.post("/staff/exports/<layer:key>/layout")
def arrange(key: str) -> Response:
    """Keep the office's columns, or go back to the usual ones."""
    here, layer = desk.reading(), layers.get(key)
    owner = _office(here, key, Action.IMPORT)
    columns, problems = outgoing.read_layout(layer, request.form)
    usual = request.form.get("act") == "usual"
    if problems and not usual:
        return make_response(_layout(here, key, owner, columns, problems), 422)
    with desk.writing() as mine:
        outgoing.arrange(mine, owner, layer, () if usual else columns)
    flash(_("恢复成原来的列了。") if usual else _("列存好了，导出和模板都按这样来。"))
    return redirect(url_for("staff_exports.layout", key=key, owner=owner), 303)
