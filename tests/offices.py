"""Files as offices send them, made on the spot."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

HEADINGS = ("项目名称", "一句话", "行业", "区县", "具体地点", "联系电话", "起步资金（万元）", "合作方式", "用地")


def row(n: int, **over: Any) -> dict[str, Any]:
    """One project as an office writes it; everything that publishing needs is in it."""
    made = {
        "项目名称": f"高山茶初制加工点{n}号", "一句话": "收鲜叶做干茶，合作社包一半销路", "行业": "C15",
        "区县": "犍为县", "具体地点": "玉津镇", "联系电话": f"0833-000 {n % 10000:04d}",
        "起步资金（万元）": str(8 + n % 20), "合作方式": "租赁", "用地": "现成厂房",
    }  # fmt: skip
    return {**made, **over}


def as_csv(rows: Iterable[dict[str, Any]], headings: Sequence[str] = HEADINGS, encoding: str = "utf-8-sig") -> bytes:
    """The rows as a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([r.get(name, "") for name in headings] for r in rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Iterable[Sequence[Any]], merged: Sequence[str] = ()) -> bytes:
    """The rows, titles and headings among them, as a workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in rows:
        sheet.append(list(cells))
    for area in merged:
        sheet.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
