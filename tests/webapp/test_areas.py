"""Pages of areas: complete for every pilot county, and every number is what the directory says."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.catalogue import directory_total, figures

LESHAN = ["511102", "511111", "511112", "511113", "511123", "511124", "511126", "511129", "511132", "511133", "511181"]
ZHOUKOU = ["411602", "411603", "411621", "411622", "411623", "411624", "411625", "411627", "411628", "411681"]
COUNTIES = LESHAN + ZHOUKOU


@pytest.mark.parametrize("code", COUNTIES)
def test_a_pilot_county_has_everything_and_a_phone_that_rings(code: str, shop: FlaskClient) -> None:
    page = shop.get(f"/areas/{code}").text
    assert "返乡创业综合服务中心" in page
    prefix = "0833" if code.startswith("51") else "0394"
    assert f'class="call big" href="tel:{prefix}12333"' in page
    for number in re.findall(r'href="tel:(\d+)"', page):
        assert number.startswith(prefix) or number in ("12333", "12345"), number
    said = dict(figures(page))
    for key in ("projects", "parks", "incubators", "services", "towns"):
        assert said[f"/{key}?area={code}"] >= 1, key
    assert not re.findall(r"<(ul|tbody|dl)[^>]*>\s*</\1>", page), "an empty box"
    assert "None" not in re.sub(r"<[^>]+>", " ", page)


@pytest.mark.parametrize("path", ["/areas/511123", "/areas/411628", "/areas/511100", "/areas/511123100", "/industry"])
def test_every_number_is_the_directorys(path: str, shop: FlaskClient) -> None:
    told = set(figures(shop.get(path).text))
    assert len(told) > 5
    for address, number in told:
        assert directory_total(shop, address) == number, address


@pytest.mark.parametrize("code", COUNTIES)
def test_what_every_county_offers_is_what_the_directories_hold(code: str, shop: FlaskClient) -> None:
    page = shop.get(f"/areas/{code}").text
    offers = dict(figures(re.search(r'<ul class="offer-row">.*?</ul>', page, re.S)[0]))
    assert len(offers) >= 5
    assert offers == {address: directory_total(shop, address) for address in offers}


def test_the_headline_says_the_same(shop: FlaskClient) -> None:
    page = shop.get("/areas/511123").text
    lede = [int(n) for n in re.findall(r"<b>(\d+)</b>", re.search(r'<p class="lede">(.*?)</p>', page, re.S)[1])]
    asked = ["/projects?area=511123", "/projects?area=511123&budget=..<30"]
    asked += [f"/{key}?area=511123" for key in ("parks", "incubators", "services")]
    assert lede == [directory_total(shop, address) for address in asked]


def test_the_table_of_trades_adds_up(shop: FlaskClient) -> None:
    page = shop.get("/industry?area=511100").text
    rows = re.findall(r"<tr[^>]*><th scope=\"row\">.*?</tr>", page.split('id="kinds"')[0], re.S)
    assert len(rows) == len(LESHAN)
    for row in rows:
        *cells, total = [int(n) for n in re.findall(r">(\d+)<", row)]
        assert sum(cells) == total
    totals = [int(re.findall(r"<b>(\d+)</b>", row)[-1]) for row in rows]
    assert sum(totals) == directory_total(shop, "/projects?area=511100")


def test_filters_of_listings_work_on_the_distribution(shop: FlaskClient) -> None:
    page = shop.get("/industry?area=511100&budget=..<10").text
    said = int(re.search(r'<p class="lede">(\d+)', page)[1])
    assert said == directory_total(shop, "/projects?area=511100&budget=..<10")
    assert shop.get("/industry?budget=x").status_code == 400
    nothing = shop.get("/industry?area=110000").text
    assert "这里还没有登记项目" in nothing


def test_codes_old_short_and_wrong(shop: FlaskClient) -> None:
    assert shop.get("/areas/411626").headers["Location"] == "/areas/411603"
    assert shop.get("/areas/5111").headers["Location"] == "/areas/511100"
    for wrong in ("999999", "abc", "%00", "511123999"):
        assert shop.get(f"/areas/{wrong}").status_code == 404


def test_a_county_without_anything_still_helps(shop: FlaskClient) -> None:
    page = shop.get("/areas/110101").text
    assert 'href="tel:12333"' in page
    assert "这里还没有登记" in page
    assert not re.findall(r"<(ul|tbody|dl)[^>]*>\s*</\1>", page)


def test_a_zone_and_a_province_have_pages(shop: FlaskClient) -> None:
    zone = shop.get("/areas/Z511101").text
    assert dict(figures(zone))["/projects?area=Z511101"] >= 1
    assert "乐山市" in shop.get("/areas/510000").text


def test_the_index_finds_by_name_and_pinyin_without_scripts(shop: FlaskClient) -> None:
    for asked in ("犍为", "qianwei", "QIANWEI"):
        assert 'href="/areas/511123"' in shop.get("/areas", query_string={"q": asked}).text
    assert "没有叫这个名字的地方" in shop.get("/areas?q=不存在的地方").text
    assert shop.get("/areas?q=%00%25_'").status_code == 200
    page = shop.get("/areas").text
    assert all(f'href="/areas/{code}"' in page for code in COUNTIES)
