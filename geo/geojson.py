"""GeoJSON (RFC 7946 and the older one with a crs member), feature by feature: one broken does not sink the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import orjson
import shapely
from shapely.geometry import shape

from geo.crs import crs
from geo.errors import BadCoordinate, UnreadableFile
from geo.gauss import Zone
from geo.table import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Fault, Proof, Row, Table
from geo.words import N_

NOT_JSON = N_("不是完整的 GeoJSON，可能没有传完；请重新导出")
NO_FEATURES = N_("文件里没有地块或点")
TOO_MANY = N_("文件里的要素太多（最多 %(rows)s 个）；请分成几个文件")
BAD_SHAPE = N_("形状坏了，读不出来")
GEOMETRIES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}


def read_geojson(text: str, encoding: str = "UTF-8") -> Table:
    """The features of a document, numbered from 1; a null geometry is None, a broken one a Fault.

    UnreadableFile when it is no GeoJSON, has no feature or names a coordinate system that is not ours.
    """
    document = _document(text.removeprefix("\ufeff"))
    if not isinstance(document, dict):
        raise UnreadableFile(NOT_JSON)
    features = list(_features(document))
    if not features:
        raise UnreadableFile(NO_FEATURES)
    headings = tuple(dict.fromkeys(str(key) for feature in features for key in _properties(feature)))
    if len(features) > MAX_ROWS or len(headings) > MAX_COLUMNS or len(features) * len(headings) > MAX_CELLS:
        raise UnreadableFile(TOO_MANY, rows=MAX_ROWS)
    rows = [
        Row(number, tuple(_properties(feature).get(key) for key in headings), _shape(feature.get("geometry")))
        for number, feature in enumerate(features, start=1)
    ]
    return Table("geojson", headings, rows, encoding=encoding, proof=_proof(document))


def _document(text: str) -> Any:
    """What the text holds; NaN and numbers beyond all bounds, which some programs write for "nothing", are null."""
    with suppress(orjson.JSONDecodeError):
        return orjson.loads(text.encode("utf-8", "replace"))
    try:
        return orjson.loads(orjson.dumps(json.loads(text)))
    except (ValueError, TypeError, RecursionError):
        raise UnreadableFile(NOT_JSON) from None


def _features(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    kind = document.get("type")
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        yield from (f if isinstance(f, dict) else {"geometry": {"type": "?"}} for f in document["features"])
    elif kind == "Feature":
        yield document
    elif kind in GEOMETRIES:
        yield {"geometry": document, "properties": {}}
    else:
        raise UnreadableFile(N_("不是 GeoJSON：里面没有 FeatureCollection"))


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    own = feature.get("properties")
    found = own if isinstance(own, dict) else {}
    return {"id": feature["id"], **found} if "id" in feature and "id" not in found else found


def _shape(geometry: Any) -> Any:
    if geometry is None:
        return None
    try:
        with shapely_quiet():
            drawn = shapely.force_2d(shape(geometry))
            return drawn if not drawn.is_empty else Fault(BAD_SHAPE)
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        return Fault(BAD_SHAPE)


def shapely_quiet() -> Any:
    """No warnings about numbers that are none: what is broken becomes a Fault."""
    import numpy as np

    return np.errstate(all="ignore")


def _proof(document: Mapping[str, Any]) -> Proof:
    """The legacy crs member, or WGS 84 as the standard has it."""
    member = document.get("crs")
    if not isinstance(member, dict):
        return Proof(4326, "WGS 84（GeoJSON）", "format")
    properties = member.get("properties")
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if re.search(r"CRS:?84", name):
        return Proof(4326, name, "crs")
    code = re.search(r"EPSG:+(?:[\d.]*:)?(\d{4,6})$", name)
    if code is None:
        return Proof(name=name[:80])
    try:
        found = crs(int(code[1]))
    except BadCoordinate as error:
        raise UnreadableFile(error.message, **error.values) from None
    return Proof(int(code[1]), found.name if Zone.of_epsg(int(code[1])) is None else name, "crs")
