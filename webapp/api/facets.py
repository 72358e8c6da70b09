"""Counts per choice of every filter, for the question as it stands."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from layers import grammar
from layers.areas import Area
from layers.errors import BadValue
from layers.layer import Layer
from layers.query import Query
from layers.words import N_
from webapp import cache, catalogue, db
from webapp.asked import only
from webapp.asked import query as asked
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.panels import parent

blueprint = Blueprint("facets", __name__, url_prefix="/facets")


MOST_AREAS = 20


@blueprint.get("/areas")
def areas() -> Response:
    """Areas whose name (or pinyin) holds `q`: code, names from the city down, a point in them (degrees)."""
    only("q")
    book, q = db.areas(), grammar.joined(request.args.items()).get("q", "")[:20]
    found = book.named(q) if q else []
    told = [
        {"code": area.code, "path": _path(book.path(area.code)), "at": _rounded(area.point)}
        for area in found[:MOST_AREAS]
    ]
    return cache.by_content(jsonify({"areas": told}))


def _rounded(point: tuple[float, float] | None) -> list[float] | None:
    return [round(value, 5) for value in point] if point else None


def _path(areas_above: list[Area]) -> str:
    return " · ".join(area.label(language()) for area in areas_above[-2:])


@blueprint.get("/<key>")
def facets(key: str) -> Response:
    """`total`, and per parameter its label and counted choices, its own parameter left out of its count.

    `of=budget,area` asks for some alone.
    """
    layer, query = asked(key, strict=True, apart=("of",))
    names = _of(layer)
    counted = catalogue.facets(query, names)
    answer = {
        "layer": key,
        "total": catalogue.count(query),
        "facets": {
            name: {"label": _(layer.filters[name].label), "choices": [vars(choice) for choice in choices]}
            for name, choices in counted.items()
        },
        "area": _by_area(query) if names is None or "area" in names else [],
    }
    return cache.by_content(jsonify(answer))


def _of(layer: Layer) -> list[str] | None:
    """The filters that are asked for, None for all."""
    raw = grammar.joined(request.args.items(multi=True)).get("of")
    names = raw.split(",") if raw else None
    for name in names or ():
        if name not in (*layer.filters, "area"):
            raise BadValue("of", name[:50], N_("可选：%(keys)s"), {"keys": " ".join(("area", *layer.filters))})
    return names


def _by_area(query: Query) -> list[dict[str, object]]:
    counted = catalogue.by_area(query, parent(query))
    return [{"value": a.code, "label": a.label(language()), "count": n} for a, n in counted if n]
