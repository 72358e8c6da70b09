"""Counts per choice of every filter, for the question as it stands."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify

from layers import asking
from webapp import cache, db
from webapp.asked import query as asked
from webapp.i18n import language
from webapp.i18n import translate as _

blueprint = Blueprint("facets", __name__, url_prefix="/facets")


@blueprint.get("/<key>")
def facets(key: str) -> Response:
    """`total`, and per parameter its label and counted choices, its own parameter left out of its count."""
    layer, query = asked(key, strict=True)
    connection, areas, today = db.connection(), db.areas(), db.today()
    counted = asking.facets(connection, query, areas, today, _)
    parent = query.area[0] if len(query.area) == 1 else None
    by_area = asking.by_area(connection, query, areas, today, parent)
    answer = {
        "layer": key,
        "total": asking.count(connection, query, areas, today),
        "facets": {
            name: {"label": _(layer.filters[name].label), "choices": [asdict(c) for c in choices]}
            for name, choices in counted.items()
        },
        "area": [{"value": a.code, "label": a.label(language()), "count": n} for a, n in by_area if n],
    }
    return cache.by_content(jsonify(answer))
