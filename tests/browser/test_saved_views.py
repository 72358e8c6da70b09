"""Saved views in a real Chromium: made at the desk, framed on another host, refused elsewhere, counted without a trace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.server import HTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, create_engine, delete, insert, select

from tests.browser.conftest import DESK, PASSWORD, PHONE, Watched, axe_finds, enter
from tests.browser.test_sharing import framed, other_site  # noqa: F401 - a fixture
from tests.places import TODAY
from webapp import passwords
from webapp.counting.models import Channel, Tally
from webapp.models import Account, Grant
from webapp.saved import listing
from webapp.saved.models import SavedView

OFFICE = ["/staff/views", "/staff/views/for-the-office", "/staff/views/new", "/staff/channels", "/staff/counts"]
PARAMS = [("layers", "projects,parks"), ("area", "511123")]


@pytest.fixture(scope="module")
def store(site_url: str) -> Iterator[Engine]:
    """The site's database with an editor of 犍为县 in it."""
    engine = create_engine(site_url)
    with engine.begin() as connection:
        row = {"name": "chuanbo", "title": "示例·传播", "password": passwords.hashed(PASSWORD)}
        id_ = connection.execute(insert(Account).values(**row).returning(Account.id)).scalar_one()
        connection.execute(insert(Grant).values(account_id=id_, role="editor", area="511123"))
    yield engine
    engine.dispose()


def keep(store: Engine, slug: str, hosts: list[str], **more: Any) -> None:
    """A saved view with these hosts."""
    with store.begin() as connection:
        owner = connection.execute(select(Account.id).where(Account.name == "chuanbo")).scalar_one()
        row = {
            "slug": slug, "title": "犍为的项目和园区", "params": [list(pair) for pair in PARAMS],
            "digest": listing.digest(PARAMS), "locked": ["*"], "hosts": hosts, "area": "511123", "account_id": owner,
            "options": {"controls": True, "list": False}, **more,
        }  # fmt: skip
        connection.execute(delete(SavedView).where(SavedView.slug == slug))
        connection.execute(insert(SavedView).values(**row))


def origin(server: HTTPServer) -> str:
    return f"http://localhost:{server.server_port}"


