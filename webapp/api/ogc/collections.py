"""What the API has: landing page, conformance, collections, queryables."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, url_for

import layers
from geo.reference import CRS84, REFERENCES
from layers.layer import Layer
from layers.queryables import Kind, Queryable, queryables
from layers.words import N_
from webapp import catalogue, extents, mapping
from webapp.api.ogc import answers
from webapp.api.ogc.answers import GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Link, link, selves
from webapp.asked import only
from webapp.i18n import translate as _

blueprint = Blueprint("ogc", __name__, url_prefix="/api")
OGC = "http://www.opengis.net/spec/"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
CONFORMANCE = (
    *(f"{OGC}ogcapi-common-1/1.0/conf/{name}" for name in ("core", "landing-page", "json", "html", "oas30")),
    f"{OGC}ogcapi-common-2/1.0/conf/collections",
    *(f"{OGC}ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson", "html", "oas30")),
    f"{OGC}ogcapi-features-2/1.0/conf/crs",
    *(f"{OGC}ogcapi-features-3/1.0/conf/{name}" for name in ("queryables", "filter", "features-filter")),
    *(
        f"{OGC}cql2/1.0/conf/{name}"
        for name in (
            "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
            "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions", "array-functions",
            "property-property", "arithmetic",
        )
    ),
    *(
        f"{OGC}ogcapi-tiles-1/1.0/conf/{name}"
        for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30")
    ),
    *(f"{OGC}tms/2.0/conf/{name}" for name in ("tilematrixset", "json-tilematrixset")),
)  # fmt: skip
TERMS = N_("可以下载、转发、再用，请写明“归雁图”和条目上的来源、核实日期。来源写着 © 的，按它自己的许可用。")
TYPES = {Kind.NUMBER: "number", Kind.FLAG: "boolean", Kind.LIST: "array", Kind.TEXT: "string", Kind.DATE: "string"}


@blueprint.get("/")
def landing() -> Response:
    """What there is and where."""
    only("f")
    at = answers.base()
    links = [
        *selves(JSON),
        link("service-desc", f"{at}/openapi.json", OPENAPI, _("接口说明（OpenAPI 3.0）")),
        link("service-doc", f"{at}/docs", HTML, _("接口说明（网页）")),
        link("conformance", f"{at}/conformance", JSON, _("符合哪些标准")),
        link("data", f"{at}/collections", JSON, _("有哪些图层")),
        link(f"{REL}tiling-schemes", f"{at}/tileMatrixSets", JSON, _("瓦片矩阵")),
        licence(),
    ]
    about = {"title": _("归雁图·返乡创业地图"), "description": _("家门口能做什么、要多少钱、找谁问、还算不算数。")}
    return shown({**about, "attribution": _("归雁图"), "links": links})


@blueprint.get("/conformance")
def conformance() -> Response:
    """The conformance classes that the API keeps."""
    only("f")
    return shown({"title": _("符合哪些标准"), "links": selves(JSON), "conformsTo": list(CONFORMANCE)})


@blueprint.get("/collections")
def collections() -> Response:
    """The layers."""
    only("f")
    listed = [collection_of(layer) for layer in layers.LAYERS]
    systems = [r.uri for r in REFERENCES]
    return shown({"title": _("图层"), "links": selves(JSON), "crs": systems, "collections": listed})


@blueprint.get("/collections/<key>")
def collection(key: str) -> Response:
    """One layer."""
    layer = layers.get(key)
    only("f")
    found = collection_of(layer)
    return shown({**found, "links": [*selves(JSON), *found["links"][1:]]})


@blueprint.get("/collections/<key>/queryables")
def asked_for(key: str) -> Response:
    """What `filter` may ask of a layer, as JSON Schema."""
    layer = layers.get(key)
    only("f")
    properties = {name: schema(queryable) for name, queryable in queryables(layer).items()}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{answers.base()}/collections/{key}/queryables",
        "type": "object",
        "title": _(layer.title),
        "description": _("filter 里能用的名称"),
        "properties": properties,
        "additionalProperties": False,
    }
    if answers.wants_page():
        return shown({**document, "links": selves(SCHEMA)})
    return answers.told(document, SCHEMA)


def shown(document: dict[str, Any]) -> Response:
    """The document as JSON, or as a page of the same content."""
    if answers.wants_page():
        return answers.page("api/page.html", document=document)
    return answers.told(document)


def licence() -> Link:
    """Where the terms of use are written."""
    return link("license", _host() + url_for("about.data"), HTML, _("能拿去用吗"))


def _host() -> str:
    return answers.base().removesuffix("/api")


def collection_of(layer: Layer) -> dict[str, Any]:
    """A layer as OGC API describes a collection, with terms, sources and freshness."""
    at = f"{answers.base()}/collections/{layer.key}"
    found = extents.of(layer)
    first, last = found.days
    interval = [f"{day}T00:00:00Z" if day else None for day in (first, last)]
    return {
        "id": layer.key,
        "title": _(layer.title),
        "description": _("公开且在有效期内的条目。datetime 按核实日算，没核实过的按发布日。"),
        "attribution": _("归雁图"),
        "license": _(TERMS),
        **provenance(layer),
        "itemType": "feature",
        "extent": {
            "spatial": {"bbox": [list(found.box or (-180.0, -90.0, 180.0, 90.0))], "crs": CRS84.uri},
            "temporal": {"interval": [interval], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"},
        },
        "crs": [r.uri for r in REFERENCES],
        "storageCrs": CRS84.uri,
        "links": _links(layer, at),
    }


def _links(layer: Layer, at: str) -> list[Link]:
    return [
        link("self", at, JSON, _(layer.title)),
        link("items", f"{at}/items", GEOJSON, _("条目")),
        link("items", f"{at}/items?f=html", HTML, _("条目（网页）")),
        link(f"{REL}queryables", f"{at}/queryables", SCHEMA, _("filter 里能用的名称")),
        link(f"{REL}tilesets-vector", f"{at}/tiles", JSON, _("矢量瓦片")),
        link("changes", f"{at}/changes", JSON, _("哪些变了")),
        *(
            link("enclosure", f"{_host()}/{layer.key}.{ending}", type_, ending.upper())
            for ending, type_ in (("geojson", GEOJSON), ("csv", "text/csv"), ("gpkg", "application/geopackage+sqlite3"))
        ),
        licence(),
    ]


def provenance(layer: Layer) -> dict[str, Any]:
    """Where the places are from, whether the map was reviewed, and how fresh the layer is."""
    number, changed = catalogue.version(layer)
    found = extents.of(layer)
    newest = found.days[1]
    fresh = {"version": number, "changedAt": changed, "newest": newest.isoformat() if newest else None}
    return {"sources": list(found.sources), "notice": mapping.approval(), "freshness": fresh}


def schema(queryable: Queryable) -> dict[str, Any]:
    """The JSON Schema of one queryable."""
    if queryable.kind is Kind.SHAPE:
        return {"title": _("位置"), "format": "geometry-any", "x-ogc-role": "primary-geometry"}
    field = queryable.field
    assert field is not None
    found: dict[str, Any] = {"title": _(field.label), "type": TYPES[queryable.kind]}
    if queryable.kind is Kind.DATE:
        found["format"] = "date"
    if field.unit:
        found["x-ogc-unit"] = _(field.unit)
    words = {"type": "string", "enum": list(field.vocabulary)} if field.vocabulary else {"type": "string"}
    if queryable.kind is Kind.LIST:
        found["items"] = words
    elif field.vocabulary:
        found |= words
    return found
