"""Sharing in a real Chromium: the box by keyboard, frames on hostile pages, a file without network, no rule of axe broken."""

from __future__ import annotations

import dataclasses
import html
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched
from tests.serving import serving
from webapp import create_app
from webapp.config import Settings

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
VIEW = "layers=projects,parks&area=511123"


def broken(page: Page) -> list[str]:
    """The rules of axe that a page breaks."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate("rules => axe.run(document, rules).then(r => r.violations)", RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.fixture
def other_site() -> Iterator[HTTPServer]:
    """A site of somebody else, whose one page frames ours."""

    class Page_(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.server.body.encode()  # type: ignore[attr-defined]
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("localhost", 0), Page_)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def framed(server: HTTPServer, body: str) -> str:
    """The other site's address after it has got its page."""
    server.body = f"<!doctype html><html lang=zh><title>x</title><body>{body}</body></html>"  # type: ignore[attr-defined]
    return f"http://localhost:{server.server_port}/"


@pytest.mark.parametrize(
    "path",
    [
        f"/share?{VIEW}",
        "/share?of=industry&area=511100",
        f"/embed?{VIEW}",
        f"/embed?{VIEW}&list=1",
        f"/poster?{VIEW}",
        f"/kit?{VIEW}",
    ],
)
def test_no_rule_of_axe_is_broken(path: str, page: Page, site: str) -> None:
    page.goto(site + path)
    page.wait_for_load_state("networkidle")
    assert broken(page) == []


def test_the_share_box_opens_and_shuts_by_keyboard(page: Page, site: str, watched: Watched) -> None:
    page.goto(f"{site}/projects?area=511123&budget=..30")
    link = page.locator("a[data-share]")
    link.focus()
    page.keyboard.press("Enter")
    box = page.locator("dialog.share-box")
    expect(box).to_be_visible()
    assert "projects.budget=..30" in box.locator("input[type=url]").input_value()
    assert "<iframe" in box.locator("textarea").input_value()
    assert broken(page) == []
    box.get_by_label("地图旁边放名单").check()
    box.get_by_role("button", name="换成这样的代码").click()
    expect(box.locator("textarea")).to_have_value(lambda_contains("list=1"))
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    assert link.evaluate("e => document.activeElement === e")


def lambda_contains(text: str) -> Any:
    """A pattern for a value that holds a text."""
    return re.compile(re.escape(text))


