"""`flask import`: what a person and a program at the command line are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text

import layers
from layers.areas import Areas
from tests.geo import files
from tests.places import put, values

LINES = "名称,区县,起步资金（万元）,经度,纬度,电话\n甲,犍为县,10-30,103.95,29.21,2130064\n乙,没有县,5,,,\n丙,犍为县,很多,,,\n合计,,15,,,\n"


def run(app: Flask, content: bytes, tmp_path: Path, *options: str) -> Any:
    path = tmp_path / "台账.dat"
    path.write_bytes(content)
    return app.test_cli_runner().invoke(args=["import", str(path), "--layer", "projects", *options])


def report(app: Flask, content: bytes, tmp_path: Path, *options: str) -> dict[str, Any]:
    done = run(app, content, tmp_path, "--check", "--json", *options)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["read"] == found["accepted"] + found["refused"] + found["skipped"]
    return found


def test_the_report_has_the_shape_that_was_promised(
    app: Flask, connection: Connection, areas: Areas, tmp_path: Path
) -> None:
    put(connection, layers.get("projects"), areas, values(layers.get("projects"), 1))
    found = report(app, LINES.encode("gbk"), tmp_path)
    assert {k: found[k] for k in ("read", "accepted", "refused", "skipped", "encoding")} == {
        "read": 4, "accepted": 1, "refused": 2, "skipped": 1, "encoding": "GB18030",
    }  # fmt: skip
    assert found["places"] == [
        {"row": 2, "name": "甲", "lon": 103.95, "lat": 29.21, "area": "511123", "precision": "exact"}
    ]
    assert [(p["row"], p["column"]) for p in found["problems"]] == [(3, "区县"), (4, "起步资金(万元)")]
    assert all(p["message"] for p in found["problems"])
    assert found["missing"]["一句话"] == 1
    assert not found["warnings"]
    assert found["skipped_rows"] == [{"row": 5, "reason": "total", "text": "合计 15"}]
    assert "手机GPS" in found["crs"]
    assert report(app, "名称,区县\n甲,犍为县\n".encode(), tmp_path)["crs"] == ""
    strip = report(app, "名称,X坐标,Y坐标\n甲,3233218.3,35398000.5\n".encode(), tmp_path)["crs"]
    assert strip == "CGCS2000 3°带第 35 带 EPSG:4523"


def test_checking_changes_nothing(app: Flask, connection: Connection, tmp_path: Path) -> None:
    before = connection.execute(text("SELECT count(*) FROM projects")).scalar_one()
    report(app, LINES.encode(), tmp_path)
    assert connection.execute(text("SELECT count(*) FROM projects")).scalar_one() == before


def test_a_local_number_gets_the_code_that_the_places_of_its_city_have(
    app: Flask, connection: Connection, areas: Areas, tmp_path: Path
) -> None:
    assert "前面要写区号" in str(report(app, LINES.encode(), tmp_path)["problems"])
    put(connection, layers.get("projects"), areas, values(layers.get("projects"), 1))
    assert "前面要写区号" not in str(report(app, LINES.encode(), tmp_path)["problems"])


def test_options_say_what_the_file_does_not(app: Flask, tmp_path: Path) -> None:
    lines = "名称,经度,纬度\n甲,103.95,29.21\n"
    moved = report(app, lines.encode(), tmp_path, "--datum", "gcj02")
    assert moved["crs"] == "高德·腾讯"
    assert moved["places"][0]["lon"] != 103.95
    metres = "名称,X坐标,Y坐标\n甲,3233218.3,398000.5\n".encode()
    assert "EPSG:4544" in report(app, metres, tmp_path, "--epsg", "4544")["crs"]
    traditional = "名稱,區縣,投資額（萬元）\n茶葉加工坊,犍為縣,10億\n".encode("big5")
    for options in ((), ("--encoding", "big5")):
        found = report(app, traditional, tmp_path, *options)
        assert (found["encoding"], found["places"][0]["area"], found["places"][0]["name"]) == (
            "Big5",
            "511123",
            "茶葉加工坊",
        )
    fuzhou = "名称,区县\n甲,鼓楼区\n".encode()
    assert report(app, fuzhou, tmp_path)["refused"] == 1
    assert report(app, fuzhou, tmp_path, "--owner", "350100")["places"][0]["area"] == "350102"


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"", (), "空"), (b"\x89PNG\r\n\x1a\n", (), "图片"), (b"PK\x03\x04junk", (), "打不开"), ("名称,X坐标,Y坐标\n甲,3233218.3,398000.5\n".encode(), (), "带号"),
        (b"aaa,bbb\n1,2\n", (), "表头"), (LINES.encode(), ("--owner", "999999"), "区划"), (LINES.encode(), ("--epsg", "2363"), "CGCS2000"), (LINES.encode(), ("--epsg", "1"), "EPSG"),
        (LINES.encode("gbk"), ("--encoding", "utf-8"), "编码"), (LINES.encode(), ("--encoding", "nonsense"), "编码"), (LINES.encode(), ("--layer", "nonsense"), "图层"),
    ],
)  # fmt: skip
def test_one_sentence_and_exit_2_where_a_file_cannot_be_read_or_a_choice_is_missing(
    content: bytes, options: tuple[str, ...], says: str, app: Flask, tmp_path: Path
) -> None:
    for more in ((), ("--json",)):
        done = run(app, content, tmp_path, "--check", *more, *options)
        assert done.exit_code == 2
        assert says in done.stderr
        assert done.stderr.count("\n") == 1
        assert not done.stdout


def test_a_missing_file_and_a_folder_are_said(app: Flask, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        done = app.test_cli_runner().invoke(args=["import", str(path), "--layer", "projects", "--check"])
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


def test_a_person_reads_sentences(app: Flask, tmp_path: Path) -> None:
    done = run(
        app,
        files.workbook({"台账": [["名称", "区县", "审批"], ["甲", "犍为县", "x"], ["乙", None, "y"]]}),
        tmp_path,
        "--check",
    )
    assert done.exit_code == 0
    assert "读了 2 行：可以导入 1，退回 1，跳过 0" in done.stdout
    assert "没有用到的列：审批" in done.stdout


def test_at_most_a_thousand_are_listed(app: Flask, tmp_path: Path) -> None:
    rows = "".join(f"甲{n},犍为县\n乙{n},没有县\n" for n in range(1100))
    found = report(app, f"名称,区县\n{rows}".encode(), tmp_path)
    assert (found["accepted"], found["refused"]) == (1100, 1100)
    assert (len(found["places"]), len(found["problems"])) == (1000, 1000)
