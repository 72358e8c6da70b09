"""Writes the files that the tests of reading read: workbooks, archives, texts in every encoding."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import geopandas
import openpyxl
import pyogrio
import shapely


def workbook(
    sheets: dict[str, Sequence[Sequence[Any]]], merged: Iterable[str] = (), hidden: Iterable[str] = ()
) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for area in merged:
            sheet.merge_cells(area)
        if name in hidden:
            sheet.sheet_state = "hidden"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def old_workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("台账")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def changed(archive: bytes, name: str, change: Any) -> bytes:
    """The zip with one member changed."""
    old = zipfile.ZipFile(io.BytesIO(archive))
    return zipped({n: change(old.read(n)) if n == name else old.read(n) for n in old.namelist()})


def calculated(archive: bytes, values: dict[str, str]) -> bytes:
    """Formula cells with the values that a spreadsheet program would have saved."""

    def fill(xml: bytes) -> bytes:
        for cell, value in values.items():
            xml = re.sub(
                rb'(<c r="%b"[^>]*><f>[^<]*</f>)<v\s*(?:/>|></v>)' % cell.encode(),
                rb"\1<v>%b</v>" % value.encode(),
                xml,
            )
        return xml

    return changed(archive, "xl/worksheets/sheet1.xml", fill)


def zipped(members: dict[str, bytes], encoding: str = "") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            if encoding:  # a Chinese program writes GBK names without saying so
                info = zipfile.ZipInfo(name.encode(encoding).decode("cp437"))
                archive.writestr(info, data, zipfile.ZIP_DEFLATED)
            else:
                archive.writestr(name, data)
    data = made.getvalue()
    return _unflagged(data) if encoding else data


def _unflagged(data: bytes) -> bytes:
    """cp437 characters make zipfile set the UTF-8 flag; such programs do not set it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            info = _Plain(member.filename)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(member))
    return made.getvalue()


class _Plain(zipfile.ZipInfo):
    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp437"), self.flag_bits & ~0x800


def frame(crs: int | None = 4326, **columns: Any) -> geopandas.GeoDataFrame:
    columns = columns or {"名称": ["茶叶加工坊", "江边民宿"], "区县": ["犍为县", "犍为县"]}
    shapes = [shapely.Point(103.95 + n / 100, 29.21) for n in range(len(next(iter(columns.values()))))]
    made = geopandas.GeoDataFrame(columns, geometry=shapes, crs=4326)
    return made if crs == 4326 else made.to_crs(crs) if crs else made.set_crs(None, allow_override=True)


def shapefile(folder: Any, data: geopandas.GeoDataFrame, encoding: str = "GBK", stem: str = "data") -> dict[str, bytes]:
    """The parts of a Shapefile by name."""
    import warnings

    path = folder / f"{stem}.shp"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data.to_file(path, driver="ESRI Shapefile", encoding=encoding, engine="pyogrio")
    return {p.name: p.read_bytes() for p in folder.glob(f"{stem}.*")}


def geopackage(path: Any, **layers: geopandas.GeoDataFrame) -> bytes:
    for name, data in layers.items():
        pyogrio.write_dataframe(data, path, layer=name, driver="GPKG", append=path.exists())
    return path.read_bytes()
