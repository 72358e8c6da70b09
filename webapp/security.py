"""What keeps pages to our own host: one policy of headers, forms only from our own pages, the cookie's flags."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask_wtf import CSRFProtect
from secure import ContentSecurityPolicy, PermissionsPolicy, ReferrerPolicy, Secure, XContentTypeOptions
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import basemaps
from webapp.config import Settings

SHARED_PATHS = ("/static/", "/tiles/", "/facets/", "/api/", "/suggest", "/embed/")
SHARED_ENDINGS = (".geojson", "/card", "/map.js")
PRIVATE_PATHS = ("/staff", "/account", "/report")
SELF = "'self'"
csrf = CSRFProtect()
PICTURE = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; frame-ancestors 'none'"
"""For drawn pictures (SVG) opened by themselves: they carry their styles and fonts and ask for nothing."""


def init_app(app: Flask) -> None:
    """Put the headers on every response, ask every unsafe request for its form's token."""
    app.extensions["headers"] = _headers(_basemap_hosts(app))
    app.after_request(_protect)
    settings: Settings = app.config["SETTINGS"]
    app.secret_key = settings.secret_key
    app.config.update(
        SESSION_COOKIE_NAME="guiyan",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,  # a form is good for as long as the session that it was made in
    )
    csrf.init_app(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0
        )


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
    hosts = current_app.config["SETTINGS"].embed_hosts if request.path == "/embed" else g.get("framed_by")
    if hosts and response.status_code < 400:
        framed = "frame-ancestors " + " ".join(hosts)
        policy = response.headers["Content-Security-Policy"]
        response.headers["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", framed)
    if response.mimetype == "image/svg+xml":
        response.headers["Content-Security-Policy"] = PICTURE
    if request.path.startswith(SHARED_PATHS) or request.path.endswith(SHARED_ENDINGS):
        response.headers["Access-Control-Allow-Origin"] = "*"
    if is_private():
        response.headers["Cache-Control"] = "no-store"
    return response


def is_private() -> bool:
    """Whether the request is for a page of staff or for one with a form, which no cache may keep."""
    return any(request.path == path or request.path.startswith(path + "/") for path in PRIVATE_PATHS)
