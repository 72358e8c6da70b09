"""The pages of imports: upload, columns, preview, apply, undo; other offices' files; what is too large or no file."""

from __future__ import annotations

import dataclasses
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select

from tests import staff
from tests.offices import HEADINGS, as_csv, as_xlsx, row
from tests.staff import send
from webapp.imports.models import Batch, BatchRow
from webapp.models import Draft, State
from webapp.permissions import Held, Role

BATCH, ROW, DRAFT = Batch.__table__, BatchRow.__table__, Draft.__table__


@pytest.fixture
def home(app: Flask, tmp_path: Path) -> Iterator[None]:
    """Files kept apart from other tests'."""
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = dataclasses.replace(settings, home=tmp_path)
    yield
    app.config["SETTINGS"] = settings


@pytest.fixture
def office(app: Flask, connection: Connection, home: None) -> FlaskClient:
    """An editor of 犍为县 at the browser."""
    return staff.signed_in(app, connection, staff.EDITOR)


def upload(client: FlaskClient, content: bytes, name: str = "台账.csv", **more: Any) -> str:
    """The page of the new batch."""
    sent = {"file": (io.BytesIO(content), name), **more}
    answer = send(client, "/staff/imports", sent, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.location)


def step(client: FlaskClient, page: str, act: str, **more: Any) -> str:
    answer = send(client, page, {"act": act, **more})
    assert answer.status_code == 303, answer.text
    return str(client.get(page).text)


def test_from_upload_to_review_and_back(office: FlaskClient, connection: Connection) -> None:
    page = upload(office, as_csv([row(1), row(2), {**row(3), "联系电话": "没有"}]))
    text = office.get(page).text
    assert "读到 3 行数据" in text
    assert "推荐目录" in text
    text = step(office, page, "check")
    assert "导入 2 条，交去审核" in text
    assert "联系电话：" in text
    text = step(office, page, "apply")
    assert "2 条在等审核" in text
    assert connection.execute(select(func.count()).where(DRAFT.c.state == State.REVIEW)).scalar() == 2
    assert "撤销这一批" in office.get(f"{page}/undo").text
    assert send(office, f"{page}/undo").status_code == 303
    assert "撤销了 2 条" in office.get(page).text
    assert connection.execute(select(func.count()).select_from(DRAFT)).scalar() == 0
    assert "台账.csv" in office.get("/staff/imports").text


def test_metres_that_carry_their_strip_are_not_asked_about(office: FlaskClient) -> None:
    zoned = {**row(1), "X坐标": "3231935.9", "Y坐标": "35397921.7"}
    page = upload(office, as_csv([zoned], (*HEADINGS, "X坐标", "Y坐标")))
    assert "文件里写的是：CGCS2000 3°带第 35 带" in office.get(page).text
    assert "导入 1 条，交去审核" in step(office, page, "check")
    bare = upload(office, as_csv([{**zoned, "Y坐标": "397921.7"}], (*HEADINGS, "X坐标", "Y坐标")))
    assert "文件里没有写，要您来选" in office.get(bare).text


def test_who_may_not_write_is_told_instead_of_given_a_form(app: Flask, connection: Connection, home: None) -> None:
    looker = staff.signed_in(app, connection, staff.REVIEWER)
    page = looker.get("/staff/imports").text
    assert 'name="file"' not in page
    assert "请用编辑的账号登录" in page
    sent = {"file": (io.BytesIO(as_csv([row(1)])), "台账.csv")}
    assert send(looker, "/staff/imports", sent, content_type="multipart/form-data").status_code == 403


def test_a_heading_nobody_knows_is_listed_and_what_is_said_of_it_is_remembered(
    office: FlaskClient, connection: Connection
) -> None:
    content = as_csv(
        [{**row(n), "啥玩意": f"说明{n}", "叫啥": f"茶园{n}"} for n in range(2)], (*HEADINGS[1:], "啥玩意", "叫啥")
    )
    page = upload(office, content, layer="projects")
    text = office.get(page).text
    assert "没对上" in text
    answer = send(office, page, {"act": "check"})
    assert answer.status_code == 422
    assert "哪一栏是名称" in answer.text
    column = len(HEADINGS)
    text = step(office, page, "check", **{f"c{column}": "name"})
    assert "导入 2 条" in text
    step(office, page, "apply")
    again = upload(office, content, layer="projects")
    assert "上次这样对的" in office.get(again).text
    assert "没有要导入的" in step(office, again, "check")


