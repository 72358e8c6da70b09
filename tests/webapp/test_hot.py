"""Public answers given ahead of Flask: the same answer, and another one as soon as the files are others."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text
from werkzeug.test import Client

from layers.areas import Areas
from tests.webapp.test_building import KEYS, builder, own, reading, step
from webapp import building, create_app, db, hot, metering, standing, watching
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


def test_a_page_is_given_again_for_as_long_as_it_allows_a_cache_to_and_counted(
    served: tuple[Flask, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, folder = served
    client = app.test_client()

    def counted() -> float:
        return metering.REQUESTS.labels("directory.page", 200)._value.get()  # type: ignore[no-any-return]

    begun = counted()
    first = client.get("/projects")
    monkeypatch.setitem(app.view_functions, "directory.page", refuse)
    watching.beat(folder, None)
    again = client.get("/projects")
    assert (again.status, again.data, dict(again.headers)) == (first.status, first.data, dict(first.headers))
    assert client.get("/projects", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert counted() == begun + 3
    for other in ({"Accept-Language": "en"}, {"Accept-Encoding": "br"}, {"Host": "elsewhere.example"}):
        assert client.get("/projects", headers=other).status_code == 500, other
    later = time.monotonic() + 4
    monkeypatch.setattr(hot, "time", SimpleNamespace(monotonic=lambda: later, time=time.time))
    assert client.get("/projects").status_code == 500, "no longer than it said"


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (
            "200 OK",
            {"Cache-Control": "public, s-maxage=4", "Content-Length": "9", "Vary": "Accept-Encoding, Accept"},
            4,
        ),
        ("204 NO CONTENT", {"Cache-Control": "public, s-maxage=4"}, 4),
        ("200 OK", {"Cache-Control": "public, s-maxage=4"}, 0),  # a stream
        ("200 OK", {"Cache-Control": "public, s-maxage=4", "Content-Length": "2000000"}, 0),
        ("200 OK", {"Cache-Control": "public, max-age=4", "Content-Length": "9"}, 0),
        ("200 OK", {"Cache-Control": "private, no-store", "Content-Length": "9"}, 0),
        ("200 OK", {"Cache-Control": "public, s-maxage=4", "Content-Length": "9", "Vary": "Accept, Cookie"}, 0),
        ("200 OK", {"Cache-Control": "public, s-maxage=4", "Content-Length": "9", "Set-Cookie": "a=b"}, 0),
        ("404 NOT FOUND", {"Cache-Control": "public, s-maxage=10", "Content-Length": "9"}, 0),
        ("429 TOO MANY REQUESTS", {"Cache-Control": "public, s-maxage=4", "Content-Length": "9"}, 0),
    ],
)
def test_what_may_be_given_again(status: str, headers: dict[str, str], seconds: float) -> None:
    assert hot._kept(status, [*headers.items()], "/projects") == seconds


def test_the_oldest_make_room(served: tuple[Flask, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    app, folder = served
    client = app.test_client()
    one = len(client.get("/parks").data) + hot.OWN_BYTES
    monkeypatch.setattr(hot, "MOST_BYTES", 4 * one)
    for page in range(2, 12):
        watching.beat(folder, None)
        client.get(f"/parks?page={page}")
    monkeypatch.setitem(app.view_functions, "directory.page", refuse)
    watching.beat(folder, None)
    assert client.get("/parks?page=11").status_code == 200
    assert client.get("/parks?page=2").status_code == 500


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


def test_a_database_that_leaves_between_the_last_question_and_the_end_spoils_no_answer(
    own: tuple[Settings, Engine, Areas], served: tuple[Flask, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _folder = served

    def leaves(**_where: object) -> str:
        end = text("SELECT pg_terminate_backend(:pid)")
        pid = db.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
        with own[1].begin() as other:
            other.execute(end, {"pid": pid})
        return "answered"

    monkeypatch.setitem(app.view_functions, "directory.page", leaves)
    for _n in range(3):
        assert app.test_client().get("/projects").text == "answered"
    with app.app_context():
        assert db.engine().pool.checkedout() == 0  # type: ignore[attr-defined]


def test_what_is_answered_between_it_and_flask_is_kept_uncounted(served: tuple[Flask, Path]) -> None:
    app, folder = served

    def between(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [("Cache-Control", "public, s-maxage=4"), ("Content-Length", "7")])
        return [b"drawing"]

    client = Client(hot.Hot(between, app.config["SETTINGS"]))
    watching.beat(folder, None)
    assert [client.get("/poster.png").data for _n in range(2)] == [b"drawing"] * 2
