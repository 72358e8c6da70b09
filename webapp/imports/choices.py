"""What a person has said about a file: columns, coordinate system, encoding, sheet, and single rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo.crs import Datum
from layers.words import N_, Labels

ENCODINGS: Labels = {
    "": N_("自动认"),
    "utf-8": "UTF-8",
    "gb18030": N_("GBK / GB18030（大陆的老表格）"),
    "big5": N_("Big5（港台）"),
    "utf-16": "UTF-16",
}
LEAVE, APART = "leave", "new"
"""What a row that looks like a place already there may be, besides the number of that place."""


@dataclass(frozen=True)
class Choices:
    """Everything may be left open. `columns`: column -> target, None for one that is left out.

    `rows`: row -> the number of the place that it is, LEAVE or APART. `clear`: blank cells empty what there is.
    """

    columns: Mapping[int, str | None] = field(default_factory=dict)
    datum: Datum | None = None
    epsg: int | None = None
    encoding: str | None = None
    part: str | None = None
    clear: bool = False
    rows: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Choices:
        """From the JSON of a batch."""
        return cls(
            {int(column): target for column, target in (kept.get("columns") or {}).items()},
            Datum(kept["datum"]) if kept.get("datum") else None, kept.get("epsg"), kept.get("encoding"),
            kept.get("part"), bool(kept.get("clear")), {int(n): said for n, said in (kept.get("rows") or {}).items()},
        )  # fmt: skip

    def json(self) -> dict[str, Any]:
        """As a batch keeps it."""
        return {
            "columns": {str(column): target for column, target in self.columns.items()},
            "datum": self.datum.value if self.datum else None, "epsg": self.epsg, "encoding": self.encoding,
            "part": self.part, "clear": self.clear, "rows": {str(n): said for n, said in self.rows.items()},
        }  # fmt: skip
