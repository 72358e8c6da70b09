"""What the pages of imports show: columns with what they can be, judged rows in words, positions for the map."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

import layers
from layers import headings, record
from layers.base import fields
from layers.headings import BESIDE
from layers.incoming import State
from layers.layer import Layer
from layers.words import N_, Labels
from webapp.desk import Desk
from webapp.i18n import translate as _
from webapp.imports import saying
from webapp.imports.models import BatchRow, Stage, Verdict

ROW = BatchRow.__table__
PAGE_SIZE = 50
MOST_POINTS = 5000
STAGES: Labels = {
    Stage.STAGED: N_("对各栏"), Stage.JUDGING: N_("正在检查"), Stage.READY: N_("看过再导入"),
    Stage.APPLYING: N_("正在导入"), Stage.APPLIED: N_("导入了，在审核"), Stage.UNDONE: N_("撤销了"),
    Stage.CANCELLED: N_("取消了"), Stage.FAILED: N_("没读出来"),
}  # fmt: skip
TASKS: Labels = {
    "read": N_("正在读文件"), "judge": N_("正在逐行检查"), "apply": N_("正在导入"), "all": N_("正在导入"),
    "undo": N_("正在撤销"), "approve": N_("正在发布"), "return": N_("正在退回"),
}  # fmt: skip
VERDICTS: Labels = {
    Verdict.NEW: N_("新的"), Verdict.CHANGED: N_("改动"), Verdict.SAME: N_("没变"), Verdict.AGAIN: N_("重新交"),
}  # fmt: skip
SHOWS: Labels = {
    "problems": N_("有问题"), "alike": N_("像已有的"), "warned": N_("请看一眼"), "changed": N_("会改动"),
    "new": N_("新的"), "same": N_("没变"), "skipped": N_("跳过"), "kept": N_("没撤销"), "all": N_("全部"),
}  # fmt: skip


def conditions() -> Mapping[str, ColumnElement[bool]]:
    """What each list of rows shows."""
    ok = ROW.c.state == State.ACCEPTED
    return {
        "problems": ROW.c.state == State.REFUSED,
        "alike": ok & (func.jsonb_array_length(ROW.c.alike) > 0),
        "warned": ok & (func.jsonb_array_length(ROW.c.warnings) > 0),
        "changed": ok & ROW.c.verdict.in_((Verdict.CHANGED, Verdict.AGAIN)),
        "new": ok & (ROW.c.verdict == Verdict.NEW),
        "same": ok & (ROW.c.verdict == Verdict.SAME),
        "skipped": ROW.c.state == State.SKIPPED,
        "kept": ROW.c.kept != "",
        "all": ROW.c.row > 0,
    }


@dataclass(frozen=True)
class Shown:
    """One row in words."""

    row: Row[Any]
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changes: list[record.Change] = field(default_factory=list)


@dataclass(frozen=True)
class Listing:
    """A page of rows, how many there are in every list, which list it is."""

    rows: list[Shown]
    tallies: dict[str, int]
    show: str
    page: int
    pages: int


def listing(here: Desk, batch: Row[Any], show: str, page: int) -> Listing:
    """The rows of a batch in one of the lists; without a list said, in the first that has any."""
    states, mine = conditions(), ROW.c.batch_id == batch.id
    asked = select(*(func.count().filter(where).label(name) for name, where in states.items())).where(mine)
    tallies: dict[str, int] = dict(here.connection.execute(asked).one()._mapping)
    show = show if show in states else next((name for name in states if tallies[name]), "all")
    pages = max(1, -(-tallies[show] // PAGE_SIZE))
    page = min(page, pages)
    rows = select(ROW).where(mine, states[show]).order_by(ROW.c.row).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    layer = layers.get(batch.layer)
    return Listing([shown(layer, row) for row in here.connection.execute(rows)], tallies, show, page, pages)


def shown(layer: Layer, row: Row[Any]) -> Shown:
    """A row with its sentences."""
    changes = []
    if row.before is not None:
        changes = list(record.changes(layer, row.before, {name: row.values.get(name) for name in row.before}, _))
    return Shown(row, [_sentence(one) for one in row.problems], [_sentence(one) for one in row.warnings], changes)


def _sentence(said: list[Any]) -> str:
    column, text = _(said[0]) if said[0] else "", saying.text(said, _)
    return _("%(column)s：%(words)s", column=column, words=text) if column else text


def short(message: str) -> str:
    """A sentence for many rows: what differs between them left open."""
    return re.sub(r"%\(\w+\)s", "…", _(message))


def targets(layer: Layer) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column of a file can be, in groups: (target, label)."""
    declared = {n: f for n, f in fields(layer.model).items() if n not in (*headings.NEVER, "id", "sample", "published")}
    needed = [(n, _(f.label)) for n, f in declared.items() if f.need != "never"]
    more = [(n, _(f.label)) for n, f in declared.items() if f.need == "never" and f.public]
    inside = [(n, _(f.label)) for n, f in declared.items() if f.need == "never" and not f.public]
    spots = [("lon", _("经度")), ("lat", _("纬度")), ("shape", _("形状（WKT）"))]
    beside = [(name, _(label)) for name, label in BESIDE.items()]
    ours = [("id", _("id（从这里导出的编号）"))]
    return [
        (_("必填的"), needed), (_("在哪里"), spots + beside), (_("其他"), more), (_("内部，不公开"), inside),
        (_("编号"), ours),
    ]  # fmt: skip


def label(layer: Layer, target: str) -> str:
    """What a target is called."""
    return next((words for _group, some in targets(layer) for name, words in some if name == target), target)


def unsure(column: Mapping[str, Any]) -> bool:
    """Whether a person should look at what a column was taken for."""
    return bool(column["target"]) and column["confidence"] < headings.LIKELY


def points(here: Desk, batch: Row[Any]) -> dict[str, Any]:
    """The positions of accepted rows as GeoJSON, exact ones and those of townships; at most 5,000."""
    asked = select(ROW.c.row, ROW.c.name, ROW.c.verdict, ROW.c.precision, ROW.c.lon, ROW.c.lat, ROW.c.warnings)
    placed = (ROW.c.batch_id == batch.id, ROW.c.lon.is_not(None), ROW.c.precision != "county")
    features = [
        {
            "type": "Feature", "id": row.row, "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
            "properties": {
                "text": _("第 %(row)s 行 %(name)s", row=row.row, name=row.name), "verdict": row.verdict,
                "precision": row.precision, "doubtful": any("位置" in one[1] for one in row.warnings),
            },
        }
        for row in here.connection.execute(asked.where(*placed).order_by(ROW.c.row).limit(MOST_POINTS))
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}
