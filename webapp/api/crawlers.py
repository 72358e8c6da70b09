"""What machines ask for unbidden: robots.txt, the icon, the sitemaps."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Answer

import layers
from layers.query import Query
from webapp import cache, catalogue, db, profile
from webapp.statics import static_url

blueprint = Blueprint("crawlers", __name__)
MOST = 50_000
"""Addresses in one sitemap (sitemaps.org)."""
PAGES = ("home.page", "industry.page", "area.index", "about.data", "ask.page")
UNREAD = ("/report/", "/tiles/", "/facets/", "/poster$", "/poster?", "/kit", "/standalone", "/share")
Entry = tuple[str, str]
"""Address and day of the last change, "" when there is none."""


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Everything may be read; tiles, counts and pages that make files are of no use to a search engine."""
    kept = [f"Disallow: {path}" for path in UNREAD]
    lines = ["User-agent: *", *kept, f"Sitemap: {_base()}/sitemap.xml", ""]
    return cache.by_content(Response("\n".join(lines), mimetype="text/plain"))


@blueprint.get("/favicon.ico")
def icon() -> Answer:
    """Where browsers look when they have read no page."""
    return redirect(static_url("img/icon-32.png"), 302)


@blueprint.get("/sitemap.xml")
def index() -> Response:
    """The sitemaps: one of pages and areas, and of every layer as many as its places need."""
    names = ["pages"]
    for layer in layers.LAYERS:
        number = catalogue.count(Query(layer))
        names += [f"{layer.key}-{part}" for part in range(1, -(-number // MOST) + 1)]
    return _xml("sitemaps.xml", [(f"{_base()}/sitemaps/{name}.xml", "") for name in names])


@blueprint.get("/sitemaps/pages.xml")
def pages() -> Response:
    """Pages that are always there, directories, and areas that have places."""
    paths = [url_for(name) for name in PAGES] + [url_for("directory.page", key=layer.key) for layer in layers.LAYERS]
    paths += [url_for("area.page", code=code) for code in _areas(None)]
    return _xml("sitemap.xml", [(_base() + path, "") for path in paths])


def _areas(code: str | None) -> Iterable[str]:
    """Codes of the provinces, cities and counties with listings, parks or incubators, from the top down."""
    for part, n, m in profile.parts(db.areas().get(code) if code else None):
        if n + m:
            yield part.code
            yield from _areas(part.code) if len(part.code) == 6 else ()


@blueprint.get("/sitemaps/<layer:key>-<int:part>.xml")
def places(key: str, part: int) -> Response:
    """The public places of a layer."""
    layer = layers.get(key)
    rows = catalogue.stamps(layer, MOST, (part - 1) * MOST) if 0 < part < 1000 else []
    if not rows:
        raise NotFound
    return _xml("sitemap.xml", [(_base() + url_for("place.page", key=key, id=id_), day) for id_, day in rows])


def _base() -> str:
    base: str = current_app.config["SETTINGS"].public_url.rstrip("/")
    return base


def _xml(template: str, entries: list[Entry]) -> Response:
    return cache.by_content(Response(render_template(template, entries=entries), mimetype="application/xml"))
