"""What a file becomes when it is read: raw cells with the numbers of their rows, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.words import N_

MAX_BYTES = 50 * 1024 * 1024
"""The largest file that is read at all."""
MAX_UNPACKED = 256 * 1024 * 1024
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 100_000, 400, 6_000_000
LONGEST_CELL = 40_000
"""Characters; more are no cell but a file gone wrong (a workbook allows 32,767)."""

Known = Callable[[str], bool]
"""Tells whether a text is a heading that somebody knows; makes finding the heading row sure."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence for the person who gave the file: catalogue text and what fills its %(name)s."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell or shape that is there but cannot be used, and why."""

    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of data: its number as a person sees it in the file (from 1), cells in the headings' order.

    `shape` is the row's geometry in the file's own coordinates, or a Fault; None where there is none.
    """

    number: int
    cells: tuple[Any, ...]
    shape: BaseGeometry | Fault | None = None


REASONS: Mapping[str, str] = {
    "title": N_("标题"),
    "heading": N_("表头"),
    "blank": N_("空行"),
    "total": N_("合计"),
    "signature": N_("签名和说明"),
    "section": N_("分段标题"),
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no data: its number, a key of REASONS, and how it begins."""

    number: int
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the file itself says of its coordinates; `epsg` is None where it says nothing usable.

    `source` names where it says so: `prj`, `crs`, `header`, or
    `format` (KML and plain GeoJSON are WGS 84 by their standards).
    """

    epsg: int | None = None
    name: str = ""
    source: str = ""


@dataclass(frozen=True)
class Table:
    """A file as read. `part` is the sheet or layer that was read, `parts` all of them with their numbers of rows."""

    kind: str
    headings: tuple[str, ...]
    rows: Sequence[Row]
    skipped: tuple[Skipped, ...] = ()
    encoding: str = ""
    proof: Proof = Proof()
    part: str = ""
    parts: tuple[tuple[str, int], ...] = ()
    unit: str = ""
    """The unit that a title row gives for the whole table (单位：万元)."""
    remarks: tuple[Remark, ...] = ()
