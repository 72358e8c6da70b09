"""KML, KMZ and GeoPackage, and whatever GDAL reads, from files whose names we chose."""

from __future__ import annotations

import datetime as dt
import html
import math
import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from geo import projections
from geo.encodings import decode
from geo.errors import UnreadableFile
from geo.table import MAX_COLUMNS, MAX_ROWS, Fault, Proof, Remark, Row, Table
from geo.words import N_

BROKEN = N_("文件打不开，可能已损坏或不完整；请重新导出")
NO_FEATURES = N_("文件里没有地块或点")
TOO_MANY = N_("文件里的要素太多（最多 %(rows)s 个）；请分成几个文件")
BAD_SHAPE = N_("形状坏了，读不出来")
OWN_OF_KML = {
    "timestamp",
    "begin",
    "end",
    "altitudeMode",
    "tessellate",
    "extrude",
    "visibility",
    "drawOrder",
    "icon",
    "snippet",
}
"""Columns that GDAL adds to every KML."""
_NAMED = re.compile(
    rb"(<(?:[\w.-]{1,20}:)?(?:Data|SimpleData|SimpleField)\s[^<>]{0,300}?\bname\s{0,9}=\s{0,9})([\"'])([^<>\"']{1,300})\2"
)
_ASCII = re.compile(rb"[A-Za-z_]\w*")


