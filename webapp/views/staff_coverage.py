"""`/staff/coverage`: counties by layers, what is there and what is wrong with it, each figure a link to its list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from geo import files
from layers import sheet
from layers.areas import Area, Level
from layers.errors import BadValue
from layers.layer import Layer
from layers.words import N_
from webapp import audit, coverage, desk, permissions, session
from webapp.attached import attached
from webapp.coverage import Cell, Table
from webapp.desk import Desk
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.permissions import Action
from webapp.views import staff_links

blueprint = Blueprint("staff_coverage", __name__)
blueprint.before_request(session.staff)
NOTES = (
    ("expiring", "expiring", N_("%(n)s 条快到期"), "soon"),
    ("expired", "expired", N_("%(n)s 条已过期"), "late"),
    ("review", "draft", N_("%(n)s 条待审核"), ""),
    ("nophone", "nophone", N_("%(n)s 条没电话"), "late"),
    ("county", "county", N_("%(n)s 条只到区县"), ""),
    ("open", "", N_("%(n)s 条反馈没答复"), "late"),
)
"""(figure, state of the list it leads to, words, colour); "" leads to the public's reports."""
HEADINGS = (
    N_("区县"), N_("代码"), N_("类别"), N_("公开"), N_("14 天内到期"), N_("已过期"), N_("待审核"), N_("没有电话"),
    N_("只到区县"), N_("反馈没答复"), N_("核实到今天的天数（中位）"), N_("没有综合服务中心"),
)  # fmt: skip


@blueprint.get("/staff/coverage")
def page() -> str:
    """The table of the account's widest area, or of a part of it."""
    here = desk.reading()
    made = coverage.table(here, _area(here))
    context = {"table": made, "notes": _notes, "number_url": _public_url, "lacking": _lacking, "deeper": _deeper}
    return render_template("staff/coverage.html", **context, mine=_mine(here), above=_above(here, made.area))


def _mine(here: Desk) -> list[Area]:
    return permissions.granted(here.who, Action.SEE, here.areas)


def _area(here: Desk) -> Area:
    """The area that was asked for; the widest of the account's own without one."""
    code, mine = request.args.get("area", ""), _mine(here)
    if not mine:
        raise permissions.Forbidden(Action.SEE)
    if code and code not in here.areas:
        raise BadValue("area", code, N_("没有代码 %(code)s 的区县或乡镇"), {"code": code})
    return here.areas.get(code) if code else mine[0]


def _above(here: Desk, area: Area) -> list[Area]:
    """The way down to an area, from the account's own."""
    mine, path = {one.code for one in _mine(here)}, here.areas.path(area.code)
    first = next((n for n, one in enumerate(path) if one.code in mine), len(path))
    return path[first:-1]


def _deeper(made: Table, row: Area) -> str:
    """The table of a row's own parts, "" where it has none."""
    parts = row.level == Level.CITY and row.code != made.area.code
    return url_for("staff_coverage.page", area=row.code) if parts else ""


def _public_url(made: Table, row: Area, layer: Layer) -> str:
    return staff_links.listed(layer.key, row.code, "public") if _listable(made, row) else ""


def _listable(made: Table, row: Area) -> bool:
    """Whether a list of the row's area shows what its figures count: not for what no part of the area holds."""
    return row.code != made.area.code or len(made.rows) == 1


def _notes(made: Table, row: Area, layer: Layer, cell: Cell) -> Iterator[tuple[str, str, str]]:
    """(words, URL, colour) of every figure of a cell that says something is to be done."""
    for name, state, words, colour in NOTES:
        number = getattr(cell, name)
        if number:
            url = _list_url(row, layer, state) if _listable(made, row) else ""
            plain = name == "nophone" and layer.style.ground  # a town or a station has nobody to phone
            yield _(words, n=number), url, "" if plain else colour


def _list_url(row: Area, layer: Layer, state: str) -> str:
    if state:
        return staff_links.listed(layer.key, row.code, state)
    return url_for("staff_enquiries.page", layer=layer.key, area=row.code)


def _lacking(made: Table, row: Area, layer: Layer) -> str:
    """What the red cell says: no service centre in a county, or in how many of a city's."""
    missing = made.lacking.get(row.code, []) if layer.key == coverage.SERVICES else []
    if not missing:
        return ""
    alone = missing == [row.code]
    return _("没有综合服务中心") if alone else _("%(n)s 个区县没有综合服务中心", n=len(missing))


@blueprint.get("/staff/coverage.xlsx")
def workbook() -> Response:
    """The same as a workbook, one line for each area and layer."""
    here = desk.reading()
    made = coverage.table(here, _area(here))
    content = files.write_xlsx(_("各地情况"), [_(text) for text in HEADINGS], _lines(made))
    with desk.writing() as writing:
        audit.note(writing.connection, "coverage_export", writing.who, f"area/{made.area.code}", made.area.code)
    return attached(content, f"coverage-{made.area.code}-{here.today}.xlsx")


def _lines(made: Table) -> Iterator[list[Any]]:
    for row in made.rows:
        for layer in made.layers:
            c = made.cell(row, layer)
            figures = (c.public, c.expiring, c.expired, c.review, c.nophone, c.county, c.open, c.since)
            line = (row.label(language()), row.code, _(layer.title), *figures, _lacking(made, row, layer) or None)
            yield [sheet.guarded(value) for value in line]
