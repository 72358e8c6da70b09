"""Reports of the public, checks and the table of counties in a real Chromium: phone, keyboard, no scripts, axe."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import create_engine, text

from tests.browser.conftest import DESK, PHONE
from tests.conftest import fresh_database
from tests.places import TODAY
from tests.serving import serving
from tests.staff import CITY_REVIEWER, EDITOR, account, send
from webapp import cluster, create_app, db, samples, session, statics
from webapp.config import Settings
from webapp.permissions import Held, Role

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CITY_EDITOR = Held(Role.EDITOR, "511100")


@dataclass
class Office:
    """A running site with its database: the address, and a way to be somebody."""

    url: str
    app: Flask

    def as_(self, context: BrowserContext, *held: Held) -> None:
        """Sign the browser in as a new account with these grants."""
        with self.app.test_request_context(), db.writing() as connection:
            session.begin(connection, account(connection, *held))
            signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
            value = signer.dumps(dict(session.cookie))
        context.add_cookies([{"name": "guiyan", "value": value, "url": self.url}])

    def ask(self, statement: str) -> Any:
        with self.app.app_context(), db.engine().connect() as connection:
            return connection.execute(text(statement)).scalar()


@pytest.fixture(scope="module")
def office(settings: Settings) -> Iterator[Office]:
    name = f"office_{os.getpid()}"
    url = fresh_database(settings, name)
    engine = create_engine(url)
    with engine.begin() as connection:
        samples.load(connection, TODAY)
    engine.dispose()
    statics.compress()
    app = create_app(dataclasses.replace(settings, database_url=url))
    app.extensions["clock"] = lambda: dt.datetime.combine(TODAY, dt.time(12), db.CHINA)
    with serving(app) as address:
        yield Office(address, app)
    app.extensions["engine"].dispose()
    cluster.drop_database(settings, name)


@pytest.fixture
def place(office: Office) -> int:
    """A public project of 犍为县 with open reports, the older ones late."""
    id_ = office.ask(
        "SELECT min(id) FROM projects WHERE area LIKE '511123%' AND status = 'published' AND phone IS NOT NULL"
    )
    office_app = office.app
    for n, kind in enumerate(("unreachable", "wrong")):
        client = office_app.test_client()
        send(client, f"/report/projects/{id_}", {"kind": kind, "words": "打了三次没人接"}, environ_base={"REMOTE_ADDR": f"10.1.{os.getpid() % 200}.{n}"})  # fmt: skip
    with office_app.app_context(), db.engine().begin() as connection:
        connection.execute(text("UPDATE enquiry SET due_on = due_on - 40, at = at - interval '40 days' WHERE kind = 'wrong' AND at > now() - interval '20 days'"))  # fmt: skip
    return int(id_)


def flaws(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:140]}" for v in found]


def small(page: Page) -> list[str]:
    """Targets under 44 px: what can be pressed and is not in a running sentence."""
    return page.evaluate("""() => [...document.querySelectorAll('main a, main button, main summary, main select, main input:not([type=hidden]), main textarea')]
        .filter(e => e.offsetParent && !e.closest('[aria-hidden=true]') && !e.closest('.leaflet-container'))
        .map(e => [e, (e.closest('label') || e).getBoundingClientRect()])
        .filter(([e, b]) => b.width && (b.height < 43.5 || b.width < 43.5)).map(([e, b]) => e.outerHTML.slice(0, 90) + ' ' + Math.round(b.width) + 'x' + Math.round(b.height))""")  # fmt: skip


@pytest.fixture
def quiet(page: Page, request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Complaints of the page's console; SHOTS names a folder for pictures of what was looked at."""
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda m: told.append(m.text) if m.type == "error" else None)
    yield told
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{re.sub(r'[^a-z_-]+', '-', request.node.name)}.png", full_page=True)
    assert told == []


