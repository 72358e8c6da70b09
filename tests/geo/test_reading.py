"""Files of every kind are read as a person sees them, their rows numbered, nothing dropped unsaid."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo.errors import UnreadableFile
from geo.reading import read
from geo.table import Fault, Table
from tests.geo import files

HEAD = ["名称", "区县", "起步资金（万元）"]
ROWS = [["茶叶加工坊", "犍为县", "10"], ["江边民宿", "沐川县", "20-30"]]
TEXT = "\n".join(",".join(row) for row in [HEAD, *ROWS]) + "\n"
TRADITIONAL = "名稱,區縣,起步資金\n茶葉加工坊,犍為縣,10\n民宿,沐川縣,20\n"
KNOWN = {
    "名称",
    "项目名称",
    "区县",
    "起步资金(万元)",
    "总投资(万元)",
    "电话",
    "联系人",
    "项目/项目名称",
    "投资/总投资(万元)",
}


def known(text: str) -> bool:
    return text in KNOWN or text.rsplit("/", 1)[-1] in KNOWN


def cells(table: Table) -> list[tuple[Any, ...]]:
    return [row.cells for row in table.rows]


def skipped(table: Table) -> list[tuple[int, str]]:
    return [(row.number, row.reason) for row in table.skipped]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "UTF-8"), (TEXT.encode("utf-8-sig"), "UTF-8"), (TEXT.encode("gbk"), "GB18030"), (TEXT.encode("gb18030"), "GB18030"),
        (TEXT.encode("utf-16"), "UTF-16"), (TEXT.encode("utf-16-le"), "UTF-16-LE"), (TEXT.encode("utf-16-be"), "UTF-16-BE"),
        (TEXT.encode("utf-32"), "UTF-32"), (TEXT.replace("\n", "\r\n").encode("gbk"), "GB18030"), (TEXT.replace("\n", "\r").encode("gbk"), "GB18030"),
        (TEXT.replace(",", "\t").encode("gbk"), "GB18030"), (TEXT.replace(",", ";").encode(), "UTF-8"), (TEXT.replace(",", "，").encode("gbk"), "GB18030"),
        (TEXT.rstrip("\n").encode("gbk"), "GB18030"),
    ],
)  # fmt: skip
def test_a_three_line_text_in_any_encoding_and_with_any_separator(content: bytes, encoding: str) -> None:
    table = read(content)
    assert table.headings == ("名称", "区县", "起步资金(万元)")
    assert cells(table) == [tuple(row) for row in ROWS]
    assert table.encoding == encoding
    assert [row.number for row in table.rows] == [2, 3]


@pytest.mark.parametrize("text", [TRADITIONAL, "名稱,電話\n張三,1\n", "姓名,縣\n陳小明,犍為\n"])
def test_big5_is_told_from_gb18030(text: str) -> None:
    assert read(text.encode("big5")).encoding == "Big5"
    assert cells(read(text.encode("big5"))) == [tuple(line.split(",")) for line in text.splitlines()[1:]]


@pytest.mark.parametrize("text", ["姓名,县\n张三,犍为\n", "名称,电话\n茶坊,1\n", "名称\n茶坊\n", "项目,𠮷\n䶮,㐂\n"])
def test_short_texts_are_gb18030(text: str) -> None:
    assert read(text.encode("gb18030")).encoding == "GB18030"
    assert read(text.encode("gb18030")).headings[0] == text.split(",", maxsplit=1)[0].splitlines()[0]


def test_a_person_overrules_the_encoding() -> None:
    assert read(TRADITIONAL.encode("gb18030"), encoding="GBK").headings[0] == "名稱"
    assert read(TRADITIONAL.encode("big5"), encoding="big5").headings[0] == "名稱"
    assert read(TRADITIONAL.encode("utf-16-be"), encoding="utf-16-be").headings[0] == "名稱"


def test_quoted_cells_keep_commas_quotes_and_line_ends() -> None:
    table = read('名称,说明\n"茶,坊","第一行\r\n""第二""行"\n\n乙,b\n'.encode())
    assert cells(table) == [("茶,坊", '第一行\r\n"第二"行'), ("乙", "b")]
    assert ([row.number for row in table.rows], skipped(table)) == ([2, 4], [(3, "blank")])


LEDGER = [
    ["犍为县2026年返乡创业项目台账", None, None, None, None, None],
    ["填报单位：犍为县人社局", None, None, None, "单位：万元", None],
    ["序号", "项目", None, "投资", None, "电话"],
    [None, "项目名称", "区县", "总投资（万元）", "起步资金（万元）", None],
    [1, "茶叶加工坊", "犍为县", 100, "10-30", "0833-2130064"],
    [2, "江边民宿", "犍为县", 200, 20, 13800138000],
    [None, None, None, None, None, None],
    [3, "竹编工坊", "犍为县", 50.5, 5, None],
    ["合计", None, None, 350.5, None, None],
    ["填表人：张三", None, "审核人：李四", None, "2026年6月1日", None],
]


@pytest.mark.parametrize("knows", [known, None])
def test_a_ledger_with_titles_two_headings_total_and_signature(knows: Any) -> None:
    merged = ["A1:F1", "B3:C3", "D3:E3", "A3:A4", "F3:F4"]
    table = read(files.workbook({"台账": LEDGER}, merged), known=knows)
    assert table.headings == ("序号", "项目/项目名称", "项目/区县", "投资/总投资(万元)", "投资/起步资金(万元)", "电话")
    assert [row.number for row in table.rows] == [5, 6, 8]
    assert skipped(table) == [(1, "title"), (2, "title"), (7, "blank"), (9, "total"), (10, "signature")]
    assert table.rows[1].cells == (2, "江边民宿", "犍为县", 200, 20, 13800138000)
    assert table.unit == "万元"


def test_the_data_may_be_on_the_second_sheet_and_what_is_not_read_is_said() -> None:
    book = files.workbook(
        {
            "说明": [["填表说明"], ["请如实填写"]],
            "数据": [HEAD, *ROWS, *ROWS],
            "旧": [HEAD, *ROWS],
            "隐": [HEAD, *ROWS],
        },
        hidden=["隐"],
    )
    table = read(book, known=known)
    assert (table.part, len(table.rows)) == ("数据", 4)
    assert [str(remark) for remark in table.remarks][1:] == ["工作表“旧”有 2 行没有读", "隐藏的工作表“隐”没有读"]
    assert read(book, part="旧", known=known).part == "旧"
    assert read(book, part="隐", known=known).part == "隐"


def test_a_table_that_lies_on_its_side_says_so() -> None:
    turned = [
        ["项目名称", "甲", "乙"],
        ["区县", "犍为县", "犍为县"],
        ["电话", "12333", "12333"],
        ["联系人", "张三", "李四"],
    ]
    for content in (files.workbook({"a": turned}), "\n".join(map(",".join, turned)).encode()):
        with pytest.raises(UnreadableFile, match="转置"):
            read(content, known=known)
    assert len(read(files.workbook({"填法": turned, "台账": [HEAD, *ROWS]}), known=known).rows) == 2


def test_hidden_rows_are_read_and_said() -> None:
    content = files.workbook({"a": [HEAD, *ROWS]})
    hidden = files.changed(
        content, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'<row r="3"', b'<row r="3" hidden="1"')
    )
    table = read(hidden)
    assert len(table.rows) == 2
    assert any("第 3 行" in str(remark) for remark in table.remarks)
    assert not read(content).remarks


def test_cells_merged_downward_count_for_every_row() -> None:
    table = read(
        files.workbook(
            {"a": [["乡镇", "名称", "钱"], ["玉津镇", "甲", 1], [None, "乙", 2], [None, "丙", 3]]}, ["A2:A4"]
        )
    )
    assert [row.cells[0] for row in table.rows] == ["玉津镇"] * 3


def test_formulas_give_their_values_or_say_that_they_have_none() -> None:
    book = files.workbook({"a": [["名称", "总投资", "自有"], ["甲", "=B9+1", "=1/0"], ["乙", 2, "#N/A"]]})
    table = read(files.calculated(book, {"B2": "42.5"}))
    assert table.rows[0].cells[1] == 42.5
    assert isinstance(table.rows[0].cells[2], Fault)
    assert isinstance(table.rows[1].cells[2], Fault)
    assert isinstance(read(book).rows[0].cells[1], Fault)


def test_typed_cells_keep_their_types() -> None:
    table = read(
        files.workbook({"a": [["名", "日", "数", "是", "号"], ["甲", dt.date(2026, 6, 1), 1.5, True, "0833"]]})
    )
    name, day, number, yes, text = table.rows[0].cells
    assert (name, str(day)[:10], number, yes, text) == ("甲", "2026-06-01", 1.5, True, "0833")


def test_columns_without_heading_and_repeated_headings_are_not_lost() -> None:
    table = read(
        files.workbook({"a": [HEAD, ["甲", "犍为县", 1, "多出来的"], HEAD, [1, 2, 3, 4], ["乙", "犍为县", 2]]})
    )
    assert table.headings == ("名称", "区县", "起步资金(万元)", "")
    assert table.rows[0].cells[3] == "多出来的"
    assert skipped(table) == [(4, "heading"), (5, "heading")] or skipped(table) == [(3, "heading"), (4, "heading")]


def test_an_old_binary_workbook_is_read() -> None:
    table = read(files.old_workbook([["台账"], HEAD, *ROWS]), known=known)
    assert (table.kind, table.headings[:2]) == ("xls", ("名称", "区县"))
    assert cells(table)[0][:2] == ("茶叶加工坊", "犍为县")


@pytest.mark.parametrize("cpg", [True, False])
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_shapefile_with_chinese_texts_and_names(tmp_path: Path, encoding: str, cpg: bool) -> None:
    parts = files.shapefile(tmp_path, files.frame(), encoding)
    members = {f"乡镇/地块{name[4:]}": data for name, data in parts.items() if cpg or not name.endswith(".cpg")}
    for archive in (files.zipped(members), files.zipped(members, "gbk")):
        table = read(archive)
        assert (table.headings, table.part) == (("名称", "区县"), "地块")
        assert cells(table) == [("茶叶加工坊", "犍为县"), ("江边民宿", "犍为县")]
        assert table.proof.epsg == 4326
        assert table.rows[0].shape == shapely.Point(103.95, 29.21)


@pytest.mark.parametrize(("missing", "says"), [(".shx", ""), (".prj", "坐标系"), (".dbf", "没有名称")])
def test_a_shapefile_with_parts_missing(tmp_path: Path, missing: str, says: str) -> None:
    parts = files.shapefile(tmp_path, files.frame())
    table = read(files.zipped({n: d for n, d in parts.items() if not n.endswith(missing)}))
    assert len(table.rows) == 2
    assert table.rows[1].shape == shapely.Point(103.95 + 0.01, 29.21)
    assert says in "".join(map(str, table.remarks))
    assert table.proof.epsg == (None if missing == ".prj" else 4326)


@pytest.mark.parametrize("epsg", [4490, 4513 + 10, 4534 + 10, 4491 + 5, 4502 + 5, 3857, 32648])
def test_a_prj_is_believed_by_its_parameters(tmp_path: Path, epsg: int) -> None:
    from geo.crs import to_wgs84

    parts = files.shapefile(tmp_path, files.frame(epsg))
    table = read(files.zipped(parts))
    point = table.rows[0].shape
    assert table.proof.epsg is not None
    assert isinstance(point, shapely.Point)
    lon, lat = to_wgs84(point.x, point.y, "cgcs2000", table.proof.epsg)
    assert (round(lon[0], 6), round(lat[0], 6)) == (103.95, 29.21)


@pytest.mark.parametrize("cpg", [True, False])
def test_a_shapefile_whose_names_end_in_half_a_character(tmp_path: Path, cpg: bool) -> None:
    """Ten bytes hold three characters and a third of the fourth; GDAL would refuse the file, GBK make 鍚嶇О of it."""
    texts = {"名称": ["茶叶加工坊"], "联系电话": ["0833-12333"], "说明": ["一" * 100]}
    parts = files.shapefile(tmp_path, files.frame(**texts), "UTF-8")
    if not cpg:
        parts.pop("data.cpg")
    table = read(files.zipped(parts))
    assert (table.encoding, table.headings) == ("UTF-8", ("名称", "联系电", "说明"))
    assert table.rows[0].cells[:2] == ("茶叶加工坊", "0833-12333")
    dbf = parts["data.dbf"].replace("茶叶加工坊".encode(), ("a" + "茶" * 26).encode()[:15])
    cut = read(files.zipped({**parts, "data.dbf": dbf.replace(b" " * 65, ("茶" * 26).encode()[2:67], 1)}))
    assert str(cut.rows[0].cells[0]).startswith("a茶茶茶茶茶")


def test_a_geojson_in_gbk_and_one_with_numbers_that_are_none() -> None:
    one = {"type": "Feature", "properties": {"名称": "茶叶加工坊", "起步资金": float("nan")}, "geometry": None}
    table = read(json.dumps(one, ensure_ascii=False).encode("gbk"))
    assert (table.encoding, table.rows[0].cells) == ("GB18030", ("茶叶加工坊", None))
    far = json.dumps({**one, "geometry": {"type": "Point", "coordinates": [1, 29]}}).replace("[1,", "[1e999,")
    assert isinstance(read(far.encode()).rows[0].shape, Fault)


def test_geojson_with_bom_old_member_null_and_broken_shapes() -> None:
    features = [
        {"type": "Feature", "id": 7, "properties": {"name": "甲"}, "geometry": {"type": "Point", "coordinates": [103.95, 29.21, 400]}},
        {"type": "Feature", "properties": {"name": "乙", "钱": 3}, "geometry": None},
        {"type": "Feature", "properties": None, "geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}},
        {"type": "Feature", "properties": {"name": "丁"}, "geometry": {"type": "Point", "coordinates": ["a", None]}},
        None, {"type": "Feature", "geometry": {"type": "Point", "coordinates": []}}, {"geometry": 5},
    ]  # fmt: skip
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    document = json.dumps({"type": "FeatureCollection", "crs": member, "features": features}, ensure_ascii=False)
    table = read(document.encode("utf-8-sig"))
    assert table.proof.epsg == 4490
    assert table.headings == ("id", "name", "钱")
    assert table.rows[0].shape == shapely.Point(103.95, 29.21)
    assert table.rows[1].shape is None
    assert all(isinstance(row.shape, Fault) for row in table.rows[2:])
    assert [row.number for row in table.rows] == list(range(1, 8))
    assert read(document.encode("gbk")).rows[0].cells[1] == "甲"


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::4523", "EPSG:4523"])
def test_a_geojson_in_metres_says_so(name: str) -> None:
    document = {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": name}}}
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [35400000, 3238000]}}
    assert read(json.dumps({**document, "features": [point]}).encode()).proof.epsg == 4523


KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>一组</name><Placemark><name>茶坊</name><ExtendedData><Data name="区县"><value>犍为县</value></Data></ExtendedData>
<Point><coordinates>103.95,29.21,0</coordinates></Point></Placemark></Folder>
<Folder><name>二组</name><Placemark><name>民宿</name><description>江边</description>
<Point><coordinates>103.96,29.21</coordinates></Point></Placemark></Folder></Document></kml>"""


