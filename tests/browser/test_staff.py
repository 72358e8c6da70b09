"""An office at work in a real Chromium: from a phone to a reviewed listing, and a list renewed in one go."""

from __future__ import annotations

import datetime as dt
import math
import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine, delete, select

import layers
from layers.areas import Areas
from tests import places
from tests.browser.conftest import DESK, PHONE, Watched, axe_finds, enter
from tests.places import TODAY


def fill(page: Page, name: str) -> None:
    """The ten of a listing, as somebody with a thumb does it."""
    page.locator("#f-name").fill(name)
    page.locator("#f-summary").fill("收本村青叶做干茶，合作社收七成")
    page.locator("#f-budget").fill("8")
    page.locator("#f-industry").select_option("C15")
    page.get_by_role("checkbox", name="租赁").check()
    page.get_by_role("checkbox", name="现成厂房").check()
    page.get_by_role("radio", name="准确位置").check()
    page.get_by_role("radio", name="高德·腾讯").check()
    page.locator("#f-coords").fill("103.9523, 29.2072")
    expect(page.locator("[data-answer] .fine")).to_contain_text("犍为县")
    page.locator("#f-phone").fill("0000012")


def test_from_a_phone_to_the_public_through_another_accounts_review(browser: Browser, site: str, people: None) -> None:
    begun = time.monotonic()
    page = enter(browser, site, "bianji")
    watched = Watched(page, site)
    page.goto(f"{site}/staff/places?layer=projects")
    page.get_by_role("button", name="发布一条：项目").click()
    page.wait_for_url(re.compile("/staff/drafts/"))
    fill(page, "示例·雨前茶初制点")
    expect(page.locator("[data-have]")).to_have_text("10 / 10", timeout=15000)
    expect(page.locator("[data-preview-here] .entry-name")).to_have_text("示例·雨前茶初制点")
    page.get_by_role("button", name="交去审核").click()
    page.wait_for_url(re.compile("/staff/places"))
    assert (watched.foreign, watched.complaints) == ([], [])

    public = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
    public.goto(f"{site}/projects?q=雨前茶")
    expect(public.locator(".entry")).to_have_count(0)
    boss = enter(browser, site, "shenhe")
    boss.goto(f"{site}/staff/review")
    boss.get_by_role("link", name="示例·雨前茶初制点").click()
    expect(boss.locator(".prev .call")).to_contain_text("0833-000 0012")
    boss.get_by_role("button", name="通过，马上发布").click()
    boss.wait_for_url(re.compile("/staff/review$"))
    assert time.monotonic() - begun < 180

    seen = time.monotonic()
    public.goto(f"{site}/projects?q=雨前茶")
    public.locator(".entry-name a").first.click()
    expect(public.locator("h1")).to_have_text("示例·雨前茶初制点")
    id_ = int(public.url.rsplit("/", 1)[1].partition("?")[0])
    (feature,) = public.request.get(f"{site}/projects.geojson?q=雨前茶").json()["features"]
    assert feature["id"] == id_
    assert "雨前茶" in public.request.get(f"{site}/projects.csv?q=雨前茶").text()
    lon, lat = feature["geometry"]["coordinates"]
    x = int((lon + 180) / 360 * 2**14)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**14)
    tile = public.request.get(f"{site}/tiles/projects/14/{x}/{y}.mvt?q=雨前茶")
    assert tile.status == 200
    assert "雨前茶" in tile.body().decode("utf-8", "ignore")
    assert time.monotonic() - seen < 5


def test_a_click_on_the_map_and_a_dragged_pin_are_kept(browser: Browser, site: str, people: None) -> None:
    page = enter(browser, site, "bianji", DESK)
    page.goto(f"{site}/staff/places?layer=projects")
    page.get_by_role("button", name="发布一条：项目").click()
    page.wait_for_selector(".folium-map[data-marks]")
    page.locator(".picker .folium-map").click(position={"x": 200, "y": 120})
    expect(page.locator(".pin-icon")).to_be_visible()
    first = page.locator("#f-lon").input_value()
    assert 103 < float(first) < 105
    pin = page.locator(".pin-icon").bounding_box()
    assert pin is not None
    page.mouse.move(pin["x"] + 13, pin["y"] + 20)
    page.mouse.down()
    page.mouse.move(pin["x"] + 60, pin["y"] + 60, steps=5)
    page.mouse.up()
    page.wait_for_function(f"document.getElementById('f-lon').value !== '{first}'")
    expect(page.locator("#draft [data-saved]")).to_contain_text("存好了", timeout=15000)
    page.reload()
    assert page.locator("#f-lon").input_value() != first
    page.get_by_text("不要这份草稿了").click()
    page.get_by_role("button", name="删掉草稿").click()


