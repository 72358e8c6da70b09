"""How the OGC API answers: JSON or a page, links, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, current_app, render_template, request

from layers import grammar
from layers.errors import BadValue
from layers.query import spell
from layers.words import N_
from webapp import cache
from webapp.i18n import translate as _

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
SCHEMA, OPENAPI, PROBLEM = (
    "application/schema+json",
    "application/vnd.oai.openapi+json;version=3.0",
    "application/problem+json",
)
MVT = "application/vnd.mapbox-vector-tile"
Link = dict[str, Any]


def base() -> str:
    """The API's address as people see it."""
    found: str = current_app.config["SETTINGS"].public_url.rstrip("/")
    return found + "/api"


def here(changes: Mapping[str, str | None] | None = None) -> str:
    """The present address with parameters changed, and without those that are set to None."""
    given = {**grammar.joined(request.args.items(multi=True)), **(changes or {})}
    kept = [(name, value) for name, value in given.items() if value]
    return base().removesuffix("/api") + request.path + (f"?{spell(kept)}" if kept else "")


def link(rel: str, href: str, type_: str, title: str = "", **more: Any) -> Link:
    """One link (RFC 8288) as OGC API writes it."""
    return {"rel": rel, "href": href, "type": type_, **({"title": title} if title else {}), **more}


def wants_page() -> bool:
    """Whether the client asks for HTML: by `f`, else by its Accept header; JSON when it does not care."""
    asked = request.args.get("f")
    if asked not in (None, "", "json", "html"):
        raise BadValue("f", asked[:50], N_("可选：json html"))
    if asked:
        return asked == "html"
    accepted = request.accept_mimetypes
    return accepted[HTML] > max(accepted[GEOJSON], accepted[JSON])


def selves(type_: str) -> list[Link]:
    """This answer's own address, and the one of its twin."""
    page = wants_page()
    return [
        link("self", here(), HTML if page else type_, _("本页")),
        link(
            "alternate",
            here({"f": "json" if page else "html"}),
            type_ if page else HTML,
            _("同样内容的 JSON") if page else _("同样内容的网页"),
        ),
    ]


def told(document: Mapping[str, Any], type_: str = JSON) -> Response:
    """A JSON answer, tagged by its content."""
    return varied(cache.by_content(Response(orjson.dumps(document), content_type=type_)))


def page(template: str, **context: Any) -> Response:
    """A page of the API, tagged by its content."""
    return varied(cache.by_content(Response(render_template(template, **context), mimetype=HTML)))


def varied(response: Response) -> Response:
    """The response with what it depends on, and its links readable from elsewhere."""
    response.vary.update(("Accept", "Accept-Language"))
    response.headers["Access-Control-Expose-Headers"] = "Content-Crs, ETag, Link"
    return response
