"""Workbooks (xlsx, xls) as people keep them: titles above, totals below, data on whichever sheet it is."""

from __future__ import annotations

import itertools
import pickle
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from geo import grids, layout
from geo.errors import UnreadableFile
from geo.layout import Layout, is_blank
from geo.table import LONGEST_CELL, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Fault, Known, Remark, Table
from geo.words import N_

NO_SHEET = N_("工作簿里没有“%(part)s”这张表；有：%(parts)s")
EMPTY = N_("工作簿里没有数据")
NO_TABLE = N_("工作簿里找不到表格；要有一行表头，下面一行写一条")
HIDDEN_ROWS = N_("有 %(n)s 行在表里是隐藏的（筛选也会藏），也读了：第 %(rows)s 行")
BROKEN = N_("工作簿打不开，可能已损坏或加了密码；请用表格软件打开后另存为 xlsx")
TOO_BIG = N_("表格太大（最多 %(rows)s 行、%(columns)s 列）；请删去空行空列或分成几个文件")
NOT_CALCULATED = N_("公式还没有算出值；请用表格软件打开并保存一次")
FORMULA_ERROR = N_("公式出错（如 #N/A、#REF!）；请改成值")
_TAG = rb"<(?:[\w.-]{1,20}:)?c\s"
_INSIDE = rb"[^<>]{0,300}?"
"""Between a tag's name and an attribute; bounded, so that no text makes the search slow."""
_REFERENCE = rb"\br\s{0,9}=\s{0,9}[\"']([A-Za-z]{1,4})(\d{1,9})[\"']"
_CELL = re.compile(_TAG + _INSIDE + _REFERENCE)
_ERROR = re.compile(_TAG + rb"(?=[^<>]{0,300}?\bt=[\"']e[\"'])" + _INSIDE + _REFERENCE)
_HIDDEN_ROW = re.compile(
    rb"<(?:[\w.-]{1,20}:)?row\s(?=[^<>]{0,300}?\bhidden\s{0,9}=\s{0,9}[\"'](?:1|true)[\"'])[^<>]{0,300}?\br\s{0,9}=\s{0,9}[\"'](\d{1,9})[\"']"
)
_UNCOMPUTED = re.compile(
    _TAG + _INSIDE + _REFERENCE + rb"[^<>]{0,300}>\s{0,9}<f\b(?:[^<>]{0,300}/>|[^<>]{0,300}>[^<]{0,9000}</f>)"
    rb"\s{0,9}(?:<v\s{0,9}/>|<v>\s{0,9}</v>)?\s{0,9}</"
)


def read_xlsx(
    content: bytes, members: Mapping[str, bytes], part: str | None = None, known: Known | None = None
) -> Table:
    """The table of a workbook, `members` being its unpacked files.

    It is on the sheet `part`, or on the visible sheet with most known headings, then most rows.

    UnreadableFile when it is damaged, locked, too large or empty. Merged cells count for every row
    they cover; a formula without value and a formula error become Faults.
    """
    faults, paths = _inspected(members), _paths(members)
    table = _read(content, "xlsx", part, known, faults, paths)
    hidden = {int(row[1]) for row in _HIDDEN_ROW.finditer(members.get(paths.get(table.part, ""), b""))}
    read = [row.number for row in table.rows if row.number in hidden]
    if not read:
        return table
    told = "、".join(map(str, read[:20])) + ("…" if len(read) > 20 else "")
    return replace(table, remarks=(*table.remarks, Remark(HIDDEN_ROWS, {"n": len(read), "rows": told})))


def read_xls(content: bytes, part: str | None = None, known: Known | None = None) -> Table:
    """The same for the older binary workbook."""
    return _read(content, "xls", part, known, {}, {})


Faults = Mapping[str, Mapping[tuple[int, int], Fault]]
"""Path of a sheet's XML -> (row, column) from 0 -> Fault."""