def test_the_coordinate_system_is_asked_and_never_guessed(office: FlaskClient, connection: Connection) -> None:
    rows = [{**row(n), "经度": 103.95 + n / 100, "纬度": 29.21} for n in range(2)]
    page = upload(office, as_csv(rows, (*HEADINGS, "经度", "纬度")))
    assert "坐标是从哪里来的" in office.get(page).text
    answer = send(office, page, {"act": "check"})
    assert answer.status_code == 422
    assert "先选坐标是从哪里来的" in answer.text
    text = step(office, page, "check", datum="gcj02")
    assert "导入 2 条" in text
    lon = connection.execute(select(ROW.c.lon).order_by(ROW.c.row)).scalars().first()
    assert lon is not None
    assert 103.947 < lon < 103.949, "the numbers of 高德 moved to WGS 84"
    points = office.get(f"{page}/points.geojson").json
    assert points is not None
    assert len(points["features"]) == 2


def test_a_file_in_metres_without_strip_is_asked_about(office: FlaskClient) -> None:
    rows = [{**row(n), "X": 3233000.0 + n, "Y": 398000.0} for n in range(2)]
    page = upload(office, as_csv(rows, (*HEADINGS, "X", "Y")))
    text = step(office, page, "check", datum="cgcs2000")
    assert "没有带号" in text
    assert '<option value="4544"' in text or "第 35 带" in text


def test_the_corrected_workbook_has_every_column_and_what_is_wrong(office: FlaskClient) -> None:
    page = upload(
        office, as_csv([{**row(1), "自己的栏": "留着"}, {**row(2), "联系电话": "没有"}], (*HEADINGS, "自己的栏"))
    )
    step(office, page, "check")
    answer = office.get(f"{page}/problems.xlsx")
    assert answer.status_code == 200
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert rows[0] == (*(unicodedata.normalize("NFKC", text) for text in HEADINGS), "自己的栏", "问题")
    assert rows[1][-2] == "留着"
    assert "联系电话" in rows[2][-1]


def test_another_offices_batch_is_forbidden(office: FlaskClient, app: Flask, connection: Connection) -> None:
    page = upload(office, as_csv([row(1)]))
    other = staff.signed_in(app, connection, Held(Role.EDITOR, "511124"))
    for path in (page, f"{page}/points.geojson", f"{page}/problems.xlsx", f"{page}/undo", f"{page}/progress"):
        assert other.get(path).status_code == 403, path
    assert send(other, page, {"act": "apply"}).status_code == 403
    assert send(other, f"{page}/undo").status_code == 403
    assert "台账.csv" not in other.get("/staff/imports").text
    sent = {"file": (io.BytesIO(as_csv([row(1)])), "x.csv"), "owner": "511123"}
    assert send(other, "/staff/imports", sent, content_type="multipart/form-data").status_code == 403
    assert app.test_client().get(page).status_code == 302


def test_rows_of_another_area_are_refused_and_ids_open_nothing(
    office: FlaskClient, app: Flask, connection: Connection, areas: Any
) -> None:
    import layers
    from tests import places

    layer = layers.get("projects")
    (theirs,) = places.put(connection, layer, areas, places.values(layer, 3, area="511124", lon=104.06, lat=29.65))
    rows = [{**row(1), "id": theirs}, {**row(2), "区县": "井研县", "具体地点": ""}, {**row(3), "id": 999999}, row(4)]
    page = upload(office, as_csv(rows, (*HEADINGS, "id")))
    text = step(office, page, "check")
    found = connection.execute(select(ROW.c.row, ROW.c.state, ROW.c.problems).order_by(ROW.c.row)).all()
    assert [f.state for f in found] == ["refused", "refused", "refused", "accepted"]
    assert "导入 1 条" in text


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.csv"), (b"\0\0\0", "a.xlsx"), (b"%PDF-1.7 ...", "a.pdf"), (b"PK\x03\x04broken", "a.xlsx"),
        (bytes(range(256)) * 40, "a.csv"),
    ],
)  # fmt: skip
def test_what_is_no_file_is_told_in_a_sentence(office: FlaskClient, content: bytes, name: str) -> None:
    page = upload(office, content, name)
    text = office.get(page).text
    assert 'role="alert"' in text
    assert "换一个文件" in text


