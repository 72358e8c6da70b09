"""Twenty random views hold the same places on page, frame, oEmbed, poster, PDF, lone file and GeoJSON; their codes lead home."""

from __future__ import annotations

import io
import json
import random
import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import extruct
import micawber
import pypdfium2
import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image

import layers
from geo import drawing
from layers.view import View
from tests.webapp.test_surfaces_agree import PARTS
from webapp import db, sharing
from webapp.posters import gather, layouts
from webapp.posters.content import Content
from webapp.posters.sizes import SIZES

SEEDS = range(20)
LAYERS = ("projects", "parks", "incubators", "services", "towns", "transport", "zones")


def random_view(client: FlaskClient, seed: int) -> tuple[View, sharing.Shared]:
    """A View of one to three layers with filters of the first, that finds at least one place and at most a hundred."""
    dice = random.Random(seed)
    while True:
        keys = dice.sample(LAYERS, dice.randint(1, 3))
        params = [("layers", ",".join(keys))]
        if dice.random() < 0.8:
            params.append(("area", dice.choice([*PARTS["area"], "411625", "511181", "411681"])))
        if keys[0] == "projects":
            own = dice.sample([name for name in sorted(PARTS) if name not in ("area", "bbox")], dice.randint(0, 2))
            params += [(f"projects.{name}", dice.choice(PARTS[name])) for name in own]
        if dice.random() < 0.3:
            params.append(("q", dice.choice(["茶", "加工", "园", "镇"])))
        with client.application.test_request_context("/"):
            view = View.parse(layers.LAYERS, params, db.areas(), strict=True)
            shared = sharing.of_view(view)
        if 1 <= len(geojson(client, view)) <= 100:
            return view, shared


def geojson(client: FlaskClient, view: View) -> list[dict[str, Any]]:
    """The listed places as the download has them."""
    answer = client.get(view.listed.everywhere().url(f"/{view.listed.layer.key}.geojson"))
    features: list[dict[str, Any]] = answer.get_json(force=True)["features"]
    return features


def listed(page: str, key: str) -> set[int]:
    return {int(id_) for id_ in re.findall(rf'data-place="{key}:(\d+)"', page)}


def path_of(url: str) -> str:
    """An address of the site from its root on."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def get(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.text[:200])
    return answer.text


def poster(client: FlaskClient, shared: sharing.Shared, size: str, kind: str) -> Content:
    with client.application.test_request_context("/"):
        return gather.content(gather.asked(shared, size, kind))


def drawn(made: Content, ending: str) -> bytes:
    sheets = layouts.compose(made, paged=ending == "pdf")
    return drawing.save(sheets, ending, SIZES[made.size].pixels, made.title, made.day)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_surface_holds_the_same_places(seed: int, shop: FlaskClient) -> None:
    view, shared = random_view(shop, seed)
    key = view.listed.layer.key
    features = geojson(shop, view)
    wanted = {feature["id"] for feature in features}
    home = path_of(shared.url)
    assert listed(get(shop, f"{home}&limit=100"), key) == wanted, home
    with shop.application.test_request_context("/"):
        framed, alone = shared.at("/embed", ("list", "1")), shared.at("/standalone.html")
    assert listed(get(shop, framed), key) == wanted
    told = shop.get("/oembed", query_string={"url": shared.url}).get_json()
    (source,) = re.findall(r'src="([^"]+)"', told["html"])
    assert listed(get(shop, path_of(unescape(source)) + "&list=1"), key) == wanted
    file = get(shop, alone)
    data = json.loads(re.search(r'<script[^>]*id="data"[^>]*>(.*?)</script>', file, re.S)[1])  # type: ignore[index]
    assert {place["id"] for place in data["places"] if place["layer"] == key} == wanted
    made = poster(shop, shared, "a4", "list")
    names = [f["properties"].get("short_name") or f["properties"]["name"] for f in features]
    assert sorted(row.name for row in made.rows) == sorted(names)
    assert made.beyond == 0
    document = pypdfium2.PdfDocument(drawn(made, "pdf"))
    text = bare("\n".join(page.get_textpage().get_text_range() for page in document))
    for row in made.rows:
        assert bare(row.name)[:6] in text, row.name
        assert bare(row.phone) in text, row.phone
    assert bare(made.approval) in text
    assert bare(made.sources) in text
    assert [c.text for c in zxingcpp.read_barcodes(document[0].render(scale=2).to_pil().convert("RGB"))] == [shared.url]


@pytest.mark.parametrize("seed", list(SEEDS)[::5])
def test_the_code_on_the_picture_leads_to_the_canonical_page(seed: int, shop: FlaskClient) -> None:
    _view, shared = random_view(shop, seed)
    made = poster(shop, shared, "square", "list")
    image = Image.open(io.BytesIO(drawn(made, "png"))).convert("RGB")
    (code,) = zxingcpp.read_barcodes(image)
    assert code.text == shared.url
    page = get(shop, path_of(code.text))
    with shop.application.test_request_context("/"):
        assert View.parse(layers.LAYERS, _view.params(), db.areas()).url("/") == path_of(code.text)
    assert "归雁图" in page


class ThroughClient(micawber.Provider):
    """micawber's provider over the test client instead of a socket."""

    client: FlaskClient

    def fetch(self, url: str) -> str:
        answer = self.client.get(path_of(url))
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/?layers=projects&area=511123",
        "/projects?area=511123&budget=..30",
        "/areas/511123",
        "/map?area=511123",
        "/projects/{id}",
    ],
)
def test_a_consumer_of_oembed_and_a_reader_of_metadata_are_content(path: str, shop: FlaskClient) -> None:
    base = shop.application.config["SETTINGS"].public_url
    first = shop.get("/projects.geojson?area=511123").get_json(force=True)["features"][0]["id"]
    url = base + path.replace("{id}", str(first))
    provider = ThroughClient(f"{base}/oembed")
    provider.client = shop
    known = micawber.ProviderRegistry()
    known.register(rf"{re.escape(base)}/.*", provider)
    told = known.request(url, maxwidth=600)
    assert told["type"] == "rich"
    assert told["width"] == 600
    parsed = micawber.parse_text(url, known)
    assert "<iframe" in parsed and told["title"][:6] in unescape(parsed)
    page = get(shop, path_of(url))
    found = extruct.extract(page, base_url=url, syntaxes=["json-ld", "opengraph"], errors="strict", uniform=True)
    (graph,) = found["opengraph"]
    assert {"og:title", "og:image", "og:url", "og:description"} <= set(graph)
    assert graph["og:image"].startswith(f"{base}/poster.png?")
    if path.startswith(("/projects/", "/areas/")):
        kinds = {thing["@type"] for thing in found["json-ld"]}
        assert kinds, "schema.org says what it is"
    (frame,) = re.findall(r'src="([^"]+)"', told["html"])
    extruct.extract(
        get(shop, path_of(unescape(frame))), base_url=base, errors="strict", syntaxes=["json-ld", "opengraph"]
    )
    links = re.findall(r'<link rel="alternate" type="(?:application/json|text/xml)\+oembed" href="([^"]+)"', page)
    assert len(links) == 2
    for link in links:
        assert shop.get(path_of(unescape(link))).status_code == 200
