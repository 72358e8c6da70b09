"""`/data`: what is shown, where it is from, how exact and how fresh it is, and what one may do with it."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

import layers
from webapp import cache, catalogue, sharing

blueprint = Blueprint("about", __name__)


@blueprint.get("/data")
def data() -> Response:
    """Every figure is counted from the rows that the public sees."""
    found = [(layer, catalogue.summary(layer)) for layer in layers.LAYERS]
    shared = sharing.of_subject("data", [])
    return cache.by_content(make_response(render_template("data.html", summaries=found, shared=shared)))