def test_a_phone_at_the_desk_names_a_view_and_gives_it_out(browser: Browser, site: str, store: Engine) -> None:
    page = enter(browser, site, "chuanbo", PHONE)
    watched = Watched(page, site)
    page.goto(f"{site}/staff/views")
    assert axe_finds(page) == []
    page.get_by_role("link", name="新建一张").click()
    page.get_by_label("地图的网址").fill(f"{site}/?layers=projects&area=511123&projects.budget=..30")
    page.get_by_label("标题", exact=True).fill("犍为三十万元内的项目")
    page.get_by_label("哪些网站可以嵌").fill("不是网站!")
    page.get_by_role("button", name="存成固定地图").click()
    expect(page.locator("#problems")).to_contain_text("域名")
    assert axe_finds(page) == []
    page.get_by_label("哪些网站可以嵌").fill("www.leshan.gov.cn")
    page.get_by_role("button", name="存成固定地图").press("Enter")
    page.wait_for_url(re.compile("/staff/views/qianwei"))
    expect(page.locator(".told")).to_contain_text("存好了")
    assert axe_finds(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.get_by_label("嵌入代码")).to_have_value(re.compile("<iframe .*/embed/qianwei"))
    page.goto(f"{site}/staff/channels")
    page.get_by_role("button", name="加上常用的").click()
    expect(page.get_by_label("名称").first).to_have_value("驿站")
    assert axe_finds(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(f"{site}/staff/counts")
    assert axe_finds(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert [one for one in watched.complaints if "status of 422" not in one] == []
    assert watched.foreign == []
    page.context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_rule_of_axe_is_broken_where_an_office_looks_after_its_publicity(
    browser: Browser, site: str, people: None, store: Engine, size: dict[str, int]
) -> None:
    """The pack for the map's review with its pictures, a saved view, channels, counts that are not empty."""
    keep(store, "for-the-office", ["*"])
    tally = {"day": TODAY, "channel": "", "kind": "view", "area": "511123", "layer": "", "place_id": 0,
             "view": "for-the-office", "host": "www.leshan.gov.cn", "n": 7}  # fmt: skip
    with store.begin() as connection:
        connection.execute(delete(Tally))
        connection.execute(insert(Tally).values(**tally))
    for who, paths in (("chuanbo", OFFICE), ("guanli", ["/staff/review-pack", "/staff/counts"])):
        page = enter(browser, site, who, size)
        for path in paths:
            page.goto(site + path)
            if path.endswith("pack"):
                expect(page.locator(".photo img").first).to_be_visible(timeout=120_000)
            assert axe_finds(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
            ways = page.locator(".switch-row a").evaluate_all("all => all.map(a => a.href)")
            assert {page.request.get(way).status for way in ways} <= {200}, "no way that ends before a closed door"
        page.context.close()


def test_in_a_sandbox_on_an_allowed_host_it_works_and_stays_in_its_bounds(
    page: Page,
    site: str,
    store: Engine,
    other_site: HTTPServer,  # noqa: F811
) -> None:
    keep(store, "on-your-page", [origin(other_site)])
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    code = f'<iframe sandbox="allow-scripts" src="{site}/embed/on-your-page" title="x" width=360 height=600></iframe>'
    script = "<script>addEventListener('message', e => { window.told = e.data })</script>"
    page.goto(framed(other_site, script + code))
    frame = page.frame_locator("iframe")
    expect(frame.locator(".atlas-mark").first).to_be_visible(timeout=15000)
    expect(frame.locator(".embed-foot")).to_contain_text("示意图·未送审")
    frame.locator(".atlas-mark[data-mark]").first.click()
    expect(frame.locator(".leaflet-popup .entry-name")).to_be_visible()
    page.wait_for_function("() => window.told && window.told.type === 'guiyan:height'")
    assert page.evaluate("window.told.title").startswith("犍为的项目和园区")
    frame.locator(".embed-ask summary").click()
    before = int(re.sub(r"\D", "", frame.locator(".embed-ask summary b").inner_text()))
    frame.locator(".embed-ask a.chip").first.click()
    expect(frame.locator(".embed-ask a.chip.on").first).to_be_visible()
    after = int(re.sub(r"\D", "", frame.locator(".embed-ask summary b").inner_text()))
    assert 0 < after <= before
    bound = re.compile(rf"{re.escape(site)}/(static/|tiles/basemap/|count$|embed/on-your-page[/?]?)")
    ours = [url for url in asked if url.startswith(site)]
    assert ours and all(bound.match(url) for url in ours), [url for url in ours if not bound.match(url)]
    assert {url for url in asked if not url.startswith((site, origin(other_site), "data:", "blob:"))} == set()
    assert page.context.cookies() == []
    assert errors == []
    with store.begin() as connection:
        rows = connection.execute(select(Tally.kind, Tally.host, Tally.n).where(Tally.view == "on-your-page")).all()
        connection.execute(delete(Tally))
    host = origin(other_site).removeprefix("http://")
    assert {(row.kind, row.host) for row in rows} >= {("view", host), ("place", host)}


def test_no_rule_of_axe_is_broken_in_the_frame(page: Page, site: str, store: Engine) -> None:
    keep(store, "for-axe", ["*"], options={"controls": True, "list": True})
    page.goto(f"{site}/embed/for-axe")
    page.wait_for_load_state("networkidle")
    page.locator(".embed-ask summary").press("Enter")
    assert axe_finds(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.embed-ask') !== null")


def test_a_host_that_is_not_allowed_is_refused_by_the_browser(
    page: Page,
    site: str,
    store: Engine,
    other_site: HTTPServer,  # noqa: F811
) -> None:
    keep(store, "not-for-you", ["https://www.leshan.gov.cn"])
    page.goto(framed(other_site, f'<iframe src="{site}/embed/not-for-you" title="x"></iframe>'))
    page.wait_for_timeout(400)
    assert page.frames[1].url.startswith("chrome-error:")
    keep(store, "not-for-you", [origin(other_site)])
    page.reload()
    expect(page.frame_locator("iframe").locator(".embed-foot")).to_contain_text("示意图·未送审")


def test_where_scripts_are_stripped_the_plain_frame_shows_the_list(
    page: Page,
    site: str,
    store: Engine,
    other_site: HTTPServer,  # noqa: F811
) -> None:
    keep(store, "no-scripts", [origin(other_site)])
    page.goto(framed(other_site, f'<iframe sandbox="" src="{site}/embed/no-scripts" title="x" height=600></iframe>'))
    frame = page.frame_locator("iframe")
    expect(frame.locator(".entry")).not_to_have_count(0)
    frame.locator(".embed-ask summary").click()
    frame.locator(".embed-ask a.chip").first.click()
    expect(frame.locator(".embed-ask a.chip.on").first).to_be_visible()


def test_one_line_of_script_makes_a_titled_frame(
    page: Page,
    site: str,
    store: Engine,
    other_site: HTTPServer,  # noqa: F811
) -> None:
    keep(store, "one-line", [origin(other_site)], options={"list": True})
    page.goto(framed(other_site, f'<script src="{site}/embed.js" data-slug="one-line" async></script>'))
    page.wait_for_function("() => { const f = document.querySelector('iframe'); return f && +f.height > 600 }")
    assert page.locator("iframe").get_attribute("title").startswith("犍为的项目和园区")  # type: ignore[union-attr]
    assert page.locator("iframe").bounding_box()["width"] <= PHONE["width"]  # type: ignore[index]
    for bad in ('data-slug="../../staff"', 'data-src="https://example.org/x"', ""):
        page.goto(framed(other_site, f'<script src="{site}/embed.js" {bad}></script>'))
        expect(page.locator("iframe")).to_have_count(0)


def told(page: Page) -> list[dict[str, Any]]:
    """What a page's beacons have said, as they are sent from now on."""
    found: list[dict[str, Any]] = []
    page.on("request", lambda r: found.append(json.loads(r.post_data or "{}")) if r.url.endswith("/count") else None)
    return found


def test_what_a_channel_brings_is_counted_and_leaves_nothing_behind(page: Page, site: str, store: Engine) -> None:
    with store.begin() as connection:
        owner = connection.execute(select(Account.id).where(Account.name == "chuanbo")).scalar_one()
        connection.execute(insert(Channel).values(code="chezhan", title="车站", area="511123", account_id=owner))
        connection.execute(delete(Tally))
    said = told(page)
    page.goto(f"{site}/projects?area=511123&ch=chezhan")
    expect(page.locator(".entry").first).to_be_visible()
    page.wait_for_function("() => !location.search.includes('ch=')")
    assert page.url.endswith("/projects?area=511123"), "whoever copies the address copies the page alone"
    phone = page.locator(".entry a.call").first
    phone.evaluate("e => e.addEventListener('click', event => event.preventDefault())")
    phone.click()
    page.locator(".entry-name a").first.click()
    expect(page.locator(".place-page")).to_be_visible()
    page.wait_for_function("() => !location.search.includes('ch=')")
    page.wait_for_load_state("networkidle")
    assert {one["ch"] for one in said} == {"chezhan"}
    assert [one["kind"] for one in said] == ["view", "phone", "view", "place"]
    assert page.context.cookies() == []
    assert page.evaluate("[sessionStorage.length, Object.keys(localStorage).join()]") == [0, ""]
    wanted = {("view", "chezhan", False), ("phone", "chezhan", True), ("place", "chezhan", True)}
    for _n in range(50):  # a beacon is sent when the browser has time
        with store.connect() as connection:
            rows = connection.execute(select(Tally.kind, Tally.channel, Tally.place_id)).all()
        if {(row.kind, row.channel, bool(row.place_id)) for row in rows} == wanted:
            return
        page.wait_for_timeout(100)
    raise AssertionError(rows)


def test_whoever_asks_not_to_be_tracked_is_not_counted(browser: Browser, site: str) -> None:
    context = browser.new_context(locale="zh-CN", viewport=PHONE)  # type: ignore[arg-type]
    context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    page = context.new_page()
    said = told(page)
    page.goto(f"{site}/projects?area=511123&ch=chezhan")
    page.wait_for_load_state("networkidle")
    assert said == []
    context.close()


def test_the_short_link_opens_the_page_and_counts_for_the_view(page: Page, site: str, store: Engine) -> None:
    keep(store, "short-one", ["*"])
    said = told(page)
    answer = page.request.get(f"{site}/v/short-one", max_redirects=0)
    assert answer.status == 302
    path = answer.headers["location"].split("/", 3)[3]
    page.goto(f"{site}/{path}")
    page.wait_for_function("() => !location.hash")
    page.wait_for_timeout(300)
    assert [(one["kind"], one["view"]) for one in said] == [("view", "short-one")]
