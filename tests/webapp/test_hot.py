"""Tiles answered ahead of Flask: the same answer, and another one as soon as the files are others."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text

from layers.areas import Areas
from tests.webapp.test_building import KEYS, builder, own, reading, step
from webapp import building, create_app, db, hot, standing, watching
from webapp.config import Settings

__all__ = ["own"]
TILE = "/tiles/projects/8/201/106.mvt"


@pytest.fixture
def served(own: tuple[Settings, Engine, Areas], tmp_path: Path) -> Iterator[tuple[Flask, Path]]:
    """An application with Snapshots that have just been built and looked at."""
    settings = dataclasses.replace(own[0], home=tmp_path)
    folder = standing.folder(settings)
    with reading(own[1]) as connection:
        building.full(connection, folder, KEYS, db.day_in_china())
    assert step(own[1], builder(folder), db.day_in_china())
    watching.beat(folder, None)
    app = create_app(settings)
    app.test_client().get("/tiles/parks/8/201/106.mvt")  # the first request loads what all need
    watching.beat(folder, None)
    yield app, folder
    if "engine" in app.extensions:
        app.extensions["engine"].dispose()


def refuse(**_where: object) -> str:
    raise AssertionError("asked of Flask")


def test_the_second_answer_is_the_first_and_asks_nobody(served: tuple[Flask, Path]) -> None:
    app, folder = served
    client = app.test_client()
    first = client.get(TILE, headers={"Accept-Encoding": "br"})
    assert first.status_code == 200
    before, app.view_functions["tiles.layer"] = app.view_functions["tiles.layer"], refuse
    watching.beat(folder, None)
    second = client.get(TILE, headers={"Accept-Encoding": "br"})
    assert (second.status, second.data) == (first.status, first.data)
    assert dict(second.headers) == dict(first.headers)
    known = client.get(TILE, headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    assert known.headers["ETag"] == first.headers["ETag"]
    for other in ({"Accept-Encoding": "gzip"}, {}):
        assert client.get(TILE, headers=other).status_code == 500, "another encoding is another answer"
    assert client.get(TILE + "?area=5111").status_code == 500, "another question is another answer"
    app.view_functions["tiles.layer"] = before
    assert client.head(TILE).data == b""


def test_another_state_empties_it_and_nobody_is_answered_without_a_builder(
    own: tuple[Settings, Engine, Areas], served: tuple[Flask, Path]
) -> None:
    app, folder = served
    client = app.test_client()
    first = client.get(TILE)
    with own[1].begin() as connection:
        connection.execute(text("UPDATE projects SET status = 'withdrawn' WHERE id = (SELECT min(id) FROM projects)"))
    assert step(own[1], builder(folder), db.day_in_china())
    watching.beat(folder, None)
    time.sleep(hot.LOOK_SECONDS)
    second = client.get(TILE)
    assert second.headers["ETag"] != first.headers["ETag"]
    assert second.data != first.data
    app.view_functions["tiles.layer"] = refuse
    time.sleep(standing.FRESH_SECONDS + hot.LOOK_SECONDS)
    assert client.get(TILE).status_code == 500, "nobody has looked for two seconds: Flask asks the database"


def test_what_is_said_in_words_is_said_to_each_in_their_language(served: tuple[Flask, Path]) -> None:
    client = served[0].test_client()
    said = {
        language: client.get("/tiles/projects.json", headers={"Accept-Language": language}).get_json()["name"]
        for language in ("zh-CN", "en")
    }
    assert said["zh-CN"] == "推荐目录"
    assert said["en"].isascii()


@pytest.mark.parametrize(
    "path",
    ["/", "/projects", "/projects?q=茶", "/projects/{id}", "/projects/{id}/card", "/map.js", "/facets/projects", "/zones",
     "/areas/511123", "/industry", "/projects.geojson", "/tiles/incubators/8/201/106.mvt", "/api/collections/zones/items"],
)  # fmt: skip
def test_nothing_is_asked_of_the_database_even_of_layers_without_a_place(
    own: tuple[Settings, Engine, Areas], served: tuple[Flask, Path], path: str
) -> None:
    app, folder = served
    with own[1].connect() as connection:
        path = path.format(
            id=connection.execute(text("SELECT min(id) FROM projects WHERE status = 'published'")).scalar()
        )
        assert connection.execute(text("SELECT count(*) FROM zones")).scalar() == 0
    with app.app_context():
        asked: list[str] = []
        event.listen(db.engine(), "before_cursor_execute", lambda *said: asked.append(said[2]))
    watching.beat(folder, None)
    assert app.test_client().get(path).status_code in (200, 204)
    assert asked == []
