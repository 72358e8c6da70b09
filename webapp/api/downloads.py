"""`/<layer>.<format>`: files of exactly what is filtered, public fields only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache as kept
from operator import attrgetter
from typing import Any

from flask import Blueprint, Response
from sqlalchemy import Row

from geo import files
from layers import sheet
from layers.layer import Layer
from layers.prices import Price
from layers.public import public_fields
from layers.query import Query
from layers.words import Translate
from webapp import cache, catalogue, db, mapping
from webapp.asked import query as asked
from webapp.attached import XLSX
from webapp.i18n import language
from webapp.i18n import translate as _

AS_IT_IS = frozenset((str, int, float, bool, list, dt.date, type(None)))
"""Types of values that JSON has too, or that orjson writes as we do."""
blueprint = Blueprint("downloads", __name__)


@blueprint.get("/<layer:key>.<any(geojson,csv,xlsx,gpkg,kml):ending>")
def file(key: str, ending: str) -> Response:
    """The file of the asked question; `page` and `limit` mean nothing here."""
    layer, query = asked(key, strict=True)
    etag = cache.tag(catalogue.versions(key, "areas"), db.today(), query.everywhere().params(), ending, language())
    return cache.unchanged(etag) or cache.tagged(_made(layer, query, ending), etag)


def _made(layer: Layer, query: Query, ending: str) -> Response:
    makers = {"geojson": _geojson, "csv": _csv, "xlsx": _xlsx, "gpkg": _gpkg, "kml": _kml}
    response = makers[ending](layer, rows(query))
    name = f"{layer.key}-{db.today().isoformat()}.{ending}"
    if ending != "geojson":
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.vary.add("Accept-Language")
    return response


def collection(query: Query) -> Response:
    """The places of a question as GeoJSON."""
    return _geojson(query.layer, rows(query))


def rows(query: Query) -> list[Row[Any]]:
    """All matching places with `shape` (WKT), `wkb` and `geojson` of their geometry (degrees)."""
    return catalogue.everything(query)


def _csv(layer: Layer, found: list[Row[Any]]) -> Response:
    pieces = files.write_csv([c.heading for c in sheet.columns(layer, _)], _cells(layer, found))
    return Response("".join(pieces), mimetype="text/csv")


def _xlsx(layer: Layer, found: list[Row[Any]]) -> Response:
    headings = [column.heading for column in sheet.columns(layer, _)]
    return Response(files.write_xlsx(_(layer.title), headings, _cells(layer, found)), mimetype=XLSX)


def _cells(layer: Layer, found: list[Row[Any]]) -> Iterator[list[Any]]:
    for row in found:
        yield [sheet.guarded(value) for value in sheet.cells(layer, row, _)]


def _geojson(layer: Layer, found: list[Row[Any]]) -> Response:
    badge = mapping.badge()
    about = {
        "name": layer.key,
        "numberMatched": len(found),
        "notice": badge["approval"],
        "sources": badge["sources"],
    }
    features = (feature(layer, row) for row in found)
    pieces = b"".join(files.write_geojson(features, about))
    return Response(pieces, mimetype="application/geo+json")


def feature(layer: Layer, row: Row[Any]) -> dict[str, Any]:
    """A place as GeoJSON: public fields, and its text column `geojson` as it is."""
    import orjson

    names, values = _properties(layer)
    properties = {n: v if type(v) in AS_IT_IS else plain_value(v) for n, v in zip(names, values(row), strict=True)}
    if row.distance_km is not None:
        properties["distance_km"] = round(row.distance_km, 2)
    return {
        "type": "Feature",
        "id": row.id,
        "geometry": orjson.Fragment(row.geojson),
        "properties": properties,
    }


@kept
def _properties(layer: Layer) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """Names of the properties, and what takes their values out of a row."""
    names = tuple(public_fields(layer))
    return names, attrgetter(*names)


def plain_value(value: Any) -> Any:
    """A value as JSON holds it; a price as its parts."""
    if isinstance(value, Price):
        high = None if value.high is None else float(value.high)
        return {"low": float(value.low), "high": high, "unit": value.unit, "on": value.on, "source": value.source}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _table(layer: Layer, found: list[Row[Any]], say: Translate) -> dict[str, list[Any]]:
    declared = public_fields(layer)
    return {name: [_attribute(sheet.cell(f, getattr(row, name), say)) for row in found] for name, f in declared.items()}


def _attribute(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _gpkg(layer: Layer, found: list[Row[Any]]) -> Response:
    content = files.write_gpkg(_table(layer, found, _), [bytes(r.wkb) for r in found], layer.key)
    return Response(content, mimetype="application/geopackage+sqlite3")


def _kml(layer: Layer, found: list[Row[Any]]) -> Response:
    table = _table(layer, found, _)
    table = {"Name": table["name"], "description": table["summary"], **table, "id": [str(row.id) for row in found]}
    content = files.write_kml(table, [bytes(row.wkb) for row in found], layer.key)
    return Response(content, mimetype="application/vnd.google-earth.kml+xml")
