"""The sizes and kinds of posters."""

from __future__ import annotations

from dataclasses import dataclass

from layers.words import N_, Labels

KINDS: Labels = {"map": N_("地图和名单"), "list": N_("只有名单")}
"""Chinese label of each kind; which is meant when nobody chose, see docs/decisions/020."""
Form = tuple[float, float]


@dataclass(frozen=True)
class Size:
    """One size. Its design is `width` by `height` units (0: as high as the list needs), about a CSS pixel each.

    `mm` is the printed width, `pixels` the width of the PNG. `chart` is the map's width and height in units (of an
    upright one the greatest height: it is as high as its area needs), `columns` those that the list usually has
    beside or below a map and those it has at most, `grades` the rows
    (see `rows.py`) that can be read where this size is looked at, the largest first, `form` which of the layouts
    composes it, `paged` whether a PDF goes on to further pages.
    """

    key: str
    title: str
    width: float
    height: float
    mm: float
    pixels: int
    chart: Form
    columns: tuple[int, int]
    grades: tuple[int, ...]
    form: str = "upright"
    paged: bool = False

    @property
    def beside(self) -> bool:
        """Whether an upright one's list stands beside its map and goes on below it."""
        return self.form == "upright" and self.chart[0] < self.width * 0.6


NEAR = (0, 1, 2, 5, 6, 7, 8, 9, 10, 11)
"""In the hand, and on a roll-up, whose units are large."""
FAR = (0, 1, 2, 3, 4)
"""On a wall: nothing below 24 points on A3, which is read from two metres."""
SCREEN = (5, 6, 8)
SIZES = {
    size.key: size
    for size in (
        Size("a4", N_("A4 竖版"), 794, 1123, 210, 1240, (388, 500), (2, 3), NEAR, paged=True),
        Size("a4-wide", N_("A4 横版"), 1123, 794, 297, 1754, (560, 470), (1, 2), NEAR, "broad", paged=True),
        Size("a3", N_("A3 竖版"), 794, 1123, 297, 1754, (388, 500), (2, 2), FAR, paged=True),
        Size("a3-wide", N_("A3 横版"), 1123, 794, 420, 2480, (560, 470), (1, 1), FAR, "broad", paged=True),
        Size("rollup", N_("易拉宝 80×200 厘米"), 794, 1985, 800, 2268, (699, 800), (2, 3), NEAR),
        Size("phone", N_("手机长图"), 540, 0, 143, 1080, (469, 560), (1, 1), (6, 8, 10)),
        Size("square", N_("方图"), 720, 720, 190, 1080, (330, 330), (1, 1), (*SCREEN, 10), "square"),
        Size("cover", N_("公众号封面 900×383"), 900, 383, 238, 900, (380, 308), (1, 1), SCREEN, "strip"),
        Size("card", N_("分享卡片 1200×630"), 800, 420, 212, 1200, (360, 330), (1, 1), SCREEN, "strip"),
    )
}
OFFERED = tuple(key for key in SIZES if key != "card")
"""What the page offers; the card is what links show of themselves."""
FORMATS = {"png": "image/png", "pdf": "application/pdf", "svg": "image/svg+xml"}