def read_kml(content: bytes) -> Table:
    """The placemarks of a KML in whatever encoding, of all its folders; WGS 84 by its standard."""
    content = _in_utf8(content)
    _without_entities(content)
    content, names = _with_plain_names(content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.kml"
        path.write_bytes(content)
        table = _all_layers(path, "kml", Proof(4326, "WGS 84（KML）", "format"))
    return replace(table, headings=tuple(names.get(heading, heading) for heading in table.headings))


def read_kmz(members: Mapping[str, bytes]) -> Table:
    """The same of the first .kml in a KMZ."""
    documents = [name for name in members if name.lower().endswith(".kml")]
    main = "doc.kml" if "doc.kml" in documents else next(iter(documents))
    found = read_kml(members[main])
    rest = "、".join(name for name in documents if name != main)
    remarks = (Remark(N_("KMZ 里还有没读的文件：%(rest)s"), {"rest": rest}),) if rest else ()
    return Table(**{**found.__dict__, "kind": "kmz", "remarks": found.remarks + remarks})


def _in_utf8(content: bytes) -> bytes:
    """XML parsers know no GBK: the text decoded by what its first line or its bytes say, and that line changed."""
    declared = re.match(rb"\s*<\?xml[^>]{0,200}encoding=[\"']([\w.-]{1,40})[\"'][^>]{0,100}\?>", content[:400])
    named = declared[1].decode("ascii", "replace").lower() if declared else ""
    if named in ("", "utf-8", "utf8"):
        return content
    text, _ = decode(content, named)
    return re.sub(r"^\s*<\?xml[^>]{0,300}\?>", '<?xml version="1.0" encoding="UTF-8"?>', text).encode()


def _with_plain_names(content: bytes) -> tuple[bytes, dict[str, str]]:
    """GDAL makes underscores of what is not ASCII in the names of data: they get others, and these their own back."""
    kept: dict[bytes, str] = {}

    def plain(found: re.Match[bytes]) -> bytes:
        if _ASCII.fullmatch(found[3]):
            return found[0]
        return found[1] + b'"' + kept.setdefault(found[3], f"own_{len(kept)}").encode() + b'"'

    made = _NAMED.sub(plain, content)
    return made, {own: html.unescape(name.decode("utf-8", "replace")) for name, own in kept.items()}


def _without_entities(content: bytes) -> None:
    """Refuse a document with a DTD or entities, or that is not well-formed, before GDAL sees it."""
    from xml.sax import SAXException
    from xml.sax.handler import ContentHandler

    from defusedxml import sax
    from defusedxml.common import DefusedXmlException

    try:
        sax.parseString(content, ContentHandler(), forbid_dtd=True)
    except DefusedXmlException:
        raise UnreadableFile(N_("KML 里有不该有的实体定义，不读；请用地图软件重新导出")) from None
    except (SAXException, ValueError, LookupError):
        raise UnreadableFile(BROKEN) from None


def read_gpkg(content: bytes, part: str | None = None) -> Table:
    """The features of a GeoPackage's layer `part`, or of its layer with most features."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.gpkg"
        path.write_bytes(content)
        layers = _layers(path)
        counts = {name: _info(path, name) for name in layers}
        if part is not None and part not in counts:
            raise UnreadableFile(N_("文件里没有图层“%(part)s”；有：%(parts)s"), part=part[:40], parts="、".join(counts))
        if not counts:
            raise UnreadableFile(NO_FEATURES)
        name = part if part is not None else max(counts, key=lambda n: counts[n][0])
        rows, headings = features(path, name)
        known = projections.proof(counts[name][1], "gpkg")
    parts = tuple((other, count) for other, (count, _) in counts.items())
    remarks = tuple(
        Remark(N_("图层“%(part)s”有 %(n)s 个要素没有读"), {"part": other, "n": n})
        for other, n in parts
        if other != name and n
    )
    return Table("gpkg", headings, rows, proof=known, part=name, parts=parts, remarks=remarks)


def _all_layers(path: Path, kind: str, known: Proof) -> Table:
    """Every layer one after the other, in the union of their columns."""
    found = [(name, *features(path, name)) for name in _layers(path)]
    headings = tuple(dict.fromkeys(heading for _, _, own in found for heading in own if heading not in OWN_OF_KML))
    rows: list[Row] = []
    for _, own_rows, own in found:
        places = [own.index(heading) if heading in own else None for heading in headings]
        for row in own_rows:
            cells = tuple(None if place is None else row.cells[place] for place in places)
            rows.append(Row(len(rows) + 1, cells, row.shape))
    if not rows:
        raise UnreadableFile(NO_FEATURES)
    if len(rows) > MAX_ROWS:
        raise UnreadableFile(TOO_MANY, rows=MAX_ROWS)
    return Table(kind, headings, rows, proof=known, parts=tuple((name, len(r)) for name, r, _ in found))


def _layers(path: Path) -> list[str]:
    import pyogrio

    with gdal():
        return [str(name) for name, _ in pyogrio.list_layers(path)]


def _info(path: Path, name: str) -> tuple[int, str]:
    """Number of features and WKT of a layer."""
    import pyogrio

    with gdal():
        found = pyogrio.read_info(path, layer=name, force_feature_count=True)
        return int(found["features"]), str(found["crs"] or "")


def features(path: Path, layer: str | None, encoding: str | None = None) -> tuple[list[Row], tuple[str, ...]]:
    """Rows and column names of a layer, or of the only one; UnreadableFile when GDAL cannot or there are too many."""
    import pyogrio

    options: dict[str, Any] = {"encoding": encoding} if encoding else {}
    with gdal():
        about, _, shapes, columns = pyogrio.raw.read(
            path, layer=layer, max_features=MAX_ROWS + 1, datetime_as_string=True, **options
        )
    headings = tuple(str(name) for name in about["fields"])
    count = len(shapes) if shapes is not None else len(columns[0]) if columns else 0
    if count > MAX_ROWS or len(headings) > MAX_COLUMNS:
        raise UnreadableFile(TOO_MANY, rows=MAX_ROWS)
    plain = [list(_plain(column)) for column in columns]
    wkb = shapes if shapes is not None else [None] * count
    rows = [Row(n + 1, tuple(column[n] for column in plain), _shape(wkb[n])) for n in range(count)]
    return rows, headings


@contextmanager
def gdal() -> Iterator[None]:
    """GDAL's errors become ours; its warnings are about files that we judge ourselves."""
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

    known = (DataSourceError, DataLayerError, FeatureError, GeometryError, UnicodeDecodeError, ValueError, RuntimeError)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            yield
        except known as error:
            if isinstance(error, UnreadableFile):
                raise
            raise UnreadableFile(BROKEN) from None


def _shape(wkb: bytes | None) -> Any:
    import shapely

    if wkb is None:
        return None
    try:
        return shapely.force_2d(shapely.from_wkb(wkb))
    except shapely.errors.ShapelyError:
        return Fault(BAD_SHAPE)


def _plain(column: Any) -> Iterator[Any]:
    for value in column.tolist() if hasattr(column, "tolist") else column:
        if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
            yield None
        elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            yield int(value)
        elif isinstance(value, dt.datetime | dt.date | str | int | float | bool):
            yield value
        else:
            yield str(value)
