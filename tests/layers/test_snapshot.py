"""A Snapshot answers as SQL does: the same places in the same order, the same numbers, the same tiles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

import layers
from geo import reference
from geo.extent import Tile, tile_at
from layers import (
    answering,
    asking,
    columns,
    featured,
    features,
    packing,
    pairing,
    summed,
    summing,
    tallying,
    tiles,
    tiling,
)
from layers.areas import Areas
from layers.features import Feature, Stretch
from layers.layer import Layer
from layers.query import Query
from layers.snapshot import Snapshot
from layers.words import untranslated
from tests import wild
from tests.places import TODAY

LAYERS = [pytest.param(layer, id=layer.key) for layer in layers.LAYERS]
PLACES = 240
MANY = settings(
    max_examples=500,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SOME = settings(MANY, max_examples=15)


@pytest.fixture(scope="module")
def catalogue(engine: Engine) -> Iterator[Connection]:
    """Wild places of every layer, for this module alone."""
    with engine.connect() as opened:
        transaction = opened.begin()
        opened.execute(text("SET LOCAL jit = off"))  # as the application has it
        for layer in layers.LAYERS:
            wild.places(opened, layer, PLACES)
        opened.execute(text("ANALYZE"))
        yield opened
        transaction.rollback()


@pytest.fixture(scope="module")
def snapshots(catalogue: Connection) -> dict[str, Snapshot]:
    """A Snapshot of each layer."""
    return {layer.key: edited(layer, *columns.gather(catalogue, layer, TODAY)) for layer in layers.LAYERS}


def edited(layer: Layer, narrow: pa.RecordBatch, texts: pa.RecordBatch) -> Snapshot:
    """As after edits: the texts of every third row in the tail, those of another row where they were."""
    moved = np.flatnonzero(np.arange(len(texts)) % 3 == 1)
    where = np.arange(len(texts))
    stale = where.copy()
    stale[moved] = np.roll(where, 5)[moved]
    pointers = where.astype(np.int32)
    pointers[moved] = -1 - np.arange(len(moved))[::-1]
    at = narrow.schema.get_field_index("text")
    base = texts.take(pa.array(stale))
    return Snapshot(
        layer,
        7,
        narrow.set_column(at, narrow.schema.field("text"), pa.array(pointers)),
        base,
        texts.take(pa.array(moved[::-1].copy())),
        pairing.index(base["words"]),
    )


SEEDS = st.integers(0, 2**32).map(Random)
"""A source of chance for each example: drawing parameter by parameter would take longer than asking SQL."""


def asked(layer: Layer, chance: Random, areas: Areas) -> Query:
    """Any few parameters together, each with one of its values, and sometimes a question held on top."""
    query = some(layer, chance, areas)
    query = replace(query, sort=chance.choice([*query.sorts(), "verified"] if query.q else list(query.sorts())))
    return query if chance.randrange(5) else replace(query, held=some(layer, chance, areas).everywhere())


def some(layer: Layer, chance: Random, areas: Areas) -> Query:
    known = dict(wild.params(layer))
    names = chance.sample(list(known), chance.randrange(5))
    return Query.parse(layer, [(name, chance.choice(known[name])) for name in names], areas)


def same(mine: Any, oracle: Any, *more: str) -> None:
    for name in (*public_fields_of(oracle), "lon", "lat", *more):
        assert getattr(mine, name) == getattr(oracle, name), name
        assert type(getattr(mine, name)) is type(getattr(oracle, name)), name
    if oracle.distance_km is None:
        assert mine.distance_km is None
    else:
        assert mine.distance_km == pytest.approx(oracle.distance_km, rel=1e-9, abs=1e-8)


def public_fields_of(row: Any) -> list[str]:
    return [name for name in row._fields if name not in ("lon", "lat", "distance_km", "shape", "wkb", "geojson")]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_question_finds_the_same_places_in_the_same_order(
    layer: Layer, catalogue: Connection, snapshots: dict[str, Snapshot], areas: Areas
) -> None:
    found = []

    @MANY
    @given(SEEDS)
    def compare(chance: Random) -> None:
        query = asked(layer, chance, areas)
        id_ = layer.model.id
        oracle = asking.matching(query, areas, TODAY, id_).order_by(*asking._order(query, areas), id_)
        ids = list(catalogue.execute(oracle).scalars())
        start = (query.page - 1) * query.limit
        mine = answering.page(snapshots[layer.key], query, areas, TODAY)
        assert [row.id for row in mine] == ids[start : start + query.limit], query
        assert answering.count(snapshots[layer.key], query, areas, TODAY) == len(ids), query
        found.append(len(ids))

    compare()
    assert len({*found}) > 30


@pytest.mark.parametrize("layer", LAYERS)
def test_words_are_looked_for_among_no_texts(layer: Layer, catalogue: Connection, areas: Areas) -> None:
    made, texts = columns.gather(catalogue, layer, TODAY, [])
    empty = Snapshot(layer, 1, made, texts, texts, pairing.index(texts["words"]))
    for words in ("养猪", "合作社 示例", "猪", "zhu"):
        query = Query.parse(layer, [("q", words)], areas)
        assert answering.page(empty, query, areas, TODAY) == []
        assert answering.count(empty, query, areas, TODAY) == 0


@pytest.mark.parametrize("layer", LAYERS)
def test_every_row_holds_the_same_values(
    layer: Layer, catalogue: Connection, snapshots: dict[str, Snapshot], areas: Areas
) -> None:
    near = Query(layer, near=(103.95, 29.21), radius=500.0)
    nearest = [Query(layer, near=at, radius=500.0, sort="near") for at in ((103.95, 29.21), wild.BORDER)]
    for query in (Query(layer), near, *nearest):
        mine = answering.whole(snapshots[layer.key], query, areas, TODAY)
        oracle = asking.whole(catalogue, query, areas, TODAY)
        assert len(mine) == len(oracle) > 5
        for row, other in zip(mine, oracle, strict=True):
            assert row.id == other.id, query
            same(row, other, "shape")
            assert bytes(other.wkb) == row.wkb
        assert [r.id for r in answering.whole(snapshots[layer.key], query, areas, TODAY, 9)] == [r.id for r in mine[:9]]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_number_is_the_same(
    layer: Layer, catalogue: Connection, snapshots: dict[str, Snapshot], areas: Areas
) -> None:
    both = ((answering, snapshots[layer.key]), (asking, catalogue))

    @SOME
    @given(SEEDS)
    def compare(chance: Random) -> None:
        query = asked(layer, chance, areas)
        within = chance.choice([None, "510000", "511100", "511123", "410000"])
        name = chance.choice(list(layer.filters))
        parts = areas.children(within)
        mine, oracle = (
            (
                at.facets(source, query, areas, TODAY, untranslated),
                at.by_area(source, query, areas, TODAY, within),
                at.by_choice(source, query, areas, TODAY, name, parts),
                at.extent(source, query, areas, TODAY),
                [row.id for row in at.expiring(source, query, areas, TODAY)],
                [row and row.id for row in (at.one(source, query, areas, TODAY, id_) for id_ in (1, 2, 3, 10**9))],
            )
            for at, source in both
        )
        for ours, theirs in zip(mine, oracle, strict=True):
            assert ours == theirs, query

    compare()


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("share", [0.0, 0.2, 0.7, 1.0])
def test_choices_are_counted_alike_one_by_one_and_together(
    layer: Layer, share: float, snapshots: dict[str, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = snapshots[layer.key]
    rows = np.random.default_rng(7).random(len(snapshot)) < share
    kinds = {name: field.filter for name, field in layer.filters.items() if field.filter is not None}
    plain = {
        name: [int(kind.mask(snapshot[name][rows], kind.parse(t.value)).sum()) for t in kind.tallies("", untranslated)]
        for name, kind in kinds.items()
    }
    for few in (1, len(snapshot) * 2):
        monkeypatch.setattr(tallying, "FEW", few)
        assert tallying.tallies(snapshot, list(kinds), rows) == plain
        assert tallying.tallies(snapshot, list(kinds), np.flatnonzero(rows)) == plain


@pytest.mark.parametrize("layer", LAYERS)
def test_every_tile_has_the_same_features(
    layer: Layer, catalogue: Connection, snapshots: dict[str, Snapshot], areas: Areas
) -> None:
    @SOME
    @given(SEEDS)
    def compare(chance: Random) -> None:
        query = asked(layer, chance, areas) if chance.randrange(2) else Query(layer)
        lon, lat = chance.choice(positions)
        z = chance.randrange(19)
        at = tile_at(lon, lat, z)
        mine = marks(tiling.tile_points(snapshots[layer.key], query, areas, TODAY, at), layer)
        oracle = marks(tiles.tile_bytes(catalogue, query, areas, TODAY, at), layer)
        assert [mark[1:] for mark in mine] == [mark[1:] for mark in oracle], (query, at)
        for (place, *_), (other, *_) in zip(mine, oracle, strict=True):
            assert max(abs(a - b) for a, b in zip(place, other, strict=True)) <= (z < layer.style.cluster_below)
        seen.append(len(mine))

    positions = [(row.lon, row.lat) for row in asking.whole(catalogue, Query(layer), areas, TODAY)]
    seen: list[int] = []
    compare()
    assert max(seen) > 8


def marks(content: bytes, layer: Layer) -> list[tuple[Any, ...]]:
    """(place, feature's id, properties) of the points of a tile, in an order of their own."""
    decoded = mapbox_vector_tile.decode(content) if content else {}
    features = decoded.get(layer.key, {"features": []})["features"]
    found = [(f["geometry"]["coordinates"], f.get("id"), sorted(f["properties"].items())) for f in features]
    return sorted(found, key=lambda mark: (repr(mark[2]), mark[0]))


@pytest.mark.parametrize("layer", LAYERS)
def test_clusters_of_every_zoom_add_up(layer: Layer, snapshots: dict[str, Snapshot], areas: Areas) -> None:
    snapshot = snapshots[layer.key]
    drawn = np.count_nonzero((snapshot["dim"] != 1) & (snapshot["until"] >= packing.day(TODAY)))
    for zoom in range(layer.style.cluster_below):
        at = {tile_at(lon, lat, zoom) for lon, lat in zip(snapshot["lon"], snapshot["lat"], strict=True)}
        steps = [(t.x + dx, t.y + dy) for t in at for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        around = {Tile(zoom, x, y) for x, y in steps if min(x, y) >= 0 and max(x, y) < 1 << zoom}
        every = [tiling.tile_points(snapshot, Query(layer), areas, TODAY, tile) for tile in around]
        assert sum(dict(mark[2])["count"] for content in every for mark in marks(content, layer)) == drawn, zoom


@pytest.mark.parametrize("layer", LAYERS)
def test_every_feature_is_the_same(
    layer: Layer, catalogue: Connection, snapshots: dict[str, Snapshot], areas: Areas
) -> None:
    boxes = [None, (103.7, 29.2, 104, 29.6), (112.5, 29, 112.5, 30), (103.95, 29.57, 103.95, 29.57)]
    days = [None, (None, TODAY), (TODAY - dt.timedelta(days=30), None), (TODAY, TODAY)]
    ids = [0, 10**9, *(row.id for row in asking.whole(catalogue, Query(layer), areas, TODAY, 20))]

    @SOME
    @given(SEEDS)
    def compare(chance: Random) -> None:
        box, limit = chance.choice(boxes), chance.randrange(1, 30)
        frame = None if box is None else reference.box(box, reference.CRS84)
        what = features.Asked(asked(layer, chance, areas), frame, chance.choice(days))
        stretches = (Stretch(limit, chance.randrange(40)), Stretch(limit, after=chance.choice(ids)))
        stretch = chance.choice([*stretches, Stretch(limit, before=chance.choice(ids))])
        where = chance.choice(reference.REFERENCES)
        mine = featured.rows(snapshots[layer.key], what, areas, TODAY, stretch, where)
        oracle = features.rows(catalogue, what, areas, TODAY, stretch, where)
        assert [row.id for row in mine] == [row.id for row in oracle], what
        for row, other in zip(mine, oracle, strict=True):
            same(row, other, "geojson")
        args = (what, areas, TODAY, stretch, where)
        alike(featured.page(snapshots[layer.key], *args), features.page(catalogue, *args))
        assert featured.count(snapshots[layer.key], what, areas, TODAY) == features.count(catalogue, what, areas, TODAY)

    compare()


def alike(mine: list[Feature], oracle: list[Feature]) -> None:
    """Features of both faces are equal to the byte."""
    assert len(mine) == len(oracle)
    for one, other in zip(mine, oracle, strict=True):
        assert (one.id, one.properties, one.geojson) == (other.id, other.properties, other.geojson)
        assert (one.distance_km or 0) == pytest.approx(other.distance_km or 0, rel=1e-9, abs=1e-8)
        assert (one.distance_km is None) == (other.distance_km is None)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_is_told_to_the_byte_as_sql_tells_it(
    layer: Layer, catalogue: Connection, snapshots: dict[str, Snapshot], areas: Areas
) -> None:
    for query in (Query(layer), Query(layer, near=(103.95, 29.21), radius=500.0, sort="near")):
        oracle = features.whole(catalogue, query, areas, TODAY)
        assert len(oracle) > 5
        alike(featured.whole(snapshots[layer.key], query, areas, TODAY), oracle)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_as_a_whole_is_the_same(
    layer: Layer, catalogue: Connection, snapshots: dict[str, Snapshot], areas: Areas
) -> None:
    snapshot = snapshots[layer.key]
    assert featured.extent(snapshot, layer, TODAY) == features.extent(catalogue, layer, TODAY)
    assert summed.summary(snapshot, layer, TODAY) == summing.summary(catalogue, layer, TODAY)
    assert summed.credits_due(snapshot, TODAY) == summing.credits_due(catalogue, layer, TODAY)
    if "kind" in layer.filters:
        assert summed.kinds(snapshot, layer, TODAY) == summing.kinds(catalogue, layer, TODAY)
    later = TODAY + dt.timedelta(days=40)
    assert answering.count(snapshot, Query(layer), areas, later) == asking.count(catalogue, Query(layer), areas, later)
    for row in asking.page(catalogue, Query(layer), areas, TODAY):
        args = (layer, areas, TODAY, row.id, reference.CRS84)
        same(featured.one(snapshot, *args), features.one(catalogue, *args), "geojson")
