"""An office's own sheets on their way out: its columns in its order and words, what it has, templates to fill in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ARRAY, Boolean, Connection, Date, Float, Integer, Numeric, select
from sqlalchemy.dialects.postgresql import insert

from geo import blanks, files
from geo.blanks import Blank
from layers import headings, sheet
from layers.base import Need, Precision, fields
from layers.codes import Codes
from layers.layer import Layer
from layers.prices import PriceType
from layers.sheet import Column
from layers.words import untranslated
from webapp import forms
from webapp.desk import Desk
from webapp.i18n import translate as _
from webapp.imports.judging import EXAMPLE_MARK
from webapp.imports.models import OfficeLayout

POSITION = {"lon": "经度（WGS 84）", "lat": "纬度（WGS 84）", "shape": "形状（WKT）"}
"""Headings of positions say their system, so that nobody is asked for it when the sheet comes back."""
NOT_SENT = ("pinyin", "status", "source")
NOT_FILLED = ("id", "sample", "published", "verified", "photos", "external_id", "progress", "shape")
"""Columns that a template leaves out: the machine sets them, or they are made on the map."""
PLACES = 8
LONGEST_HEADING = 40
EXAMPLES = {
    "phone": "0833-000 0001", "backup_phone": "12333", "project_code": "2026-511123-01-01-123456",
    "source_url": "https://example.org/", "phone_hours": "工作日 9:00–17:00", "contact_name": "张三（不公开）",
}  # fmt: skip


def usual(layer: Layer) -> list[Column]:
    """Every column that may be sent, in the layer's order, with our own headings; the position last."""
    declared = fields(layer.model).items()
    found = [Column(name, sheet.heading(one, untranslated)) for name, one in declared if name not in NOT_SENT]
    return found + [Column(name, text) for name, text in POSITION.items()]


def layout(connection: Connection, owner: str, layer: Layer) -> list[Column]:
    """The columns of an office's exports: its own, or the usual ones."""
    asked = select(OfficeLayout.columns).where(OfficeLayout.owner == owner, OfficeLayout.layer == layer.key)
    kept: Any = connection.execute(asked).scalar()
    names = {column.name for column in usual(layer)}
    own = [Column(one["name"], one["heading"]) for one in kept or () if one["name"] in names]
    return own or usual(layer)


def arrange(here: Desk, owner: str, layer: Layer, columns: Iterable[Column]) -> None:
    """Keep an office's own columns; none at all goes back to the usual ones."""
    kept = [{"name": column.name, "heading": column.heading} for column in columns]
    values = {"owner": owner, "layer": layer.key, "columns": kept, "account_id": here.who.id, "at": here.now}
    made = insert(OfficeLayout).values(**values)
    again = {name: made.excluded[name] for name in ("columns", "account_id", "at")}
    here.connection.execute(made.on_conflict_do_update(index_elements=["owner", "layer"], set_=again))


def read_layout(layer: Layer, form: Any) -> tuple[list[Column], dict[str, str]]:
    """The columns as a form has them: `on.<name>`, `order.<name>`, `heading.<name>`; and what is wrong with it."""
    found: list[tuple[float, int, Column]] = []
    problems: dict[str, str] = {}
    seen: dict[str, str] = {}
    for place, column in enumerate(usual(layer)):
        if not form.get(f"on.{column.name}"):
            continue
        order, text = str(form.get(f"order.{column.name}", "")), str(form.get(f"heading.{column.name}", ""))
        heading = " ".join(text.replace("\x00", "").split())[:LONGEST_HEADING] or column.heading
        plain = headings.normal(heading)
        if plain in seen:
            problems[f"heading-{column.name}"] = _("“%(heading)s”写了两次", heading=heading)
        seen[plain] = column.name
        number = float(order) if order.isdecimal() and len(order) < 5 else place + 1.0
        found.append((number, place, Column(column.name, heading)))
    if "name" not in seen.values():
        problems["heading-name"] = _("名称那一列要留着")
    return [column for _order, _place, column in sorted(found, key=lambda one: one[:2])], problems


