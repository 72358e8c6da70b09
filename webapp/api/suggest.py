"""`/suggest?q=`: places, areas and trades that the beginning of a question may mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, jsonify, request

import layers
from layers import grammar, synonyms
from layers.codes import Codes
from layers.layer import Layer
from layers.query import Query
from webapp import cache, catalogue, db
from webapp.asked import default_area, only
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.present import offered_name, place_url, where

blueprint = Blueprint("suggest", __name__)
AREAS, TRADES, WORDS, PLACES = 4, 4, 2, 4
Hint = dict[str, Any]


@blueprint.get("/suggest")
def suggest() -> Response:
    """At most a dozen: `params` to put into the question, or the `href` of a place."""
    only("q", "layer")
    given = grammar.joined(request.args.items())
    layer = layers.get(given.get("layer", layers.LAYERS[0].key))
    q = grammar.read_text(given.get("q", "")).replace('"', "")
    hints = [*_areas(q), *_trades(layer, q), *_words(q), *_places(layer, q)] if q else []
    return cache.by_content(jsonify({"suggestions": hints}))


def _areas(q: str) -> Iterator[Hint]:
    """Those of the operator's own province before others."""
    book = db.areas()
    home = default_area()[:2]
    near_first = sorted(book.named(q), key=lambda area: not area.code.startswith(home))
    for area in near_first[:AREAS]:
        above = " · ".join(a.label(language()) for a in book.path(area.code)[:-1][-2:])
        yield {"kind": "area", "label": area.label(language()), "note": above, "params": {"area": area.code}}


def _trades(layer: Layer, q: str) -> Iterator[Hint]:
    """Groups before codes, the wider before the narrower; for a layer without trades their names as words."""
    codes = layer.codes or layers.LAYERS[0].codes
    assert codes is not None
    for key, label in list(_named(codes, q))[:TRADES]:
        params = {layer.seal: key} if layer.codes and layer.seal else {"q": label}
        yield {"kind": "trade", "label": _(label), "note": "" if key.islower() else key, "params": params}


def _named(codes: Codes, q: str) -> Iterator[tuple[str, str]]:
    yield from ((group.key, group.label) for group in codes.groups if q in group.label)
    yield from sorted(((c, n) for c, n in codes.names.items() if q in n), key=lambda named: (len(named[0]), named[0]))


def _words(q: str) -> Iterator[Hint]:
    """What people say, with what it is called in the catalogue."""
    said = [(word, others) for word, others in synonyms.book().items() if word.startswith(q)]
    for word, others in said[:WORDS]:
        yield {"kind": "word", "label": word, "note": _("、").join(others[:2]), "params": {"q": word}}


def _places(layer: Layer, q: str) -> Iterator[Hint]:
    asked = q if q.isascii() else f'"{q}"'
    query = Query(layer, q=asked, limit=PLACES)
    for place in catalogue.page(query):
        note = f"{_(layer.title)} · {where(place)}"
        yield {"kind": "place", "label": offered_name(place), "note": note, "href": place_url(layer, place)}