def _inspected(members: Mapping[str, bytes]) -> Faults:
    """Refuse sheets whose extent would not fit into memory; find the formulas that have no value.

    A sheet with one cell in its last corner is a kilobyte as XML and 400 GB as a grid.
    """
    found: dict[str, dict[tuple[int, int], Fault]] = {}
    for name, xml in members.items():
        if not (name.startswith("xl/worksheets/") and name.endswith(".xml")):
            continue
        if xml.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<!DOCTYPE" in xml[:1000]:
            raise UnreadableFile(BROKEN)
        columns, rows = set(), 0
        for cell in _CELL.finditer(xml):
            columns.add(cell[1])
            rows = max(rows, int(cell[2]))
        _bounded(rows, max((_column(letters) + 1 for letters in columns), default=0))
        marks = ((_ERROR, Fault(FORMULA_ERROR)), (_UNCOMPUTED, Fault(NOT_CALCULATED)))
        found[name] = {
            (int(cell[2]) - 1, _column(cell[1])): fault for pattern, fault in marks for cell in pattern.finditer(xml)
        }
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def _bounded(rows: int, columns: int) -> None:
    if rows > 10 * MAX_ROWS or columns > 10 * MAX_COLUMNS or rows * columns > 2 * MAX_CELLS:
        raise UnreadableFile(TOO_BIG, rows=MAX_ROWS, columns=MAX_COLUMNS)


@dataclass
class _Sheet:
    """One sheet with its grid, from the first row of the sheet on."""

    name: str
    grid: list[list[Any]]
    layout: Layout | None

    @property
    def count(self) -> int:
        start = self.layout.first + self.layout.depth if self.layout else 0
        return sum(1 for row in self.grid[start:] if any(not is_blank(cell) for cell in row))


def _read(
    content: bytes, kind: str, part: str | None, known: Known | None, faults: Faults, paths: Mapping[str, str]
) -> Table:
    pieces = _opened(content, part)
    named = dict(next(pieces))
    if part is not None and part not in named:
        pieces.close()
        raise UnreadableFile(NO_SHEET, part=part[:40], parts="、".join(list(named)[:20]))
    sheets = list(_sheets(pieces, {name: faults.get(paths.get(name, ""), {}) for name in named}, known))
    filled = [s for s in sheets if s.layout is not None and s.count and part in (None, s.name)]
    if not filled:
        raise UnreadableFile(NO_TABLE if any(len(sheet.grid) > 1 for sheet in sheets) else EMPTY)
    chosen = max(filled, key=lambda sheet: (sheet.layout.known if sheet.layout else 0, sheet.count))
    if chosen.layout and layout.is_turned(chosen.grid, chosen.layout, known):
        raise UnreadableFile(layout.TURNED)
    parts = tuple((sheet.name, sheet.count) for sheet in sheets)
    return _table(chosen, kind, parts, [name for name, shown in named.items() if not shown and any(named.values())])


def _opened(content: bytes, part: str | None) -> Generator[Any]:
    """What `grids` says of a workbook, piece by piece; UnreadableFile when it cannot bear it."""
    command = [
        sys.executable,
        "-I",
        grids.__file__,
        part or "",
        *map(str, (10 * MAX_ROWS, 10 * MAX_COLUMNS, 2 * MAX_CELLS)),
    ]
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        with subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reader:
            try:
                assert reader.stdout is not None
                while (piece := pickle.load(reader.stdout)) is not None:  # noqa: S301 our own words
                    if piece in (grids.BROKEN, grids.TOO_BIG):
                        raise _refusal(piece == grids.TOO_BIG)
                    yield piece
            except (EOFError, pickle.UnpicklingError):  # it died: a lack of memory ends it without a word
                raise _refusal(reader.wait() < 0) from None
            finally:
                reader.kill()


def _refusal(big: bool) -> UnreadableFile:
    return UnreadableFile(TOO_BIG, rows=MAX_ROWS, columns=MAX_COLUMNS) if big else UnreadableFile(BROKEN)


