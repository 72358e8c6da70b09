"""A layer as a whole: its Snapshot tells what the database does."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Connection

import layers
from layers import columns, featured, features, pairing, summed, summing
from layers.areas import Areas
from layers.layer import Layer
from layers.snapshot import Snapshot
from tests.places import TODAY, put, values

DAYS = [dt.timedelta(days=days) for days in (0, 61)]


@pytest.mark.parametrize("layer", layers.LAYERS, ids=lambda layer: layer.key)
@pytest.mark.parametrize("number", [0, 14])
def test_it_tells_what_the_database_does(connection: Connection, areas: Areas, layer: Layer, number: int) -> None:
    more = [
        {},
        {"precision": "county"},
        {"verified": None},
        {"source_name": "© 某图", "sample": True},
        {"photos": None},
    ]
    rows = [values(layer, n, **more[n % 5], valid_until=TODAY + dt.timedelta(days=30 + 5 * n)) for n in range(number)]
    put(connection, layer, areas, *rows)
    made, texts = columns.gather(connection, layer, TODAY)
    snapshot = Snapshot(layer, 1, made, texts, texts.slice(0, 0), pairing.index(texts["words"]))
    for later in DAYS:
        today = TODAY + later
        assert summed.summary(snapshot, layer, today) == summing.summary(connection, layer, today)
        assert summed.credits_due(snapshot, today) == summing.credits_due(connection, layer, today)
        assert featured.extent(snapshot, layer, today) == features.extent(connection, layer, today)
        if "kind" in layer.model.__table__.c:
            assert summed.kinds(snapshot, layer, today) == summing.kinds(connection, layer, today)
        ids = [id_ for id_, _day in summed.stamps(snapshot, today, 5, 2)]
        assert ids == [id_ for id_, _day in summing.stamps(connection, layer, today, 5, 2)]
        shown = bool(number) and any(row.get("photos") and row["valid_until"] >= today for row in rows)
        assert summed.photos(snapshot, today) == ({"ab" * 32} if shown else set())
