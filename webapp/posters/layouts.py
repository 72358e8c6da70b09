"""How a poster of each form is composed: upright, broad, a strip; and the further pages of a PDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from geo import fonts
from geo.drawing import Sheet
from webapp.posters import chart, ink, parts, rows
from webapp.posters.content import Content, Row
from webapp.posters.sizes import SIZES, Size

Box = tuple[float, float, float, float]
MARGIN, EDGE = 44.0, 3.5
"""White around everything; what the outer neatline takes."""
LEAST_UNDER = 80.0
"""Units below a map that are worth a column of the list."""
MOST_PAGES = 12
Composed = tuple[Sheet, int]
"""A sheet, and how many of the rows it lists."""


def compose(content: Content, paged: bool = False, labels: bool = True) -> list[Sheet]:
    """The sheets of a poster: one, or with `paged` as many as its list needs."""
    size = SIZES[content.size]
    first, listed = FORMS[size.form](content, size, paged and size.paged, labels)
    sheets = [first]
    left = content.rows[listed:]
    while paged and size.paged and left and len(sheets) < MOST_PAGES:
        sheet, more = _further(content, size, left, len(sheets) + 1)
        sheets.append(sheet)
        left = left[more:]
    return sheets


def _sheet(size: Size, height: float) -> Sheet:
    return Sheet(size.width, height, size.mm, ink.colour("paper"))


def _upright(content: Content, size: Size, paged: bool, labels: bool) -> Composed:
    """Heading, map with the list beside or below it, foot; a long picture is as high as its list."""
    narrow = size.width < 760
    margin = 32.0 if narrow else MARGIN
    title, small, side = (36.0, 12.0, 112.0) if narrow else (46.0, 13.0, 132.0)
    right = size.width - margin
    heading = parts.headed(content, right - margin - (128 if narrow else 154), title, 2)
    top = heading.height + margin * 0.8 + (26 if content.ground else 6)
    below = _under(content, size, margin, top)
    foot = parts.foot_height(content, right - margin, small, side) + margin * 0.8
    height = size.height or below[1] + rows.long(rows.items(content, content.rows), size) + foot + margin * 0.2 + 34
    sheet = _sheet(size, height)
    parts.heading(sheet, margin, margin * 0.8, content, heading)
    parts.flock(sheet, right, margin * 0.9, 112 if narrow else 138)
    room = (margin, below[1], right, height - foot)
    choices = _choices(size, room, (below[0], top) if content.ground and size.beside else None)
    made = _listed(sheet, content, size, choices, paged)
    if content.ground:
        box = (margin + EDGE, top, margin + size.chart[0], top + chart.height(content.ground, size.chart[0] - EDGE))
        chart.draw(sheet, box, content, labels, made if not paged else len(content.rows))
        top = box[3] + 10
    parts.legend(sheet, (margin, top, below[0], 0), content)
    parts.foot(sheet, (margin, height - foot, right, height - margin * 0.8), content, small, side)
    return sheet, made


def _under(content: Content, size: Size, margin: float, top: float) -> tuple[float, float]:
    """The right and the lower edge of an upright one's map with its legend, or of the legend alone."""
    right = margin + size.chart[0] + EDGE if content.ground and size.beside else size.width - margin
    if content.ground:
        top += chart.height(content.ground, size.chart[0] - EDGE) + 14
    return right, top + _legend_height(content, right - margin)


def _choices(size: Size, room: Box, corner: tuple[float, float] | None) -> list[rows.Columns]:
    """The ways to divide the room of a list; with a `corner` (right edge, top) a map stands above its left part."""
    usual, most = size.columns
    if corner is None:
        return [rows.split(room, n) for n in (usual, *range(usual + 1, most + 1), *range(usual - 1, 0, -1))]
    left, top, right, bottom = room
    beside = (corner[0] + rows.GUTTER, corner[1], right, bottom)
    under = [rows.split((left, top, corner[0], bottom), n) for n in range(1, most)]
    return [(beside, *columns) for columns in under if bottom - top > LEAST_UNDER] or [(beside,)]


