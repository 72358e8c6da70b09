"""Saved views in frames: what is locked cannot be widened, what has vanished is left out, old snippets work."""

from __future__ import annotations

import json
import logging
import random
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text, update

import layers
from geo.extent import tile_at
from layers.areas import Areas
from layers.query import spell
from layers.view import View
from tests.places import TODAY
from tests.views import kept
from webapp import samples
from webapp.saved.models import SavedView
from webapp.saved.reading import tolerant

WHOLE = ("*",)
LOCKED = [("layers", "projects,parks"), ("area", "511123"), ("projects.budget", "..30")]


@pytest.fixture
def catalogue(connection: Connection) -> None:
    """The sample catalogue, loaded in the test's own transaction."""
    samples.load(connection, TODAY)


def ids(client: FlaskClient, path: str, key: str = "projects") -> set[int]:
    """The places that an address answers, as GeoJSON or a page."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
    if answer.is_json or "geo+json" in answer.mimetype:
        return {feature["id"] for feature in answer.get_json(force=True)["features"]}
    return {int(id_) for id_ in re.findall(rf'data-place="{key}:(\d+)"', answer.text)}


def positions(connection: Connection, key: str) -> list[tuple[float, float]]:
    rows = connection.execute(text(f"SELECT ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)) FROM {key}"))
    return [tuple(row) for row in rows]


def on_tiles(client: FlaskClient, slug: str, key: str, at: list[tuple[float, float]], asked: str, z: int) -> list[Any]:
    """Properties of what the view's own tiles hold."""
    found = []
    for tile in {(t.z, t.x, t.y) for t in (tile_at(lon, lat, z) for lon, lat in at)}:
        answer = client.get(f"/embed/{slug}/tiles/{key}/{tile[0]}/{tile[1]}/{tile[2]}.mvt?{asked}")
        assert answer.status_code in (200, 204), answer.text
        if answer.data:
            found += [f["properties"] for f in mapbox_vector_tile.decode(answer.data)[key]["features"]]
    return found


TRIES: dict[str, list[str]] = {
    "area": ["510000", "511100", "511123", "411600", "511123,511124,510000", "", "Z511101"],
    "q": ["茶", "", '"茶"'],
    "bbox": ["70,10,140,60", ""],
    "near": ["103.95,29.21", ""],
    "radius": ["500", ""],
    "within": [""],
    "layers": ["projects", "parks", "projects,parks", ""],
    "projects.budget": ["", "..1000", "..10", "50.."],
    "budget": ["", "..1000"],
    "projects.industry": ["C13", "food", ""],
    "parks.level": ["national", ""],
    "locked": ["", "0"],
    "slug": ["other"],
    "limit": ["100"],
    "page": ["1", "2"],
    "sort": ["newest", "budget"],
    "held": ["", "none"],
}
HEADERS = [
    {},
    {"X-Forwarded-Host": "evil.example", "X-Original-URL": "/embed?area=510000"},
    {"Referer": "http://127.0.0.1:8000/?area=510000", "Origin": "null"},
    {"X-HTTP-Method-Override": "GET", "Cookie": "guiyan=x", "Accept": "application/json"},
]


