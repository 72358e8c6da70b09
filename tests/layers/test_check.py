"""What may enter: values, positions and their precision, warnings and refusals."""

from __future__ import annotations

from typing import Any

import pytest

import layers
from layers.areas import Areas
from layers.base import Need
from layers.prices import Price
from layers.words import untranslated
from tests.places import values

PROJECTS, PARKS = layers.get("projects"), layers.get("parks")
START = {"name": "茶坊", "area": "511123"}


def columns(problems: list[Any]) -> list[str]:
    return [problem.column for problem in problems]


def test_a_draft_needs_a_name_and_an_area_or_a_position(areas: Areas) -> None:
    assert PROJECTS.check(START, Need.DRAFT, areas).accepted
    assert (
        PROJECTS.check({"name": "茶坊", "lon": "103.95", "lat": "29.21"}, Need.DRAFT, areas).values["area"] == "511123"
    )
    assert columns(PROJECTS.check({"name": "茶坊"}, Need.DRAFT, areas).problems) == ["area", "precision"]


def test_publishing_needs_the_ten_fields_and_a_draft_is_told(areas: Areas) -> None:
    draft = PROJECTS.check(START, Need.DRAFT, areas)
    wanted = {"summary", "industry", "budget", "cooperation", "land", "phone", "valid_until"}
    assert set(columns(draft.warnings)) == wanted
    assert set(columns(PROJECTS.check(START, Need.PUBLISH, areas).problems)) == wanted
    assert PROJECTS.check(values(PROJECTS, 1), Need.PUBLISH, areas).accepted


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("budget", "１２．５", "12.5"), ("budget", "1,200 万元", "1200"), ("phone", "（0833）2130064", "0833-213 0064"),
        ("phone", "0833-000 0012", "0833-000 0012"), ("phone", "12333", "12333"), ("valid_until", "2026年6月1日", "2026-06-01"),
        ("valid_until", "2026/6/1", "2026-06-01"), ("industry", "1351", "C1351"), ("buyer", "是", "True"),
        ("cooperation", "租赁、合作", "['lease', 'partner']"), ("name", "  茶\u200b坊\ufeff ", "茶坊"),
    ],
)  # fmt: skip
def test_values_are_tidied(name: str, given: str, kept: str, areas: Areas) -> None:
    checked = PROJECTS.check({**START, name: given}, Need.DRAFT, areas)
    assert checked.accepted, [p.text(untranslated) for p in checked.problems]
    assert str(checked.values[name]) == kept


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("budget", "十万"), ("budget", "-5"), ("budget", "1e5"), ("budget", "999999999"), ("phone", "21300"), ("phone", "电话见附件"),
        ("valid_until", "2026-02-30"), ("industry", "Z99"), ("cooperation", "入股分红"), ("source_url", "javascript:alert(1)"),
        ("summary", "长" * 41), ("zone", "511123"), ("area", "511101"), ("area", "123"), ("buyer", "也许"), ("nonsense", "x"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_by_name(name: str, given: str, areas: Areas) -> None:
    checked = PROJECTS.check({**START, name: given}, Need.DRAFT, areas)
    assert name in columns(checked.problems)
    assert all(problem.text(untranslated) for problem in checked.problems)


def test_precision_follows_from_what_is_known(areas: Areas) -> None:
    exact = PROJECTS.check({**START, "lon": 103.95, "lat": 29.21}, Need.DRAFT, areas).values
    township = PROJECTS.check({**START, "area": "511123106"}, Need.DRAFT, areas).values
    county = PROJECTS.check(START, Need.DRAFT, areas).values
    assert (exact["precision"], township["precision"], county["precision"]) == ("exact", "township", "county")
    assert township["radius_km"] > 0
    assert exact["radius_km"] is None
    lon, lat = (float(v) for v in county["geom"].removeprefix("SRID=4326;POINT(").rstrip(")").split())
    assert areas.locate(lon, lat) == "511123"


@pytest.mark.parametrize(
    "given",
    [
        {"lon": "103.95"}, {"lon": "29.21", "lat": "103.95"}, {"lon": "x", "lat": "y"}, {"lon": "nan", "lat": "1"},
        {"shape": "POLYGON((0 0"}, {"shape": "POLYGON((0 0,1 1,0 1,1 0,0 0))"}, {"shape": "POINT EMPTY"},
        {"lon": 103.95, "lat": 29.21, "precision": "county"}, {"precision": "exact"},
    ],
)  # fmt: skip
def test_an_unusable_position_refuses_the_row(given: dict[str, Any], areas: Areas) -> None:
    checked = PROJECTS.check({**START, **given}, Need.DRAFT, areas)
    assert not checked.accepted
    assert "geom" not in checked.values


def test_a_point_outside_its_county_is_questioned(areas: Areas) -> None:
    checked = PROJECTS.check({**START, "lon": 103.5, "lat": 29.6}, Need.DRAFT, areas)
    assert checked.accepted
    assert "峨眉山市" in next(p.text(untranslated) for p in checked.warnings if p.column == "lon")


def test_prices_carry_unit_date_and_source(areas: Areas) -> None:
    checked = PARKS.check({**START, "rent": "6-9 元/㎡·月 @2026-05 示例"}, Need.DRAFT, areas)
    price = checked.values["rent"]
    assert isinstance(price, Price)
    assert (str(price.low), str(price.high), price.unit, price.on, price.source) == (
        "6",
        "9",
        "元/㎡·月",
        "2026-05",
        "示例",
    )
    assert Price.parse(str(price)) == price
    assert not PARKS.check({**START, "rent": "6"}, Need.DRAFT, areas).accepted