def test_twelve_listings_are_renewed_in_under_a_minute(
    browser: Browser, site: str, people: None, site_url: str, areas: Areas
) -> None:
    engine, layer = create_engine(site_url), layers.get("projects")
    soon = TODAY + dt.timedelta(days=4)
    with engine.begin() as connection:
        made = [places.values(layer, n, name=f"示例·快到期{n}", valid_until=soon) for n in range(400, 412)]
        ids = places.put(connection, layer, areas, *made)
    page = enter(browser, site, "bianji")
    begun = time.monotonic()
    page.goto(f"{site}/staff/expiring?layer=projects")
    rows = page.locator("#bulk input[name=id]")
    expect(rows.first).to_be_visible()
    number = rows.count()
    assert number >= 12
    page.get_by_role("checkbox", name="这一页全选").check()
    expect(page.locator("[data-picked]")).to_have_text(f"选了 {number} 条")
    page.get_by_role("button", name="仍有效").click()
    expect(page.locator(".told")).to_contain_text(f"{number} 条记为仍有效")
    assert time.monotonic() - begun < 60
    model = layer.model
    with engine.begin() as connection:
        days = connection.execute(select(model.verified, model.valid_until).where(model.id.in_(ids))).all()
        assert set(days) == {(TODAY, TODAY + dt.timedelta(days=90))}
        connection.execute(delete(model).where(model.id.in_(ids)))
    engine.dispose()


PAGES = {
    "bianji": ["/staff/places", "/staff/places?layer=parks", "/staff/expiring", "/staff/places/projects/1", "NEW"],
    "shenhe": ["/staff/review"],
    "guanli": ["/staff/people", "/staff/log", "/account/"],
}


@pytest.mark.parametrize("look", ["light", "dark", "large"])
@pytest.mark.parametrize("who", list(PAGES))
def test_axe_finds_nothing_for_staff(who: str, look: str, browser: Browser, site: str, people: None) -> None:
    page = enter(browser, site, who, color_scheme="dark" if look == "dark" else "light")
    if look == "large":
        page.add_init_script("localStorage.setItem('size', 'large')")
    for path in PAGES[who]:
        if path == "NEW":
            page.goto(f"{site}/staff/places?layer=projects")
            page.get_by_role("button", name="发布一条：项目").click()
            page.wait_for_url(re.compile("/staff/drafts/"))
        else:
            page.goto(site + path)
        assert axe_finds(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def test_the_editor_works_without_scripts(browser: Browser, site: str, people: None) -> None:
    page = enter(browser, site, "bianji", java_script_enabled=False)
    page.goto(f"{site}/staff/places?layer=projects")
    page.get_by_role("button", name="发布一条：项目").click()
    page.locator("#f-name").fill("示例·没有脚本的一条")
    page.get_by_role("radio", name="手机GPS").check()
    page.locator("#f-coords").fill("103.93, 29.19")
    page.get_by_role("button", name="存草稿").last.click()
    expect(page.locator(".told")).to_contain_text("存好了")
    assert page.locator("#f-lat").input_value() == "29.1900000"
    page.get_by_role("button", name="交去审核").click()
    expect(page.locator("#problems")).to_contain_text("还没填")
    assert page.locator("#f-name").input_value() == "示例·没有脚本的一条"


def test_the_review_is_done_by_keyboard(browser: Browser, site: str, people: None) -> None:
    page = enter(browser, site, "bianji", DESK)
    page.goto(f"{site}/staff/places?layer=projects")
    button = page.get_by_role("button", name="发布一条：项目")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/staff/drafts/"))
    page.locator("#f-name").focus()
    page.keyboard.type("示例·键盘写的")
    page.keyboard.press("Tab")
    page.keyboard.type("一句话")
    expect(page.locator("#draft [data-saved]")).to_contain_text("存好了", timeout=15000)
    assert page.locator(":focus").get_attribute("id") == "f-summary", "a save while typing leaves the cursor alone"