def _sheets(
    pieces: Iterator[Any], faults: Mapping[str, Mapping[tuple[int, int], Fault]], known: Known | None
) -> Iterator[_Sheet]:
    """The sheets as they come."""
    for name, top, left in pieces:
        grid: list[list[Any]] = [[] for _ in range(top)]
        lots = iter(lambda: next(pieces), [])
        for number, row in enumerate(itertools.chain.from_iterable(lots), start=top):
            cells = [None] * left + [_plain(cell) for cell in row]
            while cells and cells[-1] is None:
                cells.pop()
            grid.append(cells)
            if number - top > MAX_ROWS and cells:
                raise _refusal(True)
        yield _finished(name, grid, next(pieces), faults.get(name, {}), known)


def _finished(
    name: str,
    grid: list[list[Any]],
    merged: Sequence[Any],
    faults: Mapping[tuple[int, int], Fault],
    known: Known | None,
) -> _Sheet:
    for (row_number, column), fault in faults.items():
        _put(grid, row_number, column, fault)
    while grid and not grid[-1]:
        grid.pop()
    if not grid:
        return _Sheet(name, grid, None)
    found = layout.find(grid[: layout.SEARCHED + 2], known)
    _spread(grid, merged, found)
    if max(map(len, grid), default=0) > MAX_COLUMNS:
        raise _refusal(True)
    return _Sheet(name, grid, found)


def _plain(cell: Any) -> Any:
    """A cell as Python holds it: no empty text, whole numbers as such."""
    if isinstance(cell, str):
        return cell[:LONGEST_CELL] if cell else None
    return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15 else cell


def _put(grid: list[list[Any]], row: int, column: int, value: Any) -> None:
    if row < len(grid):
        cells = grid[row]
        cells += [None] * (column + 1 - len(cells))
        if is_blank(cells[column]) or isinstance(value, Fault):
            cells[column] = value


def _spread(grid: list[list[Any]], merged: Sequence[Any], found: Layout | None) -> None:
    """What is merged down over several rows of data stands in each of them."""
    start = found.first + found.depth if found else len(grid)
    for (top, left), (bottom, _right) in merged:
        value = grid[top][left] if top < len(grid) and left < len(grid[top]) else None
        if top < start or bottom == top or value is None:
            continue
        for row in range(top + 1, min(bottom + 1, len(grid))):
            _put(grid, row, left, value)


def _paths(members: Mapping[str, bytes]) -> Mapping[str, str]:
    """Name of a sheet -> path of its XML, as the workbook's relations say."""
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        targets = {
            r.get("Id"): (r.get("Target") or "").lstrip("/").removeprefix("xl/")
            for r in ElementTree.fromstring(members.get("xl/_rels/workbook.xml.rels", b"<none/>"))
        }
        sheets = ElementTree.fromstring(members.get("xl/workbook.xml", b"<none/>")).iter()
        named = [(tag.get("name"), tag.attrib) for tag in sheets if tag.tag.endswith("}sheet")]
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        raise UnreadableFile(BROKEN) from None
    ids = ((name, next((v for k, v in attributes.items() if k.endswith("}id")), "")) for name, attributes in named)
    return {name: f"xl/{targets.get(id_, '')}" for name, id_ in ids if name}


def _table(sheet: _Sheet, kind: str, parts: tuple[tuple[str, int], ...], hidden: Sequence[str]) -> Table:
    assert sheet.layout is not None
    width = max(
        len(sheet.layout.headings), max(map(len, itertools.islice(sheet.grid, sheet.layout.first, None)), default=0)
    )
    headings = sheet.layout.headings + ("",) * (width - len(sheet.layout.headings))
    rows, skipped = layout.split(
        enumerate(sheet.grid, start=1), Layout(sheet.layout.first, sheet.layout.depth, headings, sheet.layout.known)
    )
    remarks = [
        Remark(N_("工作表“%(part)s”有 %(n)s 行没有读"), {"part": name, "n": count})
        for name, count in parts
        if name != sheet.name and count
    ]
    remarks += [Remark(N_("隐藏的工作表“%(part)s”没有读"), {"part": name}) for name in hidden]
    return Table(
        kind, headings, rows, tuple(skipped), part=sheet.name, parts=parts,
        unit=layout.common_unit(skipped), remarks=tuple(remarks),
    )  # fmt: skip
