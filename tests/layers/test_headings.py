"""Headings as offices write them, matched to fields with their units and datums."""

from __future__ import annotations

import pytest

import layers
from geo.crs import Datum
from layers.headings import chosen, knows, matches

PROJECTS, PARKS = layers.get("projects"), layers.get("parks")


@pytest.mark.parametrize(
    ("heading", "target", "unit"),
    [
        ("项目名称", "name", ""), ("项 目 名 称", "name", ""), ("*项目名称", "name", ""), ("项目名称（必填）", "name", ""), ("2.项目名称", "name", ""), ("NAME", "name", ""),
        ("总投资（万元）", "investment", "万元"), ("投资额(亿元)", "investment", "亿元"), ("总投资/万元", "investment", "万元"), ("总投资万元", "investment", "万元"),
        ("投资情况/总投资(万元)", "investment", "万元"), ("起步资金", "budget", ""), ("资金（亿元）/总投资", "investment", "亿元"), ("项目地点", "place", ""), ("联系方式", "phone", ""), ("所属行业", "industry", ""),
        ("占地面积（亩）", "land_area", "亩"), ("占地面积（平方米）", "land_area", "平方米"), ("区县", "_county", ""), ("所在乡镇（街道）", "_township", ""), ("区划代码", "area", ""),
        ("经度", "lon", ""), ("Y坐标", "_y", ""), ("坐标", "_pair", ""), ("有效期限", "valid_until", ""), ("备注", "internal_note", ""), ("联系人", "contact_name", ""),
        ("建设内容及规", "content", ""), ("产品名称", "name", ""), ("资金来源", None, ""), ("审批情况", None, ""), ("状态", None, ""), ("拼音", None, ""), ("序号", None, ""), ("", None, ""), ("項目名稱", "name", ""), ("投資額（萬元）", "investment", "万元"), ("所屬鄉鎮", "_township", ""),
    ],
)  # fmt: skip
def test_headings_of_ledgers(heading: str, target: str | None, unit: str) -> None:
    (match,) = matches(PROJECTS, [heading])
    assert (match.target, match.unit) == (target, unit)
    assert (match.confidence > 0) == (target is not None)
    assert bool(match.reason) == (target is None)


def test_every_column_is_accounted_for_and_each_field_taken_once() -> None:
    found = matches(PROJECTS, ["企业名称", "项目名称", "总投资", "投资额", "序号", "随便"])
    assert [m.column for m in found] == list(range(6))
    assert [m.target for m in found].count("name") == 1
    assert [m.target for m in found].count("investment") == 1
    assert all(m.reason for m in found if m.target is None)
    assert "总投资" in found[3].reason


def test_a_surer_heading_has_the_field() -> None:
    found = matches(PROJECTS, ["产品名称", "名称"])
    assert [m.target for m in found] == [None, "name"]


@pytest.mark.parametrize(
    ("heading", "datum"),
    [
        ("高德经度", Datum.GCJ02),
        ("经度（GCJ-02）", Datum.GCJ02),
        ("百度经度", Datum.BD09),
        ("GPS经度", Datum.WGS84),
        ("经度(CGCS2000)", Datum.CGCS2000),
    ],
)
def test_a_heading_may_say_the_datum(heading: str, datum: Datum) -> None:
    (match,) = matches(PROJECTS, [heading])
    assert (match.target, match.datum) == ("lon", datum)


def test_a_person_decides() -> None:
    found = chosen(matches(PROJECTS, ["名称", "别名", "面积"]), {1: "name", 2: None})
    assert [m.target for m in found] == [None, "name", None]


def test_a_layers_own_words_come_first() -> None:
    assert matches(PARKS, ["面积"])[0].target != "name"
    assert matches(layers.get("transport"), ["编号"])[0].target == "ref"
    assert matches(layers.get("towns"), ["乡镇名称"])[0].target == "name"
    assert knows(PROJECTS)("起步资金（万元）")
    assert not knows(PROJECTS)("犍为县2026年返乡创业项目台账")


def test_columns_have_the_letters_of_spreadsheets() -> None:
    found = matches(PROJECTS, ["x"] * 60)
    assert [found[n].letter for n in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]