def _legend_height(content: Content, room: float, size: float = 13.0) -> float:
    blank = Sheet(100, 100, 100, "#ffffff")
    return parts.legend(blank, (0, 0, room, 0), content, size) + 10


def _listed(sheet: Sheet, content: Content, size: Size, choices: list[rows.Columns], paged: bool) -> int:
    """The list, and below it how many more there are; how many it lists."""
    listed = rows.items(content, content.rows)
    if not content.rows:
        _nothing(sheet, content, choices[0][0])
        return 0
    made = rows.page(listed, [_shorter(columns, 8) for columns in choices], size)
    if len(content.rows) - made.rows + content.beyond:
        made = rows.page(listed, [_shorter(columns, 34) for columns in choices], size)
        beyond = len(content.rows) - made.rows + content.beyond
        on = content.words["over" if paged and made.rows < len(content.rows) else "more"]
        left, _top, right, bottom = min(choices[0])
        words, big = on.format(n=beyond), max(15.0, made.grade.name * 0.9)
        big = min(big, (right - left) / fonts.width(words, True))
        sheet.text(left, bottom - 11, words, big, ink.colour("accent"), bold=True)
    rows.draw(sheet, content, made)
    return made.rows


def _shorter(columns: rows.Columns, by: float) -> rows.Columns:
    return tuple((left, top, right, bottom - by) for left, top, right, bottom in columns)


def _nothing(sheet: Sheet, content: Content, box: Box) -> None:
    """What stands where the list would, when there is no place."""
    left, top, right, _bottom = box
    size = 24.0 if right - left > 250 else 18.0
    y = top + size * 0.7
    for line in fonts.lines(content.words["none"], (right - left) / size, 6):
        y += size * 1.4
        sheet.text(left, y, line, size, ink.colour("ink"))


def _broad(content: Content, size: Size, paged: bool, labels: bool) -> Composed:
    """Heading and list at the left, map at the right, the foot across."""
    margin, small, side = 36.0, 12.0, 112.0
    sheet = _sheet(size, size.height)
    right, bottom = size.width - margin, size.height - margin * 0.8
    foot = parts.foot_height(content, right - margin, small, side)
    split = right - size.chart[0] - 34 if content.ground else right
    heading = parts.headed(content, (split if content.ground else right - 154) - margin, 40, 2)
    parts.heading(sheet, margin, margin * 0.8, content, heading)
    y = margin * 0.8 + heading.height
    if not content.ground:
        parts.flock(sheet, right, margin * 0.9, 138)
        y = parts.legend(sheet, (margin, y + 4, right, 0), content)
    choices = _choices(size if content.ground else _alone(size), (margin, y + 8, split, bottom - foot), None)
    made = _listed(sheet, content, size, choices, paged)
    if content.ground:
        top = margin * 0.8 + 22
        box = (right - size.chart[0], top, right, top + size.chart[1])
        chart.draw(sheet, box, content, labels, made if not paged else len(content.rows))
        parts.legend(sheet, (box[0], box[3] + 8, right, 0), content, 12)
    parts.foot(sheet, (margin, bottom - foot, right, bottom), content, small, side)
    return sheet, made


def _alone(size: Size) -> Size:
    """The size for a list without a map beside it: twice the columns."""
    return replace(size, columns=(2 * size.columns[0], 2 * size.columns[1]))