def test_no_file_at_all_is_asked_for(office: FlaskClient) -> None:
    answer = send(office, "/staff/imports", {"layer": "parks"}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "先选一个文件" in answer.text


@pytest.mark.parametrize(("path", "size"), [("/staff/imports", 1024**3), ("/staff/places/projects", 17 * 1024**2)])
def test_only_files_may_be_large(office: FlaskClient, path: str, size: int) -> None:
    told = {"CONTENT_LENGTH": str(size)}
    kind = "multipart/form-data; boundary=x"
    answer = office.post(path, data=b"x", content_type=kind, environ_overrides=told)
    assert (answer.status_code, "分成几个" in answer.text) == (413, True)


def test_a_file_of_twenty_megabytes_is_taken(office: FlaskClient) -> None:
    rows = as_csv([row(n, 一句话="字" * 12000) for n in range(600)])
    assert len(rows) > 20 * 1024**2
    parts = (
        (b'name="csrf_token"', staff.token(office).encode()),
        (b'name="file"; filename="x.csv"', rows),
    )
    body = (
        b"".join(b"--x\r\nContent-Disposition: form-data; " + h + b"\r\n\r\n" + c + b"\r\n" for h, c in parts)
        + b"--x--\r\n"
    )
    answer = office.post("/staff/imports", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 303
    assert "正在读文件" in office.get(answer.location).text


def test_an_offices_real_spreadsheet(office: FlaskClient, connection: Connection) -> None:
    top = ["犍为县2026年返乡创业项目统计表"] + [None] * 8
    unit = ["填报单位：犍为县人社局", None, None, None, None, None, None, "单位：万元", None]
    first = ["序号", "项目名称", "建设内容", "项目地点", None, "资金", None, "联系人及电话", "备注"]
    second = [None, None, None, "乡镇", "详细地址", "总投资", "起步资金", None, None]
    rows = [
        [1, "高山茶初制", "收鲜叶做干茶", "玉津镇", "新街 1 号", "1.2亿元", "10-30", "张三 0833-000 0001", None],
        [2, "竹编工坊", "编竹器出口", "玉津镇", "老街", 500, "５０", "李四 0833-000 0002", "急"],
        ["合计", None, None, None, None, 12500, None, None, None],
        ["填表人：王五", None, None, None, "审核人：赵六", None, None, "2026年11月20日", None],
    ]
    merged = ["A1:I1", "D3:E3", "F3:G3", "A3:A4", "B3:B4", "C3:C4", "H3:H4", "I3:I4"]
    page = upload(office, as_xlsx([top, unit, first, second, *rows], merged), "统计表.xlsx")
    text = step(office, page, "check")
    found = connection.execute(select(ROW).order_by(ROW.c.row)).all()
    accepted = [f for f in found if f.state == "accepted"]
    assert [f.name for f in accepted] == ["高山茶初制", "竹编工坊"], text
    assert accepted[0].values["investment"] == "12000"
    assert (accepted[0].values["budget"], accepted[0].values["budget_max"]) == ("10", "30")
    assert accepted[1].values["budget"] == "50"
    counts = connection.execute(select(BATCH.c.counts)).scalar_one()
    assert counts["read"] == counts["accepted"] + counts.get("refused", 0) + counts["skipped"]
    assert "2 条在等审核" in step(office, page, "apply")


def test_a_batch_is_reviewed_whole_by_somebody_else(office: FlaskClient, app: Flask, connection: Connection) -> None:
    page = upload(office, as_csv([row(n) for n in range(14)] + [row(20, 一句话="")]))
    step(office, page, "check")
    step(office, page, "apply")
    number = page.rsplit("/", 1)[1]
    boss = staff.signed_in(app, connection, staff.REVIEWER)
    queue = boss.get("/staff/review").text
    assert f"导入 #{number}：15 条" in queue
    assert "高山茶初制加工点3号" not in queue, "one line a batch"
    path = f"/staff/review/batches/{number}"
    text = boss.get(path).text
    assert "随手抽 10 条看看" in text
    assert office.get(path).status_code == 403
    assert send(boss, path, {"act": "return", "reason": ""}).status_code == 400
    answer = send(boss, path, {"act": "approve"}, follow_redirects=True)
    assert "发布了 14 条" in answer.text
    assert "1 条还缺必填" in answer.text
    left = connection.execute(select(DRAFT.c.state)).scalars().all()
    assert left == [State.REVIEW]
    assert "退回了 1 条" in send(boss, path, {"act": "return", "reason": "补一句话"}, follow_redirects=True).text
    assert connection.execute(select(DRAFT.c.state, DRAFT.c.reason)).one() == (State.RETURNED, "补一句话")
    fixed = upload(office, as_csv([row(20)]))
    step(office, fixed, "check")
    step(office, fixed, "apply")
    assert connection.execute(select(DRAFT.c.state)).scalar_one() == State.REVIEW


def test_nobody_approves_their_own_import(app: Flask, connection: Connection, home: None) -> None:
    both = staff.signed_in(app, connection, staff.EDITOR, staff.REVIEWER)
    page = upload(both, as_csv([row(1)]))
    step(both, page, "check")
    step(both, page, "apply")
    path = page.replace("imports", "review/batches")
    assert "自己导入的要由别人审核" in both.get(path).text
    assert send(both, path, {"act": "approve"}).status_code == 403
