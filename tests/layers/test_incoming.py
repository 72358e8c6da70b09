"""Whole files on their way in, as offices send them."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import layers
from geo.crs import Datum, from_wgs84
from geo.errors import BadCoordinate
from geo.reading import read
from layers import headings
from layers.areas import Areas
from layers.doubts import question
from layers.errors import ChoiceMissing
from layers.incoming import Incoming, Outcome, Said, State
from layers.layer import Layer
from layers.whereabouts import Gazetteer
from layers.words import untranslated
from tests.geo import files
from tests.geo.test_reading import PARCELS

PROJECTS, PARKS = layers.get("projects"), layers.get("parks")
LON, LAT = 103.95, 29.21


def opened(content: bytes, areas: Areas, said: Said | None = None, layer: Layer = PROJECTS) -> Incoming:
    table = read(content, known=headings.knows(layer))
    made = Incoming(table, layer, headings.matches(layer, table.headings), areas, said or Said())
    question(made, areas)
    return made


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def judged(content: bytes, areas: Areas, said: Said | None = None, layer: Layer = PROJECTS) -> list[Outcome]:
    return list(opened(content, areas, said, layer))


def one(heading: str, line: str, areas: Areas, said: Said | None = None) -> Outcome:
    (outcome,) = judged(csv(heading, line), areas, said)
    return outcome


def words(findings: Any) -> str:
    return "；".join(f"{f.column}:{f.problem.text(untranslated)}" for f in findings)


LEDGER = [
    ["犍为县2026年返乡创业项目台账", *[None] * 8],
    ["填报单位：犍为县人社局", None, None, None, None, None, "单位：亿元", None, None],
    ["序号", "项目", None, None, "投资", None, "联系方式", None, "有效期"],
    [None, "项目名称", "所属乡镇", "所属行业", "总投资", "起步资金（万元）", "联系人", "电话", None],
    [1, "茶叶加工坊", "玉津镇", "C1351", 0.5, "10-30万", "张三", "2130064", "2026.12"],
    [2, "江边民宿", "玉津镇", "住宿业", "800万元", "约20万", None, "李四 13800138000、0833-2130065", 46388],
    [3, "竹编工坊", "没有镇", "编竹子", None, 5, None, None, None],
    ["合计", None, None, None, 0.58, None, None, None, None],
    ["填表人：王五", None, None, "审核人：赵六", None, None, None, None, None],
]


def test_an_offices_ledger(areas: Areas) -> None:
    incoming = opened(files.workbook({"台账": LEDGER}, ["A1:I1", "B3:D3", "E3:F3", "G3:H3", "A3:A4", "I3:I4"]), areas)
    outcomes = list(incoming)
    assert [(o.row, o.state.value) for o in outcomes] == [
        (1, "skipped"), (2, "skipped"), (5, "accepted"), (6, "accepted"), (7, "accepted"), (8, "skipped"), (9, "skipped"),
    ]  # fmt: skip
    first, second, third = (o.values for o in outcomes if o.state == State.ACCEPTED)
    assert (first["area"][:6], first["precision"], first["industry"]) == ("511123", "township", "C1351")
    assert (first["investment"], first["budget"], first["budget_max"]) == (Decimal(5000), Decimal(10), Decimal(30))
    assert (first["phone"], str(first["valid_until"]), first["contact_name"]) == ("0833-213 0064", "2026-12-31", "张三")
    assert (second["investment"], second["budget"], second["contact_name"]) == (Decimal(800), Decimal(20), "李四")
    assert (second["phone"], second["backup_phone"], str(second["valid_until"])) == (
        "13800138000",
        "0833-213 0065",
        "2027-01-01",
    )
    assert (third["trade"], third.get("industry"), third["area"]) == (
        "编竹子",
        None,
        "511123",
    )
    said = words(w for o in outcomes for w in o.warnings)
    assert "“约20万”按 20 万元读" in said
    assert "没有“没有镇”的代码，只记到犍为县" in said
    assert "“编竹子”不是国标行业名" in said
    assert any("按标题认作犍为县" in str(remark) for remark in incoming.remarks())


def test_read_is_accepted_and_refused_and_skipped(areas: Areas) -> None:
    lines = ["名称,区县,起步资金", "甲,犍为县,10", "乙,没有县,10", "丙,犍为县,很多", "", "丁,沐川县,20万元", "合计,,40"]
    outcomes = judged(csv(*lines), areas)
    counts = [sum(o.state == state for o in outcomes) for state in State]
    assert counts == [2, 2, 2]
    assert len(outcomes) == 6
    assert [(f.row, f.column) for o in outcomes for f in o.problems] == [(3, "区县"), (4, "起步资金")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("犍为县", "511123"), ("犍为", "511123"), ("四川省乐山市犍为县", "511123"), ("乐山市犍为县", "511123"), ("乐山犍为", "511123"), ("511123", "511123"),
        ("511123000000", "511123"), ("北京市东城区", "110101"), ("重庆市万州区", "500101"), ("峨边彝族自治县", "511132"), ("峨边", "511132"), ("周口市川汇区", "411602"),
    ],
)  # fmt: skip
def test_areas_by_name(text: str, code: str, areas: Areas) -> None:
    outcome = one("名称,所属区域", f"甲,{text}", areas)
    assert not words(outcome.problems)
    assert outcome.values["area"] == code


def test_a_township_by_its_name(areas: Areas) -> None:
    outcome = one("名称,区县,乡镇", "甲,犍为县,玉津镇", areas)
    assert areas.get(outcome.values["area"]).name == "玉津镇"
    assert one("名称,所在地区", "甲,犍为县玉津镇滨江路5号", areas).values["place"] == "滨江路5号"


def test_a_township_is_no_short_name_of_a_county_elsewhere(areas: Areas) -> None:
    """永兴镇 of 湄潭县 is not 永兴县 in another province."""
    table = files.workbook(
        {"台账": [["湄潭县返乡创业项目库"], ["项目名称", "乡镇", "电话"], ["甲", "永兴镇", "0851-24221234"]]}
    )
    (outcome,) = [o for o in judged(table, areas) if o.state != State.SKIPPED]
    assert (outcome.state, outcome.values["area"]) == (State.ACCEPTED, "520328")
    assert "没有“永兴镇”的代码" in words(outcome.warnings)
    assert one("名称,所属区域", "甲,永兴镇", areas).state == State.REFUSED
    assert one("名称,乡镇", "甲,沐川县沐溪镇", areas, Said(within=("511123",))).values["area"][:6] == "511129"


def test_a_position_decides_between_areas_of_one_name(areas: Areas) -> None:
    assert one("名称,区县,经度,纬度", "甲,朝阳区,116.44,39.92", areas).values["area"] == "110105"
    assert "请写明省市" in words(one("名称,区县,经度,纬度", "甲,朝阳区,103.95,29.21", areas).problems)


def test_a_code_stands_where_a_name_should(areas: Areas) -> None:
    assert one("名称,区县", "甲,511123", areas).values["area"] == "511123"
    assert one("名称,区划代码,区县", "甲,511100,犍为县", areas).values["area"] == "511123"
    wrong = words(one("名称,区划代码,区县", "甲,999999,犍为县", areas).problems)
    assert "没有代码 999999" in wrong
    assert "写的却是" not in wrong


def test_units_below_the_headings_count(areas: Areas) -> None:
    for units in ([None, None, "亿元"], [None, None, "（亿元）"]):
        rows = [["项目名称", "区县", "总投资"], units, ["甲", "犍为县", 1.2]]
        (outcome,) = judged(files.workbook({"a": rows}), areas)
        assert outcome.values["investment"] == 12_000


def test_what_nobody_has_said_yet_is_left_open(areas: Areas) -> None:
    outcome = one("名称,区县,起步资金,有效期至", "甲,犍为县,面议,长期", areas)
    assert outcome.state == State.ACCEPTED
    assert {"budget", "valid_until"} & set(outcome.values) == set()
    assert "“面议”" in words(outcome.warnings)
    assert "“长期”" in words(outcome.warnings)


def test_notes_at_the_end_are_no_places(areas: Areas) -> None:
    ends = ["备注：1.单位为万元。", "2.行业按国标填写。", "（一式两份）", "经办人签字：　　年　月　日"]
    rows = [["项目名称", "区县", "电话"], ["甲", "犍为县", "12333"], *[[end] for end in ends]]
    assert [o.state for o in judged(files.workbook({"a": rows}), areas)] == [State.ACCEPTED, *[State.SKIPPED] * 4]


def test_degrees_and_metres_in_one_file(areas: Areas) -> None:
    first, second, third = judged(csv("名称,区县,经度,纬度", f"甲,犍为县,{LON},{LAT}", "乙,犍为县,397921,3231829", f"丙,犍为县,'{LON},'{LAT}"), areas)  # fmt: skip
    assert [o.state for o in (first, second, third)] == [State.ACCEPTED, State.REFUSED, State.ACCEPTED]
    assert "改成一样" in words(second.problems)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("鼓楼区", "请写明省市"),
        ("没有县", "没有叫"),
        ("乐山市", "要写到区县"),
        ("999999", "没有代码"),
        ("四川省", "要写到区县"),
        ("乐山市没有县", "要写到区县"),
    ],
)
def test_areas_that_are_not_clear_are_refused(text: str, says: str, areas: Areas) -> None:
    assert says in words(one("名称,所属区域", f"甲,{text}", areas).problems)


def test_an_office_decides_between_areas_of_one_name(areas: Areas) -> None:
    assert one("名称,区县", "甲,鼓楼区", areas, Said(within=("3501",))).values["area"] == "350102"


def test_code_and_text_that_contradict_are_refused_and_position_is_compared(areas: Areas) -> None:
    assert "表里写的却是" in words(one("名称,区划代码,区县", "甲,511123,沐川县", areas).problems)
    near = one("名称,区县,经度,纬度", "甲,犍为县,103.5,29.6", areas)
    assert (near.state, "峨眉山市" in words(near.warnings)) == (State.ACCEPTED, True)
    far = one("名称,区县,经度,纬度", "甲,犍为县,104.07,30.67", areas)
    assert (far.state, "公里" in words(far.problems)) == (State.REFUSED, True)
    sea = one("名称,区县,经度,纬度", "甲,犍为县,125.5,28.5", areas)
    assert sea.state == State.REFUSED
    city = one("名称,城市,经度,纬度", f"甲,成都市,{LON},{LAT}", areas)
    assert (city.values["area"], "不在写的成都市里" in words(city.warnings)) == ("511123", True)


def test_the_address_tells_the_county_where_nothing_else_does(areas: Areas) -> None:
    outcome = one("名称,项目地点", "甲,犍为县清溪镇老街", areas)
    assert (outcome.state, outcome.values["area"][:6]) == (State.ACCEPTED, "511123")
    assert "认作" in words(outcome.warnings)


@pytest.mark.parametrize("datum", list(Datum))
def test_positions_of_every_datum(datum: Datum, areas: Areas) -> None:
    x, y = from_wgs84(LON, LAT, datum)
    outcome = one("名称,经度,纬度", f"甲,{x[0]:.9f},{y[0]:.9f}", areas, Said(datum=datum))
    assert outcome.position == (LON, LAT)
    assert (outcome.values["area"], outcome.values["precision"]) == ("511123", "exact")


@pytest.mark.parametrize(
    ("heading", "line"),
    [
        ("名称,纬度,经度", f"甲,{LAT},{LON}"), ("名称,坐标", f'甲,"{LON},{LAT}"'), ("名称,经纬度", "甲,103°57′00″E 29°12′36″N"), ("名称,经度,纬度", "甲,103°57′,29°12′36″"),
        ("名称,X坐标,Y坐标", f"甲,{LON},{LAT}"), ("名称,WKT", f"甲,POINT({LON} {LAT})"), ("名称,经度,纬度", f"甲,{LAT},{LON}"), ("名称,坐标", f"甲,{LAT} {LON}"),
        ("名称,位置", f'甲,"{LON},{LAT}"'), ("名称,项目地点", "甲,东经103.95度北纬29.21度"),
    ],
)  # fmt: skip
def test_positions_in_any_dress(heading: str, line: str, areas: Areas) -> None:
    outcome = one(heading, line, areas)
    assert outcome.position == (LON, LAT)
    swapped = line.split(",", 1)[1].startswith(str(LAT)) and not heading.startswith("名称,纬度")
    assert ("已对调" in words(outcome.warnings)) == swapped


@pytest.mark.parametrize(
    "line",
    [
        "甲,犍为县,103.95,",
        "甲,犍为县,x,y",
        "甲,犍为县,0,0",
        "甲,犍为县,1039500,29.21",
        "甲,犍为县,200,29",
        "甲,犍为县,-103.95,29.21",
    ],
)
def test_a_position_that_is_given_but_unusable_refuses_the_row(line: str, areas: Areas) -> None:
    outcome = one("名称,区县,经度,纬度", line, areas)
    assert outcome.state == State.REFUSED
    assert [f.column for f in outcome.problems] == ["经度"]


def metres(prefix: str = "") -> str:
    x, y = from_wgs84(LON, LAT, "cgcs2000", 4544 if not prefix else 4523)
    return f"甲,{y[0]:.4f},{x[0]:.4f}"


def test_gauss_kruger_with_and_without_its_zone(areas: Areas) -> None:
    assert one("名称,X坐标,Y坐标", metres("35"), areas).position == (LON, LAT)
    assert one("名称,北坐标,东坐标", metres("35"), areas).position == (LON, LAT)
    with pytest.raises(ChoiceMissing) as asked:
        one("名称,X坐标,Y坐标", metres(), areas)
    assert asked.value.choice == "epsg"
    assert ("4544", "3°带 第 35 带（中央经线 105°）") in asked.value.options
    assert one("名称,X坐标,Y坐标", metres(), areas, Said(epsg=4544)).position == (LON, LAT)
    assert "带号" in words(one("名称,X坐标,Y坐标", metres("35"), areas, Said(epsg=4524)).problems)
    assert "经纬度" in words(one("名称,经度,纬度", f"甲,{LON},{LAT}", areas, Said(epsg=4544)).problems)
    with pytest.raises(BadCoordinate):
        one("名称,X坐标,Y坐标", metres(), areas, Said(epsg=2363))


def test_land_exchange_texts(areas: Areas) -> None:
    text = PARCELS.format(number="35", e="35").encode("gbk")
    outcomes = judged(text, areas)
    assert [(o.row, o.state.value, o.values["name"]) for o in outcomes] == [
        (11, "accepted", "一号地"),
        (21, "accepted", "二号地"),
    ]
    assert outcomes[0].values["geom"].startswith("SRID=4326;POLYGON")
    assert outcomes[0].values["land_area"] == Decimal("22.5")
    with pytest.raises(ChoiceMissing):
        judged(PARCELS.format(number="", e="").encode("gbk"), areas)
    assert (
        judged(PARCELS.format(number="", e="").encode("gbk"), areas, Said(epsg=4544))[0].position
        == outcomes[0].position
    )


def test_a_prj_that_contradicts_the_counties_is_questioned(tmp_path: Path, areas: Areas) -> None:
    parts = files.shapefile(tmp_path, files.frame(4544))
    right = judged(files.zipped(parts), areas)
    assert [o.position for o in right] == [(LON, LAT), (103.96, LAT)]
    parts["data.prj"] = parts["data.prj"].replace(b"105.0", b"108.0")
    with pytest.raises(ChoiceMissing) as asked:
        judged(files.zipped(parts), areas)
    assert asked.value.options == (("4544", "3°带第 35 带"),)
    assert "离写的区县很远" in asked.value.text(untranslated)
    assert [o.position for o in judged(files.zipped(parts), areas, Said(epsg=4544))] == [o.position for o in right]
    del parts["data.prj"]
    with pytest.raises(ChoiceMissing):
        judged(files.zipped(parts), areas)


def test_broken_and_missing_shapes(areas: Areas) -> None:
    shapes = [
        {"type": "Point", "coordinates": [LON, LAT]}, None, {"type": "Point", "coordinates": []}, {"type": "Point", "coordinates": [LAT, LON]},
        {"type": "Polygon", "coordinates": [[[103.9, 29.2], [104.0, 29.3], [104.0, 29.2], [103.9, 29.3], [103.9, 29.2]]]},
    ]  # fmt: skip
    features = [
        {"type": "Feature", "properties": {"name": f"n{n}", "区县": "犍为县"}, "geometry": g}
        for n, g in enumerate(shapes)
    ]
    outcomes = judged(json.dumps({"type": "FeatureCollection", "features": features}).encode(), areas)
    assert [o.state.value for o in outcomes] == ["accepted", "accepted", "refused", "accepted", "refused"]
    assert [o.values.get("precision") for o in outcomes[:2]] == ["exact", "county"]
    assert "已对调" in words(outcomes[3].warnings)


def test_repeated_rows(areas: Areas) -> None:
    outcomes = judged(csv("编号,名称,区县", "A1,甲,犍为县", "A1,乙,犍为县", "A2,甲,犍为县"), areas)
    assert [o.state.value for o in outcomes] == ["accepted", "refused", "accepted"]
    assert "第 2 行重复" in words(outcomes[1].problems)
    assert "第 2 行相同" in words(outcomes[2].warnings)


def test_nothing_recognised_asks_a_person(areas: Areas) -> None:
    with pytest.raises(ChoiceMissing) as asked:
        judged(csv("aaa,bbb", "1,2"), areas)
    assert asked.value.choice == "columns"


def test_what_a_file_does_not_say_is_said(areas: Areas) -> None:
    incoming = opened(csv("名称,区县,总投资,经度,纬度", f"甲,犍为县,100,{LON},{LAT}"), areas)
    assert len(list(incoming)) == 1
    said = "；".join(map(str, incoming.remarks()))
    assert "“总投资”没写单位，按万元读" in said
    assert "没有说明坐标来自哪里" in said
    assert incoming.system.assumed


def test_formula_like_text_of_a_spreadsheet_is_unescaped(areas: Areas) -> None:
    assert one("名称,区县", "'=1+1,犍为县", areas).values["name"] == "=1+1"


def test_land_in_any_unit(areas: Areas) -> None:
    outcomes = judged(csv("名称,区县,占地面积（亩）", "甲,犍为县,20", "乙,犍为县,2000平方米", "丙,犍为县,1公顷"), areas)
    assert [(o.values["land_area"], o.values["land_unit"]) for o in outcomes] == [(20, "mu"), (2000, "sqm"), (15, "mu")]
    parks = judged(csv("名称,区县,规划面积（亩）,空厂房", "甲,犍为县,1500,1.2万㎡"), areas, layer=PARKS)
    assert (parks[0].values["planned_ha"], parks[0].values["factory_free"]) == (100, 12000)


@pytest.mark.parametrize("text", ["", "县", "犍", "  ", "省市县", "犍为县" * 30, "\x00", "四川省四川省"])
def test_the_gazetteer_bears_any_text(text: str, areas: Areas) -> None:
    assert isinstance(Gazetteer(areas).find(text).codes, tuple)


def test_many_rows_in_bounded_memory(areas: Areas) -> None:
    import resource

    lines = io.StringIO()
    lines.write("名称,区县,起步资金（万元）,经度,纬度,联系电话\n")
    for n in range(20_000):
        lines.write(
            f"项目{n},犍为县,{n % 90 + 1}-{n % 90 + 20},{LON + n % 100 / 5000:.6f},{LAT + n // 100 / 100000:.6f},0833-213{n % 10000:04d}\n"
        )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    accepted = sum(outcome.state == State.ACCEPTED for outcome in opened(lines.getvalue().encode("gbk"), areas))
    assert accepted == 20_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 250_000, "KiB"