def test_kml_of_several_folders_and_kmz() -> None:
    for content in (
        KML.encode(),
        b"\xef\xbb\xbf" + KML.encode(),
        files.zipped({"doc.kml": KML.encode(), "icon.png": b"x"}),
    ):
        table = read(content)
        names = table.headings.index("Name")
        assert [row.cells[names] for row in table.rows] == ["茶坊", "民宿"]
        assert table.rows[1].shape == shapely.Point(103.96, 29.21)
        assert "犍为县" in table.rows[0].cells
        assert table.proof == read(KML.encode()).proof


def test_data_with_chinese_names_in_a_kml() -> None:
    data = '<ExtendedData><Data name="县区"><value>犍为县</value></Data><Data name="a&amp;b"><value>1</value></Data></ExtendedData>'
    table = read(KML.replace("<Point>", data + "<Point>", 1).encode())
    row = dict(zip(table.headings, table.rows[0].cells, strict=True))
    assert (row["县区"], str(row["a&b"])) == ("犍为县", "1")


def test_a_kml_may_be_in_gbk() -> None:
    content = KML.replace("UTF-8", "GBK").encode("gbk")
    assert read(content).rows[0].cells == read(KML.encode()).rows[0].cells


def test_a_geopackage_says_which_layers_were_left(tmp_path: Path) -> None:
    content = files.geopackage(tmp_path / "a.gpkg", 项目=files.frame(4523), 别的=files.frame(名称=["甲"]))
    table = read(content)
    assert (table.part, len(table.rows), table.proof.epsg) == ("项目", 2, 4523)
    assert "别的" in str(table.remarks[0])
    assert len(read(content, part="别的").rows) == 1


