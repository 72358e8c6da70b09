"""`/staff/imports`: an office's files, from the upload over columns and preview to drafts in review, and undone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

import layers
from geo.errors import UnreadableFile
from layers.base import fields
from layers.headings import SERIAL_NUMBER
from layers.located import zone_options
from layers.locating import LABELS
from layers.query import Query
from layers.view import View
from webapp import desk, mapping, session
from webapp.attached import attached
from webapp.desk import Desk
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.imports import corrected, forms, judging, pages, saying, seen, staging, steps, working
from webapp.imports.choices import ENCODINGS, Choices
from webapp.imports.models import Stage
from webapp.permissions import Action, Forbidden

blueprint = Blueprint("staff_imports", __name__)
blueprint.before_request(session.staff)
ID = "<int(max=9223372036854775807):id>"
PATH = f"/staff/imports/{ID}"
PAGE_SIZE = 30


@blueprint.get("/staff/imports")
def page() -> str:
    """The files of the account's offices, the newest first, and the form for another."""
    return _list({})


def _list(problems: dict[str, str]) -> str:
    here, number = desk.reading(), _number("page")
    rows = seen.listed(here, number, PAGE_SIZE + 1)
    context = {
        "rows": rows[:PAGE_SIZE], "more": len(rows) > PAGE_SIZE, "page": number, "problems": problems,
        "offices": staging.offices(here), "layers": layers.LAYERS, "layer_of": _layer_title, "sent": request.form,
        "office_options": [(a.code, a.label(language())) for a in staging.offices(here)],
        "named_layers": _named_layers(), "endpoints": current_app.view_functions,
    }  # fmt: skip
    return render_template("staff/imports.html", stages=pages.STAGES, tasks=pages.TASKS, **context)


def _named_layers() -> list[tuple[str, str]]:
    return [(layer.key, _(layer.title)) for layer in layers.LAYERS]


def _layer_title(key: str) -> str:
    return _(layers.get(key).title) if steps.known(key) else ""


def _number(name: str) -> int:
    given = request.args.get(name, "1")
    return max(1, int(given)) if given.isdecimal() and len(given) < 7 else 1


@blueprint.post("/staff/imports")
def upload() -> Response:
    """Take a file in."""
    file, here = request.files.get("file"), desk.reading()
    if not file or not file.filename:
        return make_response(_list({"file": _("先选一个文件。")}), 422)
    offices = staging.offices(here)
    if not offices:
        raise Forbidden(Action.IMPORT)
    owner = request.form.get("owner") or offices[0].code
    key = request.form.get("layer", "")
    try:
        with desk.writing() as here:
            batch = staging.new(here, file.stream, file.filename, owner, key if steps.known(key) else "")
    except UnreadableFile as error:
        return make_response(_list({"file": _(error.message, **error.values)}), 422)
    return _looked_into(batch)


def _looked_into(batch: Row[Any]) -> Response:
    staging.look(batch, session.signed().id)
    working.wake_for(batch.id)
    return redirect(url_for("staff_imports.one", id=batch.id), 303)


@blueprint.get(PATH)
def one(id: int) -> str:
    """A batch where it stands: its columns, how far the worker is, the preview, or what became of it."""
    here = desk.reading()
    return _shown(here, seen.get(here, id), {})


def _shown(here: Desk, batch: Row[Any], problems: dict[str, str]) -> str:
    context = {
        "batch": batch, "stages": pages.STAGES, "tasks": pages.TASKS, "problems": problems, "said": _said,
        "layer": layers.get(batch.layer) if batch.layer else None, "layers": layers.LAYERS,
        "choices": Choices.of(batch.choices), "quick_rows": steps.QUICK_ROWS,
    }  # fmt: skip
    if batch.task is None and batch.state == Stage.STAGED and batch.about.get("columns") is not None:
        context |= _columns(batch)
    elif batch.task is None and batch.state in (Stage.READY, Stage.APPLIED, Stage.UNDONE):
        context |= _rows(here, batch)
    return render_template("staff/import.html", **context)


def _said(kept: list[Any]) -> str:
    return saying.text(kept, _)


def _columns(batch: Row[Any]) -> dict[str, Any]:
    return {
        "targets": pages.targets(layers.get(batch.layer)), "unsure": pages.unsure,
        "datums": LABELS, "strips": zone_options(), "named_layers": _named_layers(),
        "serial": SERIAL_NUMBER,
        "encoding_options": [(key, _(words)) for key, words in ENCODINGS.items()],
        "part_options": lambda parts: [(name, _("%(name)s（%(n)s 行）", name=name, n=n)) for name, n in parts],
    }  # fmt: skip


