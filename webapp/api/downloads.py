"""`/<layer>.<format>`: files of exactly what is filtered, public fields only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import orjson
from flask import Blueprint, Response
from sqlalchemy import Row

from geo import files
from layers import sheet
from layers.features import Feature
from layers.layer import Layer
from layers.public import public_fields
from layers.query import Query
from layers.words import Translate
from webapp import cache, catalogue, db, mapping
from webapp.asked import query as asked
from webapp.attached import XLSX
from webapp.i18n import language
from webapp.i18n import translate as _

blueprint = Blueprint("downloads", __name__)


@blueprint.get("/<layer:key>.<any(geojson,csv,xlsx,gpkg,kml):ending>")
def file(key: str, ending: str) -> Response:
    """The file of the asked question; `page` and `limit` mean nothing here."""
    layer, query = asked(key, strict=True)
    etag = cache.tag(catalogue.versions(key, "areas"), db.today(), query.everywhere().params(), ending, language())
    return cache.unchanged(etag) or cache.tagged(_made(layer, query, ending), etag)


def _made(layer: Layer, query: Query, ending: str) -> Response:
    makers = {"csv": _csv, "xlsx": _xlsx, "gpkg": _gpkg, "kml": _kml}
    if ending == "geojson":
        response = collection(query)
    else:
        response = makers[ending](layer, catalogue.everything(query))
        name = f"{layer.key}-{db.today().isoformat()}.{ending}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.vary.add("Accept-Language")
    return response


def collection(query: Query) -> Response:
    """The places of a question as GeoJSON."""
    found, badge = catalogue.features_whole(query), mapping.badge()
    about = {
        "name": query.layer.key,
        "numberMatched": len(found),
        "notice": badge["approval"],
        "sources": badge["sources"],
    }
    pieces = b"".join(files.write_geojson(map(feature, found), about))
    return Response(pieces, mimetype="application/geo+json")


def _csv(layer: Layer, found: list[Row[Any]]) -> Response:
    pieces = files.write_csv([c.heading for c in sheet.columns(layer, _)], _cells(layer, found))
    return Response("".join(pieces), mimetype="text/csv")


def _xlsx(layer: Layer, found: list[Row[Any]]) -> Response:
    headings = [column.heading for column in sheet.columns(layer, _)]
    return Response(files.write_xlsx(_(layer.title), headings, _cells(layer, found)), mimetype=XLSX)


def _cells(layer: Layer, found: list[Row[Any]]) -> Iterator[list[Any]]:
    for row in found:
        yield [sheet.guarded(value) for value in sheet.cells(layer, row, _)]


def feature(place: Feature) -> dict[str, Any]:
    """The members of a place as GeoJSON: what it has lies there as JSON, only a distance is added to it."""
    told = place.properties
    if place.distance_km is not None:
        told = b'%s,"distance_km":%s}' % (told[:-1], orjson.dumps(round(place.distance_km, 2)))
    shape, properties = orjson.Fragment(place.geojson), orjson.Fragment(told)
    return {"type": "Feature", "id": place.id, "geometry": shape, "properties": properties}


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