def _square(content: Content, size: Size, paged: bool, labels: bool) -> Composed:
    """Heading across, map at the left with the first of the list beside it, the foot across."""
    margin, small, side = 34.0, 11.0, 96.0
    sheet = _sheet(size, size.height)
    right, bottom = size.width - margin, size.height - margin * 0.8
    heading = parts.headed(content, right - margin - 128, 40, 2)
    parts.heading(sheet, margin, margin * 0.8, content, heading)
    parts.flock(sheet, right, margin * 0.9, 112)
    top = margin * 0.8 + heading.height + (22 if content.ground else 0)
    foot = bottom - parts.foot_height(content, right - margin, small, side)
    left = margin + size.chart[0] + 26 if content.ground else margin
    if not content.ground:
        top = parts.legend(sheet, (margin, top, right, 0), content, 12)
    choices = _choices(size if content.ground else _alone(size), (left, top, right, foot), None)
    made = _listed(sheet, content, size, choices, paged)
    if content.ground:
        below = foot - _legend_height(content, size.chart[0], 11) - 8
        box = (margin + EDGE, top, margin + size.chart[0], min(top + size.chart[1], below))
        chart.draw(sheet, box, content, labels, made)
        parts.legend(sheet, (box[0] - EDGE, box[3] + 8, box[2], 0), content, 11)
    parts.foot(sheet, (margin, foot, right, bottom), content, small, side)
    return sheet, made


def _strip(content: Content, size: Size, paged: bool, labels: bool) -> Composed:
    """A wide, low picture: words and code at the left, map or the first of the list at the right."""
    margin, side = 32.0, 122.0
    sheet = _sheet(size, size.height)
    right, bottom = size.width - margin, size.height - 26.0
    wide = size.chart[0]
    split = right - wide - 34
    heading = parts.headed(content, split - margin, 46, 3)
    parts.heading(sheet, margin, 26, content, heading)
    _imprint(sheet, content, margin, bottom - 2, split - margin - side - 14)
    parts.qr(sheet, split - side, bottom - side, side, content.url, coarse=True)
    if content.ground:
        chart.draw(sheet, (right - wide, bottom - size.chart[1], right, bottom - EDGE), content, labels, 0)
        return sheet, 0
    box = (right - wide, 28, right, bottom)
    if not content.rows:
        _nothing(sheet, content, box)
        return sheet, 0
    whole = (
        [replace(row, phone=f"{content.area_code}-{row.phone}") for row in content.rows]
        if content.area_code
        else content.rows
    )
    made = rows.page(whole, [(box,)], size)
    rows.draw(sheet, content, made)
    return sheet, made.rows


def _imprint(sheet: Sheet, content: Content, left: float, bottom: float, room: float) -> None:
    """What the code leads to, sources, day and badge at the lower left of a strip; nothing of them is ever cut."""
    sources = fonts.lines(parts.said(content, [content.sample, content.sources]), room / 11, 6)
    y = bottom - 36 - 15 * len(sources) - 6
    said = content.scan[0]
    sheet.text(left, y, said, min(20, room / fonts.width(said, True)), ink.colour("accent"), bold=True)
    y += 6
    for line in sources:
        y += 15
        sheet.text(left, y, line, 11, ink.colour("ink-soft"))
    sheet.text(left, bottom - 18, content.printed, 12, ink.colour("ink"))
    size = min(12.0, room / fonts.width(content.approval, True))
    sheet.text(left, bottom, content.approval, size, ink.colour("ink"), bold=True)


def _further(content: Content, size: Size, left: Sequence[Row], number: int) -> Composed:
    """A further page of the list, with its own badge."""
    sheet = _sheet(size, size.height)
    margin = MARGIN
    right, bottom = size.width - margin, size.height - margin
    sheet.text(margin, margin + 8, content.title, 20, ink.colour("ink"), bold=True)
    sheet.lines([[(margin, margin + 20), (right, margin + 20)]], ink.colour("ink"), 2.5)
    box = (margin, margin + 26, right, bottom - 30)
    choices = _choices(_alone(size) if size.form == "broad" else size, box, None)
    made = rows.page(rows.items(content, left), choices, size)
    rows.draw(sheet, content, made)
    sheet.text(margin, bottom, content.approval, 13, ink.colour("ink"), bold=True)
    words = f"{content.printed}  {number}"
    sheet.text(right, bottom, words, 13, ink.colour("ink-soft"), align="right")
    return sheet, made.rows


FORMS: dict[str, Callable[[Content, Size, bool, bool], Composed]] = {
    "upright": _upright,
    "broad": _broad,
    "square": _square,
    "strip": _strip,
}
