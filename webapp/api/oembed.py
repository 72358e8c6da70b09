"""`/oembed`: what another site needs to show one of our addresses (oembed.com, 1.0)."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import NotImplemented as NoSuchFormat

from layers import grammar
from layers.errors import BadValue
from layers.words import N_
from webapp import asked, cache, sharing
from webapp.i18n import translate as _
from webapp.posters.sizes import SIZES

blueprint = Blueprint("oembed", __name__)
WIDTH, HEIGHT = 800, sharing.USUAL_HEIGHT
LEAST, MOST = 120, 5000


@blueprint.get("/oembed")
def answer() -> Response:
    """A frame of the View, place or area, as JSON or XML."""
    url = request.args.get("url", "")
    if not url:
        raise BadValue("url", url, N_("写我们网站上一页的网址"))
    told = _told(url)
    kind = request.args.get("format", "json")
    if kind not in ("json", "xml"):
        raise NoSuchFormat
    made = jsonify(told) if kind == "json" else Response(_xml(told), mimetype="text/xml")
    made.headers["Access-Control-Allow-Origin"] = "*"
    return cache.by_content(made)


def _told(url: str) -> dict[str, Any]:
    shared, given = asked.address(url)
    width, height = _limited("maxwidth", WIDTH), _limited("maxheight", HEIGHT)
    more = [(name, "1") for name in ("list", "controls") if given.get(name) == "1"]
    card = SIZES["card"]
    return {
        "type": "rich",
        "version": "1.0",
        "title": shared.title,
        "provider_name": _("归雁图"),
        "provider_url": sharing.base() + "/",
        "cache_age": 3600,
        "html": shared.frame(height, *more),
        "width": width,
        "height": height,
        "thumbnail_url": shared.full("/poster.png", ("size", card.key)),
        "thumbnail_width": card.pixels,
        "thumbnail_height": round(card.pixels * card.height / card.width),
    }


def _limited(name: str, usual: int) -> int:
    """The usual measure, or what the other site has room for."""
    if name not in request.args:
        return usual
    return max(LEAST, min(usual, grammar.read_count(name, request.args[name], MOST)))


def _xml(told: dict[str, Any]) -> bytes:
    root = ElementTree.Element("oembed")
    for name, value in told.items():
        ElementTree.SubElement(root, name).text = str(value)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made