def rows(layer: Layer, columns: list[Column], found: Iterable[Any]) -> Iterator[list[Any]]:
    """Cells of rows of `record.select_record`; text that could be taken for a formula is guarded."""
    for row in found:
        yield [sheet.guarded(_cell(layer, column.name, row)) for column in columns]


def _cell(layer: Layer, name: str, row: Any) -> Any:
    if name in POSITION:
        if name == "shape":
            return row.wkt if not row.wkt.startswith("POINT") else None
        known = row.precision != Precision.COUNTY and row.wkt.startswith("POINT")
        return round(getattr(row, name), PLACES) if known else None
    return sheet.cell(fields(layer.model)[name], getattr(row, name), untranslated)


def written(layer: Layer, columns: list[Column], found: Iterable[Any], ending: str) -> bytes:
    """The file of rows, as a workbook or CSV."""
    heads, cells = [column.heading for column in columns], rows(layer, columns, found)
    if ending == "csv":
        return "".join(files.write_csv(heads, cells)).encode()
    return files.write_xlsx(layer.title, heads, cells)


def template(here: Desk, layer: Layer, columns: list[Column]) -> bytes:
    """A workbook to fill in: drop-downs, an example that an import skips, a sheet with explanations."""
    areas = _areas(here, layer)
    kept = [column for column in columns if column.name not in NOT_FILLED]
    blank = [_blank(layer, column, areas) for column in kept]
    heads = (_("栏目"), _("要不要填"), _("怎么填"), _("可以写"))
    return blanks.write_blank(layer.title, blank, _("说明"), heads)


def _areas(here: Desk, layer: Layer) -> list[str]:
    """Names of the counties and townships of the account's offices, written so that they are found again."""
    codes = [code for _group, options in forms.area_options(here.who, layer, None, here.areas) for code, _l in options]
    return ["".join(area.name for area in here.areas.path(code)[1:]) for code in codes]


def _blank(layer: Layer, column: Column, areas: list[str]) -> Blank:
    declared = fields(layer.model).get(column.name)
    if declared is None:
        return Blank(column.heading, None, notes=("", _("手机GPS 的度数，如 103.95、29.21；不知道就空着"), ""))
    kind = layer.model.__table__.c[column.name].type
    many = isinstance(kind, ARRAY)
    options = areas if column.name == "area" else [*(declared.vocabulary or {}).values()]
    options = ["是", "否"] if isinstance(kind, Boolean) else options
    need = {Need.DRAFT: _("要填"), Need.PUBLISH: _("公开前要填"), Need.NEVER: ""}[declared.need]
    how = _(declared.help) if declared.help else ""
    how = _("可以写几个，用、隔开。%(how)s", how=how) if many else how
    told = "、".join(options[:60]) if column.name != "area" else ""
    example = _example(layer, column.name, declared, kind, areas)
    return Blank(column.heading, example, options, not many, (need, how, told), declared.need != Need.NEVER)


def _example(layer: Layer, name: str, declared: Any, kind: Any, areas: list[str]) -> Any:
    if name == "name":
        return f"高山茶初制加工点{EXAMPLE_MARK}"
    if name in EXAMPLES or name == "area":
        return EXAMPLES.get(name) or (areas[0] if areas else None)
    if isinstance(declared.filter, Codes):
        code = next(iter(declared.filter.names))
        return f"{code} {declared.filter.names[code]}"
    if declared.vocabulary:
        return next(iter(declared.vocabulary.values()))
    if isinstance(kind, Boolean):
        return "否"
    if isinstance(kind, Date):
        return dt.date(2026, 12, 31)
    if isinstance(kind, Numeric | Float | Integer):
        return 10 if name not in ("radius_km",) else None
    return None if isinstance(kind, PriceType) or declared.need == Need.NEVER else "一句话说清楚做什么"
