"""An office's first spreadsheet in a real Chromium: from the upload to review without a manual, on a phone, by keyboard."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, Watched, axe_finds, enter
from tests.offices import as_csv, as_xlsx, row

TOP: list[list[Any]] = [
    ["犍为县2026年返乡创业招商项目统计表"] + [None] * 9,
    ["填报单位：犍为县人力资源和社会保障局"] + [None] * 7 + ["单位：万元", None],
    ["序号", "项目名称", "建设内容及规模", "项目选址", None, "资金", None, "行业类别", "联系人及电话", "备注"],
    [None, None, None, "乡镇", "详细地址", "总投资", "起步资金", None, None, None],
]
ROWS: list[list[Any]] = [
    [
        1,
        "示例·清溪茉莉茶初加工",
        "收鲜花鲜叶做干茶",
        "清溪镇",
        "老街 3 号",
        "1.2亿元",
        "10-30",
        "C15",
        "示例 0833-000 0001",
        None,
    ],
    [2, "示例·玉津竹编工坊", "编竹器卖到外地", "玉津镇", "新街", "500", "５０", "C20", "示例 0833-000 0002", "急"],
    [3, "示例·罗城凉亭小吃", "做本地小吃", "罗城镇", None, "80万元", "8", "H62", "没有电话", None],
    ["合计", None, None, None, None, 12580, None, None, None, None],
    ["填表人：示例", None, None, None, "审核人：示例", None, None, None, "2026年11月20日", None],
]
MERGED = ["A1:J1", "D3:E3", "F3:G3", "A3:A4", "B3:B4", "C3:C4", "H3:H4", "I3:I4", "J3:J4"]


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """A spreadsheet as an office has it."""
    path = tmp_path / "返乡创业项目统计表.xlsx"
    path.write_bytes(as_xlsx([*TOP, *ROWS], MERGED))
    return path


def send(page: Page, site: str, file: Path) -> None:
    page.goto(f"{site}/staff/imports")
    page.locator("#f-file").set_input_files(file)
    page.get_by_role("button", name="上传，看看认得对不对").click()
    page.wait_for_url(re.compile(r"/staff/imports/\d+"))


def clean(page: Page) -> None:
    assert axe_finds(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_offices_first_spreadsheet_is_in_review_within_minutes(
    browser: Browser, site: str, people: None, messy: Path, size: dict[str, int]
) -> None:
    begun = time.monotonic()
    page = enter(browser, site, "bianji", size)
    watched = Watched(page, site)
    page.get_by_role("link", name="导入导出").click()
    clean(page)
    send(page, site, messy)
    expect(page.locator("main")).to_contain_text("读到 3 行数据")
    expect(page.locator("main")).to_contain_text("看表头像是“推荐目录”")
    clean(page)
    page.get_by_role("button", name="下一步：看结果").last.click()
    expect(page.locator(".sums")).to_contain_text("有问题，不导入")
    expect(page.locator(".judged")).to_contain_text("没有电话")
    clean(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标好问题的表").click()
    assert download.value.suggested_filename.endswith("-问题.xlsx")
    apply = page.get_by_role("button", name=re.compile(r"导入 \d+ 条，交去审核|没有"))
    if apply.count():
        apply.click()
        expect(page.locator(".told")).to_contain_text("条在等审核")
    clean(page)
    assert time.monotonic() - begun < 120
    page.get_by_role("link", name="整批撤销").click()
    clean(page)
    page.get_by_role("button", name="撤销这一批").click()
    expect(page.locator("main")).to_contain_text("撤销了 2 条")
    assert (watched.foreign, watched.complaints) == ([], [])


def test_positions_are_drawn_and_the_system_is_asked(browser: Browser, site: str, people: None, tmp_path: Path) -> None:
    names = [*row(0), "经度", "纬度"]
    rows = [{**row(n, 项目名称=f"示例·有坐标的{n}"), "经度": 103.95 + n / 50, "纬度": 29.21} for n in range(3)]
    path = tmp_path / "坐标.csv"
    path.write_bytes(as_csv(rows, names))
    page = enter(browser, site, "bianji", DESK)
    watched = Watched(page, site)
    send(page, site, path)
    page.get_by_role("button", name="下一步：看结果").last.click()
    expect(page.locator("#problems")).to_contain_text("先选坐标是从哪里来的")
    watched.complaints.clear()  # the browser tells of the 422
    page.get_by_role("radio", name="高德·腾讯").check()
    page.get_by_role("button", name="下一步：看结果").last.click()
    page.wait_for_selector("[data-drawn='3']")
    clean(page)
    page.get_by_role("button", name="不导了").click()
    expect(page.locator("main")).to_contain_text("这一批取消了")
    assert (watched.foreign, watched.complaints) == ([], [])


def test_it_works_without_scripts_and_by_keyboard(browser: Browser, site: str, people: None, messy: Path) -> None:
    page = enter(browser, site, "bianji", java_script_enabled=False)
    page.goto(f"{site}/staff/imports")
    page.locator("#f-file").set_input_files(messy)
    page.get_by_role("button", name="上传，看看认得对不对").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="下一步：看结果").last.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("导入 2 条")).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".told").first).to_contain_text("2 条在等审核")
    boss = enter(browser, site, "shenhe", java_script_enabled=False)
    boss.goto(f"{site}/staff/review")
    boss.get_by_role("link", name=re.compile("导入 #")).first.click()
    boss.locator("#reason").fill("先补一句话")
    boss.get_by_role("button", name="全部退回").click()
    expect(boss.locator(".told")).to_contain_text("退回了 2 条")
    page.get_by_role("link", name="整批撤销").click()
    page.get_by_role("button", name="撤销这一批").click()
    expect(page.locator("main")).to_contain_text("撤销了 2 条")


@pytest.mark.parametrize("look", ["light", "dark", "large"])
def test_axe_finds_nothing_around_imports(look: str, browser: Browser, site: str, people: None) -> None:
    page = enter(browser, site, "bianji", color_scheme="dark" if look == "dark" else "light")
    if look == "large":
        page.add_init_script("localStorage.setItem('size', 'large')")
    for path in ("/staff/imports", "/staff/exports/projects/layout", "/staff/tokens"):
        page.goto(site + path)
        clean(page)
