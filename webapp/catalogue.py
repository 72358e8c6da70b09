"""What the public surfaces ask of the catalogue: the one door between them and where its answers come from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

import layers
from geo.extent import Box, Tile
from geo.reference import Reference
from layers import answering, asking, featured, features, summed, summing, tiles, tiling
from layers.areas import Area
from layers.asking import Counted
from layers.features import Asked, Extent, Feature, Stretch
from layers.layer import Layer
from layers.query import Query
from layers.snapshot import Snapshot
from layers.summing import Summary
from webapp import db, outlasting, standing
from webapp.i18n import translate as _

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def _asked(
    kept: Snapshot | None,
    remembered: Callable[Concatenate[Snapshot, Given], Answer],
    read: Callable[Concatenate[Connection, Given], Answer],
    *given: Given.args,
    **named: Given.kwargs,
) -> Answer:
    """The answer of a Snapshot, or of its twin that reads the database where there is none."""
    return read(db.connection(), *given, **named) if kept is None else remembered(kept, *given, **named)


def page(query: Query) -> list[Any]:
    """The places of the question's page, with public fields, `lon`, `lat` and `distance_km`."""
    return list(_asked(standing.of(query.layer), answering.page, asking.page, query, db.areas(), db.today()))


def count(query: Query) -> int:
    """How many places the question matches."""
    return _asked(standing.of(query.layer), answering.count, asking.count, query, db.areas(), db.today())


def one(query: Query, id: int) -> Any | None:
    """The place of an id that the question matches, None when there is none."""
    return _asked(standing.of(query.layer), answering.one, asking.one, query, db.areas(), db.today(), id)


def expiring(query: Query) -> list[Any]:
    """The matching places that are soon to expire, the next to go first."""
    return list(_asked(standing.of(query.layer), answering.expiring, asking.expiring, query, db.areas(), db.today()))


def everything(query: Query, most: int | None = None) -> list[Any]:
    """All matching places in the asked order, at most `most`, with their shape besides.

    `shape` (WKT) and `wkb` of their geometry, degrees.
    """
    return _asked(standing.of(query.layer), answering.whole, asking.whole, query, db.areas(), db.today(), most)


def facets(query: Query, names: Collection[str] | None = None) -> dict[str, list[Counted]]:
    """Parameter -> counted choices of the layer's filters, or of those named alone."""
    return _asked(standing.of(query.layer), answering.facets, asking.facets, query, db.areas(), db.today(), _, names)


def by_area(query: Query, within: str | None) -> list[tuple[Area, int]]:
    """The areas right under `within` with their counts, the question's own area left out."""
    return _asked(standing.of(query.layer), answering.by_area, asking.by_area, query, db.areas(), db.today(), within)


def by_choice(query: Query, name: str, parts: Sequence[Area]) -> dict[str, list[Counted]]:
    """Area code -> counted choices of the filter `name`, for areas of one level."""
    return _asked(
        standing.of(query.layer), answering.by_choice, asking.by_choice, query, db.areas(), db.today(), name, parts
    )


def extent(query: Query) -> Box | None:
    """The box around every matching place, degrees; None when there is none."""
    return _asked(standing.of(query.layer), answering.extent, asking.extent, query, db.areas(), db.today())


def tile(query: Query, tile: Tile) -> bytes:
    """The question's places on one tile; b"" when there are none.

    Lines and polygons come from the database, or from what it has drawn before.
    """
    kept, areas, today = standing.of(query.layer), db.areas(), db.today()
    if kept is None:
        return tiles.tile_bytes(db.connection(), query, areas, today, tile)
    points = tiling.tile_points(kept, query, areas, today, tile)
    if tile.z < query.layer.style.shapes_from:
        return points
    everywhere = query.everywhere()
    held = everywhere.held.params() if everywhere.held else ()
    made_from = ("shapes", query.layer.key, kept.n, today, everywhere.params(), held, tile)
    return points + outlasting.tile(lambda: tiles.shape_bytes(db.connection(), query, areas, today, tile), *made_from)


