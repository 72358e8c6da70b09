"""OGC API – Features and Tiles: thin blueprints over the same questions as every other surface."""

from __future__ import annotations

from webapp.api.ogc import changes, collections, items, tiles

BLUEPRINTS = (collections.blueprint, items.blueprint, tiles.blueprint, changes.blueprint)
