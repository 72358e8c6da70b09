"""Suggestions while typing, by keyboard and by hand, and counts of questions that somebody opens."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Watched

BOX = "form[data-search] input[name=q]"


def test_a_suggestion_is_chosen_by_keyboard(page: Page, site: str, watched: Watched) -> None:
    page.goto(site + "/projects")
    box = page.locator(BOX)
    expect(box).to_have_attribute("role", "combobox")
    box.fill("犍为")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    box.press("Escape")
    expect(page.locator(".suggestions")).to_be_hidden()
    box.press("End")
    box.press_sequentially("县")
    expect(options.first).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(re.compile("area=511123"))
    expect(page.locator(".entry-where").first).to_contain_text("犍为县")


def test_enter_without_a_choice_searches_the_words(page: Page, site: str, watched: Watched) -> None:
    page.goto(site + "/projects")
    page.locator(BOX).fill("做茶")
    expect(page.get_by_role("option").first).to_be_visible()
    page.locator(BOX).press("Enter")
    page.wait_for_url(re.compile("q="))
    expect(page.locator(".entry-line", has_text="因为“做茶”也叫").first).to_be_visible()


def test_counts_come_when_the_panel_is_opened(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site + "/?area=511123")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/facets/projects" in url]
    page.locator("[data-panel] > summary").click()
    tier = page.locator("[data-facet=budget] .opt:not([hidden]) .n").first
    expect(tier).to_have_text(re.compile(r"^\d+$"))
    assert len([url for url in asked if "/facets/projects" in url]) == 1
    folded = page.locator("details[data-facet=land]")
    assert not folded.locator(".n").first.inner_text()
    folded.locator("summary").click()
    expect(folded.locator(".opt:not([hidden]) .n").first).to_have_text(re.compile(r"^[1-9]\d*$"))
    context.close()
