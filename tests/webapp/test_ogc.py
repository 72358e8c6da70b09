"""OGC API – Features and Tiles: the standard's words over the directory's places."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

import layers
from layers.areas import Areas
from layers.layer import Layer
from layers.query import Query
from tests.places import TODAY, put, values
from tests.surfaces import geojson_ids

HOST = "http://127.0.0.1:8000"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LAYERS = [pytest.param(layer, id=layer.key) for layer in layers.LAYERS]
every_layer = pytest.mark.parametrize("layer", LAYERS)


def items(client: FlaskClient, key: str = "projects", **asked: str) -> dict[str, Any]:
    answer = client.get(f"/api/collections/{key}/items", query_string=asked)
    assert answer.status_code == 200, answer.text[:500]
    found: dict[str, Any] = answer.get_json(force=True)
    assert found["numberReturned"] == len(found["features"])
    return found


def ids(found: dict[str, Any]) -> list[int]:
    return [feature["id"] for feature in found["features"]]


def linked(found: dict[str, Any], rel: str) -> str | None:
    return next((link["href"].removeprefix(HOST) for link in found["links"] if link["rel"] == rel), None)


def problem(client: FlaskClient, path: str, **asked: str) -> dict[str, Any]:
    answer = client.get(path, query_string=asked)
    assert answer.status_code == 400, (asked, answer.text[:300])
    assert answer.content_type == "application/problem+json"
    told: dict[str, Any] = answer.get_json(force=True)
    return told


def test_every_link_of_the_landing_page_and_of_the_collections_answers(shop: FlaskClient) -> None:
    landing = shop.get("/api/").get_json()
    told = shop.get("/api/collections").get_json()
    assert [collection["id"] for collection in told["collections"]] == [layer.key for layer in layers.LAYERS]
    for link in landing["links"] + [link for collection in told["collections"] for link in collection["links"]]:
        answer = shop.get(link["href"].removeprefix(HOST))
        assert answer.status_code == 200, link
        assert answer.content_type.split(";")[0] == link["type"].split(";")[0], link
    conformance = shop.get("/api/conformance").get_json()["conformsTo"]
    for part in (
        "features-1/1.0/conf/core",
        "features-2/1.0/conf/crs",
        "features-3/1.0/conf/filter",
        "tiles-1/1.0/conf/core",
    ):
        assert any(part in name for name in conformance)


@every_layer
def test_pages_follow_each_other_to_every_item_and_back(layer: Layer, shop: FlaskClient) -> None:
    wanted = sorted(geojson_ids(shop, Query(layer)))
    found = items(shop, layer.key, limit="7")
    seen, at = ids(found), found
    while address := linked(at, "next"):
        at = shop.get(address).get_json(force=True)
        seen += ids(at)
        assert at["numberMatched"] == len(wanted)
    assert seen == wanted
    back = ids(at)
    while address := linked(at, "prev"):
        at = shop.get(address).get_json(force=True)
        back = ids(at) + back
    assert back == wanted
    by_offset = [
        id_ for n in range(0, len(wanted), 50) for id_ in ids(items(shop, layer.key, limit="50", offset=str(n)))
    ]
    assert by_offset == wanted


def test_an_order_of_its_own_is_paged_by_offset(shop: FlaskClient) -> None:
    first = items(shop, sort="budget", limit="20")
    second = shop.get(linked(first, "next") or "").get_json(force=True)
    money = [f["properties"]["budget"] for f in first["features"] + second["features"]]
    assert money == sorted(money)
    assert ids(shop.get(linked(second, "prev") or "").get_json(force=True)) == ids(first)


@pytest.mark.parametrize("crs", [CRS84, f"{EPSG}4326", f"{EPSG}4490", f"{EPSG}3857"])
def test_answers_and_boxes_in_every_reference_system(crs: str, shop: FlaskClient) -> None:
    plain = items(shop, limit="5")
    answer = shop.get("/api/collections/projects/items", query_string={"limit": "5", "crs": crs})
    assert answer.headers["Content-Crs"] == f"<{crs}>"
    for here, there in zip(plain["features"], answer.get_json(force=True)["features"], strict=True):
        (lon, lat), (a, b) = here["geometry"]["coordinates"], there["geometry"]["coordinates"]
        if crs.endswith("3857"):
            assert (a, b) == pytest.approx((lon * 111319.490793, 6378137 * _mercator(lat)), abs=1)
        else:
            assert (a, b) == ((lon, lat) if crs == CRS84 else (lat, lon))
    box = {"CRS84": "103.5,29,104,30", "4326": "29,103.5,30,104", "4490": "29,103.5,30,104"}
    asked = box.get(crs.rsplit("/", 1)[1], "11521567.3,3375646.0,11577227.0,3503549.8")
    assert ids(items(shop, bbox=asked, **{"bbox-crs": crs})) == ids(items(shop, bbox="103.5,29,104,30"))
    shape = asked.split(",")
    ring = " , ".join(f"{shape[i]} {shape[j]}" for i, j in ((0, 1), (2, 1), (2, 3), (0, 3), (0, 1)))
    by_filter = items(shop, filter=f"S_INTERSECTS(geometry, POLYGON(({ring})))", **{"filter-crs": crs})
    assert set(ids(by_filter)) <= set(ids(items(shop, bbox="103.5,29,104,30")))
    assert by_filter["numberMatched"] > 10


def _mercator(lat: float) -> float:
    from math import asinh, radians, tan

    return asinh(tan(radians(lat)))


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("budget <= 20", "budget <= 20"),
        ("budget BETWEEN 10 AND 30 AND buyer", "budget BETWEEN 10 AND 30 AND buyer"),
        ("name LIKE '%茶%' OR NOT (industry LIKE 'A%')", "name LIKE '%茶%' OR NOT (industry LIKE 'A%')"),
        ("precision IN ('township','county')", "precision IN ('township','county')"),
        ("buyer_checked IS NULL", "buyer_checked IS NULL"),
        ("T_AFTER(verified, DATE('2026-11-01'))", "verified > '2026-11-01'"),
        ("T_DURING(verified, INTERVAL('2026-10-15','2026-11-10'))", "verified > '2026-10-15' AND verified < '2026-11-10'"),
        ("T_INTERSECTS(verified, INTERVAL('..','2026-11-10'))", "verified <= '2026-11-10'"),
        ("verified >= '2026-11-05'", "verified >= '2026-11-05'"),
        ("A_OVERLAPS(land, ('shop','home'))", "land && '{shop,home}'"),
        ("A_CONTAINS(utilities, ('water','power'))", "utilities @> '{water,power}'"),
        ("A_CONTAINEDBY(land, ('shop','home'))", "land <@ '{shop,home}'"),
        ("budget + own > 1.5 * loan", "budget + own > 1.5 * loan"),
        ("CASEI(name_en) LIKE CASEI('%TEA%')", "lower(name_en) LIKE '%tea%'"),
        ("S_INTERSECTS(geometry, BBOX(103,29,104,30))", "ST_Intersects(geom, ST_MakeEnvelope(103,29,104,30,4326))"),
        (
            "S_WITHIN(geometry, POLYGON((103 29,104 29,104 30,103 29)))",
            "ST_Within(geom, 'SRID=4326;POLYGON((103 29,104 29,104 30,103 29))') AND precision <> 'county'",
        ),
        ('{"op":"and","args":[{"op":">","args":[{"property":"budget"},30]},{"property":"buyer"}]}', "budget > 30 AND buyer"),
    ],
)  # fmt: skip
def test_filters_mean_what_sql_says(asked: str, where: str, shop: FlaskClient) -> None:
    with shop.application.app_context():
        from webapp import db

        sql = f"SELECT id FROM projects WHERE status = 'published' AND valid_until >= :d AND ({where}) ORDER BY id"
        wanted = [row.id for row in db.connection().execute(text(sql.replace(":d", f"'{TODAY}'")))]
    language = "cql2-json" if asked.startswith("{") else "cql2-text"
    assert ids(items(shop, filter=asked, limit="1000", **{"filter-lang": language})) == wanted
    assert 0 < len(wanted) < 162


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("budget <", "1:9"), ("nope = 1", "nope"), ("contact_name = 'x'", "contact_name"), ("status = 'draft'", "status"),
        ("budget = 'ten'", "number"), ("name > 5", "text"), ("land = 'shop'", "A_OVERLAPS"), ("foo(name) = 1", "foo"),
        ("budget / 0 > 1", "zero"), ("name = budget", "operator"), ("verified > '2026-13-01'", "month"), ("name", "true or false"),
        ("S_INTERSECTS(geometry, POINT(500 2))", "longitude"), ("S_INTERSECTS(geometry, POLYGON((1 1,2 2,1 2,2 1,1 1)))", "crosses"),
        ("S_INTERSECTS(name, POINT(1 2))", "the property geometry"), ("A_OVERLAPS(name, ('a'))", "list"), ("(" * 100 + "buyer" + ")" * 100, "levels"),
        ("NOT " * 100 + "buyer", "levels"), ("-" * 2000 + "1 = budget", "levels"), ("x" * 4001, "4000"), ("pinyin LIKE 'a%'", "pinyin"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_asked_is_named(asked: str, named: str, shop: FlaskClient) -> None:
    told = problem(shop, "/api/collections/projects/items", filter=asked)
    assert told["parameter"] == "filter"
    assert told["value"] == asked[:200]
    assert named in told["allowed"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bbox", "1,2,3"), ("bbox", "a,b,c,d"), ("bbox", "103,30,104,29"), ("bbox", "200,1,201,2"), ("crs", "EPSG:9999"),
        ("bbox-crs", "x"), ("filter-crs", "x"), ("filter-lang", "ecql"), ("datetime", "yesterday"), ("datetime", "../.."),
        ("datetime", "2026-02-30"), ("datetime", "2026-06-01/2026-01-01"), ("limit", "0"), ("limit", "-1"), ("limit", "x"),
        ("offset", "-1"), ("after", "9" * 20), ("f", "xml"), ("foo", "1"), ("budget", "x"), ("area", "000000"), ("lang", "xx"),
    ],
)  # fmt: skip
def test_bad_parameters_are_named(name: str, value: str, shop: FlaskClient) -> None:
    assert problem(shop, "/api/collections/projects/items", **{name: value})["parameter"] == name


def test_limits_are_honoured_and_boxes_may_be_degenerate_or_cross_the_antimeridian(shop: FlaskClient) -> None:
    assert items(shop, limit="999999999")["numberReturned"] == 162
    one = items(shop, limit="1")["features"][0]["geometry"]["coordinates"]
    assert items(shop, bbox=f"{one[0]},{one[1]},{one[0]},{one[1]}")["numberMatched"] >= 1
    assert items(shop, bbox="100,20,-170,40")["numberMatched"] == 162
    assert items(shop, bbox="103,29,0,104,30,99")["numberMatched"] == items(shop, bbox="103,29,104,30")["numberMatched"]
    assert (
        items(shop, bbox="100,20,-170,40", area="511123")["numberMatched"]
        == items(shop, area="511123")["numberMatched"]
    )


def test_days_are_those_of_the_last_check(shop: FlaskClient) -> None:
    found = items(shop, datetime="2026-11-01/..", limit="1000")
    days = {f["properties"]["verified"] or f["properties"]["published"] for f in found["features"]}
    assert min(days) >= "2026-11-01"
    before = items(shop, datetime="/2026-10-31T23:59:59+08:00")["numberMatched"]
    assert found["numberMatched"] + before == items(shop)["numberMatched"]
    assert items(shop, datetime="2026-10-31T16:00:00Z/..")["numberMatched"] == found["numberMatched"]


def test_our_own_parameters_stand_beside_the_standards(shop: FlaskClient) -> None:
    asked = {"area": "511123", "q": "茶", "budget": "..50"}
    layer = layers.get("projects")
    with shop.application.app_context():
        from webapp import db

        query = Query.parse(layer, asked.items(), db.areas())
    assert sorted(ids(items(shop, **asked))) == sorted(geojson_ids(shop, query))
    near = items(shop, near="103.76,29.57", radius="20")["features"]
    assert near
    assert all(f["properties"]["distance_km"] <= 20 for f in near)


def test_answers_carry_licence_source_and_freshness(shop: FlaskClient) -> None:
    found = items(shop, "transport", limit="1")
    one = shop.get(f"/api/collections/transport/items/{ids(found)[0]}").get_json(force=True)
    for told in (found, one, shop.get("/api/collections/transport").get_json()):
        assert "© OpenStreetMap contributors" in told["sources"]
        assert "来源" in told["license"]
        assert told["freshness"]["version"] > 0
        assert linked(told, "license") == "/data"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["timeStamp"])


PAGES = ("/", "/conformance", "/collections", "/collections/parks", "/collections/parks/queryables", "/docs",
         "/collections/parks/items", "/collections/parks/items/1", "/collections/parks/tiles", "/tileMatrixSets",
         "/collections/parks/tiles/WebMercatorQuad", "/tileMatrixSets/WebMercatorQuad", "/collections/parks/changes")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_people_get_pages(path: str, lang: str, shop: FlaskClient) -> None:
    answer = shop.get(f"/api{path}?lang={lang}", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", answer.text)
    for address in set(re.findall(r'href="(/(?:api|data)[^"]*)"', answer.text)):
        assert shop.get(address.replace("&amp;", "&")).status_code == 200, address
    if path != "/docs":
        assert shop.get(f"/api{path}").mimetype != "text/html"
        assert shop.get(f"/api{path}?f=html").mimetype == "text/html"


def test_tiles_are_the_same_row_before_column(shop: FlaskClient) -> None:
    for z, x, y in ((5, 25, 13), (9, 403, 213), (0, 0, 0), (9, 1, 1)):
        ours = shop.get(f"/tiles/projects/{z}/{x}/{y}.mvt?budget=..20")
        ogc = shop.get(f"/api/collections/projects/tiles/WebMercatorQuad/{z}/{y}/{x}?budget=..20")
        assert (ours.status_code, ours.data) == (ogc.status_code, ogc.data)
    assert ogc.status_code == 204
    for bad in ("99/0/0", "1/2/0", "a/0/0", "1/-1/0"):
        answer = shop.get(f"/api/collections/projects/tiles/WebMercatorQuad/{bad}")
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    matrices = shop.get("/api/tileMatrixSets/WebMercatorQuad").get_json()["tileMatrices"]
    assert matrices[0]["scaleDenominator"] == pytest.approx(559082264.028717, rel=1e-9)
    assert matrices[5]["matrixWidth"] == 32


@every_layer
def test_a_neighbours_copy_stays_true(layer: Layer, client: FlaskClient, connection: Connection, areas: Areas) -> None:
    table = layer.model.__tablename__
    path = f"/api/collections/{layer.key}"
    (kept, edited, withdrawn, deleted, lapsing, draft) = put(
        connection, layer, areas,
        *(values(layer, n) for n in range(4)), values(layer, 4, valid_until=TODAY), values(layer, 5, status="draft"),
    )  # fmt: skip
    first = client.get(f"{path}/changes").get_json()
    assert {c["id"]: c["state"] for c in first["changes"]} == dict.fromkeys(
        (kept, edited, withdrawn, deleted, lapsing), "public"
    )
    later = linked(first, "later") or ""
    assert client.get(later).get_json()["changes"] == []
    for change in (
        f"UPDATE {table} SET name = '改了' WHERE id = {edited}",
        f"UPDATE {table} SET status = 'withdrawn' WHERE id = {withdrawn}",
        f"DELETE FROM {table} WHERE id = {deleted}",
        f"UPDATE {table} SET internal_note = 'x', name = 'y' WHERE id = {draft}",
    ):
        connection.execute(text(change))
    tomorrow = dt.datetime.combine(TODAY + dt.timedelta(days=1), dt.time(12))
    clock, client.application.extensions["clock"] = client.application.extensions["clock"], lambda: tomorrow
    try:
        told = client.get(later).get_json()
        states = {change["id"]: change["state"] for change in told["changes"]}
        assert states == {edited: "public", withdrawn: "gone", deleted: "gone", lapsing: "gone"}
        gone = [client.get(f"{path}/items/{id_}").status_code for id_ in (withdrawn, lapsing, deleted, draft)]
        assert gone == [410, 410, 404, 404]
        assert client.get(linked(told, "later") or "").get_json()["changes"] == []
        paged = client.get(f"{later}&limit=1").get_json()
        seen = list(paged["changes"])
        while address := linked(paged, "next"):
            paged = client.get(address).get_json()
            seen += paged["changes"]
        assert seen == told["changes"]
    finally:
        client.application.extensions["clock"] = clock
    connection.execute(text(f"TRUNCATE {table}"))
    swept = client.get(f"{path}/changes?since={told['version']}").get_json()["changes"]
    assert {change["id"] for change in swept} >= {kept, edited}
    assert {change["state"] for change in swept} == {"gone"}
    assert problem(client, f"{path}/changes", since=str(2**31 - 1))["parameter"] == "since"


@every_layer
def test_no_private_field_reaches_the_api(
    layer: Layer, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    secret = "机密七七四十九"
    (id_,) = put(connection, layer, areas, values(layer, 1, contact_name=secret, internal_note=secret))
    hidden = put(
        connection,
        layer,
        areas,
        values(layer, 2, status="draft", name=secret),
        values(layer, 3, status="review", name=secret),
    )
    base = f"/api/collections/{layer.key}"
    for path in (f"{base}/items", f"{base}/items/{id_}", f"{base}/queryables", f"{base}/changes", base):
        for ending in ("json", "html"):
            answer = client.get(f"{path}?f={ending}")
            assert answer.status_code == 200
            assert secret not in answer.text
            assert "contact_name" not in answer.text
    assert not {change["id"] for change in client.get(f"{base}/changes").get_json()["changes"]} & set(hidden)
    for name in ("contact_name", "internal_note", "status", "pinyin", "source"):
        asked = urlencode({"filter": f"{name} LIKE '%'"})
        assert client.get(f"{base}/items?{asked}").status_code == 400
