"""Blank workbooks to be filled in: headings, drop-downs, an example, and a sheet that explains the columns."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

FILLED = 2000
"""Rows for which the drop-downs hold."""
OPTIONS = "选项"


@dataclass(frozen=True)
class Blank:
    """One column: heading, what the example has in it, what may be chosen (`strict`: nothing else), what to say of it.

    `notes` are the further cells of its row on the sheet of explanations.
    """

    heading: str
    example: Any = None
    options: Sequence[str] = field(default_factory=tuple)
    strict: bool = True
    notes: Sequence[str] = field(default_factory=tuple)
    needed: bool = False


def write_blank(title: str, columns: Sequence[Blank], explained: str, heads: Sequence[str]) -> bytes:
    """A workbook with a sheet to fill in, a sheet `explained` (its headings are `heads`), and the options hidden."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet: Any = book.active
    sheet.title = title[:31]
    sheet.append([column.heading for column in columns])
    sheet.append([column.example for column in columns])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = min(32, max(10, 2 * len(column.heading) + 2))
        top = sheet.cell(1, number)
        top.font, top.fill = Font(bold=True), PatternFill("solid", fgColor="FCF0E9" if column.needed else "F5F0E8")
        sheet.cell(2, number).font = Font(italic=True, color="51606B")
        sheet.cell(2, number).data_type = "s" if isinstance(column.example, str) else sheet.cell(2, number).data_type
    _explain(book, columns, explained, heads)
    _drop_downs(book, sheet, columns)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _explain(book: Any, columns: Sequence[Blank], explained: str, heads: Sequence[str]) -> None:
    from openpyxl.styles import Font

    notes: Any = book.create_sheet(explained[:31])
    notes.append(list(heads))
    for cell in notes[1]:
        cell.font = Font(bold=True)
    for column in columns:
        notes.append([column.heading, *column.notes])
    for letter, width in zip("ABCD", (20, 10, 40, 80), strict=True):
        notes.column_dimensions[letter].width = width


def _drop_downs(book: Any, sheet: Any, columns: Sequence[Blank]) -> None:
    """Lists stand on a hidden sheet: in the cell's own rule they could have no more than 255 characters."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    lists: Any = book.create_sheet(OPTIONS)
    lists.sheet_state = "hidden"
    place = 0
    for number, column in enumerate(columns, start=1):
        if not column.options:
            continue
        place += 1
        for row, option in enumerate(column.options, start=1):
            lists.cell(row, place, option)
        there = get_column_letter(place)
        source = f"'{OPTIONS}'!${there}$1:${there}${len(column.options)}"
        rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=column.strict)
        letter = get_column_letter(number)
        rule.add(f"{letter}2:{letter}{FILLED}")
        sheet.add_data_validation(rule)
