"""What is passed on: one address for one thing, frames that only embeds allow, texts that nobody can break out of."""

from __future__ import annotations

import io
import json
import re
import zipfile
from html import escape, unescape
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

import layers
from layers.areas import Areas
from tests.places import put, values
from tests.webapp.test_posters import content, fetched
from webapp.posters import article

HOST = "http://127.0.0.1:8000"
BREAKING = "</script><script>alert(1)</script>"
HAZARD = '${alert(2)}"><img src=x onerror=a()>'
OURS = ["/", "/?layers=parks&area=511123", "/map?area=511100", "/projects?area=511123&budget=..30", "/areas/511123"]
SUBJECTS = ["/industry?area=511100&industry=A01", "/ask", "/data", "/areas"]


@pytest.mark.parametrize("path", [*OURS, *SUBJECTS])
def test_oembed_answers_for_our_addresses_in_both_forms(path: str, shop: FlaskClient) -> None:
    told = shop.get(f"/oembed?url={quote(HOST + path)}").get_json()
    assert (told["type"], told["version"]) == ("rich", "1.0")
    source = unescape(re.search(r'src="([^"]+)"', told["html"])[1])
    assert source.startswith(f"{HOST}/embed?")
    framed = shop.get(source.removeprefix(HOST))
    assert framed.status_code == 200
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    xml = ElementTree.fromstring(shop.get(f"/oembed?format=xml&url={quote(HOST + path)}").data)
    assert xml.findtext("html") == told["html"]


@pytest.mark.parametrize(
    "query", ["", "url=x", "url=http://example.org/", f"url={HOST}/nope", f"url={HOST}/projects/1/card",
              f"url={HOST}/&maxwidth=x", f"url={HOST}/&format=yaml", "url=http://[bad", f"url={HOST}/?area=1"],
)  # fmt: skip
def test_oembed_refuses_everything_else(query: str, shop: FlaskClient) -> None:
    answer = shop.get(f"/oembed?{query}")
    assert answer.status_code in (400, 404, 501)
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", [*OURS, *SUBJECTS])
def test_every_public_page_has_a_share_panel_whose_code_leads_back_to_it(path: str, shop: FlaskClient) -> None:
    link = unescape(re.search(r'<a [^>]*href="([^"]+)" data-share', shop.get(path).text)[1])  # type: ignore[index]
    panel = shop.get(link)
    assert panel.status_code == 200
    address = unescape(re.search(r'<input type="url" readonly value="([^"]+)"', panel.text)[1])  # type: ignore[index]
    code = shop.get(link.replace("/share?", "/qr.svg?")).text
    assert f"<title>{escape(address)}</title>" in code
    back = shop.get(address.removeprefix(HOST))
    assert back.status_code == 200
    if path in SUBJECTS:
        assert address == f"{HOST}{path}"
        assert unescape(back.text).count(link) == unescape(shop.get(path).text).count(link)


@pytest.mark.parametrize("query", ["of=ask&area=511100", "of=industry&budget=x", "of=industry&foo=1", "of=home"])
def test_a_subject_takes_its_own_parameters_alone(query: str, shop: FlaskClient) -> None:
    assert shop.get(f"/qr.svg?{query}").status_code == 400


def test_a_frame_is_no_larger_than_the_other_site_has_room_for(shop: FlaskClient) -> None:
    told = shop.get(f"/oembed?url={HOST}/&maxwidth=400&maxheight=300").get_json()
    assert (told["width"], told["height"]) == (400, 300)
    assert 'height="300"' in told["html"]


@pytest.mark.parametrize("path", ["/", "/map", "/share", "/poster", "/kit", "/projects", "/embed?area=1"])
def test_nothing_but_embeds_may_be_framed(path: str, shop: FlaskClient) -> None:
    assert "frame-ancestors 'none'" in shop.get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/share", "/embed", "/qr.svg", "/standalone.html", "/kit"])
def test_public_answers_set_no_cookie_and_carry_a_tag_or_are_not_kept(path: str, shop: FlaskClient) -> None:
    answer = shop.get(f"{path}?area=511123")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "ETag" in answer.headers or answer.headers["Cache-Control"] == "no-store"


def test_an_embed_lists_what_the_geojson_holds(shop: FlaskClient) -> None:
    query = "area=511123"
    page = shop.get(f"/embed?layers=projects&{query}&limit=100").text
    ids = {int(id_) for id_ in re.findall(r'data-place="projects:(\d+)"', page)}
    assert ids == {f["id"] for f in shop.get(f"/projects.geojson?{query}").get_json()["features"]}


def test_a_file_that_stands_alone_holds_the_places_and_no_text_breaks_out(
    client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    layer = layers.get("projects")
    (id_,) = put(connection, layer, areas, values(layer, 1, name=BREAKING, summary=HAZARD, internal_note="内部秘密"))
    page = client.get("/standalone.html?layers=projects&area=511123").text
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1]
    told = json.loads(data)
    assert [place["id"] for place in told["places"]] == [id_]
    assert told["places"][0]["name"] == BREAKING
    assert "<" not in data
    assert page.count("<script") == page.count("</script>") == 3, "nobody's text has become a script"
    assert "秘密" not in page
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert not re.findall(r'(?:src|href)="(?!#|tel:|data:|http://127\.0\.0\.1:8000/)', markup)
    assert not re.findall(r"url\((?!data:)", page.replace("url(#", ""))


def test_the_article_is_short_enough_and_names_every_place(shop: FlaskClient) -> None:
    made = content(shop, [("area", "511100")], "cover", "list")
    with shop.application.test_request_context("/"):
        text = article.text(made)
    assert len(text) < 20_000
    assert all(row.name in text and row.phone in text for row in made.rows)
    assert made.url in text
    assert "<" not in text


def test_the_kit_has_pictures_text_link_and_code_and_is_the_same_each_time(shop: FlaskClient) -> None:
    first = fetched(shop, "/kit.zip?area=511123")
    packed = zipfile.ZipFile(io.BytesIO(first.data))
    assert packed.namelist() == [
        "1-cover-900x383.png", "2-long.png", "3-square.png", "4-qr.png", "article.txt", "link.txt",
    ]  # fmt: skip
    assert "犍为" in packed.read("article.txt").decode("utf-8-sig")
    assert fetched(shop, "/kit.zip?area=511123").data == first.data


def test_options_of_the_frame_are_in_its_code(shop: FlaskClient) -> None:
    page = shop.get("/share?layers=projects&area=511123&list=1&fixed=1&height=700&lang=en").text
    code = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)[1])
    assert 'height="700"' in code
    assert all(part in code for part in ("list=1", "at=", "lang=en"))
    assert shop.get("/share?height=9").status_code == 200
    assert shop.get("/share?height=x").status_code == 400
