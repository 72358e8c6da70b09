"""The whole map in a real Chromium: all layers, their switches, areas, the distribution, distances."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import DESK, PHONE, Watched
from tests.browser.test_map import AXE

DRAWN = ".folium-map[data-marks]"
MARKS = "() => document.querySelectorAll('.atlas-mark').length > 3"
CONTENTS = ["推荐目录", "核心发展区", "城镇组织中心", "交通网络", "产业分布"]


def test_the_legend_is_the_switch_in_the_five_contents_words(desk: Page, site: str) -> None:
    desk.goto(site)
    desk.wait_for_function(MARKS)
    names = [text.split()[0] for text in desk.locator(".legend .switch > span:not(.knob)").all_inner_texts()]
    assert names[:5] == CONTENTS
    assert names[5:] == ["园区", "孵化载体", "服务点"]
    expect(desk.locator(".g-mark")).not_to_have_count(0)
    desk.get_by_role("switch", name=re.compile("交通网络")).click()
    desk.wait_for_url(re.compile("layers=(?!.*transport)"))
    expect(desk.locator(".g-mark")).to_have_count(0)
    desk.get_by_role("switch", name=re.compile("交通网络")).click()
    desk.wait_for_url(re.compile("layers=.*transport"))
    expect(desk.locator(".g-mark")).not_to_have_count(0)


def test_a_station_opens_its_card_by_keyboard(desk: Page, site: str, watched: Watched) -> None:
    desk.goto(site + "/map?layers=transport&area=511123&at=103.96,29.35,12")
    station = desk.locator(".g-mark[data-mark^='transport:']").first
    expect(station).to_be_visible()
    station.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator(".leaflet-popup a").first).to_be_visible()


@pytest.mark.parametrize(
    "place", ["103.6,29.3,9", "103.95,29.2,10", "114.9,33.6,9", "103.76,29.57,11", "115.2,33.5,10"]
)
def test_few_marks_and_no_blank_while_panning_on_a_phone(place: str, browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/?at={place}&area=511100,411600#map")
    page.wait_for_selector(DRAWN)
    page.wait_for_function("() => document.querySelectorAll('.atlas-mark').length > 0")
    page.evaluate("""() => { window.least = 99; const list = document.querySelector('[data-swap=list]');
        new MutationObserver(() => { least = Math.min(least, document.querySelectorAll('.entry, .state').length); })
        .observe(document.querySelector('main'), {childList: true, subtree: true}); }""")
    for dx, dy in ((90, 0), (0, 80), (-120, 0), (0, -90)):
        page.evaluate(f"document.querySelector('.folium-map').atlas.map.panBy([{dx}, {dy}], {{animate: false}})")
        page.wait_for_timeout(700)
        assert page.locator(".atlas-mark").count() <= 42
        assert page.evaluate("document.querySelectorAll('.leaflet-pane canvas').length") > 0
    assert page.evaluate("least") > 0, "the list was empty for a moment"
    context.close()


def test_nearest_first_from_a_place_picked_by_name(page: Page, site: str, watched: Watched) -> None:
    page.goto(site + "/projects")
    page.locator("details.sort > summary").click()
    page.locator("[data-near] input").fill("玉津")
    page.locator("[data-near] .found a").first.click()
    page.wait_for_url(re.compile(r"near=.*sort=near"))
    expect(page.locator(".entry-where").first).to_contain_text("公里")
    shown = [float(re.search(r"([\d.]+) 公里", text)[1]) for text in page.locator(".entry-where").all_inner_texts()]
    assert shown == sorted(shown)
    expect(page.locator(".chip.on").first).to_contain_text("玉津镇")


def test_where_the_reader_stands_never_leaves_the_browser(browser: Browser, site: str) -> None:
    here = {"latitude": 29.2087, "longitude": 103.9512}
    context = browser.new_context(viewport=DESK, locale="zh-CN", permissions=["geolocation"], geolocation=here)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    page.goto(site)
    page.wait_for_function(MARKS)
    page.locator("[data-follow] input").uncheck(force=True)
    page.get_by_role("button", name="我的位置").click()
    expect(page.locator(".away").first).to_contain_text("离我")
    shown = [float(re.search(r"离我 ([\d.]+)", text)[1]) for text in page.locator(".away").all_inner_texts()]
    assert shown == sorted(shown)
    page.wait_for_timeout(800)
    assert not [url for url in asked if "29.2087" in url or "103.9512" in url]
    context.close()


def test_areas_and_the_distribution_work_without_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    page.goto(site + "/areas")
    page.locator("main input[name=q]").fill("犍为")
    page.get_by_role("button", name="找").click()
    page.get_by_role("link", name="犍为县").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("犍为县")
    expect(page.locator("a.call.big")).to_have_attribute("href", "tel:083312333")
    page.get_by_role("link", name="看全市产业分布").click()
    expect(page.locator(".sketch svg .sk-seal").first).to_be_visible()
    page.locator("table.grid tbody td a").first.click()
    expect(page.locator(".entry").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("path", ["/areas/511123", "/industry", "/transport/1", "/zones/1", "/data"])
def test_new_pages_ask_nobody_else_and_complain_of_nothing(path: str, desk: Page, site: str) -> None:
    watched = Watched(desk, site)
    desk.goto(site + path)
    desk.wait_for_timeout(900)
    assert (watched.foreign, watched.complaints) == ([], [])


def typed(page: Page, wanted: str, most: int = 60) -> None:
    """Presses Tab until the focus is on something whose words or name match."""
    said = "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || '').trim()"
    said = f"(document.activeElement === document.body ? '' : {said})"
    for _ in range(most):
        page.keyboard.press("Tab")
        box = "document.activeElement.closest('.opt') ? document.activeElement.closest('.opt').innerText : ''"
        if re.search(wanted, page.evaluate(f"{said} + ' ' + ({box})")):
            return
    raise AssertionError(f"no Tab leads to {wanted}")


def test_the_whole_task_by_keyboard_from_the_first_page(page: Page, site: str, watched: Watched) -> None:
    page.goto(site)
    page.wait_for_timeout(400)
    typed(page, "^(乐山市|全国)")
    page.keyboard.press("Enter")
    expect(page.locator("[data-area-type] input")).to_be_focused()
    page.keyboard.type("犍为")
    expect(page.locator(".area-links a").first).to_contain_text("犍为县")
    typed(page, "犍为县")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("area=511123"))
    typed(page, "筛选")
    page.keyboard.press("Enter")
    typed(page, "5 万元以下")
    page.keyboard.press("Space")
    page.wait_for_url(re.compile("budget="))
    typed(page, "5–10 万元")
    page.keyboard.press("Space")
    page.wait_for_url(re.compile("budget=.*10"))
    typed(page, "看 \\d+ 个结果")
    page.keyboard.press("Enter")
    expect(page.locator(".panel-form")).to_be_hidden()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.entry-name') !== null"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/projects/\d+"))
    expect(page.locator(".crumbs")).to_contain_text("犍为县")
    expect(page.locator("a.call.big")).to_have_attribute("href", re.compile(r"^tel:0833\d{7,8}$"))


def test_counts_that_come_late_take_nobody_s_place(page: Page, site: str) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/facets/projects?*of=budget*", hold)
    page.goto(f"{site}/?area=511123")
    page.locator("[data-panel] > summary").focus()
    page.keyboard.press("Enter")
    option = page.locator("[data-panel] [data-facet=budget] .opt", has_text="1000 万–1 亿元")
    option.locator("input").focus()
    expect(option.locator("input")).to_be_focused()
    page.wait_for_timeout(300)
    assert held
    for route in held:
        route.continue_()
    expect(option.locator(".n")).to_have_text("0")
    expect(option.locator("input")).to_be_focused()
    page.keyboard.press("Tab")
    expect(option).to_be_hidden()
    assert page.evaluate("document.activeElement !== document.body")


def test_the_whole_task_without_scripts_from_the_first_page(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    page.goto(site)
    page.locator("[data-area-pick] > summary").click()
    page.locator(".area-links a", has_text="犍为县").click()
    page.locator("[data-panel] > summary").click()
    page.locator("input[name='projects.budget'][value='..<5']").check(force=True)
    page.locator("input[name='projects.budget'][value='5..<10']").check(force=True)
    page.locator(".panel-foot button").click()
    expect(page.locator(".entry").first).to_contain_text("犍为县")
    page.locator(".entry-name a").first.click()
    expect(page.locator("a.call.big")).to_have_attribute("href", re.compile(r"^tel:0833\d{7,8}$"))
    context.close()


@pytest.mark.parametrize("look", ["light", "dark", "large"])
@pytest.mark.parametrize("path", ["/map?layers=projects,zones,towns,transport,parks,incubators,services&area=511100",
                                  "/projects?area=511113&budget=10000..", "/areas/411600", "/areas?q=qianwei",
                                  "/projects?budget=x", "/industry?area=110000", "/areas/511123?lang=en", "/?lang=en#map"])  # fmt: skip
def test_axe_finds_nothing_on_the_other_pages(path: str, look: str, browser: Browser, site: str) -> None:
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
