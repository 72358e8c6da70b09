"""Schemas of what the API answers, the layers' features among them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer

import layers
from layers.layer import Layer
from layers.prices import PriceType
from layers.public import public_fields
from layers.queryables import Kind, Queryable, queryables
from webapp.api.openapi.parts import NUMBER, STRING, WHOLE, Part, ref
from webapp.i18n import translate as _


def nullable(schema: Part) -> Part:
    """The schema, or null."""
    return {**schema, "nullable": True}


def listed(schema: Part) -> Part:
    """An array of it."""
    return {"type": "array", "items": schema}


def record(required: tuple[str, ...] = (), **properties: Part) -> Part:
    """An object."""
    found: Part = {"type": "object", "properties": properties}
    return {**found, "required": list(required)} if required else found


def schemas() -> dict[str, Part]:
    """Every named schema."""
    shared = {**_documents(), **_tiles(), **_geometry(), **_facets()}
    for layer in layers.LAYERS:
        shared |= _features(layer)
    return shared


def _documents() -> dict[str, Part]:
    links = listed(ref("schemas", "Link"))
    link = record(("rel", "href"), rel=STRING, href=STRING, type=STRING, title=STRING, templated={"type": "boolean"})
    problem = record(
        ("type", "title", "status"), type=STRING, title=STRING, status={"type": "integer"}, detail=STRING,
        parameter=STRING, value=STRING, allowed=STRING,
    )  # fmt: skip
    change = record(("id", "state"), id=WHOLE, state={"type": "string", "enum": ["public", "gone"]}, href=STRING)
    fresh = record(
        ("version",), version=WHOLE, changedAt=_moment(), newest=nullable({"type": "string", "format": "date"})
    )
    return {
        "Link": link,
        "Problem": problem,
        "Document": record(("links",), title=STRING, description=STRING, links=links),
        "Conformance": record(("conformsTo",), conformsTo=listed(STRING), links=links),
        "Collections": record(("links", "collections"), links=links, collections=listed(ref("schemas", "Collection"))),
        "Collection": record(
            ("id", "links", "crs", "storageCrs"), id=STRING, title=STRING, description=STRING, license=STRING,
            attribution=STRING, sources=listed(STRING), itemType=STRING, crs=listed(STRING), storageCrs=STRING,
            freshness=fresh, extent={"type": "object"}, links=links,
        ),
        "Queryables": record(("type", "properties"), type=STRING, title=STRING, properties={"type": "object"}),
        "Freshness": fresh,
        "Changes": record(
            ("version", "changes", "links"), since=WHOLE, version=WHOLE, changedAt=_moment(), day=STRING,
            changes=listed(change), links=links,
        ),
    }  # fmt: skip


def _tiles() -> dict[str, Part]:
    links = listed(ref("schemas", "Link"))
    return {
        "MatrixSets": record(("tileMatrixSets",), tileMatrixSets=listed({"type": "object"}), links=links),
        "MatrixSet": record(("id", "crs", "tileMatrices"), id=STRING, crs=STRING, tileMatrices=listed({"type": "object"})),
        "Tilesets": record(("tilesets",), tilesets=listed(ref("schemas", "Tileset")), links=links),
        "Tileset": record(("dataType", "crs", "links"), title=STRING, dataType=STRING, crs=STRING, links=links),
        "TileJSON": record(("tilejson", "tiles", "vector_layers"), tilejson=STRING, tiles=listed(STRING),
                           vector_layers=listed({"type": "object"})),
        "State": record(("status",), status=STRING, reason=STRING),
    }  # fmt: skip


def _moment() -> Part:
    return {"type": "string", "format": "date-time"}


def _geometry() -> dict[str, Part]:
    kinds = ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"]
    shape = record(("type",), type={"type": "string", "enum": kinds}, coordinates=listed({}))
    return {"Geometry": shape}


def _facets() -> dict[str, Part]:
    counted = record(("value", "label", "count"), value=STRING, label=STRING, count=WHOLE, seal=STRING)
    group = record(("label", "choices"), label=STRING, choices=listed(counted))
    place = record(("code", "path", "at"), code=STRING, path=STRING, at=nullable(listed(NUMBER)))
    hint = record(("kind", "label"), kind=STRING, label=STRING, note=STRING, href=STRING, params={"type": "object"})
    return {
        "Facets": record(("total", "facets"), layer=STRING, total=WHOLE, facets={"type": "object", "additionalProperties": group},
                         area=listed(counted)),
        "Areas": record(("areas",), areas=listed(place)),
        "Suggestions": record(("suggestions",), suggestions=listed(hint)),
    }  # fmt: skip


def _features(layer: Layer) -> dict[str, Part]:
    name = layer.key.capitalize()
    known = queryables(layer)
    properties = {key: _property(layer, known[key]) for key in public_fields(layer)}
    properties["distance_km"] = {**NUMBER, "description": _("离 near 多远，公里")}
    feature = record(
        ("type", "id", "geometry", "properties"), type={"type": "string", "enum": ["Feature"]}, id=WHOLE,
        geometry=ref("schemas", "Geometry"), properties={"type": "object", "properties": properties},
        links=listed(ref("schemas", "Link")),
    )  # fmt: skip
    collection = record(
        ("type", "features"), type={"type": "string", "enum": ["FeatureCollection"]}, numberMatched=WHOLE,
        numberReturned=WHOLE, timeStamp=_moment(), license=STRING, sources=listed(STRING), notice=STRING,
        freshness=ref("schemas", "Freshness"), links=listed(ref("schemas", "Link")),
        features=listed(ref("schemas", f"{name}Feature")),
    )  # fmt: skip
    return {f"{name}Feature": feature, f"{name}Features": collection}


def _property(layer: Layer, queryable: Queryable) -> Part:
    field = queryable.field
    assert field is not None
    kind: Any = layer.model.__table__.c[queryable.name].type
    found: Part = {"nullable": True, "description": _(field.label) + (f"（{_(field.unit)}）" if field.unit else "")}
    if isinstance(kind, PriceType):
        price = record(("low", "unit"), low=NUMBER, high=nullable(NUMBER), unit=STRING, on=STRING, source=STRING)
        return {**price, **found}
    keys = {"enum": [*field.vocabulary, None]} if field.vocabulary else {}
    if queryable.kind is Kind.LIST:
        item = {"type": "string", "enum": list(field.vocabulary)} if field.vocabulary else STRING
        return {"type": "array", "items": item, **found}
    types = {Kind.NUMBER: "number", Kind.FLAG: "boolean"}
    made = {"type": "integer" if isinstance(kind, Integer) else types.get(queryable.kind, "string"), **keys, **found}
    return {**made, "format": "date"} if queryable.kind is Kind.DATE else made
