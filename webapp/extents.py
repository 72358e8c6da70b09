"""Where a layer's public places lie, since when and from whom: asked once for each version of the layer."""

from __future__ import annotations

from flask import current_app

from layers.features import Extent
from layers.layer import Layer
from webapp import catalogue, db

WORLD = (-180.0, -85.0511, 180.0, 85.0511)


def of(layer: Layer) -> Extent:
    """The layer's extent as it is today."""
    kept: dict[str, tuple[object, Extent]] = current_app.extensions.setdefault("extents", {})
    state = (catalogue.versions(layer.key), db.today())
    if layer.key not in kept or kept[layer.key][0] != state:
        kept[layer.key] = (state, catalogue.whereabouts(layer))
    return kept[layer.key][1]


def around(layer: Layer) -> list[float]:
    """West, south, east, north in degrees; the world where there is no place."""
    return list(of(layer).box or WORLD)
