"""A real Chromium in front of a real server with the sample catalogue."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import create_engine, insert

from tests.conftest import fresh_database
from tests.places import TODAY
from tests.processes import until
from tests.serving import serving
from webapp import cluster, create_app, db, passwords, samples, statics
from webapp.config import Settings
from webapp.models import Account, Grant

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": list(QUIET)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "zh-CN", "viewport": PHONE}


@pytest.fixture(scope="session")
def site_url(settings: Settings) -> Iterator[str]:
    """The URL of the site's own database, with the sample catalogue in it."""
    name = f"browser_{os.getpid()}"
    url = fresh_database(settings, name)
    engine = create_engine(url)
    with engine.begin() as connection:
        samples.load(connection, TODAY)
    engine.dispose()
    yield url
    cluster.drop_database(settings, name)


@pytest.fixture(scope="session")
def site(settings: Settings, site_url: str) -> Iterator[str]:
    """The address of a server over its own database."""
    statics.compress()
    app = create_app(dataclasses.replace(settings, database_url=site_url))
    app.extensions["clock"] = lambda: dt.datetime.combine(TODAY, dt.time(12), db.CHINA)
    with serving(app) as address:
        yield address
    if "engine" in app.extensions:
        engine = app.extensions["engine"]
        until(lambda: engine.pool.checkedout() == 0)  # what the last page has asked for is being answered
        engine.dispose()


AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def axe_finds(page: Page) -> list[str]:
    """What axe has against a page, a line each."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{v['id']}: {[n['html'][:120] for n in v['nodes']][:3]}" for v in found]


class Watched:
    """What a page asked for and complained about."""

    def __init__(self, page: Page, site: str) -> None:
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda r: None if r.url.startswith((site, "data:", "blob:")) else self.foreign.append(r.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)


@pytest.fixture
def watched(page: Page, site: str) -> Iterator[Watched]:
    """Fails the test when the page asked another host or its console has errors."""
    seen = Watched(page, site)
    yield seen
    assert seen.foreign == []
    assert seen.complaints == []


@pytest.fixture
def desk(context: BrowserContext) -> Page:
    """A page as wide as a desk's screen."""
    page = context.new_page()
    page.set_viewport_size(DESK)
    return page


PASSWORD = "ming-qian-cha-hao"
PEOPLE = {
    "bianji": ("editor", "511123"),
    "shenhe": ("reviewer", "511123"),
    "guanli": ("admin", "511100"),
}


@pytest.fixture(scope="session")
def people(site_url: str) -> Iterator[None]:
    """One account a role in the site's database."""
    engine = create_engine(site_url)
    with engine.begin() as connection:
        for name, (role, area) in PEOPLE.items():
            row: dict[str, Any] = {"name": name, "title": f"示例·{name}", "password": passwords.hashed(PASSWORD)}
            id_ = connection.execute(insert(Account).values(**row).returning(Account.id)).scalar_one()
            connection.execute(insert(Grant).values(account_id=id_, role=role, area=area))
    engine.dispose()
    yield


def enter(browser: Browser, site: str, name: str, size: dict[str, int] = PHONE, **more: Any) -> Page:
    """A page of somebody who has signed in by the form."""
    page = browser.new_context(viewport=size, locale="zh-CN", **more).new_page()  # type: ignore[arg-type]
    page.goto(f"{site}/account/sign-in")
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button").first.click()
    page.wait_for_url(re.compile("/staff/|/account/$"))
    return page
