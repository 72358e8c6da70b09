"""A Snapshot answers as SQL does: the same places in the same order, the same numbers, the same tiles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

import layers
from layers import answering, asking, columns
from layers.areas import Areas
from layers.errors import BadValue
from layers.layer import Layer
from layers.public import public_fields
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
SOME = settings(MANY, max_examples=40)


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
    return Snapshot(
        layer,
        7,
        narrow.set_column(at, narrow.schema.field("text"), pa.array(pointers)),
        texts.take(pa.array(stale)),
        texts.take(pa.array(moved[::-1].copy())),
    )


def questions(layer: Layer) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Any few parameters together, each with one value of its own or two."""
    known = dict(wild.params(layer))

    def pairs(names: list[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
        return st.tuples(*(st.tuples(st.just(name), st.sampled_from(known[name])) for name in names)).map(list)

    return st.lists(st.sampled_from(list(known)), max_size=4, unique=True).flatmap(pairs)


def asked(layer: Layer, data: Any, areas: Areas) -> Query:
    query = Query.parse(layer, data.draw(questions(layer)), areas)
    query = replace(
        query, sort=data.draw(st.sampled_from([*query.sorts(), "verified"] if query.q else list(query.sorts())))
    )
    if data.draw(st.integers(0, 4)) == 0:
        query = replace(query, held=Query.parse(layer, data.draw(questions(layer)), areas).everywhere())
    return query


def same(mine: Any, oracle: Any, *more: str) -> None:
    for name in (*public_fields_of(oracle), "lon", "lat", *more):
        assert getattr(mine, name) == getattr(oracle, name), name
        assert type(getattr(mine, name)) is type(getattr(oracle, name)), name
    assert mine.distance_km == pytest.approx(oracle.distance_km, rel=1e-9, abs=1e-8)


def public_fields_of(row: Any) -> list[str]:
    return [name for name in row._fields if name not in ("lon", "lat", "distance_km", "shape", "wkb", "geojson")]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_question_finds_the_same_places_in_the_same_order(
    layer: Layer, catalogue: Connection, snapshots: dict[str, Snapshot], areas: Areas
) -> None:
    found = []

    @MANY
    @given(st.data())
    def compare(data: Any) -> None:
        query = asked(layer, data, areas)
        mine = answering.page(snapshots[layer.key], query, areas, TODAY)
        oracle = asking.page(catalogue, query, areas, TODAY)
        assert [row.id for row in mine] == [row.id for row in oracle], query
        total = asking.count(catalogue, query, areas, TODAY)
        assert answering.count(snapshots[layer.key], query, areas, TODAY) == total, query
        found.append(total)

    compare()
    assert len({*found}) > 30
