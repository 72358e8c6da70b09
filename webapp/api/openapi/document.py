"""Puts the OpenAPI document together: what there is at which address."""

from __future__ import annotations

from flask import current_app

import layers
from layers.layer import Layer
from webapp import __version__
from webapp.api.ogc.answers import GEOJSON, HTML, JSON, MVT, OPENAPI, SCHEMA
from webapp.api.openapi import incoming, parameters
from webapp.api.openapi.parameters import shared
from webapp.api.openapi.parts import STRING, Part, answer, operation, problems, ref
from webapp.api.openapi.schemas import schemas
from webapp.i18n import translate as _

GENERAL = "api"
BINARY = {"type": "string", "format": "binary"}
FILES = {
    "geojson": GEOJSON,
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
    "kml": "application/vnd.google-earth.kml+xml",
}


def document() -> Part:
    """The whole document, in the reader's language."""
    tags = [{"name": GENERAL, "description": _("总的")}]
    tags += [{"name": layer.key, "description": _(layer.title)} for layer in layers.LAYERS]
    paths = general()
    for layer in layers.LAYERS:
        paths |= features(layer) | tiles(layer) | others(layer)
        paths |= incoming.paths(layer)
    paths |= incoming.progress()
    headers = {
        "ETag": {"schema": STRING, "description": _("内容的标记；带着它再问，没变就答 304")},
        "Content-Crs": {"schema": STRING, "description": _("坐标系")},
    }
    return {
        "openapi": "3.0.3",
        "info": {
            "title": _("归雁图·返乡创业地图"),
            "version": __version__,
            "description": _("只有公开的条目和字段。同一个参数在页面、瓦片、下载和这里意思一样；不认识的参数答 400。"),
            "license": {"name": _("能拿去用吗"), "url": f"{_host()}/data"},
        },
        "servers": [{"url": _host()}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas(), "parameters": parameters.components(), "responses": problems(), "headers": headers,
            "securitySchemes": incoming.KEYS,
        },
    }  # fmt: skip


def _host() -> str:
    found: str = current_app.config["SETTINGS"].public_url.rstrip("/")
    return found


def _both(told: str, schema: str, type_: str = JSON, headers: Part | None = None) -> Part:
    return {"200": answer(told, {type_: ref("schemas", schema), HTML: STRING}, headers)}


def general() -> dict[str, Part]:
    """Addresses that belong to no layer."""
    both = shared("f", "lang")
    areas = {"200": answer(_("地方"), {JSON: ref("schemas", "Areas")})}
    hints = {"200": answer(_("建议"), {JSON: ref("schemas", "Suggestions")})}
    text = [*shared("lang"), {**parameters.components()["q"]}]
    plain = {"200": answer(_("底图瓦片"), {MVT: BINARY}), "204": _empty()}
    described = {"200": answer("OpenAPI 3.0.3", {OPENAPI: {"type": "object"}})}
    return {
        "/api/": operation("landing", GENERAL, _("入口"), both, _both(_("入口"), "Document")),
        "/api/conformance": operation("conformance", GENERAL, _("符合哪些标准"), both, _both(_("符合哪些标准"), "Conformance")),
        "/api/collections": operation("collections", GENERAL, _("图层"), both, _both(_("图层"), "Collections")),
        "/api/tileMatrixSets": operation("matrixSets", GENERAL, _("瓦片矩阵"), both, _both(_("瓦片矩阵"), "MatrixSets")),
        "/api/tileMatrixSets/WebMercatorQuad": operation(
            "matrixSet", GENERAL, "WebMercatorQuad", both, _both("WebMercatorQuad", "MatrixSet")
        ),
        "/api/openapi.json": operation("openapi", GENERAL, _("这份说明"), shared("lang"), described),
        "/api/docs": operation("docs", GENERAL, _("这份说明（网页）"), shared("lang"), {"200": answer(_("网页"), {HTML: STRING})}),
        "/facets/areas": operation("areas", GENERAL, _("按名字或拼音找地方"), text, areas),
        "/suggest": operation("suggest", GENERAL, _("边输入边给建议：地方、行业、条目"), [*text, parameters.layer()], hints),
        "/tiles/basemap/{z}/{x}/{y}.mvt": operation("basemap", GENERAL, _("底图瓦片"), shared("z", "x", "y"), plain),
    }  # fmt: skip


