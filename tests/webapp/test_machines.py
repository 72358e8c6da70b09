"""What machines read: robots, sitemaps, linked data, the share picture, the page about the data."""

from __future__ import annotations

import html
import json
import re

import pytest
from flask.testing import FlaskClient

import layers
from tests.catalogue import directory_total
from tests.webapp.test_posters import fetched

LINKED = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)
KEYS = [layer.key for layer in layers.LAYERS]


def addresses(xml: str) -> list[str]:
    return [url.removeprefix("http://127.0.0.1:8000") for url in re.findall(r"<loc>([^<]+)</loc>", xml)]


def test_every_address_of_the_sitemaps_answers(shop: FlaskClient) -> None:
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in shop.get("/robots.txt").text
    maps = addresses(shop.get("/sitemap.xml").text)
    assert [f"/sitemaps/{key}-1.xml" for key in KEYS] == maps[1:]
    for path in maps:
        listed = addresses(shop.get(path).text)
        assert listed, path
        for address in (listed[0], listed[len(listed) // 2], listed[-1]):
            assert shop.get(address).status_code == 200, address
    pages = addresses(shop.get(maps[0]).text)
    assert {"/", "/areas/511123", "/projects", "/data"} <= set(pages)
    assert "/areas/110101" not in pages, "an area without places is no page to find"
    assert shop.get("/sitemaps/projects-2.xml").status_code == 404


def test_the_icon_is_where_browsers_look(shop: FlaskClient) -> None:
    found = shop.get("/favicon.ico")
    assert found.status_code == 302
    assert re.fullmatch(r"/static/\w+/img/icon-32\.png", found.headers["Location"])
    with shop.get(found.headers["Location"]) as icon:
        assert icon.mimetype == "image/png"


def test_the_sitemap_holds_public_places_only(shop: FlaskClient) -> None:
    listed = addresses(shop.get("/sitemaps/projects-1.xml").text)
    assert len(listed) == directory_total(shop, "/projects")


@pytest.mark.parametrize("key", KEYS)
def test_a_place_describes_itself_without_claiming_a_point(key: str, shop: FlaskClient) -> None:
    for precision, geo in (("exact", "GeoCoordinates"), ("township", "GeoCircle"), ("county", None)):
        found = re.search(rf'data-place="{key}:(\d+)"', shop.get(f"/{key}?precision={precision}").text)
        if not found:
            continue
        page = shop.get(f"/{key}/{found[1]}").text
        told = json.loads(LINKED.search(page)[1])
        assert told["@context"] == "https://schema.org"
        assert told["url"].endswith(f"/{key}/{found[1]}")
        assert told.get("geo", {}).get("@type") == geo, (key, precision)


def test_an_area_describes_itself(shop: FlaskClient) -> None:
    told = json.loads(LINKED.search(shop.get("/areas/511123").text)[1])
    assert told["identifier"]["value"] == "511123"
    assert told["containedInPlace"]["name"] == "乐山市"


def test_the_share_picture_is_there(shop: FlaskClient) -> None:
    page = shop.get("/").text
    picture = re.search(r'property="og:image" content="http://127.0.0.1:8000([^"]+)"', page)[1]
    assert fetched(shop, html.unescape(picture)).data.startswith(b"\x89PNG")
    for icon in re.findall(r'rel="(?:icon|apple-touch-icon)"[^>]* href="([^"]+)"', page):
        with shop.get(icon) as answer:
            assert answer.status_code == 200


def test_the_data_page_counts_what_is_public(shop: FlaskClient) -> None:
    page = shop.get("/data").text.split("<tbody>")[1]
    for layer in layers.LAYERS:
        row = re.search(rf'<a href="/{layer.key}">.*?</tr>', page, re.S)[0]
        total, _samples, *precisions = [int(n) for n in re.findall(r"<td>(\d+)</td>", row)][:5]
        assert total == directory_total(shop, f"/{layer.key}") == sum(precisions)
    assert "© OpenStreetMap contributors" in page


def test_credited_sources_stand_on_the_map(shop: FlaskClient) -> None:
    assert "OpenStreetMap contributors" in shop.get("/map.js?layers=transport").text
