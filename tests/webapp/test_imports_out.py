"""What goes out comes back: exports of every layer in the office's own words, templates, formula-like text."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

import layers
from layers.areas import Areas
from layers.layer import Layer
from tests import places, staff, surfaces
from tests.layers.test_round_trip import LAYERS, filled
from tests.staff import send
from tests.webapp.test_imports_pages import home, step, upload
from webapp.imports import outgoing
from webapp.imports.models import Batch, BatchRow
from webapp.permissions import Held, Role

__all__ = ["home"]
BATCH, ROW = Batch.__table__, BatchRow.__table__
CITY = Held(Role.EDITOR, "511100")


@pytest.fixture
def city(app: Flask, connection: Connection, home: None) -> FlaskClient:
    """An editor of the whole city."""
    return staff.signed_in(app, connection, CITY)


def exported(client: FlaskClient, layer: Layer, ending: str, query: str = "") -> bytes:
    return surfaces.get(client, f"/staff/exports/{layer.key}.{ending}{query}")


def data(content: bytes, ending: str) -> Any:
    return surfaces.xlsx_rows(content) if ending == "xlsx" else content


def counts(connection: Connection, page: str) -> Any:
    return connection.execute(select(BATCH.c.counts).where(BATCH.c.id == int(page.rsplit("/", 1)[1]))).scalar_one()


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("layer", LAYERS)
def test_what_is_exported_comes_back_as_the_same(
    layer: Layer, ending: str, city: FlaskClient, connection: Connection, areas: Areas
) -> None:
    filled(connection, layer, areas)
    before = exported(city, layer, ending)
    page = upload(city, before, f"导出.{ending}", layer=layer.key)
    step(city, page, "check")
    told = counts(connection, page)
    wrong = connection.execute(select(ROW.c.row, ROW.c.problems, ROW.c.before).where(ROW.c.verdict != "same")).all()
    assert not wrong
    assert told["read"] == told["same"] == told["accepted"] > 8
    step(city, page, "apply")
    assert data(exported(city, layer, ending), ending) == data(before, ending)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_changed_export_changes_only_that(
    layer: Layer, city: FlaskClient, app: Flask, connection: Connection, areas: Areas
) -> None:
    filled(connection, layer, areas)
    before = surfaces.xlsx_rows(exported(city, layer, "xlsx"))
    column, book = before[0].index("具体地点"), openpyxl.load_workbook(io.BytesIO(exported(city, layer, "xlsx")))
    assert book.active is not None
    book.active.cell(3, column + 1, "改过的地点")
    out = io.BytesIO()
    book.save(out)
    page = upload(city, out.getvalue(), "改过.xlsx", layer=layer.key)
    step(city, page, "check")
    assert (counts(connection, page)["changed"], counts(connection, page)["same"]) == (1, len(before) - 2)
    step(city, page, "apply")
    boss = staff.signed_in(app, connection, staff.CITY_REVIEWER)
    send(boss, page.replace("imports", "review/batches"), {"act": "approve"})
    after = surfaces.xlsx_rows(exported(city, layer, "xlsx"))
    differing = [
        (before[0][c], a[c], b[c]) for a, b in zip(before, after, strict=True) for c in range(len(a)) if a[c] != b[c]
    ]  # fmt: skip
    assert differing == [("具体地点", before[2][column], "改过的地点")]


def test_an_offices_own_columns_go_out_and_come_back(city: FlaskClient, connection: Connection, areas: Areas) -> None:
    layer = layers.get("projects")
    filled(connection, layer, areas)
    sent = {}
    for name, order, heading in (
        ("phone", 1, "打哪个电话"),
        ("name", 2, "叫什么"),
        ("area", 3, "地盘"),
        ("id", 4, "内码"),
    ):
        sent |= {f"on.{name}": "1", f"order.{name}": str(order), f"heading.{name}": heading}
    path = "/staff/exports/projects/layout"
    assert send(city, path, sent).status_code == 303
    rows = surfaces.xlsx_rows(exported(city, layer, "xlsx"))
    assert rows[0] == ("打哪个电话", "叫什么", "地盘", "内码")
    assert 'value="打哪个电话"' in city.get(path).text
    page = upload(city, exported(city, layer, "xlsx"), "导出.xlsx", layer="projects")
    step(city, page, "check")
    assert counts(connection, page)["same"] == len(rows) - 1
    twice = send(city, path, {**sent, "heading.name": "打哪个电话"})
    assert twice.status_code == 422
    assert "写了两次" in twice.text
    assert send(city, path, {"act": "usual"}).status_code == 303
    assert len(surfaces.xlsx_rows(exported(city, layer, "xlsx"))[0]) == len(outgoing.usual(layer))


def test_text_like_a_formula_is_no_formula(city: FlaskClient, connection: Connection, areas: Areas) -> None:
    layer = layers.get("projects")
    places.put(connection, layer, areas, places.values(layer, 1, name="=HYPERLINK(1)", internal_note="+1"))
    (heads, cells) = surfaces.xlsx_rows(exported(city, layer, "xlsx"))
    assert cells[heads.index("名称")] == "'=HYPERLINK(1)"
    assert cells[heads.index("内部备注")] == "'+1"
    assert b",'=HYPERLINK(1)," in exported(city, layer, "csv")


def test_only_ones_own_area_goes_out(app: Flask, connection: Connection, areas: Areas, city: FlaskClient) -> None:
    layer = layers.get("projects")
    mine = places.values(layer, 1, name="犍为的", internal_note="只给自己看")
    theirs = places.values(layer, 2, name="井研的", area="511124", lon=104.06, lat=29.65)
    places.put(connection, layer, areas, mine, theirs)
    county = staff.signed_in(app, connection, staff.EDITOR)
    text = exported(county, layer, "csv").decode()
    assert "犍为的" in text
    assert "只给自己看" in text
    assert "井研的" not in text
    assert "井研的" in exported(city, layer, "csv").decode()
    assert "犍为的" not in exported(city, layer, "csv", "?area=511124").decode()
    assert county.get("/staff/exports/projects.csv?owner=511124").status_code == 403
    assert app.test_client().get("/staff/exports/projects.csv").status_code in (302, 401)
    assert county.get("/staff/exports/projects.csv?state=nothing").status_code == 400


@pytest.mark.parametrize("layer", LAYERS)
def test_a_template_has_drop_downs_and_an_example_that_is_skipped(
    layer: Layer, app: Flask, connection: Connection, home: None
) -> None:
    office = staff.signed_in(app, connection, staff.EDITOR)
    content = surfaces.get(office, f"/staff/templates/{layer.key}.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    assert book.sheetnames[1] == "说明"
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    heads = [cell.value for cell in sheet[1]]
    letter = openpyxl.utils.get_column_letter(heads.index("区县乡镇") + 1)
    there = next(source for cells, source in rules.items() if cells.startswith(letter))
    column = there.split("$")[1]
    areas_ = [cell.value for cell in book["选项"][column] if cell.value]
    assert "乐山市犍为县" in areas_
    page = upload(office, content, "模板.xlsx", layer=layer.key)
    text = step(office, page, "check", datum="wgs84")
    assert "示例行" in text
    assert counts(connection, page).get("accepted", 0) == 0
    sheet.append([None] * len(heads))
    for head, value in (("名称", "填好的一处"), ("区县乡镇", areas_[1])):
        sheet.cell(3, heads.index(head) + 1, value)
    out = io.BytesIO()
    book.save(out)
    page = upload(office, out.getvalue(), "填好.xlsx", layer=layer.key)
    step(office, page, "check", datum="wgs84")
    told = counts(connection, page)
    assert (told["accepted"], told.get("refused", 0), told["skipped"]) == (1, 0, 1)
