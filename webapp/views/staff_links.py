"""Addresses of staff's lists and places, from wherever they are pointed at."""

from __future__ import annotations

from flask import current_app, url_for

LIST, PLACE = "staff_places.page", "staff_places.place"


def listed(layer: str, area: str, state: str) -> str:
    """The list of a layer's places in an area and a state (`public`, `expiring`, `expired` …)."""
    return _url(LIST, layer=layer, area=area, state=state)


def place(layer: str, id: int) -> str:
    """A place's page for staff."""
    return _url(PLACE, key=layer, id=id) or url_for("place.page", key=layer, id=id)


def _url(endpoint: str, **values: str | int) -> str:
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""  # type: ignore[arg-type]
