"""Staff in a real Chromium: signing in, codes, people and the log, on a phone, by keyboard, without scripts."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, create_engine

from tests.browser.conftest import PHONE, Watched
from tests.browser.test_map import AXE
from tests.conftest import HOME
from webapp import cluster, demo
from webapp.config import Settings

pytestmark = pytest.mark.browser
PAGES = [
    "/account/", "/account/password", "/account/two-step", "/staff/people/", "/staff/people/?q=没有", "/staff/people/new",
    "/staff/log", "/staff/log?who=没有", "/staff/people/999999",
]  # fmt: skip


@pytest.fixture(scope="session")
def staffed(site: str, settings: Settings) -> str:
    """The site with its demo accounts."""
    engine: Engine = create_engine(cluster.create_database(settings, f"browser_{os.getpid()}"))
    with engine.begin() as connection:
        demo.ensure(connection, settings)
    engine.dispose()
    assert HOME.exists()
    return site


def enter(page: Page, site: str, settings: Settings, name: str = "demo-leshan-admin") -> None:
    page.goto(site + "/account/sign-in")
    page.get_by_label("账号", exact=True).fill(name)
    page.get_by_label("密码", exact=True).fill(demo.password(settings))
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出", exact=True)).to_be_visible()


def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(
    browser: Browser, staffed: str, settings: Settings, tmp_path: Path
) -> None:
    for look in ("light", "dark", "large"):
        context = browser.new_context(
            viewport=PHONE, locale="zh-CN", color_scheme="dark" if look == "dark" else "light"
        )
        page = context.new_page()
        if look == "large":
            page.add_init_script("localStorage.setItem('size', 'large')")
        page.goto(staffed + "/account/sign-in")
        check(page, "/account/sign-in")
        page.goto(staffed + "/account/reset/nothing")
        check(page, "/account/reset")
        enter(page, staffed, settings)
        for path in PAGES:
            page.goto(staffed + path)
            page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
            check(page, f"{path} {look}")
        context.close()


def check(page: Page, where: str) -> None:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == [], where
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], where
    small = page.evaluate(
        """() => [...document.querySelectorAll('main a, main button, main summary, main select, main input:not([type=hidden]), header a, header button')]
        .filter((e) => e.offsetParent && !e.closest('.skip') && getComputedStyle(e).display !== 'inline')
        .map((e) => [e.type === 'radio' || e.type === 'checkbox' ? e.closest('label') : e, e.outerHTML])
        .filter(([e]) => e.getBoundingClientRect().height < 43.5).map(([, html]) => html.slice(0, 120))"""
    )
    assert small == [], where


def test_a_new_colleague_comes_in_by_keyboard_and_without_scripts(
    browser: Browser, staffed: str, settings: Settings
) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    enter(page, staffed, settings)
    page.get_by_role("link", name="人员").click()
    page.get_by_role("link", name="新建账号").click()
    page.get_by_label("单位和岗位").fill("犍为县玉津镇·编辑")
    page.get_by_label("账号名").fill("yujin.new")
    page.get_by_label("管哪里").select_option("511123")
    page.get_by_role("button", name="要选到乡镇").click()
    expect(page.get_by_label("账号名")).to_have_value("yujin.new")
    page.get_by_label("只管一个乡镇").select_option(label="玉津镇")
    page.get_by_role("button", name="建好，拿链接").press("Enter")
    link = page.get_by_label("链接", exact=True).input_value()
    assert "/account/reset/" in link
    page.get_by_role("button", name="退出", exact=True).click()
    expect(page.get_by_text("已经退出")).to_be_visible()
    page.goto(staffed + "/account/reset/" + link.rpartition("/")[2])
    page.get_by_label("新密码", exact=True).fill("短")
    page.get_by_label("再输一遍新密码").fill("短")
    page.get_by_role("button", name="设好").click()
    expect(page.get_by_role("alert")).to_contain_text("至少 10 个字")
    page.get_by_label("新密码", exact=True).fill("玉津镇有一条长长的老街")
    page.get_by_label("再输一遍新密码").fill("玉津镇有一条长长的老街")
    page.get_by_role("button", name="设好").click()
    page.get_by_label("账号", exact=True).fill("yujin.new")
    page.get_by_label("密码", exact=True).fill("玉津镇有一条长长的老街")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="犍为县玉津镇·编辑")).to_be_visible()
    context.close()


def test_the_picture_holds_the_secret_and_codes_let_in(browser: Browser, staffed: str, settings: Settings) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    seen = Watched(page, staffed)
    enter(page, staffed, settings, "demo-qianwei-reviewer")
    page.goto(staffed + "/account/two-step")
    picture = page.get_by_alt_text("验证器要扫的二维码")
    assert picture.evaluate("(e) => e.complete && e.naturalWidth > 100")
    key = "".join(page.locator(".key").inner_text().split())
    assert re.fullmatch(r"[A-Z2-7]{32}", key)
    assert seen.foreign == []
    assert seen.complaints == []
    context.close()


def test_an_expired_page_keeps_what_was_written(browser: Browser, staffed: str, settings: Settings) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page, other = context.new_page(), context.new_page()
    enter(page, staffed, settings)
    page.goto(staffed + "/staff/people/new")
    page.get_by_label("单位和岗位").fill("写了很久的一行字")
    page.get_by_label("账号名").fill("long.text")
    page.get_by_label("管哪里").select_option("511123")
    other.goto(staffed + "/account/")
    other.get_by_role("button", name="退出", exact=True).click()
    page.get_by_role("button", name="建好，拿链接").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("没能提交")
    check(page, "a form that was not taken")
    with context.expect_page() as opened:
        page.get_by_role("link", name="另开一页登录").click()
    enter(opened.value, staffed, settings)
    page.get_by_role("button", name="再提交一次").click()
    page.get_by_role("button", name="再提交一次").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("写了很久的一行字")
    context.close()
