"""`/staff/counts`: who was reached by what: a chart with its table, and a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request

import layers
from geo import files
from layers import sheet
from layers.errors import BadValue
from layers.words import N_
from webapp import audit, desk, session
from webapp.attached import attached
from webapp.counting import bars, channels, report
from webapp.counting.adding import KINDS
from webapp.desk import Desk
from webapp.i18n import translate as _
from webapp.present import area_label

blueprint = Blueprint("staff_counts", __name__)
blueprint.before_request(session.staff)
HEADINGS = (
    N_("日期"), N_("渠道"), N_("渠道代号"), N_("做了什么"), N_("区县"), N_("类别"), N_("条目编号"), N_("条目"),
    N_("固定地图"), N_("嵌入的网站"), N_("次数"),
)  # fmt: skip


@blueprint.get("/staff/counts")
def page() -> str:
    """The chart, its table, and the sums by channel, view, place and host."""
    here, days = desk.reading(), _days()
    made = report.make(here, days)
    tables = (
        (_("渠道"), made.channels), (_("固定地图"), made.views), (_("条目"), made.places), (_("嵌入的网站"), made.hosts)
    )  # fmt: skip
    context = {"report": made, "tables": tables, "bars": bars.draw(made.days), "days": days}
    return render_template("staff/counts.html", **context, periods=report.PERIODS)


def _days() -> int:
    raw = request.args.get("days", "30")
    if raw not in [str(days) for days in report.PERIODS]:
        raise BadValue("days", raw[:50], N_("可选：%(keys)s"), {"keys": " ".join(map(str, report.PERIODS))})
    return int(raw)


@blueprint.get("/staff/counts.xlsx")
def workbook() -> Response:
    """Every sum as a line."""
    here, days = desk.reading(), _days()
    content = files.write_xlsx(_("传播统计"), [_(text) for text in HEADINGS], _lines(here, days))
    with desk.writing() as writing:
        audit.note(writing.connection, "counts_export", writing.who, "counts", audit.home(writing.who), {"days": days})
    return attached(content, f"counts-{here.today}.xlsx")


def _lines(here: Desk, days: int) -> Iterator[list[Any]]:
    rows = report.everything(here, days)
    named = report.names(here, list({(row.layer, row.place_id) for row in rows}))
    ways, titles = channels.titles(here.connection), {layer.key: _(layer.title) for layer in layers.LAYERS}
    for row in rows:
        where = area_label(row.area) if row.area else ""
        line = (
            row.day, ways.get(row.channel, ""), row.channel, _(KINDS[row.kind]), where,
            titles.get(row.layer, ""), row.place_id or None, named.get((row.layer, row.place_id), ""), row.view,
            row.host, row.n,
        )  # fmt: skip
        yield [sheet.guarded(value) for value in line]
