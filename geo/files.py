"""Rows become files: CSV, xlsx, GeoJSON, GeoPackage and KML."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

BOM = "\ufeff"


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """A CSV text piece by piece, UTF-8 with a byte-order mark so that spreadsheet programs read Chinese."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield BOM
    writer.writerow(headings)
    yield _drain(buffer)
    for row in rows:
        writer.writerow(["" if value is None else value for value in row])
        yield _drain(buffer)


def _drain(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def write_xlsx(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet, its heading row bold and frozen; no cell is ever a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "C2"
    top = [WriteOnlyCell(sheet, value=text) for text in headings]
    for cell in top:
        cell.font = Font(bold=True)
    sheet.append(top)
    for row in rows:
        sheet.append([_typed(sheet, value) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _typed(sheet: Any, value: Any) -> Any:
    """Text stays text even when it looks like a formula; characters a workbook cannot hold go."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell


def write_geojson(features: Iterable[Mapping[str, Any]], about: Mapping[str, Any]) -> Iterator[bytes]:
    """A FeatureCollection (RFC 7946) piece by piece; `about` are its further members."""
    head = orjson.dumps({"type": "FeatureCollection", **about})
    yield head[:-1] + b',"features":['
    for number, feature in enumerate(features):
        yield (b",\n" if number else b"\n") + orjson.dumps(feature)
    yield b"\n]}\n"


def write_gpkg(columns: Mapping[str, Sequence[Any]], shapes: Sequence[bytes], layer: str) -> bytes:
    """A GeoPackage of one layer; `shapes` are WKB in EPSG:4326, `columns` name -> values."""
    return _with_gdal(columns, shapes, layer, "GPKG", ".gpkg")


def write_kml(columns: Mapping[str, Sequence[Any]], shapes: Sequence[bytes], layer: str) -> bytes:
    """A KML document; the columns `id`, `Name` and `description` become the placemark's own."""
    return _with_gdal(columns, shapes, layer, "LIBKML", ".kml")


def _with_gdal(
    columns: Mapping[str, Sequence[Any]], shapes: Sequence[bytes], layer: str, driver: str, ending: str
) -> bytes:
    import geopandas
    import pandas
    import shapely

    frame = pandas.DataFrame({name: pandas.Series(values, dtype=_dtype(values)) for name, values in columns.items()})
    drawn = geopandas.GeoDataFrame(frame, geometry=shapely.from_wkb(list(shapes)), crs=4326)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{ending}"
        drawn.to_file(path, driver=driver, layer=layer, engine="pyogrio")
        return path.read_bytes()


def _dtype(values: Sequence[Any]) -> str:
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, bool) for value in present):
        return "object"
    if present and all(isinstance(value, int) for value in present):
        return "Int64"
    return "float64" if present and all(isinstance(value, int | float) for value in present) else "object"