def _rows(here: Desk, batch: Row[Any]) -> dict[str, Any]:
    layer = layers.get(batch.layer)
    area = batch.area[:6]
    found = pages.listing(here, batch, request.args.get("show", ""), _number("page"))
    around = View((Query(layer, area=(area,) if area.isdecimal() and len(area) == 6 else ()),))
    named = {name: _(declared.label) for name, declared in fields(layer.model).items()}
    words = {
        "column_label": lambda name: named.get(name, name),
        "reasons": judging.REASONS,
        "shows": pages.SHOWS,
        "verdicts": pages.VERDICTS,
    }
    return {"listing": found, "map": mapping.part(around), "short": pages.short, **words}


@blueprint.post(PATH)
def act(id: int) -> Response:
    """Take the next step, or go back."""
    here = desk.reading()
    batch = seen.get(here, id)
    acts = {"check": _check, "rows": _decide, "back": _back, "apply": _apply, "cancel": _cancel}
    taken = acts.get(request.form.get("act", ""), _check)(here, batch)
    return taken or redirect(url_for("staff_imports.one", id=id), 303)


def _check(here: Desk, batch: Row[Any]) -> Response | None:
    """Keep what was said about the columns, then judge the rows; or read the file anew."""
    other = forms.reading(batch, request.form)
    if other is not None:
        staging.say(batch.id, *other)
        flash(_("文件重新读过了，请再看一遍各栏。"))
        return _looked_into(seen.get(desk.reading(), batch.id))
    choices = forms.columns(batch, request.form)
    staging.say(batch.id, choices)
    problems = _lacking(batch, choices)
    if problems:
        return make_response(_shown(here, seen.get(desk.reading(), batch.id), problems), 422)
    _go(seen.get(desk.reading(), batch.id), "judge")
    return None


def _lacking(batch: Row[Any], choices: Choices) -> dict[str, str]:
    """What a person has to say before rows can be judged."""
    found = {}
    if batch.about.get("assumed") and choices.datum is None and choices.epsg is None:
        found["datum"] = _("先选坐标是从哪里来的。选错会偏几百米。")
    targets = {one["column"]: one["target"] for one in batch.about.get("columns", ())} | dict(choices.columns)
    if "name" not in targets.values():
        found["columns"] = _(forms.NO_NAME)
    return found


def _go(batch: Row[Any], step: str, **task: Any) -> None:
    staging.go(batch, step, session.signed().id, **task)
    working.wake_for(batch.id)


def _decide(here: Desk, batch: Row[Any]) -> None:
    """Rows that look like places already there: this one, another, or not at all."""
    staging.say(batch.id, forms.rows(batch, request.form))
    _go(seen.get(desk.reading(), batch.id), "judge")


def _back(here: Desk, batch: Row[Any]) -> None:
    staging.say(batch.id, Choices.of(batch.choices))


def _apply(here: Desk, batch: Row[Any]) -> None:
    _go(batch, "apply")
    now = seen.get(desk.reading(), batch.id)
    if now.state == Stage.APPLIED:
        flash(_("导入好了，%(n)s 条在等审核。", n=sum(now.counts.get(v, 0) for v in ("new", "changed", "again"))))


def _cancel(here: Desk, batch: Row[Any]) -> None:
    with desk.writing() as mine:
        steps.stop(mine.connection, batch.id)
    flash(_("停下了，什么都没有写进去。"))


@blueprint.get(f"{PATH}/progress")
def progress(id: int) -> Response:
    """How far the worker is, for the page's script."""
    batch = seen.get(desk.reading(), id)
    return jsonify(working=batch.task is not None, done=batch.done, total=batch.total)


@blueprint.get(f"{PATH}/points.geojson")
def points(id: int) -> Response:
    """Where the rows lie, for the preview's map."""
    here = desk.reading()
    return jsonify(pages.points(here, seen.get(here, id)))


@blueprint.get(f"{PATH}/problems.xlsx")
def problems(id: int) -> Response:
    """The file as it came with a column that says what is wrong."""
    here = desk.reading()
    batch = seen.get(here, id)
    try:
        content = corrected.workbook(here, batch)
    except FileNotFoundError:
        flash(_("文件过了保存期，已经清理掉了。"))
        return redirect(url_for("staff_imports.one", id=id), 303)
    return attached(content, corrected.name(batch))


@blueprint.get(f"{PATH}/undo")
def undo_page(id: int) -> str:
    """What undoing would do."""
    here = desk.reading()
    batch = seen.get(here, id)
    return render_template("staff/import_undo.html", batch=batch, layer=layers.get(batch.layer))


@blueprint.post(f"{PATH}/undo")
def undo(id: int) -> Response:
    """Undo the batch."""
    batch = seen.get(desk.reading(), id)
    _go(batch, "undo")
    now = seen.get(desk.reading(), id)
    if now.state == Stage.UNDONE:
        flash(_("撤销了 %(n)s 条，%(k)s 条没动。", n=now.counts.get("undone", 0), k=now.counts.get("kept", 0)))
    return redirect(url_for("staff_imports.one", id=id), 303)
