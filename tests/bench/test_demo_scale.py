"""The synthetic catalogue is as the application itself would have made it, and every public surface shows it."""

from __future__ import annotations

import re
import subprocess
import sys

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

import layers
from bench import fill
from layers import record
from layers.areas import Areas
from layers.base import Need
from layers.check import pinyin
from tests.bench.conftest import N
from tests.conftest import ROOT
from webapp.config import Settings

CHINA = {"z": 3, "x": range(5, 8), "y": range(2, 5)}


def clusters(visitor: FlaskClient, key: str, z: int) -> int:
    """The sum of what the marks of all tiles over China count."""
    wide = 2 ** (z - CHINA["z"])
    total = 0
    for x in range(CHINA["x"].start * wide, CHINA["x"].stop * wide):
        for y in range(CHINA["y"].start * wide, CHINA["y"].stop * wide):
            content = visitor.get(f"/tiles/{key}/{z}/{x}/{y}.mvt").data
            drawn = mapbox_vector_tile.decode(content).get(key, {"features": []}) if content else {"features": []}
            total += sum(feature["properties"]["count"] for feature in drawn["features"])
    return total


@pytest.mark.parametrize("z", [3, 5])
def test_every_public_surface_counts_the_same(visitor: FlaskClient, z: int) -> None:
    page = visitor.get("/projects?lang=zh").text
    assert re.search(rf"\b{N}\b", re.sub(r"<[^>]+>|,", " ", page)), "the directory says how many"
    assert visitor.get("/facets/projects").json["total"] == N
    assert visitor.get("/projects.geojson").json["numberMatched"] == N
    assert visitor.get("/api/collections/projects/items?limit=1").json["numberMatched"] == N
    assert clusters(visitor, "projects", z) == N


def test_parks_and_links_come_in_proportion(visitor: FlaskClient) -> None:
    assert visitor.get("/facets/parks").json["total"] == N // fill.PER_PARK
    links = visitor.get("/transport.geojson").json["features"]
    assert [link["geometry"]["type"] for link in links] == ["LineString"] * (N // fill.PER_LINK)


def test_the_judge_of_values_would_publish_every_row(inside: Connection) -> None:
    areas = Areas.load(inside)
    for key in ("projects", "parks", "transport"):
        layer = layers.get(key)
        rows = inside.execute(record.select_record(layer)).all()
        assert rows
        for row in rows:
            checked = layer.check(record.of(layer, row), Need.PUBLISH if key == "projects" else Need.DRAFT, areas)
            assert checked.accepted, (row.name, checked.problems)
            assert key == "transport" or "lon" not in {p.column for p in checked.warnings}, "it lies in its county"
            assert row.area == checked.values["area"]
            assert row.pinyin == pinyin(row.name, getattr(row, "trade", None))
            assert row.sample
            assert "示例" in row.name
            assert re.fullmatch(r"0833-000 \d{4}", row.phone)


def test_the_triggers_saw_every_row_and_the_indexes_are_back(inside: Connection, settings: Settings) -> None:
    noted = inside.execute(
        text("SELECT count(*), max(n) FROM change JOIN projects USING (id) WHERE layer = 'projects'")
    ).one()
    version = inside.execute(text("SELECT n FROM layer_version WHERE layer = 'projects'")).scalar_one()
    assert noted[0] == N
    assert 0 < noted[1] <= version
    declared = {index.name for index in layers.get("projects").model.__table__.indexes}
    there = inside.execute(text("SELECT indexname FROM pg_indexes WHERE tablename = 'projects'")).scalars().all()
    assert declared <= {*there}
    assert "ix_projects_bigrams" in there


def test_words_differ_in_how_much_they_find(visitor: FlaskClient) -> None:
    def found(word: str) -> int:
        total: int = visitor.get("/facets/projects", query_string={"q": f'"{word}"', "of": "precision"}).json["total"]
        return total

    assert found("示例") == N
    assert 0 < found("合作社") < N / 2
    assert found("合作社") != found("茶园")


def test_what_is_in_use_is_not_dropped(settings: Settings, inside: Connection) -> None:
    inside.execute(text("SELECT 1"))
    with pytest.raises(fill.BusyDatabase, match="stop that first"):
        fill.fill(settings, N, lambda _text: None)


def test_a_filled_database_is_known_again(settings: Settings, scale: str) -> None:
    assert fill.ready(settings, N) == scale
    assert fill.ready(settings, N + 1000) is None  # no other process of the tests fills that


@pytest.mark.parametrize("asked", ["0", "-5", "many", "99999999999"])
def test_a_number_that_is_none_is_refused(asked: str) -> None:
    command = [sys.executable, "-m", "bench.fill", asked]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "N is how many projects" in done.stderr