def versions(*keys: str) -> str:
    """Versions of layers (`areas` among them) as one short text, for ETags: of what the answers are made from."""
    kept = standing.now()
    told = {key: f"{key}{kept.state.kept[key].n}" for key in keys if kept and kept.tells(key)} if kept else {}
    others = [key for key in keys if key not in told]
    return ",".join([*(told[key] for key in sorted(told)), *([db.versions(*others)] if others else [])])


def version(layer: Layer) -> tuple[int, str]:
    """The layer's version and the moment of its last change (RFC 3339, UTC)."""
    kept = standing.now()
    if kept is None or layer.key not in kept.snapshots:
        return db.version(layer.key)
    return kept.state.kept[layer.key].n, kept.state.kept[layer.key].at


def credits_due(layer: Layer) -> list[str]:
    """Sources that must be named wherever the layer shows."""
    kept, today = standing.of(layer), db.today()
    if kept is not None:
        return kept.remembered(("credits", today), lambda: summed.credits_due(kept, today))
    return db.credits_due(layer)


def kinds(layer: Layer) -> list[str]:
    """The kinds that public rows of a layer have."""
    kept, today = standing.of(layer), db.today()
    if kept is not None:
        return kept.remembered(("kinds", today), lambda: summed.kinds(kept, layer, today))
    return db.kinds(layer)


def summary(layer: Layer) -> Summary:
    """The layer as a whole: how many, how exact, how fresh, from where."""
    kept, today = standing.of(layer), db.today()
    if kept is not None:
        return kept.remembered(("summary", today), lambda: summed.summary(kept, layer, today))
    return summing.summary(db.connection(), layer, today)


def stamps(layer: Layer, limit: int, offset: int) -> list[tuple[int, str]]:
    """(id, day of the last change) of a stretch of the public places, in the order of their ids."""
    kept, today = standing.of(layer), db.today()
    return standing.unless_gone(
        lambda: summing.stamps(db.connection(), layer, today, limit, offset),
        lambda: summed.stamps(kept, today, limit, offset) if kept else [],
    )


def shows(digest: str) -> bool:
    """Whether a public place shows the picture, as far as the Snapshots tell."""
    today, kept = db.today(), [standing.of(layer) for layer in layers.LAYERS]
    return any(digest in one.remembered(("photos", today), partial(summed.photos, one, today)) for one in kept if one)


def whereabouts(layer: Layer) -> Extent:
    """Where the layer's places lie, when they were vouched for, and by whom they are told."""
    kept, today = standing.of(layer), db.today()
    if kept is not None:
        return kept.remembered(("whereabouts", today), lambda: featured.extent(kept, layer, today))
    return features.extent(db.connection(), layer, today)


def _of(asked: Asked) -> Snapshot | None:
    """The Snapshot that knows the question, None where the database is to be asked: it alone knows CQL2."""
    return standing.of(asked.query.layer) if asked.condition is None else None


def features_count(asked: Asked) -> int:
    """How many features there are."""
    return _asked(_of(asked), featured.count, features.count, asked, db.areas(), db.today())


def features_rows(asked: Asked, stretch: Stretch, reference: Reference) -> Sequence[Any]:
    """Public fields, `lon`, `lat`, `distance_km` and `geojson` (in the reference system's order) of a stretch."""
    return _asked(_of(asked), featured.rows, features.rows, asked, db.areas(), db.today(), stretch, reference)


def features_page(asked: Asked, stretch: Stretch, reference: Reference) -> list[Feature]:
    """The same stretch as GeoJSON has it."""
    return _asked(_of(asked), featured.page, features.page, asked, db.areas(), db.today(), stretch, reference)


def features_whole(query: Query) -> list[Feature]:
    """All matching places in the asked order, as GeoJSON has them."""
    return _asked(standing.of(query.layer), featured.whole, features.whole, query, db.areas(), db.today())


def feature(layer: Layer, id: int, reference: Reference) -> Any:
    """A public place that is known to be there, as `features_rows` gives it."""
    return _asked(standing.of(layer), featured.one, features.one, layer, db.areas(), db.today(), id, reference)
