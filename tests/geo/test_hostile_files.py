"""Files that mean harm or are no files of ours: refused in one clear sentence, in bounded time and memory."""

from __future__ import annotations

import io
import os
import random
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.clean import area, choices, days, money, phones
from geo.errors import SpatialError, UnreadableFile
from geo.pairs import read_pair
from geo.reading import read
from geo.table import MAX_BYTES
from tests.geo import files
from tests.geo.test_reading import KML, PARCELS, TEXT

SECONDS = 10


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """No case may take much of the processor or of memory; the clock on the wall is others' affair."""
    begun, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.process_time() - begun < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700_000, "KiB"


def refused(content: bytes | Path) -> str:
    with pytest.raises(UnreadableFile) as error:
        read(content)
    sentence = str(error.value)
    assert any("\u4e00" <= c <= "\u9fff" for c in sentence)
    assert "\n" not in sentence
    assert len(sentence) < 120
    return sentence


def book() -> bytes:
    return files.workbook({"a": [["名称", "区县"], ["甲", "犍为县"]]})


def sheet_with(corner: str) -> bytes:
    cell = (
        f'<row r="{corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{corner}" t="n"><v>1</v></c></row></sheetData>'
    )
    return files.changed(book(), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", cell.encode()))


def bomb(name: str, size: int) -> bytes:
    return files.zipped({name: b"0" * size})


def lying(name: str, data: bytes) -> bytes:
    """A member whose header says that it is small."""
    made = bytearray(files.zipped({name: data}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = made.index(mark)
        made[start + place : start + place + 4] = struct.pack("<I", 10)
        made[start + place - 8 : start + place - 4] = struct.pack("<I", zlib.crc32(data[:10]))
    return bytes(made)


@pytest.mark.parametrize("corner", ["XFD1048576", "A1048576", "ZZZ2", "IV200000"])
def test_a_sheet_with_one_cell_in_its_last_corner(corner: str) -> None:
    assert "太大" in refused(sheet_with(corner))


FAR = b'<row r="1048576"><c%b r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
LONG = b"p" * 30
HIDDEN_CORNERS = {
    "no references": b'<row r="1048576">' + b'<c t="n"><v>1</v></c>' * 16_384 + b"</row></sheetData>",
    "a long attribute": FAR % (b' x="' + b"a" * 500 + b'"'),
    "a long prefix": (FAR % b"").replace(b"<c", b"<p:c").replace(b"</c", b"</p:c").replace(
        b"<row", b'<row xmlns:p="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ).replace(b"p:", LONG + b":").replace(b":p=", b":" + LONG + b"="),
}  # fmt: skip


@pytest.mark.parametrize("cell", HIDDEN_CORNERS.values(), ids=HIDDEN_CORNERS.keys())
def test_a_last_corner_that_its_xml_does_not_show(cell: bytes) -> None:
    """The library would ask for 400 GB, and a lack of memory ends a process: not ours."""
    content = files.changed(book(), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", cell))
    assert "太大" in refused(content)


def test_a_sheet_that_lies_elsewhere() -> None:
    old = zipfile.ZipFile(io.BytesIO(sheet_with("XFD1048576")))
    moved = {name: old.read(name).replace(b"worksheets/sheet1.xml", b"other/sheet1.bin") for name in old.namelist()}
    moved["xl/other/sheet1.bin"] = moved.pop("xl/worksheets/sheet1.xml")
    assert "太大" in refused(files.zipped(moved))


def test_an_old_workbook_of_far_corners() -> None:
    import xlwt

    old = xlwt.Workbook()
    for number in range(12):
        sheet = old.add_sheet(f"s{number}")
        sheet.write(0, 0, "名称")
        sheet.write(65_535, 255, 1)
    made = io.BytesIO()
    old.save(made)
    assert "太大" in refused(made.getvalue())


@pytest.mark.parametrize("name", ["a.csv", "xl/workbook.xml", "a.shp", "doc.kml"])
def test_zip_bombs(name: str) -> None:
    assert "太大" in refused(bomb(name, 300 * 1024 * 1024))
    refused(lying(name, b"0" * 200_000_000))


def test_many_members_and_overlapping_ones() -> None:
    assert "太大" in refused(files.zipped({f"{n}.csv": b"x" for n in range(4000)}))


@pytest.mark.parametrize("name", ["../../etc/a.shp", "/tmp/a.shp", "C:\\a.shp", "a/../../b.shp", "..\\a.shp"])
def test_zip_slips(name: str) -> None:
    assert "路径" in refused(files.zipped({name: b"x", "b.dbf": b""}))


def test_passwords_and_damage() -> None:
    locked = bytearray(files.zipped({"a.csv": b"x"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    assert "密码" in refused(bytes(locked))
    whole = book()
    assert "打不开" in refused(whole[: len(whole) // 2])
    assert "打不开" in refused(b"PK\x03\x04" + os.urandom(500))
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 0xFF
    refused(bytes(flipped))


ENTITY = '<!DOCTYPE k [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    "content",
    [
        KML.replace("<kml", ENTITY + "]><kml").replace("茶坊", "&j;"),
        KML.replace("<kml", '<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml').replace("茶坊", "&x;"),
        KML[:-20], KML.replace("103.95,29.21,0", "\x01"),
    ],
)  # fmt: skip
def test_xml_bombs_and_broken_xml(content: str) -> None:
    refused(content.encode())
    refused(files.zipped({"doc.kml": content.encode()}))


def test_an_entity_in_a_workbook_is_not_followed() -> None:
    evil = files.changed(
        book(), "xl/workbook.xml",
        lambda xml: b'<?xml version="1.0"?>' + (ENTITY + "]>").encode() + xml.split(b"?>", 1)[-1].replace(b'"a"', b'"&j;"'),
    )  # fmt: skip
    refused(evil)


def test_a_file_of_a_gigabyte_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    assert "1024 MB" in refused(path)
    assert "MB" in refused(b"x" * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空"), (b"   \n", "空"), (b"\xef\xbb\xbf", ""), (b"\0" * 1000, "空"), (b"%PDF-1.7 ...", "PDF"), (b"\x89PNG\r\n\x1a\n", "图片"), (b"\xff\xd8\xff\xe0", "图片"),
        (b"Rar!\x1a\x07", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b\x08", "gz"), (b"\x00\x00\x27\x0a" + b"\0" * 100, "zip"), (b"MZ\x90", "程序"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "另存为"), (b"SQLite format 3\0" + b"\0" * 100, "打不开"), (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "另存为"), (b"<svg/>", "认不出"), (b"{", "GeoJSON"), (b'{"a":1}', "GeoJSON"),
        (b"[{}]", "GeoJSON"), (b'{"type":"FeatureCollection","features":[]}', "没有"), (b"[" * 100_000, ""), (b'{"type":' + b"[" * 100_000, "GeoJSON"),
        (b"name\0,area\nx\0,y\n", ""), (b"1,2,3\n4,5,6\n", "表头"), ("[属性描述]\n带号=35\n".encode("gbk"), "地块"), (PARCELS.format(number="99", e="").encode(), "带"),
        (PARCELS.format(number="35", e="35").replace("2000国家大地坐标系", "80西安坐标系").encode("gbk"), "CGCS2000"),
        (PARCELS.format(number="35", e="35").replace("几度分带=3", "几度分带=6").encode("gbk"), "对不上"),
        (b'a,b\n"x' + b"y" * 60_000, "引号"), (("名称," * 499 + "名\n1\n").encode(), "太大"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_ours(content: bytes, says: str) -> None:
    assert says in refused(content)


@pytest.mark.parametrize("size", [10, 1000, 100_000])
def test_binary_noise(size: int) -> None:
    draw = random.Random(size)
    for _ in range(30):
        try:
            read(draw.randbytes(size))
        except UnreadableFile:
            continue
        assert size == 10, "noise was taken for a table"


@pytest.mark.parametrize("wrong", [".txt", ".jpg", ".xlsx", ""])
def test_the_name_of_a_file_means_nothing(tmp_path: Path, wrong: str) -> None:
    for kind, content in (("csv", TEXT.encode("gbk")), ("xlsx", book()), ("kml", KML.encode())):
        path = tmp_path / f"file{wrong}"
        path.write_bytes(content)
        assert read(path).kind == kind


def slow_sheet(piece: bytes) -> bytes:
    return files.changed(
        book(), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", piece * 2_000_000)
    )


@pytest.mark.parametrize("piece", [b"<c ", b"<c r", b'<c r="A1"><f>', b'<c t="e" '])
def test_no_text_makes_the_search_of_a_sheet_slow(piece: bytes) -> None:
    refused(slow_sheet(piece))


@pytest.mark.parametrize(
    "cell", ["一" * 30_000, "(" * 30_000, "0833 " * 6000, "1-" * 15_000, "、" * 30_000, "约" * 30_000]
)
def test_no_cell_makes_cleaning_slow(cell: str) -> None:
    for clean in (money, days, phones, lambda c: area(c, "", "亩"), lambda c: choices(c, {"租赁": "lease"}), read_pair):
        try:
            clean(cell)  # type: ignore[operator]
        except SpatialError as error:
            assert len(str(error)) < 200


def test_other_office_files_are_named() -> None:
    assert "xlsx" in refused(files.zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}))
    assert "xlsx" in refused(
        files.zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"})
    )
    assert "一个一个" in refused(files.zipped({"a.csv": b"x,y\n1,2", "b.csv": b"x,y\n1,2"}))
    assert "没有能读的" in refused(files.zipped({"a.png": b"x"}))
    assert "解开" in refused(files.zipped({"a.csv": files.zipped({"b.csv": b"x"})}))
    assert ".shp" in refused(files.zipped({"a.dbf": b"x", "a.prj": b""}))


def cut(content: bytes, draw: random.Random) -> bytes:
    """The bytes with a few changed, or the end missing."""
    if draw.random() < 0.3:
        return content[: draw.randrange(1, len(content))]
    made = bytearray(content)
    for _ in range(draw.randrange(1, 12)):
        made[draw.randrange(len(made))] = draw.randrange(256)
    return bytes(made)


def repacked(content: bytes, draw: random.Random) -> bytes:
    """A zip whose members are damaged but whose checksums are right."""
    old = zipfile.ZipFile(io.BytesIO(content))
    return files.zipped(
        {n: cut(old.read(n), draw) if draw.random() < 0.3 and old.read(n) else old.read(n) for n in old.namelist()}
    )


@pytest.mark.parametrize("kind", ["xlsx", "xls", "shp", "gpkg", "kml", "kmz", "parcels", "csv"])
def test_damaged_files_are_read_or_refused_and_nothing_else(kind: str, tmp_path: Path) -> None:
    draw = random.Random(kind)
    whole = {
        "xlsx": book, "xls": lambda: files.old_workbook([["名称", "区县"], ["甲", "犍为县"]]),
        "shp": lambda: files.zipped(files.shapefile(tmp_path, files.frame())), "gpkg": lambda: files.geopackage(tmp_path / "a.gpkg", a=files.frame()),
        "kml": KML.encode, "kmz": lambda: files.zipped({"doc.kml": KML.encode()}),
        "parcels": lambda: PARCELS.format(number="35", e="35").encode("gbk"), "csv": lambda: TEXT.encode("gbk"),
    }[kind]()  # fmt: skip
    for _ in range(60):
        content = repacked(whole, draw) if kind in ("xlsx", "shp", "kmz") and draw.random() < 0.8 else cut(whole, draw)
        try:
            read(content)
        except UnreadableFile as error:
            assert str(error)


def test_a_zip_in_a_zip_and_a_cell_of_a_book_s_length_say_so() -> None:
    assert "解开再传" in refused(files.zipped({"里面.zip": files.zipped({"a.shp": b"x"})}))
    assert "长得" in refused(f"名称,区县\n甲,犍为县\n{'长' * 3_000_000},犍为县\n".encode())
