"""Opens a workbook in a process of its own: few kilobytes can ask for 400 GB, at which the library aborts."""

from __future__ import annotations

import io
import itertools
import os
import pickle
import resource
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MEMORY = 1536 * 1024 * 1024
"""Bytes of address space; the largest workbook that is taken needs about half of it."""
SECONDS = 90
"""Of processor time."""
BROKEN, TOO_BIG = "broken", "too big"
LOT = 500
"""Rows that are handed over at once."""


def main(part: str, most: tuple[int, int, int]) -> None:
    """The workbook on standard input -> pickles on standard output.

    First the sheets as (name, whether it is shown); then of each that may be meant (the shown ones, all where
    none is shown, and `part`) its name, its first row and column from 0, lots of rows until an empty one, and its
    merged ranges; None at the end. BROKEN or TOO_BIG (more than `most` rows, columns, cells) ends it early.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine

    try:
        book = python_calamine.load_workbook(io.BytesIO(sys.stdin.buffer.read()))
        sheets = [sheet for sheet in book.sheets_metadata if "WorkSheet" in str(sheet.typ)]
        shown = [sheet.name for sheet in sheets if str(sheet.visible).endswith(".Visible")]
        _say([(sheet.name, sheet.name in shown) for sheet in sheets])
        names = shown or [sheet.name for sheet in sheets]
        if part and part not in names and part in (sheet.name for sheet in sheets):
            names.append(part)
        for name in names:
            if not _sheet(name, book.get_sheet_by_name(name), most):
                return _say(TOO_BIG)
        _say(None)
    except MemoryError:
        _say(TOO_BIG)
    except BaseException:  # the library is Rust: what it cannot bear comes as its own errors or as a panic
        _say(BROKEN)


def _sheet(name: str, sheet: CalamineSheet, most: tuple[int, int, int]) -> bool:
    """Hand over a sheet; False when it is larger than anything that is read."""
    top, left = sheet.start or (0, 0)
    rows, columns = (end + 1 for end in sheet.end or (-1, -1))
    if rows > most[0] or columns > most[1] or rows * columns > most[2]:
        return False
    _say((name, top, left))
    grid = iter(sheet.to_python(skip_empty_area=True)) if rows else iter(())
    while lot := list(itertools.islice(grid, LOT)):
        _say(lot)
    _say([])
    _say(sheet.merged_cell_ranges or [])
    return True


def _say(what: Any) -> None:
    pickle.dump(what, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], (int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
    os._exit(0)
