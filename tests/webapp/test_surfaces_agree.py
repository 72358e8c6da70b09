"""Thirty random questions over the sample catalogue: every surface answers what plain SQL and Python say."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

import layers
from layers.areas import Areas
from layers.industries import groups
from layers.query import Query
from tests import surfaces
from tests.places import TODAY
from webapp import samples

SEEDS = range(30)
PARTS = {
    "area": ["511123", "511100", "4116", "411603,511181", "Z511101", "511126"],
    "budget": ["..20", "10..50", "5..<30", "100..", "..<5,30..<100"],
    "industry": ["food", "planting,livestock", "C13", "A01,C153", "services"],
    "cooperation": ["lease", "self,partner", "company_farmer"],
    "land": ["factory", "shop,home", "house"],
    "buyer": ["1"],
    "precision": ["exact", "county", "township,county"],
    "bbox": ["103.5,29.0,104.2,29.8", "114.5,33.3,115.3,34.0"],
    "verified": ["2026-11-01..", "..2026-10-15"],
}


@pytest.fixture
def catalogue(connection: Connection) -> None:
    """The sample catalogue, loaded in the test's own transaction."""
    samples.load(connection, TODAY)


def positions(connection: Connection, ids: set[int]) -> list[tuple[float, float]]:
    rows = connection.execute(
        text("SELECT ST_X(geom), ST_Y(geom) FROM projects WHERE id = ANY(:ids)"), {"ids": list(ids)}
    )
    return [tuple(row) for row in rows]


def truth(connection: Connection, asked: dict[str, str]) -> set[int]:
    """The ids by way of plain SQL for what is public and plain Python for the rest."""
    rows = connection.execute(
        text(
            "SELECT *, ST_X(geom) AS lon, ST_Y(geom) AS lat FROM projects"
            " WHERE status = 'published' AND valid_until >= :today"
        ),
        {"today": TODAY},
    ).mappings()
    return {row["id"] for row in rows if all(fits(row, name, value) for name, value in asked.items())}


def fits(row: Any, name: str, value: str) -> bool:
    many = value.split(",")
    if name == "area":
        prefixes = [code[:4] if code.endswith("00") and len(code) == 6 else code for code in many]
        return any(row["zone"] == code or row["area"].startswith(code) for code in prefixes)
    if name == "bbox":
        w, s, e, n = (float(v) for v in many)
        return w <= row["lon"] <= e and s <= row["lat"] <= n
    if name == "budget":
        return any(within(row["budget"], part) for part in many)
    if name == "verified":
        low, _dots, high = value.partition("..")
        return (
            bool(row["verified"])
            and (not low or str(row["verified"]) >= low)
            and (not high or str(row["verified"]) <= high)
        )
    if name == "industry":
        return any(under(row["industry"], key) for key in many)
    if name == "buyer":
        return row["buyer"] is True
    held = row[name] if isinstance(row[name], list) else [row[name]]
    return bool(set(many) & set(held))


def within(number: Decimal, part: str) -> bool:
    low, _dots, high = part.partition("..")
    if low and number < Decimal(low):
        return False
    if high.startswith("<"):
        return number < Decimal(high[1:])
    return not high or number <= Decimal(high)


def under(code: str, key: str) -> bool:
    best = max(((p, g.key) for g in groups() for p in g.prefixes if code.startswith(p)), key=lambda pair: len(pair[0]))
    return best[1] == key or (key[0].isupper() and code.startswith(key))


@pytest.mark.usefixtures("catalogue")
def test_thirty_random_questions(client: FlaskClient, connection: Connection, areas: Areas) -> None:
    layer, some = layers.get("projects"), 0
    at = [tuple(r) for r in connection.execute(text("SELECT ST_X(geom), ST_Y(geom) FROM projects"))]
    for seed in SEEDS:
        dice = random.Random(seed)
        names = dice.sample(sorted(PARTS), dice.randint(1, 3))
        asked = {name: dice.choice(PARTS[name]) for name in names}
        query = Query.parse(layer, asked.items(), areas, strict=True)
        wanted = truth(connection, asked)
        places = positions(connection, wanted)
        some += bool(wanted)
        assert set(surfaces.geojson_ids(client, query)) == wanted, asked
        assert set(surfaces.csv_ids(client, query)) == wanted, asked
        assert set(surfaces.xlsx_ids(client, query)) == wanted, asked
        assert sorted(surfaces.page_ids(client, query)) == sorted(wanted), asked
        tiles = surfaces.features(client, query, at if seed % 5 == 0 else places, 14)
        assert {f["id"] for f in tiles} == wanted, asked
        clustered = surfaces.features(client, query, at, 9)
        assert sum(f["count"] for f in clustered) == len(wanted), asked
    assert some > len(SEEDS) / 2


@pytest.mark.usefixtures("catalogue")
def test_tiers_add_up_and_each_gives_what_it_says(client: FlaskClient) -> None:
    facets = client.get("/facets/projects").get_json()
    tiers = facets["facets"]["budget"]["choices"]
    assert sum(tier["count"] for tier in tiers) == facets["total"]
    for choice in tiers:
        answer = client.get("/projects.geojson", query_string={"budget": choice["value"]}).get_json(force=True)
        assert len(answer["features"]) == choice["count"]


@pytest.mark.usefixtures("catalogue")
def test_words_are_found_in_texts_places_trades_and_pinyin(client: FlaskClient) -> None:
    def names(q: str) -> set[str]:
        answer = client.get("/projects.geojson", query_string={"q": q}).get_json(force=True)
        return {f["properties"]["name"] for f in answer["features"]}

    assert "高山绿茶初制加工坊" in names("绿茶")
    assert names("chaye") | names("lvcha")
    assert "茉莉花茶窨制坊" in names("犍为 茉莉")
    assert names("犍为") >= names("犍为 茉莉")
    assert not names("100%")
    assert not names('"茶 坊"')


@pytest.mark.usefixtures("catalogue")
def test_a_county_only_park_is_never_a_pin_and_never_near(client: FlaskClient, connection: Connection) -> None:
    row = connection.execute(
        text("SELECT id, area, ST_X(geom) lon, ST_Y(geom) lat FROM parks WHERE precision = 'county' LIMIT 1")
    ).one()
    near = client.get(f"/parks.geojson?near={row.lon:.5f},{row.lat:.5f}&radius=50").get_json(force=True)
    assert row.id not in [f["id"] for f in near["features"]]
    inside = client.get(f"/parks.geojson?area={row.area[:6]}").get_json(force=True)
    (feature,) = [f for f in inside["features"] if f["id"] == row.id]
    assert feature["properties"]["precision"] == "county"
    page = client.get(f"/parks/{row.id}").text
    assert "位置精度：县级" in page


@pytest.mark.usefixtures("catalogue")
def test_loading_twice_changes_nothing_and_refreshing_moves_the_dates(connection: Connection) -> None:
    count = text("SELECT count(*), max(updated_at) FROM projects")
    before = connection.execute(count).one()
    assert set(samples.load(connection, TODAY).values()) == {0}
    assert connection.execute(count).one() == before
    from datetime import timedelta

    newest = text("SELECT max(verified) FROM projects")
    samples.refresh(connection, TODAY + timedelta(days=30))
    assert connection.execute(newest).scalar_one() == TODAY + timedelta(days=30)
