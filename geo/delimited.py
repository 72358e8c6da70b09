"""Tables of text (csv, tsv, txt) in any encoding that Chinese offices use, with any usual separator."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from geo import layout
from geo.encodings import NOT_TEXT
from geo.errors import UnreadableFile
from geo.layout import Layout, is_blank
from geo.table import LONGEST_CELL, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Known, Table
from geo.words import N_

SEPARATORS = (",", "\t", ";", "|", "，")
TOO_BIG = N_("表格太大（最多 %(rows)s 行、%(columns)s 列）；请删去空行空列或分成几个文件")
BROKEN = N_("第 %(row)s 行附近的引号不成对，分不出列；请改好再导")
LONG_CELL = N_("第 %(row)s 行附近有一格长得不像一格，可能引号不成对；请改好再导")
EMPTY = N_("文件里没有数据")


def read_delimited(text: str, encoding: str, known: Known | None = None) -> Table:
    """The table of a decoded text; rows are numbered as a spreadsheet program numbers them.

    UnreadableFile when it is too large, empty or its quotes do not close.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise UnreadableFile(EMPTY)
    separator = _separator(text)
    rows = list(_rows(text, separator))
    found = layout.find(rows[: layout.SEARCHED + 2], known)
    if found is None:
        raise UnreadableFile(N_("找不到表头；第一行要写每一列是什么"))
    if layout.is_turned(rows, found, known):
        raise UnreadableFile(layout.TURNED)
    width = max(map(len, (found.headings, *rows[found.first :])))
    headings = found.headings + ("",) * (width - len(found.headings))
    data, skipped = layout.split(enumerate(rows, start=1), Layout(found.first, found.depth, headings, found.known))
    kind = "tsv" if separator == "\t" else "csv"
    return Table(kind, headings, data, tuple(skipped), encoding=encoding, unit=layout.common_unit(skipped))


def _rows(text: str, separator: str) -> Iterator[list[str | None]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    cells = 0
    try:
        for number, row in enumerate(reader):
            kept: list[str | None] = [cell or None for cell in row]
            while kept and is_blank(kept[-1]):
                kept.pop()
            cells += len(kept)
            if number > MAX_ROWS or len(kept) > MAX_COLUMNS or cells > MAX_CELLS:
                raise UnreadableFile(TOO_BIG, rows=MAX_ROWS, columns=MAX_COLUMNS)
            yield kept
    except csv.Error as error:
        said = LONG_CELL if "field limit" in str(error) else BROKEN
        raise UnreadableFile(said, row=reader.line_num) from None


def _separator(text: str) -> str:
    """What cuts most of the first lines into the same number of pieces, more than one."""
    lines = [line for line in re.split(r"\r\n|\r|\n", text[:50_000])[:60] if line.strip()][:30]
    if any("\0" in line for line in lines):
        raise UnreadableFile(NOT_TEXT)
    best, separator = (0.0, 0), ","
    for candidate in SEPARATORS:
        counts = Counter(_width(line, candidate) for line in lines)
        width, times = max(((w, n) for w, n in counts.items() if w > 1), key=lambda e: (e[1], e[0]), default=(0, 0))
        if times and (times / len(lines), width) > best:
            best, separator = (times / len(lines), width), candidate
    return separator


def _width(line: str, separator: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=separator), []))
    except csv.Error:
        return 1