PARCELS = """[属性描述]
格式版本号=1.01
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号={number}
精度=0.001
转换参数=,,,,,,
[地块坐标]
9,1.5,1,一号地,面,H48,工业用地,0601,@
J1,1,3238000.0,{e}397000.0
J2,1,3238100.0,{e}397000.0
J3,1,3238100.0,{e}397100.0
J4,1,3238000.0,{e}397100.0
J1,1,3238000.0,{e}397000.0
J5,2,3238040.0,{e}397040.0
J6,2,3238060.0,{e}397040.0
J7,2,3238060.0,{e}397060.0
J5,2,3238040.0,{e}397040.0
3,0.1,2,二号地,面,,耕地,0101,@
J1,1,3238500.0,{e}397000.0
J2,1,3238600.0,{e}397000.0
J3,1,3238600.0,{e}397100.0
"""


@pytest.mark.parametrize(
    ("number", "prefix", "epsg"),
    [("35", "35", 4523), ("", "35", None), ("35", "", 4523), ("", "", None), ("18", "18", 4496)],
)
def test_the_land_exchange_text(number: str, prefix: str, epsg: int | None) -> None:
    text = PARCELS.format(number=number, e=prefix).replace(
        "几度分带=3", "几度分带=6" if number == "18" else "几度分带=3"
    )
    for encoding in ("gbk", "utf-8"):
        table = read(text.encode(encoding))
        assert (table.kind, table.proof.epsg) == ("parcels", epsg)
        assert [(row.number, row.cells[3]) for row in table.rows] == [(11, "一号地"), (21, "二号地")]
        first, second = (row.shape for row in table.rows)
        assert isinstance(first, shapely.Polygon)
        assert isinstance(second, shapely.Polygon)
        assert (first.area, len(first.interiors), second.area) == (10_000 - 200, 1, 5000)
        assert first.bounds[0] == float(f"{prefix}397000")
        assert first.bounds[1] == 3238000


def test_a_land_exchange_text_written_easting_first_is_turned() -> None:
    lines = []
    for line in PARCELS.format(number="35", e="35").splitlines():
        parts = line.split(",")
        lines.append(",".join([*parts[:2], parts[3], parts[2]]) if line.startswith("J") else line)
    table = read("\n".join(lines).encode("gbk"))
    assert table.rows[0].shape.bounds[1] == 3238000  # type: ignore[union-attr]
    assert "对调" in str(table.remarks[0])


def test_a_bad_point_spoils_its_own_parcel_only() -> None:
    table = read(PARCELS.format(number="35", e="35").replace("J2,1,3238600.0", "J2,1,三百万").encode("gbk"))
    assert isinstance(table.rows[0].shape, shapely.Polygon)
    assert isinstance(table.rows[1].shape, Fault)
    assert "第 23 行" in table.rows[1].shape.message


def test_one_file_inside_a_zip_is_read() -> None:
    assert len(read(files.zipped({"台账.csv": TEXT.encode("gbk")}, "gbk")).rows) == 2
    assert len(read(files.zipped({"台账.xlsx": files.workbook({"a": [HEAD, *ROWS]})})).rows) == 2
