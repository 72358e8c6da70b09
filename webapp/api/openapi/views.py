"""`/api/openapi.json`, and the same as a page of our own."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, current_app

from webapp import cache, db
from webapp.api.ogc import answers
from webapp.api.openapi.document import document
from webapp.asked import only
from webapp.i18n import language

blueprint = Blueprint("openapi", __name__, url_prefix="/api")


@blueprint.get("/openapi.json")
def described() -> Response:
    """The document, for programs."""
    only()
    return answers.varied(cache.by_content(Response(_written(), content_type=answers.OPENAPI)))


def _written() -> bytes:
    """Made once by each process for a language."""
    kept: dict[str, bytes] = current_app.extensions.setdefault("openapi", {})
    if language() not in kept:
        kept[language()] = orjson.dumps(document())
    return kept[language()]


@blueprint.get("/docs")
def docs() -> Response:
    """The document, for people."""
    only()
    db.areas()
    return answers.page("api/docs.html", document=(whole := orjson.loads(_written())), groups=groups(whole))


def groups(whole: dict[str, Any]) -> list[dict[str, Any]]:
    """Of every tag its addresses, and each of their parameters once."""
    found = []
    for tag in whole["tags"]:
        asked = [(path, way, told) for path, item in whole["paths"].items() for way, told in item.items()]
        paths = [(path, way, told) for path, way, told in asked if tag["name"] in told["tags"]]
        parameters: dict[tuple[str, str], dict[str, Any]] = {}
        for _path, _way, told in paths:
            for given in told["parameters"]:
                one = _resolved(whole, given)
                parameters.setdefault((one["in"], one["name"]), one)
        found.append({**tag, "paths": paths, "parameters": list(parameters.values())})
    return found


def _resolved(whole: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    name = given.get("$ref", "").rsplit("/", 1)[-1]
    found: dict[str, Any] = whole["components"]["parameters"][name] if name else given
    return found
