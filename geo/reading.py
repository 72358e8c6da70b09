"""Any file that an office sends becomes a Table: told by what is in it, never by its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from geo import archives, delimited, geojson, parcels, shapefiles, sheets, vectors
from geo.encodings import decode
from geo.errors import UnreadableFile
from geo.table import MAX_BYTES, Known, Table
from geo.words import N_

TOO_LARGE = N_("文件有 %(size)s MB，最多 %(most)s MB；请分成几个文件")
SIGNS = (
    (b"%PDF", N_("这是 PDF，读不了里面的表；请上传原来的 Excel 或 CSV")),
    (b"\xff\xd8\xff", N_("这是图片；请上传 Excel、CSV 或地图文件")),
    (b"\x89PNG", N_("这是图片；请上传 Excel、CSV 或地图文件")),
    (b"Rar!", N_("这是 RAR 压缩包；请解开，或压成 zip 再传")),
    (b"7z\xbc\xaf", N_("这是 7z 压缩包；请解开，或压成 zip 再传")),
    (b"\x1f\x8b", N_("这是 gz 压缩包；请解开，或压成 zip 再传")),
    (b"\x00\x00\x27\x0a", N_("Shapefile 要把 .shp、.shx、.dbf、.prj 一起压成 zip 再传")),
    (b"AC10", N_("这是 CAD 图（dwg）；请导出成 Shapefile、KML 或 [地块坐标] 文本")),
    (b"MZ", N_("这是程序，不是数据文件")),
    (b"\x7fELF", N_("这是程序，不是数据文件")),
)
OLD_OFFICE, SQLITE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"SQLite format 3\0", b"PK\x03\x04"
LOCKED = "EncryptedPackage".encode("utf-16-le")
NOT_KNOWN = N_("认不出这种文件；能读 Excel、CSV、Shapefile（zip）、GeoJSON、KML、KMZ、GeoPackage 和 [地块坐标] 文本")
ZIP_IN_ZIP = N_("压缩包里还有压缩包；请解开再传")
MARKUP = (
    ("<kml", ""),
    ("<html", N_("这是网页存成的表；请用表格软件打开，另存为 xlsx 再传")),
    ("<table", N_("这是网页存成的表；请用表格软件打开，另存为 xlsx 再传")),
    ("urn:schemas-microsoft-com:office", N_("这是旧的 XML 表格；请用表格软件打开，另存为 xlsx 再传")),
)
READABLE = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".geojson", ".json", ".gpkg")


def read(file: Path | bytes, encoding: str | None = None, part: str | None = None, known: Known | None = None) -> Table:
    """The table in a file. `encoding` overrules the guess for texts, `part` chooses sheet or layer,
    `known` tells known headings, which makes finding the heading row sure.

    UnreadableFile with one Chinese sentence that says what to do; size is looked at before anything is read.
    """
    size = len(file) if isinstance(file, bytes) else file.stat().st_size
    if size > MAX_BYTES:
        raise UnreadableFile(TOO_LARGE, size=round(size / 1024 / 1024), most=MAX_BYTES // 1024 // 1024)
    content = file if isinstance(file, bytes) else file.read_bytes()
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableFile(N_("文件是空的"))
    return _dispatched(content, encoding, part, known)


def _dispatched(content: bytes, encoding: str | None, part: str | None, known: Known | None) -> Table:
    for sign, sentence in SIGNS:
        if content.startswith(sign):
            raise UnreadableFile(sentence)
    if content.startswith(ZIP) or content.startswith(b"PK\x05\x06"):
        return _zip(content, archives.unpack(content), encoding, part, known)
    if content.startswith(OLD_OFFICE):
        if LOCKED in content:
            raise UnreadableFile(archives.LOCKED)
        return sheets.read_xls(content, part, known)
    if content.startswith(SQLITE):
        return vectors.read_gpkg(content, part)
    return _text(content, encoding, known)


def _zip(
    content: bytes, members: Mapping[str, bytes], encoding: str | None, part: str | None, known: Known | None
) -> Table:
    names = {name.lower() for name in members}
    endings = {PurePosixPath(name).suffix for name in names}
    if "xl/workbook.xml" in names:
        return sheets.read_xlsx(content, members, part, known)
    if "[content_types].xml" in names or "mimetype" in names:
        raise UnreadableFile(N_("这种办公文件读不了；请另存为 xlsx 再传"))
    if ".shp" in endings:
        return shapefiles.read_shapefile(members, encoding, part)
    if ".kml" in endings:
        return vectors.read_kmz(members)
    inside = [name for name in members if PurePosixPath(name.lower()).suffix in READABLE]
    if len(inside) == 1 and not members[inside[0]].startswith(b"PK\x05\x06"):
        inner = members[inside[0]]
        if inner.startswith(ZIP) and not inside[0].lower().endswith(".xlsx"):
            raise UnreadableFile(ZIP_IN_ZIP)
        return read(inner, encoding, part, known)
    if ".dbf" in endings or ".shx" in endings:
        raise UnreadableFile(shapefiles.NO_SHAPE)
    if len(inside) > 1:
        raise UnreadableFile(N_("压缩包里有 %(n)s 个文件，不知道读哪个；请一个一个传"), n=len(inside))
    if any(inner.startswith(ZIP) for inner in members.values()):
        raise UnreadableFile(ZIP_IN_ZIP)
    raise UnreadableFile(N_("压缩包里没有能读的文件"))


def _text(content: bytes, encoding: str | None, known: Known | None) -> Table:
    head = content[:3000].lower()
    if b"<kml" in head and b"<html" not in head:
        return vectors.read_kml(content)
    text, name = decode(content, encoding)
    start = text.removeprefix("\ufeff").lstrip()[:3000]
    if start.startswith("<"):
        lower = start.lower()
        if "<kml" in lower:
            return vectors.read_kml(text.removeprefix("\ufeff").encode())
        raise UnreadableFile(next((say for mark, say in MARKUP if say and mark in lower), NOT_KNOWN))
    if start.startswith("{"):
        return geojson.read_geojson(text, name)
    if start.startswith("[{") or start.startswith("[ {"):
        raise UnreadableFile(N_("不是 GeoJSON：里面没有 FeatureCollection"))
    if parcels.is_parcels(text):
        return parcels.read_parcels(text, name)
    return delimited.read_delimited(text, name, known)