def test_a_report_is_sent_by_keyboard(page: Page, office: Office, place: int, quiet: list[str]) -> None:
    page.goto(f"{office.url}/projects/{place}")
    assert page.context.cookies() == []
    page.get_by_role("link", name="打不通，或者哪里不对？告诉责任单位").click()
    assert flaws(page) == []
    assert small(page) == []
    page.get_by_role("radio", name="打不通").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="号码不对")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("这个号是空号")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="收到了，谢谢")).to_be_visible()
    assert flaws(page) == []
    assert small(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_report_works_without_scripts(browser: Browser, office: Office, place: int) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{office.url}/report/projects/{place}")
    page.get_by_role("button", name="发给责任单位").click()
    expect(page.get_by_role("alert")).to_contain_text("选一个")
    page.get_by_role("radio", name="其他").check()
    page.get_by_role("button", name="发给责任单位").click()
    expect(page.get_by_role("heading", name="收到了，谢谢")).to_be_visible()
    context.close()


def test_an_editor_answers_on_a_phone(page: Page, office: Office, place: int, quiet: list[str]) -> None:
    office.as_(page.context, EDITOR)
    page.goto(f"{office.url}/staff/enquiries")
    expect(page.locator(".letters .fresh.expired")).not_to_have_count(0)
    assert flaws(page) == []
    assert small(page) == []
    page.locator(".letters .name").first.click()
    assert flaws(page) == []
    assert small(page) == []
    page.get_by_label("打过电话，内容都对").check()
    page.get_by_label("处理结果", exact=True).fill("打过了，有人接")
    page.get_by_role("button", name="记下处理结果").click()
    expect(page.get_by_role("status")).to_contain_text("记下了处理结果")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_number_out_of_use_is_shown_before_it_goes(page: Page, office: Office, quiet: list[str]) -> None:
    office.as_(page.context, EDITOR)
    phone = office.ask("SELECT phone FROM projects WHERE area LIKE '511123%' AND status = 'published' AND phone LIKE '0833%' ORDER BY id DESC LIMIT 1")  # fmt: skip
    page.goto(f"{office.url}/staff/phone")
    page.get_by_label("停用的号码").fill(phone)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("用 .* 的公开条目"))).to_be_visible()
    assert flaws(page) == []
    assert small(page) == []
    page.get_by_label("原因").fill("号码注销了")
    page.get_by_role("button", name=re.compile("撤下这")).click()
    expect(page.get_by_role("status")).to_contain_text("停用")


def test_a_batch_is_checked_one_by_one(page: Page, office: Office, quiet: list[str]) -> None:
    office.as_(page.context, EDITOR)
    page.goto(f"{office.url}/staff/checks")
    assert flaws(page) == []
    assert small(page) == []
    page.get_by_label("抽几条").fill("5")
    page.get_by_role("button", name="抽一批").click()
    expect(page.locator(".check")).to_have_count(5)
    assert flaws(page) == []
    assert small(page) == []
    for n in range(5):
        box = page.locator(".check").nth(n)
        box.get_by_role("radio", name="对", exact=True).focus()
        page.keyboard.press("Space")
        box.get_by_role("button", name="记下").click()
    expect(page.locator(".accuracy")).to_have_text(re.compile("核对 5 条，对的 5 条，准确率 100%（57%–100%）"))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_of_counties(size: Any, lang: str, page: Page, office: Office, place: int, quiet: list[str]) -> None:
    office.as_(page.context, CITY_EDITOR, CITY_REVIEWER)
    page.set_viewport_size(size)
    with office.app.app_context(), db.engine().begin() as connection:
        connection.execute(
            text("UPDATE services SET status = 'withdrawn' WHERE kind = 'center' AND area LIKE '511124%'")
        )
    page.goto(f"{office.url}/staff/coverage?lang={lang}")
    expect(page.locator(".cover tbody tr")).not_to_have_count(0)
    expect(page.locator(".cover td.bad")).not_to_have_count(0)
    assert flaws(page) == []
    assert small(page) == [] or size is DESK
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.locator(".scroll-x").focus()
    before = page.evaluate("document.querySelector('.scroll-x').scrollLeft")
    page.keyboard.press("ArrowRight")
    wide = page.evaluate("(e => e.scrollWidth > e.clientWidth)(document.querySelector('.scroll-x'))")
    if wide:
        page.wait_for_function("before => document.querySelector('.scroll-x').scrollLeft > before", arg=before)


@pytest.mark.parametrize("path", ["/staff/enquiries", "/staff/checks", "/staff/coverage", "/staff/phone"])
def test_large_type_and_dark(path: str, page: Page, office: Office, place: int, quiet: list[str]) -> None:
    office.as_(page.context, CITY_EDITOR)
    page.add_init_script("localStorage.setItem('size', 'large'); localStorage.setItem('theme', 'dark')")
    page.goto(office.url + path)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert flaws(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
