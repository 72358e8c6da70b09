"""The layers of the map, in the order of its legend."""

from __future__ import annotations

from layers import incubators, parks, projects, services, towns, transport, zones
from layers.errors import UnknownLayer
from layers.layer import Layer

LAYERS: tuple[Layer, ...] = (
    projects.layer,
    zones.layer,
    towns.layer,
    transport.layer,
    parks.layer,
    incubators.layer,
    services.layer,
)


def get(key: str) -> Layer:
    """The layer of a key; UnknownLayer when there is none."""
    for layer in LAYERS:
        if layer.key == key:
            return layer
    raise UnknownLayer(key)
