"""What a person does with the map: filter, share, go back, use the keyboard, do without scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, Watched

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
DRAWN = ".folium-map[data-marks]"
NONE = re.compile("没有")


def total(page: Page) -> int:
    return int(page.locator(".list-head .tally b").inner_text())


def test_a_phone_shows_the_list_and_the_map_behind_a_tab(page: Page, site: str, watched: Watched) -> None:
    page.goto(site)
    expect(page.locator(".entry").first).to_be_visible()
    expect(page.locator(".map-pane")).to_be_hidden()
    page.get_by_role("link", name="地图", exact=True).click()
    expect(page.locator(".map-pane")).to_be_visible()
    page.wait_for_function("() => document.querySelectorAll('.atlas-mark').length > 3")
    assert 3 < page.locator(".atlas-mark").count() <= 40
    expect(page.locator(".badge")).to_contain_text("示意图·未送审")
    assert page.url.endswith("#map")
    page.go_back()
    expect(page.locator(".map-pane")).to_be_hidden()


def test_a_filter_narrows_the_list_and_the_address_can_be_shared(
    page: Page, site: str, browser: Browser, watched: Watched
) -> None:
    page.goto(site)
    before = total(page)
    page.locator("[data-panel] > summary").click()
    page.get_by_role("checkbox", name=re.compile("食品加工")).check(force=True)
    page.wait_for_url(re.compile(r"projects\.industry=food"))
    narrowed = total(page)
    assert 0 < narrowed < before
    page.get_by_role("button", name=f"看 {narrowed} 个结果").click()
    expect(page.locator(".panel-form")).to_be_hidden()
    elsewhere = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
    elsewhere.goto(page.url)
    assert total(elsewhere) == narrowed
    elsewhere.context.close()
    page.go_back()
    expect(page.locator(".list-head .tally b")).to_have_text(str(before))


def test_moving_the_map_updates_the_list_and_never_blanks_it(browser: Browser, site: str) -> None:
    page = browser.new_context(viewport=DESK, locale="zh-CN").new_page()
    page.goto(site)
    page.wait_for_selector(DRAWN)
    before = total(page)
    page.evaluate("document.querySelector('.folium-map').atlas.map.setView([29.21, 103.95], 11)")
    page.wait_for_url(re.compile(r"at=103\.9"))
    page.wait_for_function(f"() => +document.querySelector('.list-head .tally b').textContent < {before}")
    assert total(page) > 0
    page.evaluate("document.querySelector('.folium-map').atlas.map.setView([31.5, 95], 9)")
    page.wait_for_timeout(900)
    assert page.locator(".entry").count() > 0
    page.context.close()


def test_a_mark_opens_a_card_and_a_cluster_splits(browser: Browser, site: str) -> None:
    page = browser.new_context(viewport=DESK, locale="zh-CN").new_page()
    seen = Watched(page, site)
    page.goto(site + "/?layers=projects&area=511123")
    page.wait_for_selector(DRAWN)
    page.wait_for_timeout(500)
    mark = page.locator(".atlas-mark[data-mark]").first
    name = mark.get_attribute("aria-label")
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup .card h2")).to_have_text(name or "")
    expect(page.locator(".leaflet-popup a[href^='tel:']")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    page.goto(site + "/?layers=projects,parks&area=511100")
    page.wait_for_selector(".cl")
    zoom = page.evaluate("document.querySelector('.folium-map').atlas.map.getZoom()")
    page.locator(".atlas-mark:has(.cl)").first.click(force=True)
    page.wait_for_timeout(700)
    assert page.evaluate("document.querySelector('.folium-map').atlas.map.getZoom()") > zoom
    assert (seen.foreign, seen.complaints) == ([], [])
    page.context.close()


def test_the_task_is_done_by_keyboard_alone(page: Page, site: str, watched: Watched) -> None:
    page.goto(site + "/projects?area=511123&budget=..20")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.entry-name') !== null"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/projects/\d+"))
    expect(page.locator("a.call.big")).to_have_attribute("href", re.compile(r"^tel:0833000\d{4}$"))


def test_everything_but_the_map_works_without_scripts(browser: Browser, site: str) -> None:
    page = browser.new_context(java_script_enabled=False, viewport=PHONE, locale="zh-CN").new_page()
    page.goto(site + "/?area=511123")
    before = total(page)
    page.locator("[data-panel] > summary").click()
    page.locator("[name='projects.budget'][value='..<5']").check(force=True)
    page.locator("[name='projects.budget'][value='5..<10']").check(force=True)
    page.locator(".panel-foot button").click()
    assert "projects.budget" in page.url
    assert 0 < total(page) < before
    page.locator(".entry-name a").first.click()
    expect(page.locator("a.call.big")).to_be_visible()
    page.context.close()


def test_nothing_matches_says_what_to_loosen(page: Page, site: str, watched: Watched) -> None:
    page.goto(site + "/projects?area=511113&budget=10000..")
    expect(page.locator(".state")).to_contain_text("没有正好合适的")
    page.locator(".state a.btn").click()
    expect(page.locator(".entry").first).to_be_visible()


def test_words_from_a_wechat_share_change_nothing(page: Page, site: str, watched: Watched) -> None:
    page.goto(site + "/projects?area=511123")
    plain = page.locator(".entry").all_inner_texts()
    page.goto(site + "/projects?area=511123&from=singlemessage&isappinstalled=0")
    assert page.locator(".entry").all_inner_texts() == plain


def test_the_map_works_after_a_304(page: Page, site: str, watched: Watched) -> None:
    page.goto(site + "/map?layers=projects&area=511100")
    page.wait_for_selector(DRAWN)
    statuses: list[int] = []
    page.on("response", lambda r: statuses.append(r.status) if "/map" in r.url else None)
    page.reload()
    page.wait_for_selector(DRAWN)
    page.wait_for_function("() => document.querySelectorAll('.atlas-mark').length > 3")
    assert 304 in statuses or 200 in statuses


def test_a_county_only_park_has_no_pin(page: Page, site: str, watched: Watched) -> None:
    page.goto(site + "/?layers=parks&area=511112#map")
    page.wait_for_selector(DRAWN)
    page.wait_for_function("() => document.querySelector('.m-tag-t') !== null")
    expect(page.locator(".atlas-mark[data-mark]", has_text="四川五通桥经济开发区")).to_have_count(0)


@pytest.mark.parametrize("look", ["light", "dark", "large"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/#map",
        "/projects",
        "/projects/1",
        "/parks/25",
        "/incubators/1",
        "/services/1",
        "/transport/1",
        "/towns/1",
        "/zones/1",
        "/map",
        "/ask",
        "/nope",
        "/areas",
        "/areas/511123",
        "/areas/110101",
        "/industry",
        "/data",
    ],
)
def test_axe_finds_nothing(path: str, look: str, browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN", color_scheme="dark" if look == "dark" else "light")
    page = context.new_page()
    if look == "large":
        page.add_init_script("localStorage.setItem('size', 'large')")
    page.goto(site + path)
    page.wait_for_timeout(600)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


CLIPPED = """() => [...document.querySelectorAll('body *')].filter((e) => {
  const look = getComputedStyle(e);
  return e.clientWidth > 1 && look.visibility !== 'hidden' && ['hidden', 'clip'].includes(look.overflowX) &&
    e.scrollWidth > e.clientWidth + 1 && e.innerText && !e.closest('.vh,.folium-map,.skip');
}).map((e) => e.innerText.slice(0, 60))"""


@pytest.mark.parametrize("size", ["normal", "large"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_no_label_is_clipped_on_a_phone(locale: str, size: str, browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=PHONE, locale=locale)
    page = context.new_page()
    if size == "large":
        page.add_init_script("localStorage.setItem('size', 'large')")
    for path in ("/", "/projects", "/projects/1", "/parks/25", "/incubators/9", "/services/1", "/zones/1", "/towns/1",
                 "/transport/20", "/areas", "/areas/511123", "/areas/511132", "/industry", "/data", "/ask"):  # fmt: skip
        page.goto(site + path)
        page.wait_for_timeout(150)
        assert page.evaluate(CLIPPED) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    context.close()


def test_pages_are_light_enough_for_a_village(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page, weights = context.new_page(), {}
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    session.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    session.on("Network.loadingFinished", lambda e: weights.update({e["requestId"]: e["encodedDataLength"]}))
    page.goto(site + "/projects")
    page.wait_for_timeout(500)
    assert sum(weights.values()) <= 150_000
    weights.clear()
    page.goto(site + "/#map")
    page.wait_for_selector(DRAWN)
    code = sum(size for id_, size in weights.items() if kinds.get(id_) in ("Script", "Stylesheet"))
    assert code <= 250_000
    context.close()
