"""Small outlines of a city's counties, for entries of a list: drawn by the builder, or when a page needs them."""

from __future__ import annotations

import orjson
from flask import current_app

from layers.outlines import Outlines, drawn
from webapp import db, standing


def of(city: str) -> Outlines:
    """A city's counties; [] where no outline is known."""
    kept = current_app.extensions
    if "locators" not in kept:
        kept["locators"] = {code: orjson.loads(told) for code, told in standing.locators()}
    known: dict[str, Outlines] = kept["locators"]
    if city not in known:
        known[city] = drawn(db.areas(), city)
    return known[city]
