"""Features of a layer: page after page, and each by its id."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import orjson
from flask import Blueprint, Response, current_app
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError, StatementError

import layers
from geo.reference import Reference
from layers import cql, features
from layers.layer import Layer
from webapp import cache, catalogue, db
from webapp.api.downloads import feature
from webapp.api.ogc import answers, question
from webapp.api.ogc.answers import GEOJSON, HTML, JSON, Link, link
from webapp.api.ogc.collections import TERMS, licence, provenance
from webapp.api.ogc.question import Question
from webapp.asked import only
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.present import place_url
from webapp.views.place import public_place

blueprint = Blueprint("ogc_items", __name__, url_prefix="/api/collections/<key>/items")
KEPT = 500
"""Counts that a process keeps: the pages of one question have the same."""


@blueprint.get("")
def items(key: str) -> Response:
    """The features that the question asks for, a stretch at a time."""
    asked = question.read(key)
    html = answers.wants_page()
    etag = cache.tag(catalogue.versions(key, "areas"), db.today(), answers.here(), language(), html)
    return answers.varied(cache.unchanged(etag) or cache.tagged(_answer(asked, html), etag))


def _answer(asked: Question, html: bool) -> Response:
    try:
        with _apart(asked):
            matched, found = _matched(asked), _found(asked, html)
    except (DBAPIError, StatementError) as error:
        if not asked.by_filter or db.is_gone(error):
            raise
        told = str(error.orig or error).splitlines()[0]
        raise cql.refused(asked.by_filter, told) from None
    document = _about(asked, matched, found)
    if html:
        return answers.page("api/items.html", layer=asked.layer, rows=found, document=document, asked=asked)
    response = Response(orjson.dumps({**document, "features": [*map(feature, found)]}), content_type=GEOJSON)
    response.headers["Content-Crs"] = f"<{asked.reference.uri}>"
    return response


def _apart(asked: Question) -> AbstractContextManager[object]:
    """Where a filter that the database cannot compute spoils nothing else."""
    return db.connection().begin_nested() if asked.by_filter else nullcontext()


def _found(asked: Question, html: bool) -> Sequence[Any]:
    """What stands on the page: rows for people, features for programs."""
    read = catalogue.features_rows if html else catalogue.features_page
    return read(asked.asked, asked.stretch, asked.reference)


def _matched(asked: Question) -> int:
    """The number of all features, counted once for a question at a version."""
    kept: OrderedDict[str, int] = current_app.extensions.setdefault("matched", OrderedDict())
    paging = dict.fromkeys(("limit", "offset", "after", "before", "page", "sort", "f", "lang", "crs"))
    mark = cache.tag(catalogue.versions(asked.layer.key, "areas"), db.today(), answers.here(paging))
    if mark not in kept:
        kept[mark] = catalogue.features_count(asked.asked)
    while len(kept) > KEPT:
        kept.popitem(last=False)
    return kept[mark]


def _about(asked: Question, matched: int, rows: Sequence[Any]) -> dict[str, Any]:
    """The members of a collection but its features."""
    return {
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": len(rows),
        "timeStamp": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "license": _(TERMS),
        **provenance(asked.layer),
        "links": [*answers.selves(GEOJSON), *_neighbours(asked, matched, rows), *_above(asked.layer)],
    }


def _neighbours(asked: Question, matched: int, rows: Sequence[Any]) -> list[Link]:
    """`next` and `prev`: by id, unless the question has an order of its own."""
    stretch, found = asked.stretch, []
    type_ = HTML if answers.wants_page() else GEOJSON
    if asked.asked.query.sort:
        if stretch.offset + len(rows) < matched and rows:
            found.append(_step("next", type_, offset=str(stretch.offset + stretch.limit)))
        if stretch.offset:
            found.append(_step("prev", type_, offset=str(max(0, stretch.offset - stretch.limit))))
        return found
    if rows and _is_there(asked, features.Stretch(1, after=rows[-1].id)):
        found.append(_step("next", type_, after=str(rows[-1].id)))
    if rows and _is_there(asked, features.Stretch(1, before=rows[0].id)):
        found.append(_step("prev", type_, before=str(rows[0].id)))
    return found


def _is_there(asked: Question, stretch: features.Stretch) -> bool:
    """Whether anything stands beyond an end; nothing is asked where the number of rows tells."""
    return bool(catalogue.features_page(asked.asked, stretch, asked.reference))


def _step(rel: str, type_: str, **where: str) -> Link:
    titles = {"next": _("下一页"), "prev": _("上一页")}
    at = {"offset": None, "after": None, "before": None, "page": None, **where}
    return link(rel, answers.here(at), type_, titles[rel])


def _above(layer: Layer) -> list[Link]:
    return [link("collection", f"{answers.base()}/collections/{layer.key}", JSON, _(layer.title)), licence()]


@blueprint.get("/<int(max=9223372036854775807):id>")
def item(key: str, id: int) -> Response:
    """One feature; 410 for one that was public once."""
    layer = layers.get(key)
    only("f", "crs")
    reference = question.one_reference()
    public_place(layer, id)
    row = catalogue.feature(layer, id, reference)
    if answers.wants_page():
        return answers.page("api/item.html", layer=layer, place=row, links=_beside(layer, row), crs=reference.uri)
    (place,) = features.of_rows(layer, [row])
    document = {**feature(place), "license": _(TERMS), **provenance(layer), "links": _beside(layer, row)}
    return _one(document, reference)


def _one(document: dict[str, Any], reference: Reference) -> Response:
    response = answers.told(document, GEOJSON)
    response.headers["Content-Crs"] = f"<{reference.uri}>"
    return response


def _beside(layer: Layer, row: Row[Any]) -> list[Link]:
    page = answers.base().removesuffix("/api") + place_url(layer, row)
    return [*answers.selves(GEOJSON), link("canonical", page, HTML, row.name), *_above(layer)]