def features(layer: Layer) -> dict[str, Part]:
    """OGC API – Features of a layer, and its changes."""
    key, name = layer.key, layer.key.capitalize()
    at, both = f"/api/collections/{key}", shared("f", "lang")
    crs = {"Content-Crs": ref("headers", "Content-Crs")}
    one = operation(
        f"item.{key}",
        key,
        _("一条"),
        shared("id", "f", "lang", "crs"),
        _both(_("一条"), f"{name}Feature", GEOJSON, crs),
        ["410"],
    )
    paging = shared("since", "day", "after", "limit", "version", "f", "lang")
    return {
        at: operation(f"collection.{key}", key, _("这个图层"), both, _both(_(layer.title), "Collection")),
        f"{at}/queryables": operation(
            f"queryables.{key}", key, _("filter 里能用的名称"), both, _both(_("filter 里能用的名称"), "Queryables", SCHEMA)
        ),
        f"{at}/items": operation(
            f"items.{key}", key, _("条目"), parameters.items(layer), _both(_("条目"), f"{name}Features", GEOJSON, crs)
        ),
        f"{at}/items/{{id}}": one,
        f"{at}/changes": operation(f"changes.{key}", key, _("某个版本以来哪些变了"), paging, _both(_("哪些变了"), "Changes")),
    }  # fmt: skip


def tiles(layer: Layer) -> dict[str, Part]:
    """Vector tiles of a layer, at both of their addresses."""
    key, both = layer.key, shared("f", "lang")
    asked = parameters.question(layer)
    at = f"/api/collections/{key}/tiles"
    drawn = {"200": answer(_("矢量瓦片"), {MVT: BINARY}), "204": _empty()}
    sheet = shared("tileMatrix", "tileRow", "tileCol")
    told = {"200": answer("TileJSON 3.0.0", {JSON: ref("schemas", "TileJSON")})}
    return {
        at: operation(f"tilesets.{key}", key, _("瓦片集"), both, _both(_("瓦片集"), "Tilesets")),
        f"{at}/WebMercatorQuad": operation(
            f"tileset.{key}", key, "WebMercatorQuad", [*shared("f"), *asked], _both(_("瓦片集"), "Tileset")
        ),
        f"{at}/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": operation(
            f"ogctile.{key}", key, _("一张瓦片，先行后列"), [*sheet, *asked], drawn
        ),
        f"/tiles/{key}/{{z}}/{{x}}/{{y}}.mvt": operation(
            f"tile.{key}", key, _("一张瓦片，先列后行"), [*shared("z", "x", "y"), *asked], drawn
        ),
        f"/tiles/{key}.json": operation(f"tilejson.{key}", key, "TileJSON", asked, told),
    }


def others(layer: Layer) -> dict[str, Part]:
    """Counts and files of a layer."""
    key, asked = layer.key, parameters.question(layer)
    counted = {"200": answer(_("每个选项有几条"), {JSON: ref("schemas", "Facets")})}
    found = {
        f"/facets/{key}": operation(f"facets.{key}", key, _("每个选项有几条"), [parameters.of(layer), *asked], counted)
    }
    for ending, type_ in FILES.items():
        content = {type_: ref("schemas", f"{key.capitalize()}Features") if ending == "geojson" else BINARY}
        file = {"200": answer(ending.upper(), content)}
        found[f"/{key}.{ending}"] = operation(
            f"{ending}.{key}", key, _("下载：%(format)s", format=ending.upper()), asked, file
        )
    return found


def _empty() -> Part:
    return {"description": _("这张瓦片是空的"), "headers": {"ETag": ref("headers", "ETag")}}
