"""`flask import`: a file for one layer, read and judged as the import pages do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import orjson
from flask.cli import with_appcontext

import layers
from geo.crs import Datum
from geo.errors import SpatialError
from geo.reading import read
from layers import headings
from layers.base import fields
from layers.doubts import question
from layers.errors import ChoiceMissing, UnknownLayer
from layers.incoming import Finding, Incoming, Outcome, Said, State
from layers.words import untranslated
from webapp import db, dialling
from webapp.imports import whole

LISTED = 1000
"""Places and problems are counted in full and listed to this number."""
CANNOT = 2


class NotReadable(Exception):
    """Why nothing could be read, in one sentence."""


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", "key", required=True, help="The layer that the rows are for.")
@click.option("--datum", type=click.Choice([datum.value for datum in Datum]), help="Where the coordinates come from.")
@click.option("--epsg", type=int, help="The projection of the coordinates, like 4523.")
@click.option("--encoding", help="The encoding of a text, when the guess is wrong.")
@click.option("--owner", help="The area code of the office whose file it is.")
@click.option("--check", is_flag=True, help="Change nothing, only say what would happen.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_appcontext
@click.pass_context
def command(
    context: click.Context, file: Path, key: str, datum: str | None, epsg: int | None, encoding: str | None,
    owner: str | None, check: bool, as_json: bool,
) -> None:  # fmt: skip
    """Import FILE: tables, maps and archives as offices have them. Exit 2 when it cannot be read or needs a choice."""
    try:
        incoming = opened(file, key, Datum(datum) if datum else None, epsg, encoding, owner)
        report = reported(incoming) if check else whole.from_terminal(incoming, owner, file)
    except (NotReadable, whole.NoOffice) as error:
        click.echo(str(error), err=True)
        context.exit(CANNOT)
    except ChoiceMissing as error:
        click.echo(error.text(untranslated), err=True)
        context.exit(CANNOT)
    except SpatialError as error:
        click.echo(str(error), err=True)
        context.exit(CANNOT)
    click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode() if as_json else _told(report))


def opened(
    file: Path, key: str, datum: Datum | None, epsg: int | None, encoding: str | None, owner: str | None
) -> Incoming:
    """The file with its headings matched and its coordinates believed. NotReadable, SpatialError or ChoiceMissing."""
    try:
        layer = layers.get(key)
        table = read(file, encoding, known=headings.knows(layer))
    except UnknownLayer:
        raise NotReadable(f"没有图层“{key}”；有：{'、'.join(layer.key for layer in layers.LAYERS)}") from None
    except (OSError, ValueError) as error:
        if isinstance(error, SpatialError):
            raise
        raise NotReadable(f"打不开文件 {file.name}") from None
    book = db.areas()
    if owner is not None and owner not in book:
        raise NotReadable(f"没有代码 {owner} 的区划")
    within = (book.get(owner).prefix,) if owner else ()
    said = Said(datum, epsg, within, area_codes=dialling.area_codes(db.connection()))
    incoming = Incoming(table, layer, headings.matches(layer, table.headings), book, said)
    question(incoming, book)
    return incoming


def reported(incoming: Incoming) -> dict[str, Any]:
    """What would become of every row, as `interface.md` has it; warnings, remarks, columns and skipped rows besides."""
    counts: Counter[State] = Counter()
    missing: Counter[str] = Counter()
    places: list[dict[str, Any]] = []
    said: dict[str, list[dict[str, Any]]] = {"problems": [], "warnings": [], "skipped_rows": []}
    for outcome in incoming:
        counts[outcome.state] += 1
        missing.update(outcome.missing if outcome.state == State.ACCEPTED else ())
        if outcome.state == State.ACCEPTED and len(places) < LISTED:
            places.append(_place(outcome))
        for name, found in (("problems", outcome.problems), ("warnings", outcome.warnings)):
            said[name] += [_finding(finding) for finding in found][: LISTED - len(said[name])]
        if outcome.skipped and len(said["skipped_rows"]) < LISTED:
            skipped = outcome.skipped
            said["skipped_rows"].append({"row": skipped.number, "reason": skipped.reason, "text": skipped.text})
    numbers = {state.value: counts[state] for state in State}
    return {
        "read": sum(counts.values()), **numbers, "encoding": incoming.table.encoding, "crs": incoming.crs,
        "places": places, **said, "remarks": [str(remark) for remark in incoming.remarks()],
        "missing": {fields(incoming.layer.model)[name].label: n for name, n in missing.items()},
        "columns": [{"heading": m.heading or m.letter, "field": m.target, "why": m.reason} for m in incoming.matches],
    }  # fmt: skip


def _place(outcome: Outcome) -> dict[str, Any]:
    lon, lat = outcome.position or (None, None)
    values = outcome.values
    kept = {"name": values.get("name"), "lon": lon, "lat": lat}
    return {"row": outcome.row, **kept, "area": values.get("area"), "precision": values.get("precision")}


def _finding(finding: Finding) -> dict[str, Any]:
    return {"row": finding.row, "column": finding.column, "message": finding.problem.text(untranslated)}


def _told(report: Mapping[str, Any]) -> str:
    """The report for a person at a terminal."""
    counts = "读了 {read} 行：可以导入 {accepted}，退回 {refused}，跳过 {skipped}".format_map(report)
    lines = [counts, f"编码 {report['encoding'] or '-'}，坐标 {report['crs'] or '-'}", *report["remarks"]]
    lines += [f"第 {p['row']} 行 {p['column']}：{p['message']}" for p in report["problems"]]
    lines += [f"第 {p['row']} 行 {p['column']}（提醒）：{p['message']}" for p in report["warnings"]]
    if "batch" in report:
        told = "导入 #{batch}：新的 {new} 条，改动 {changed} 条，没变 {same} 条，都在等审核".format_map(report)
        lines.append(told)
    lines += [f"发布前还要补“{label}”：{n} 行" for label, n in report["missing"].items()]
    unused = [column["heading"] for column in report["columns"] if column["field"] is None]
    return "\n".join([*lines, *([f"没有用到的列：{'、'.join(unused)}"] if unused else [])])
