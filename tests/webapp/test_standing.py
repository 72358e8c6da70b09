"""What a process keeps of the files from one version to the next, and what it has from whom it was copied from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import Engine, text

from layers import store
from layers.areas import Areas
from tests.places import TODAY
from tests.webapp.test_building import KEYS, builder, own, reading, step
from webapp import building, create_app, forking, standing
from webapp.config import Settings

__all__ = ["own"]


@pytest.fixture
def app(own: tuple[Settings, Engine, Areas], tmp_path: Path) -> Iterator[Flask]:
    """An application over a folder in which every layer has just been built."""
    made = create_app(dataclasses.replace(own[0], home=tmp_path))
    with made.app_context(), reading(own[1]) as connection:
        building.full(connection, standing.here(), KEYS, TODAY)
    yield made
    if "engine" in made.extensions:
        made.extensions["engine"].dispose()


def test_what_has_stayed_as_it_was_is_mapped_once(app: Flask, own: tuple[Settings, Engine, Areas]) -> None:
    with app.app_context():
        first = standing.mapped().snapshots["projects"]
        known = first.of_base.answer("asked", lambda: np.zeros(1))
        with own[1].begin() as connection:
            connection.execute(text("UPDATE projects SET name = '示例改名' WHERE id = (SELECT min(id) FROM projects)"))
        assert step(own[1], builder(standing.here()))
        second = standing.mapped().snapshots["projects"]
        assert second.n > first.n
        assert second.base is first.base
        assert second.pairs is first.pairs
        assert len(second.tail) == 1
        assert second.of_base.answer("asked", lambda: np.ones(1)) is known
        with reading(own[1]) as connection:
            building.full(connection, standing.here(), KEYS, TODAY)
        third = standing.mapped().snapshots["projects"]
        assert (third.n, len(third.tail)) == (second.n, 0)
        assert third.base is not second.base
        assert third.of_base.answer("asked", lambda: np.ones(1)) is not known


def test_copies_need_not_read_what_was_read_ahead(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    forking._read_ahead(app)
    assert "511123" in app.extensions["areas"]
    assert not {"engine", "standing"} & set(app.extensions), "connections and maps are each process's own"
    read: list[str] = []
    monkeypatch.setattr(store, "_sum", lambda path: read.append(path.name) or 0)
    with app.app_context():
        assert set(standing.mapped().snapshots) == set(KEYS)
    assert read == []


def test_what_was_not_whole_ahead_is_not_taken_for_whole(app: Flask) -> None:
    with app.app_context():
        damaged = standing.here() / store.read(standing.here()).kept["projects"].files["columns"].name
    damaged.write_bytes(bytes([damaged.read_bytes()[0] ^ 1]) + damaged.read_bytes()[1:])
    forking._read_ahead(app)
    with app.app_context():
        assert set(standing.mapped().snapshots) == set(KEYS) - {"projects"}


def test_a_database_that_is_gone_is_no_reason_not_to_begin(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    away = create_app(dataclasses.replace(settings, database_url="postgresql+psycopg://x@127.0.0.1:1/x"))
    forking._read_ahead(away)
    assert not {"areas", "engine", "standing"} & set(away.extensions)
