"""Headers that keep a page to our own host: one policy for public pages, cross-origin reading for what embeds need."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from secure import ContentSecurityPolicy, PermissionsPolicy, ReferrerPolicy, Secure, XContentTypeOptions

from webapp import basemaps

SHARED_PATHS = ("/static/", "/tiles/", "/facets/")
SHARED_ENDINGS = (".geojson", "/card", "/map.js")
SELF = "'self'"


def init_app(app: Flask) -> None:
    """Put the headers on every response."""
    app.extensions["headers"] = _headers(_basemap_hosts(app))
    app.after_request(_protect)


def _basemap_hosts(app: Flask) -> list[str]:
    """Origins of the configured basemap's tiles, a wildcard for several subdomains; none for the plain one."""
    found = [urlsplit(layer.url) for layer in basemaps.layers(app.config["SETTINGS"])]
    hosts = {(url.scheme, re.sub(r"[^./]*\{s\}[^./]*", "*", url.netloc)) for url in found if url.netloc}
    return sorted(f"{scheme}://{host}" for scheme, host in hosts)


def _headers(basemap: list[str]) -> Secure:
    policy = (
        ContentSecurityPolicy()
        .default_src("'none'")
        .script_src(SELF)
        .style_src(SELF)
        .img_src(SELF, "data:", *basemap)
        .connect_src(SELF)
        .font_src(SELF)
        .manifest_src(SELF)
        .form_action(SELF)
        .base_uri("'none'")
        .frame_ancestors("'none'")
    )
    return Secure(
        csp=policy,
        referrer=ReferrerPolicy().strict_origin_when_cross_origin(),
        permissions=PermissionsPolicy().camera().microphone(),
        xcto=XContentTypeOptions().nosniff(),
    )


def _protect(response: Response) -> Response:
    headers: Secure = current_app.extensions["headers"]
    headers.set_headers(response)
    if request.path.startswith(SHARED_PATHS) or request.path.endswith(SHARED_ENDINGS):
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