@pytest.mark.usefixtures("catalogue")
def test_what_is_locked_cannot_be_widened(client: FlaskClient, connection: Connection, areas: Areas) -> None:
    slug = kept(client, connection, areas, LOCKED, WHOLE, list=True, controls=True)
    wide = View.parse(layers.LAYERS, LOCKED, areas)
    truth = {q.layer.key: ids(client, q.everywhere().url(f"/{q.layer.key}.geojson")) for q in wide.queries}
    assert len(truth["projects"]) > 3
    at, refused = positions(connection, "projects"), 0
    for seed in range(120):
        dice = random.Random(seed)
        pairs = [(name, dice.choice(TRIES[name])) for name in dice.sample(sorted(TRIES), dice.randint(0, 6))]
        pairs += dice.sample(pairs, len(pairs) // 2)
        dice.shuffle(pairs)
        headers = dice.choice(HEADERS)
        page = client.get(f"/embed/{slug}?{spell(pairs)}", headers=headers)
        if page.status_code == 400:  # a layer chosen twice, a sort that needs something: refused in words
            assert "网址里有个值不对" in page.text or page.mimetype == "application/problem+json"
            refused += 1
            continue
        for key in ("projects", "parks"):
            shown = {int(id_) for id_ in re.findall(rf'data-place="{key}:(\d+)"', page.text)}
            assert shown <= truth[key], (pairs, headers)
        own = [(n.removeprefix("projects."), v) for n, v in pairs]
        known = {"area", "q", "bbox", "near", "radius", "budget", "industry"}
        asked = spell([(n, v) for n, v in own if n in known])
        assert ids(client, f"/embed/{slug}/projects.geojson?{asked}") <= truth["projects"], asked
        if seed % 12 == 0:
            single = on_tiles(client, slug, "projects", at, asked, 14)
            assert {f["id"] for f in single} <= truth["projects"], asked
            assert sum(f["count"] for f in on_tiles(client, slug, "projects", at, "", 8)) == len(truth["projects"])
        counted = client.get(f"/embed/{slug}/facets/projects.json?{asked}").get_json()
        assert counted["total"] <= len(truth["projects"])
    assert refused < 40


@pytest.mark.usefixtures("catalogue")
def test_a_frame_has_no_other_place_and_no_other_layer(
    client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    slug = kept(client, connection, areas, LOCKED, WHOLE)
    inside = ids(client, f"/embed/{slug}/projects.geojson")
    everywhere = ids(client, "/projects.geojson")
    assert inside < everywhere
    for id_ in sorted(inside)[:3]:
        assert client.get(f"/embed/{slug}/projects/{id_}/card").status_code == 200
    for id_ in sorted(everywhere - inside)[:10]:
        assert client.get(f"/embed/{slug}/projects/{id_}/card?area=510000").status_code == 404
    for path in ("services.geojson", "facets/services.json", "tiles/services/8/200/100.mvt", "services/1/card"):
        answer = client.get(f"/embed/{slug}/{path}")
        assert answer.status_code == 404, path
    assert client.get(f"/embed/{slug}?layers=projects,services").status_code == 400
    assert client.get(f"/embed/{slug}/projects.geojson?nothing=1").status_code == 400


def addresses(content: str) -> set[str]:
    """Every address of our own that a page or a script names."""
    found = re.findall(r'(?:href|src|action)="([^"]+)"', content) + re.findall(r'"(/[a-z][^"]*)"', content)
    return {unescape(url) for url in found}


@pytest.mark.usefixtures("catalogue")
def test_nothing_in_a_frame_leads_to_a_wider_question(
    client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    slug = kept(client, connection, areas, LOCKED, WHOLE, list=True, controls=True)
    page = client.get(f"/embed/{slug}?area=511124&projects.industry=C13").text
    full = client.get(f"/embed/{slug}").text
    (script,) = re.findall(r'src="(/embed/[^"]+/map\.js[^"]*)"', full)
    card_of = sorted(ids(client, f"/embed/{slug}/projects.geojson"))[0]
    card = client.get(f"/embed/{slug}/projects/{card_of}/card").text
    drawn = client.get(unescape(script)).text
    base = client.application.config["SETTINGS"].public_url
    canonical = View.parse(layers.LAYERS, LOCKED, areas).url("/")
    allowed = re.compile(
        rf"(/static/|/tiles/basemap/|#|tel:|/(projects|parks)/(\d+|\{{id\}})(\?lang=\w+)?$|/embed/{slug}[/?]|/v/{slug}$)"
    )
    for url in addresses(page) | addresses(full) | addresses(card) | addresses(drawn):
        path = url.removeprefix(base)
        assert allowed.match(path) or path == canonical, url
    away = client.get(f"/v/{slug}?area=510000&projects.budget=")
    assert away.headers["Location"] == f"{base}{canonical}#v={slug}"


@pytest.mark.usefixtures("catalogue")
def test_one_parameter_locked_leaves_the_others_open(client: FlaskClient, connection: Connection, areas: Areas) -> None:
    slug = kept(client, connection, areas, LOCKED, ("area",), list=True)
    narrow = ids(client, f"/embed/{slug}?limit=100")
    wider = ids(client, f"/embed/{slug}?projects.budget=&limit=100")
    county = ids(client, "/projects.geojson?area=511123")
    assert narrow < wider == county
    assert ids(client, f"/embed/{slug}?area=&projects.budget=&limit=100") == county
    assert ids(client, f"/embed/{slug}?area=511100&projects.budget=&limit=100") == county
    open_ = kept(client, connection, areas, LOCKED, (), list=True)
    assert ids(client, f"/embed/{open_}?area=511100&projects.budget=&limit=100") == ids(
        client, "/projects.geojson?area=511100"
    )
    near = kept(
        client, connection, areas, [("layers", "projects"), ("near", "103.95,29.21"), ("radius", "20")], ("near",)
    )
    inside = ids(client, "/projects.geojson?near=103.95,29.21&radius=20")
    assert ids(client, f"/embed/{near}?radius=500&list=1&limit=100") == inside
    assert ids(client, f"/embed/{near}/projects.geojson?near=103.95,29.21&radius=500") == inside
    sorted_ = kept(
        client,
        connection,
        areas,
        [("layers", "projects"), ("area", "511123"), ("near", "103.95,29.21"), ("sort", "near")],
    )
    assert client.get(f"/embed/{sorted_}?near=").status_code == 200


@pytest.mark.usefixtures("catalogue")
def test_filters_of_the_frame_are_links_that_narrow(client: FlaskClient, connection: Connection, areas: Areas) -> None:
    slug = kept(
        client, connection, areas, [("layers", "projects"), ("area", "511100")], WHOLE, controls=True, list=True
    )
    page = client.get(f"/embed/{slug}").text
    links = [unescape(url) for url in re.findall(r'<a class="chip" href="([^"]+)"', page)]
    assert links
    assert not any("area=" in url for url in links), "what is held is not offered"
    all_ = ids(client, f"/embed/{slug}/projects.geojson")
    for url in links[:6]:
        narrowed = ids(client, f"{url}&limit=100")
        assert narrowed and narrowed <= all_
        back = re.findall(r'<a class="chip on" href="([^"]+)"', client.get(url).text)
        assert back and all(unescape(u).startswith(f"/embed/{slug}") for u in back)
    assert "embed-ask" not in client.get(f"/embed/{kept(client, connection, areas, LOCKED, WHOLE)}").text


@pytest.mark.usefixtures("catalogue")
def test_a_frame_that_nobody_saved_offers_filters_too(client: FlaskClient) -> None:
    page = client.get("/embed?layers=projects&area=511123&controls=1&list=1").text
    links = [unescape(url) for url in re.findall(r'<a class="chip" href="([^"]+)"', page)]
    assert links
    for url in links[:4]:
        assert url.startswith("/embed?") and "controls=1" in url and "list=1" in url
        assert ids(client, url) <= ids(client, "/projects.geojson?area=511100")
    assert "embed-ask" not in client.get("/embed?layers=projects&area=511123").text
    assert "controls=1" in client.get("/share?layers=projects&area=511123&controls=1").text


def test_only_its_hosts_may_frame_it(client: FlaskClient, connection: Connection, areas: Areas) -> None:
    slug = kept(client, connection, areas, LOCKED, hosts=("https://www.leshan.gov.cn", "https://*.qianwei.gov.cn"))
    first = client.get(f"/embed/{slug}")
    wanted = "frame-ancestors https://www.leshan.gov.cn https://*.qianwei.gov.cn"
    assert wanted in first.headers["Content-Security-Policy"]
    again = client.get(f"/embed/{slug}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert wanted in again.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in first.headers
    for path in (f"/embed/{slug}?area=nowhere", f"/v/{slug}", "/embed/no-such-view"):
        assert "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"]
    assert client.get("/embed/no-such-view").status_code == 404
    connection.execute(update(SavedView).where(SavedView.slug == slug).values(ended_at=text("now()")))
    for path in (f"/embed/{slug}", f"/v/{slug}", f"/embed/{slug}/map.js", f"/embed/{slug}/projects.geojson"):
        assert client.get(path).status_code == 410, path


VANISHED = [
    [("layers", "projects,wells"), ("area", "511123"), ("wells.depth", "..30"), ("projects.colour", "red")],
    [("layers", "wells"), ("area", "511123")],
    [("layers", "projects"), ("area", "511123,519999"), ("projects.cooperation", "lease,barter")],
    [("layers", "projects"), ("area", "519999")],
    [("layers", "projects"), ("area", "511123"), ("sort", "colour"), ("at", "nowhere")],
]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("params", VANISHED)
def test_what_has_vanished_is_left_out_and_logged(
    params: list[tuple[str, str]],
    client: FlaskClient,
    connection: Connection,
    areas: Areas,
    caplog: pytest.LogCaptureFixture,
) -> None:
    slug = kept(client, connection, areas, [("layers", "projects"), ("area", "511123")], WHOLE)
    connection.execute(update(SavedView).where(SavedView.slug == slug).values(params=[list(p) for p in params]))
    with caplog.at_level(logging.WARNING):
        for path in (f"/embed/{slug}", f"/embed/{slug}/map.js", f"/embed/{slug}/projects.geojson", f"/v/{slug}"):
            assert client.get(path).status_code in (200, 302), path
    told = [record for record in caplog.records if slug in record.getMessage()]
    assert len(told) == 1, "once, not for every request"
    everywhere = ids(client, "/projects.geojson")
    view, dropped = tolerant(params, areas, "511123")
    assert dropped
    if "layers" in dict(params) and view.listed.layer.key == "projects":
        assert ids(client, f"/embed/{slug}/projects.geojson") < everywhere, "never the whole nation"


OLD = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "data" / "old_embeds.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(("least", "stored", "snippet"), OLD, ids=[row[2][:60] for row in OLD])
def test_old_snippets_go_on_working(
    least: str, stored: str, snippet: str, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    """Each line: how many places at least, the parameters as they were kept (JSON), the code in the other page."""
    named = re.findall(r'data-slug="([a-z0-9-]+)"', snippet)
    source = f"/embed/{named[0]}" if named else re.findall(r'src="([^"]+)"', snippet)[-1]
    parts = urlsplit(unescape(source))
    slug = parts.path.removeprefix("/embed").strip("/")
    if slug:
        kept(client, connection, areas, [("layers", "projects"), ("area", "511123")], slug=slug)
        connection.execute(update(SavedView).where(SavedView.slug == slug).values(params=json.loads(stored)))
    asked = [*parse_qsl(parts.query, keep_blank_values=True), ("list", "1")]
    answer = client.get(f"{parts.path}?{spell(asked)}")
    assert answer.status_code == 200, answer.text[:300]
    assert answer.text.count('class="entry"') >= int(least)
    (script,) = re.findall(r'src="([^"]*/map\.js[^"]*)"', answer.text)
    assert client.get(unescape(script)).status_code == 200


@pytest.mark.usefixtures("catalogue")
def test_the_map_follows_the_places_or_stays(client: FlaskClient, connection: Connection, areas: Areas) -> None:
    params = [("layers", "projects"), ("area", "511100"), ("q", "茶"), ("at", "103.5,29.5,9")]
    following = kept(client, connection, areas, params, WHOLE, follow=True)
    still = kept(client, connection, areas, params, WHOLE)

    def options(slug: str) -> Any:
        drawn = client.get(f"/embed/{slug}/map.js").text
        return json.loads(re.search(r"atlas\(\w+, (\{.*\})\);", drawn)[1])  # type: ignore[index]

    assert options(still)["at"] == [103.5, 29.5, 9]
    told = options(following)
    assert told["at"] is None
    west, south, east, north = told["bounds"]
    features = client.get(f"/embed/{following}/projects.geojson").get_json(force=True)["features"]
    assert features
    for feature in features:
        lon, lat = feature["geometry"]["coordinates"]
        assert west - 1e-4 <= lon <= east + 1e-4
        assert south - 1e-4 <= lat <= north + 1e-4
    assert east - west < 1.5, "the places, not the whole city"


@pytest.mark.usefixtures("catalogue")
def test_the_short_link_is_offered_where_the_same_is_on_screen(
    client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    slug = kept(client, connection, areas, LOCKED)
    view = View.parse(layers.LAYERS, LOCKED, areas)
    assert f"/v/{slug}" in client.get(view.url("/share")).text
    assert "/v/" not in client.get("/share?layers=projects&area=511124").text
    answer = client.get(f"/v/{slug}?lang=en")
    assert answer.status_code == 302
    assert "lang=en" in answer.headers["Location"]
    assert "no-store" not in answer.headers["Cache-Control"]
    told = client.get("/oembed", query_string={"url": f"{_base(client)}/v/{slug}"}).get_json()
    assert f'src="{_base(client)}/embed/{slug}"' in told["html"]
    assert client.get("/embed.js").mimetype == "text/javascript"


def _base(client: FlaskClient) -> str:
    base: str = client.application.config["SETTINGS"].public_url
    return base


def test_a_view_speaks_its_own_language_unless_asked(client: FlaskClient, connection: Connection, areas: Areas) -> None:
    slug = kept(client, connection, areas, LOCKED, lang="en")
    assert '<html lang="en"' in client.get(f"/embed/{slug}").text
    assert '<html lang="zh-CN"' in client.get(f"/embed/{slug}?lang=zh").text


ODD = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["511123", "..", "..<", "1..2", "103,29", "103,29,104,30", "_p~iF~ps|U", "\x00", "%", "'", "near", "projects"]
    ),
)
NAMES = st.sampled_from(
    ["area", "q", "bbox", "near", "radius", "within", "sort", "page", "limit", "layers", "at", "lang", "ch", "list",
     "projects.budget", "budget", "projects.industry", "industry", "precision", "of", "held", "projects.", ".", ""]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(NAMES, ODD), max_size=5),
    st.sampled_from(
        [
            "",
            "/map.js",
            "/projects.geojson",
            "/facets/projects.json",
            "/tiles/projects/9/403/212.mvt",
            "/projects/1/card",
        ]
    ),
)
def test_nothing_that_is_asked_of_a_frame_breaks_it(
    client: FlaskClient, connection: Connection, areas: Areas, pairs: list[tuple[str, str]], path: str
) -> None:
    slug = "for-hostile-use"
    if connection.execute(select(SavedView.id).where(SavedView.slug == slug)).first() is None:
        kept(client, connection, areas, LOCKED, ("area",), slug=slug, controls=True, list=True)
    for address in (f"/embed/{slug}{path}", f"/v/{slug}", "/embed"):
        answer = client.get(address, query_string=pairs)
        assert answer.status_code in (200, 204, 302, 400, 404), (address, pairs, answer.status_code)
