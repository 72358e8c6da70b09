"""Cells as people fill them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.clean import area, choices, count, days, money, phones, text, written_area, yes_or_no
from geo.errors import BadCell


@pytest.mark.parametrize(
    ("cell", "unit", "low", "high"),
    [
        ("10", "", "10", None), (10, "", "10", None), (10.5, "", "10.5", None), ("１２．５", "", "12.5", None), ("1,200", "", "1200", None),
        ("10万", "", "10", None), ("10万元", "元", "10", None), ("1.2亿元", "万元", "12000", None), ("1.2亿", "", "12000", None), ("500000元", "", "50", None),
        ("500000", "元", "50", None), ("3", "亿元", "30000", None), ("3", "亿", "30000", None), ("1亿5000万", "", "15000", None), ("5千万", "", "5000", None),
        ("3百万元", "", "300", None), ("二十万元", "", "20", None), ("三百二十万", "", "320", None), ("十万", "", "10", None), ("两千元", "", "0.2", None),
        ("10-30万", "", "10", "30"), ("10～30万元", "", "10", "30"), ("10万-30万", "", "10", "30"), ("10万元至30万元", "", "10", "30"), ("10—30", "万元", "10", "30"),
        ("5000元-1万元", "", "0.5", "1"), ("5000-8000元", "万元", "0.5", "0.8"), ("8000万-1.2亿", "", "8000", "12000"), ("1-3", "亿元", "10000", "30000"),
        ("约20万", "", "20", None), ("20万左右", "", "20", None), ("100余万元", "", "100", None), ("10万以上", "", "10", None), ("≥10万", "", "10", None),
        ("不超过30万", "", None, "30"), ("30万元以内", "", None, "30"), ("￥50,000元", "", "5", None), ("人民币 20 万元", "", "20", None), ("10w", "", "10", None),
        ("10 - 30 万元", "", "10", "30"), ("12万元整", "", "12", None), ("0", "", "0", None), ("1.2億元", "", "12000", None), ("10萬", "", "10", None), (0.1 + 0.2, "", "0.3", None), ("10万～30万元左右", "", "10", "30"),
    ],
)  # fmt: skip
def test_money_is_counted_in_ten_thousands(cell: Any, unit: str, low: str | None, high: str | None) -> None:
    found = money(cell, unit)
    assert found.low == (None if low is None else Decimal(low))
    assert found.high == (None if high is None else Decimal(high))
    said = any(c in str(cell) for c in "约左右余上≥不内")
    assert found.about == said


@pytest.mark.parametrize(
    "cell",
    [
        "面议",
        "10美元",
        "$10",
        "30-10万",
        "十几万",
        "10万（自有5万）",
        "",
        "万元",
        "-5",
        "1e5",
        "10万/年",
        "2026-06-01",
        "A10",
    ],
)
def test_what_is_no_money_says_so(cell: str) -> None:
    with pytest.raises(BadCell) as error:
        money(cell)
    assert str(error.value)


@pytest.mark.parametrize(
    ("cell", "unit", "wanted", "value"),
    [
        ("20", "", "亩", "20"), ("20亩", "", "亩", "20"), ("1公顷", "", "亩", "15"), ("2000㎡", "", "亩", "3"), ("2000平方米", "", "亩", "3"), ("2000", "平方米", "亩", "3"),
        ("3", "亩", "㎡", "2000"), ("1.5 公顷", "", "㎡", "15000"), ("15亩", "", "公顷", "1"), ("0.5平方公里", "", "公顷", "50"), ("1500亩", "", "平方公里", "1"),
        ("2000 m²", "", "㎡", "2000"), ("２０００平米", "", "㎡", "2000"), ("1.2万㎡", "", "㎡", "12000"), ("1万亩", "", "亩", "10000"),
    ],
)  # fmt: skip
def test_areas_are_converted(cell: str, unit: str, wanted: str, value: str) -> None:
    found = area(cell, unit, wanted).low
    assert found is not None
    assert round(found, 6) == Decimal(value)


def test_an_area_may_keep_its_own_unit() -> None:
    assert (written_area("20亩", "㎡").low, written_area("20亩", "㎡").unit) == (20, "亩")
    assert (written_area("20", "㎡").low, written_area("20", "").unit) == (20, "")
    assert written_area("100-200㎡", "").high == 200


def test_counts_may_carry_their_unit() -> None:
    assert [count(c, "人").low for c in ("20", "20人", 20, "约20人", "二十人")] == [20] * 5
    assert count("5.2万人", "人").low == 52_000
    with pytest.raises(BadCell):
        count("20家", "人")


@pytest.mark.parametrize(
    "cell",
    [
        "2026-06-01", "2026/6/1", "2026.6.1", "2026年6月1日", "20260601", 20260601, 46174, 46174.0, "46174", dt.date(2026, 6, 1), "２０２６／６／１",
        dt.datetime(2026, 6, 1, 13, 5), "2026-06-01 00:00:00", "2026-06-01T08:00:00", "2026年6月1号", " 2026 / 6 / 1 ", "2026年06月01日",
        "2026-6-1 00:00:00", "2026/6/1 0:00:00", "2026/6/1 8:30", "2026年6月1日 08:30", "20260601.0", "二〇二六年六月一日", "二零二六年六月一日", "2026.06.01",
    ],
)  # fmt: skip
def test_days_in_many_forms(cell: Any) -> None:
    assert (days(cell).first, days(cell).exact) == (dt.date(2026, 6, 1), True)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("12/31/2026", dt.date(2026, 12, 31)), ("31.12.2026", dt.date(2026, 12, 31)), ("6/6/2026", dt.date(2026, 6, 6)),
        ("二〇二六年十二月三十一日", dt.date(2026, 12, 31)), ("2026年十月二十日", dt.date(2026, 10, 20)), ("2026-1-31 23:59:59", dt.date(2026, 1, 31)),
    ],
)  # fmt: skip
def test_days_that_can_be_only_one(cell: str, day: dt.date) -> None:
    assert (days(cell).first, days(cell).exact) == (day, True)


def test_a_day_that_can_be_two_and_a_spoilt_number_say_so() -> None:
    with pytest.raises(BadCell, match="分不清"):
        days("3/5/2026")
    with pytest.raises(BadCell, match="科学计数法"):
        phones("1.38E+10")


@pytest.mark.parametrize("cell", ["2026.6", "2026年6月", "2026-06", "2026/6", "202606", 202606, 2026.6])
def test_a_month_is_a_month(cell: Any) -> None:
    assert (days(cell).first, days(cell).last) == (dt.date(2026, 6, 1), dt.date(2026, 6, 30))


@pytest.mark.parametrize(
    "cell",
    [
        "6/1/2026",
        "26.6.1",
        "2026-13-01",
        "2026-02-30",
        "长期",
        "明年",
        "6月1日",
        2026.1,
        1.5,
        "0",
        "99999999",
        "1026-01-01",
    ],
)
def test_what_is_no_day_or_could_be_two_says_so(cell: Any) -> None:
    with pytest.raises(BadCell) as error:
        days(cell)
    assert str(error.value)


def test_a_year_is_a_year() -> None:
    assert (days("2026年").first, days(2026).last) == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@pytest.mark.parametrize(
    ("cell", "numbers", "name"),
    [
        ("0833-2130064", ["0833-2130064"], ""), ("（0833）2130064", ["0833-2130064"], ""), ("08332130064", ["0833-2130064"], ""), ("0833 213 0064", ["0833-2130064"], ""),
        ("2130064", ["0833-2130064"], ""), (2130064, ["0833-2130064"], ""), (8332130064, ["0833-2130064"], ""), ("13800138000", ["13800138000"], ""),
        (13800138000, ["13800138000"], ""), ("138 0013 8000", ["13800138000"], ""), ("+86 13800138000", ["13800138000"], ""), ("400-123-4567", ["4001234567"], ""),
        ("12333", ["12333"], ""), ("0833-12333", ["0833-12333"], ""), ("0833-2130064/13800138000", ["0833-2130064", "13800138000"], ""),
        ("0833—2130064、2130065", ["0833-2130064", "0833-2130065"], ""), ("张三 13800138000", ["13800138000"], "张三"), ("张三：13800138000；李四：13900139000", ["13800138000", "13900139000"], ""),
        ("联系电话：0833-2130064", ["0833-2130064"], ""), ("０８３３－２１３００６４", ["0833-2130064"], ""), ("010-12345678", ["010-12345678"], ""), ("0833-000 0012", ["0833-0000012"], ""),
    ],
)  # fmt: skip
def test_telephone_numbers(cell: Any, numbers: list[str], name: str) -> None:
    found = phones(cell, "0833")
    assert (list(found.numbers), found.name) == (numbers, name)


def test_what_is_not_a_number_is_kept_apart() -> None:
    assert phones("0833-2130064 工作日", "0833").name == "工作日"
    assert phones("0833-2130064转801", "0833").rest or phones("0833-2130064转801", "0833").name


@pytest.mark.parametrize(
    ("cell", "code"),
    [("2130064", None), ("2130064", "028"), ("见附件", "0833"), ("", "0833"), ("8332130064", None), ("123", "0833")],
)
def test_no_number_and_no_area_code_say_so(cell: str, code: str | None) -> None:
    with pytest.raises(BadCell) as error:
        phones(cell, code)
    assert str(error.value)


def test_yes_and_no() -> None:
    assert [yes_or_no(c) for c in ("是", "有", "√", "Y", 1, True, " 是 ")] == [True] * 7
    assert [yes_or_no(c) for c in ("否", "无", "×", "N", 0, False, "没有")] == [False] * 7
    assert [yes_or_no(c) for c in ("也许", "2", "")] == [None] * 3


WORDS = {"租赁": "lease", "合作": "partner", "公司+农户": "company_farmer", "加盟（需审）": "franchise"}


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("租赁", ["lease"]), ("租赁、合作", ["lease", "partner"]), ("租赁/合作", ["lease", "partner"]), ("租赁和合作", ["lease", "partner"]), ("租赁 合作", ["lease", "partner"]),
        ("1.租赁 2.合作", ["lease", "partner"]), ("①租赁②合作".replace("②", " ②"), ["lease", "partner"]), ("公司+农户", ["company_farmer"]), ("公司＋农户；租赁", ["company_farmer", "lease"]),
        ("租赁+合作", ["lease", "partner"]), ("加盟(需审)", ["franchise"]), ("入股", ["入股"]), ("租赁，入股", ["lease", "入股"]), (["lease", "租赁"], ["lease", "lease"]), ("租赁,租赁", ["lease"]), ("租賃、合作", ["lease", "partner"]),
    ],
)  # fmt: skip
def test_choices(cell: Any, found: list[str]) -> None:
    assert choices(cell, WORDS) == found


def test_texts_are_as_a_person_sees_them() -> None:
    assert [text(c) for c in (1992, 1992.0, 0.1, "0833", dt.date(2026, 6, 1), dt.datetime(2026, 6, 1), True)] == [
        "1992", "1992", "0.1", "0833", "2026-06-01", "2026-06-01", "是",
    ]  # fmt: skip


@given(
    st.one_of(
        st.text(max_size=30), st.floats(), st.integers(), st.from_regex(r"[0-9.,万亿元亩约-]{0,20}", fullmatch=True)
    )
)
def test_no_cell_breaks_it(cell: Any) -> None:
    for read in (
        money,
        days,
        phones,
        lambda c: area(c, "", "亩"),
        lambda c: count(c, "人"),
        lambda c: written_area(c, ""),
    ):
        try:
            read(cell)  # type: ignore[no-untyped-call]
        except BadCell as error:
            assert str(error)
    choices(cell, WORDS), yes_or_no(cell), text(cell)