def test_without_scripts_the_share_link_is_a_page(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/projects?area=511123")
    page.locator("a[data-share]").click()
    expect(page.locator("textarea")).to_contain_text("<iframe")
    context.close()


def test_in_a_sandbox_of_another_origin_the_map_works_and_stores_nothing(
    page: Page, site: str, other_site: HTTPServer
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    source = f"{site}/embed?{VIEW}"
    frame_html = f'<iframe sandbox="allow-scripts" src="{source}" title="x" width=600 height=500></iframe>'
    script = "<script>addEventListener('message', e => { window.told = e.data })</script>"
    own = framed(other_site, script + frame_html)
    page.goto(own)
    frame = page.frame_locator("iframe")
    expect(frame.locator(".atlas-mark").first).to_be_visible(timeout=15000)
    expect(frame.locator(".embed-foot")).to_contain_text("示意图·未送审")
    frame.locator(".atlas-mark[data-mark]").first.click()
    expect(frame.locator(".leaflet-popup .entry-name")).to_be_visible()
    page.wait_for_function("() => window.told && window.told.type === 'guiyan:height' && window.told.height >= 320")
    assert {url for url in asked if not url.startswith((site, own, "data:", "blob:"))} == set()
    assert page.context.storage_state() == {"cookies": [], "origins": []}
    assert errors == []


def test_a_frame_without_scripts_shows_the_list(page: Page, site: str, other_site: HTTPServer) -> None:
    page.goto(
        framed(other_site, f'<iframe sandbox="" src="{site}/embed?{VIEW}" title="x" width=600 height=500></iframe>')
    )
    frame = page.frame_locator("iframe")
    expect(frame.locator(".entry")).not_to_have_count(0)
    expect(frame.locator(".embed-foot")).to_contain_text("示意图·未送审")


def test_only_embeds_may_be_framed(page: Page, site: str, other_site: HTTPServer) -> None:
    for path in (f"/?{VIEW}", f"/map?{VIEW}", f"/share?{VIEW}"):
        page.goto(framed(other_site, f'<iframe src="{site}{path}" title="x"></iframe>'))
        page.wait_for_timeout(300)
        assert page.frames[1].url.startswith("chrome-error:")


@pytest.fixture
def guarded(settings: Settings, site_url: str) -> Iterator[tuple[str, list[str]]]:
    """A server of the same database whose plain frames only the hosts of the list may show."""
    hosts = ["https://www.leshan.gov.cn"]
    app = create_app(dataclasses.replace(settings, database_url=site_url, embed_hosts=hosts))  # type: ignore[arg-type]
    with serving(app) as address:
        yield address, hosts
    app.extensions["engine"].dispose()


def test_a_host_that_the_operator_does_not_name_is_refused_by_the_browser(
    page: Page, guarded: tuple[str, list[str]], other_site: HTTPServer
) -> None:
    ours, hosts = guarded
    code = f'<iframe src="{ours}/embed?{VIEW}" title="x" width=600 height=500></iframe>'
    page.goto(framed(other_site, code))
    page.wait_for_timeout(500)
    assert page.frames[1].url.startswith("chrome-error:")
    hosts.append(f"http://localhost:{other_site.server_port}")
    page.reload()
    expect(page.frame_locator("iframe").locator(".embed-foot")).to_contain_text("示意图·未送审")


def test_where_a_page_strips_scripts_the_plain_frame_of_the_share_panel_still_works(
    page: Page, site: str, other_site: HTTPServer
) -> None:
    page.goto(f"{site}/share?{VIEW}&list=1")
    given = page.locator("textarea").input_value()
    assert "<script" not in given
    source = html.unescape(re.search(r'src="([^"]+)"', given)[1])  # type: ignore[index]
    here = given.replace(html.escape(source), html.escape(site + source.partition("8000")[2]))
    line = f'<script src="{site}/static/js/frame.js" data-src="{site}/embed?{VIEW}"></script>'
    kept = re.sub(r'(?is)<script.*?</script>|\s(on\w+|style)="[^"]*"', "", line + here)
    page.goto(framed(other_site, kept))
    expect(page.locator("iframe")).to_have_count(1)
    frame = page.frame_locator("iframe")
    expect(frame.locator(".entry")).not_to_have_count(0)
    expect(frame.locator(".atlas-mark").first).to_be_visible(timeout=15000)
    expect(frame.locator(".embed-foot")).to_contain_text("示意图·未送审")


def test_one_line_of_script_puts_the_frame_and_follows_its_height(
    page: Page, site: str, other_site: HTTPServer
) -> None:
    line = (
        f'<script src="{site}/static/js/frame.js" data-src="{site}/embed?{VIEW}&amp;list=1" data-title="犍为"></script>'
    )
    page.goto(framed(other_site, line))
    expect(page.locator("iframe[title=犍为]")).to_be_visible()
    page.wait_for_function("() => +document.querySelector('iframe').height > 600")


def test_a_file_that_stands_alone_opens_without_any_network(browser: Browser, site: str, tmp_path: Path) -> None:
    context = browser.new_context(locale="zh-CN", accept_downloads=True)
    answer = context.request.get(f"{site}/standalone.html?{VIEW}")
    assert answer.ok
    file = tmp_path / "map.html"
    file.write_bytes(answer.body())
    context.set_offline(True)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.goto(file.as_uri())
    expect(page.locator(".atlas-mark").first).to_be_visible()
    expect(page.locator(".entry")).not_to_have_count(0)
    page.locator(".atlas-mark:not(.tag-mark)").first.click()
    page.wait_for_timeout(400)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert asked[0] == file.as_uri()
    assert len([url for url in asked if url.startswith("file:")]) == 1
    assert complaints == []
    expect(page.locator(".badge")).to_contain_text("示意图·未送审")
    assert broken(page) == []
    context.close()


def test_the_poster_page_shows_its_picture_without_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/poster?{VIEW}&size=square")
    expect(page.locator(".poster-view img")).to_be_visible(timeout=60000)
    page.get_by_label("A4 竖版").check()
    page.get_by_role("button", name="画一张").click()
    expect(page).to_have_url(lambda_contains("size=a4"))
    context.close()
