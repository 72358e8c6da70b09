"""The list of a poster: rows as large as there is room for, in columns, under the names of their counties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from geo import fonts
from geo.drawing import Sheet
from webapp.posters import chart_marks, ink
from webapp.posters.content import Content, Row
from webapp.posters.sizes import Size

Box = tuple[float, float, float, float]
Columns = tuple[Box, ...]
"""The columns of a list on the sheet, in the order in which they are filled."""
Item = Row | str
"""A row, or the heading of a county's rows."""
GUTTER = 30.0
MOST_STRETCH = 1.3
LONGEST_COLUMN = 4500.0
"""Units, two pixels each on the phone's long picture."""
LEAST_FAR = 23.0
"""Units of 24 points on A3: what matters is not written smaller there."""
EMPTY = 110.0
"""Height of a long picture's list without a place: what is said instead."""
LONGEST_NAME = 9.0
"""Characters (ems) that a name may have and still be shown whole everywhere; look.md. A longer one is cut
only where there is no room for it."""


@dataclass(frozen=True)
class Grade:
    """How large rows are: their height, the sizes of name, second line (0: none), phone and mark.

    Stacked rows have the phone below the name instead of beside it.
    """

    height: float
    name: float
    second: float
    phone: float
    mark: float
    stacked: bool = False

    @property
    def heading(self) -> float:
        """Height of a county's heading."""
        return max(self.name * 1.6, 22.0)


GRADES = (
    Grade(140, 40, 22, 40, 1.9, stacked=True),
    Grade(104, 30, 18, 30, 1.5, stacked=True),
    Grade(80, 26, 16, 26, 1.3, stacked=True),
    Grade(55, 23, 14, 23, 1.15, stacked=True),
    Grade(36, 23, 0, 23, 1.0),
    Grade(78, 21, 15, 22, 1.2),
    Grade(56, 19, 14, 20, 1.05),
    Grade(49, 19, 13, 19, 1.0, stacked=True),
    Grade(41, 17, 12, 17, 0.85),
    Grade(40, 16, 12, 16, 0.85, stacked=True),
    Grade(29, 15, 0, 15, 0.72),
    Grade(21.5, 13, 0, 13, 0.58),
)
"""From the largest rows to the smallest; each size uses some of them (`Size.grades`)."""


@dataclass(frozen=True)
class Page:
    """What one page lists: its grade, its columns, and what stands in each."""

    grade: Grade
    filled: tuple[tuple[Item, ...], ...]
    columns: Columns

    @property
    def rows(self) -> int:
        """How many places it lists."""
        return sum(map(_counted, self.filled))


def items(content: Content, rows: Sequence[Row]) -> list[Item]:
    """The rows, with a heading before each county's where the list is put by county."""
    found: list[Item] = []
    for number, row in enumerate(rows):
        if content.grouped and (number == 0 or rows[number - 1].county_code != row.county_code):
            found.append(row.county)
        found.append(row)
    return found


def split(box: Box, columns: int) -> Columns:
    """So many columns in a box of the sheet."""
    left, top, right, bottom = box
    wide = (right - left - GUTTER * (columns - 1)) / columns
    lefts = [left + number * (wide + GUTTER) for number in range(columns)]
    return tuple((x, top, x + wide, bottom) for x in lefts)


def page(listed: Sequence[Item], choices: Sequence[Columns], size: Size) -> Page:
    """As many of the items as go into the columns: in the largest rows that take them all, else as many as can be read.

    `choices` are the ways to divide the room, the usual one first.
    """
    best: Page | None = None
    for grade in (GRADES[number] for number in size.grades):
        for columns in choices:
            if not _names_fit(listed, min(right - left for left, _top, right, _bottom in columns), grade):
                continue
            made = Page(grade, _flow(listed, columns, grade), columns)
            if made.rows == _counted(listed):
                return _stretched(replace(made, filled=_even(listed, columns, grade)))
            if best is None or (-grade.name, made.rows) > (-best.grade.name, best.rows):
                best = made
    if best is None:  # not even the narrowest names: then they are cut
        grade = GRADES[size.grades[-1]]
        best = Page(grade, _flow(listed, choices[0], grade), choices[0])
    return _stretched(best)


def _counted(listed: Sequence[Item]) -> int:
    return sum(isinstance(item, Row) for item in listed)


def _names_fit(listed: Sequence[Item], width: float, grade: Grade) -> bool:
    """Whether the names, as far as they have to be shown whole, fit beside their phones."""
    for item in listed:
        if isinstance(item, Row):
            name = min(fonts.width(item.name, True), LONGEST_NAME) * grade.name
            if name > width - _taken(item, grade) + 1e-6:
                return False
    return True


def _taken(row: Row, grade: Grade) -> float:
    """Width of a row's mark and of a phone beside the name, with the gaps."""
    return 28 * grade.mark + 12 + (0 if grade.stacked else 12 + fonts.width(row.phone, True) * grade.phone)


def _stretched(made: Page) -> Page:
    """The same page with rows a little higher where there is room left."""
    factor = MOST_STRETCH
    for column, (_left, top, _right, bottom) in zip(made.filled, made.columns, strict=False):
        rows = _counted(column) * made.grade.height
        headings = height_of(column, made.grade) - rows
        factor = min(factor, (bottom - top - headings) / rows) if rows else factor
    return replace(made, grade=replace(made.grade, height=made.grade.height * max(1.0, factor)))


def _even(listed: Sequence[Item], columns: Columns, grade: Grade) -> tuple[tuple[Item, ...], ...]:
    """The least height of columns side by side that still takes everything, so that they end alike."""
    if len({top for _left, top, _right, _bottom in columns}) > 1:
        return _flow(listed, columns, grade)
    heights = [bottom - top for _left, top, _right, bottom in columns]
    low = sum(_high(item, grade) for item in listed) / len(columns)
    while len(columns) > 1 and low < max(heights):
        lower = tuple((left, top, right, min(top + low, bottom)) for left, top, right, bottom in columns)
        filled = _flow(listed, lower, grade)
        if sum(map(_counted, filled)) == _counted(listed):
            return filled
        low += grade.heading / 2
    return _flow(listed, columns, grade)


def _high(item: Item, grade: Grade) -> float:
    return grade.height if isinstance(item, Row) else grade.heading


def _flow(listed: Sequence[Item], columns: Columns, grade: Grade) -> tuple[tuple[Item, ...], ...]:
    """Column after column; no heading stands last in one, and one that is cut stands again above the next."""
    heights = [bottom - top for _left, top, _right, bottom in columns]
    filled: list[list[Item]] = [[]]
    group = ""
    for number, item in enumerate(listed):
        group = group if isinstance(item, Row) else item
        more = grade.height if not isinstance(item, Row) and number + 1 < len(listed) else 0.0
        need = _high(item, grade) + more
        while height_of(filled[-1], grade) + need > heights[len(filled) - 1] + 1e-6:
            if len(filled) == len(columns):
                return tuple(tuple(column) for column in filled)
            filled.append([group] if group and isinstance(item, Row) else [])
        filled[-1].append(item)
    return tuple(tuple(column) for column in filled)


def height_of(listed: Sequence[Item], grade: Grade) -> float:
    """Height of one column with all the items."""
    return sum(_high(item, grade) for item in listed)


def long(listed: Sequence[Item], size: Size) -> float:
    """How high a long picture's one column is: large rows as long as the picture is not too high to open."""
    if not listed:
        return EMPTY
    heights = [height_of(listed, GRADES[number]) for number in size.grades]
    return next((height for height in heights if height <= LONGEST_COLUMN), heights[-1])


def draw(sheet: Sheet, content: Content, made: Page) -> None:
    """The page's columns onto the sheet."""
    for column, (left, top, right, _bottom) in zip(made.filled, made.columns, strict=False):
        if not _counted(column):  # a heading that found no room for a row below it
            continue
        y = top
        for item, last in _ended(column):
            box = (left, y, right, y + _high(item, made.grade))
            y = box[3]
            if not isinstance(item, Row):
                _heading(sheet, left, box[1], right - left, item, made.grade)
                continue
            _row(sheet, box, content, item, made.grade)
            if not last:
                sheet.lines([[(left, y), (right, y)]], ink.colour("line"), 1)


def _ended(column: Sequence[Item]) -> Iterator[tuple[Item, bool]]:
    for number, item in enumerate(column):
        yield item, number + 1 == len(column)


def _heading(sheet: Sheet, x: float, y: float, wide: float, words: str, grade: Grade) -> None:
    size = min(max(13.0, grade.name * 0.85), wide / max(fonts.width(words, True), 1))
    base = y + grade.heading - 6
    sheet.text(x, base, words, size, ink.colour("ink"), bold=True)
    sheet.lines([[(x, y + grade.heading), (x + wide, y + grade.heading)]], ink.colour("ink"), 1.4)


def _row(sheet: Sheet, box: Box, content: Content, row: Row, grade: Grade) -> None:
    left, top, right, bottom = box
    middle = (top + bottom) / 2
    half = 14 * grade.mark
    chart_marks.mark(sheet, row, left + half + 1, middle, grade.mark, str(row.number))
    x = left + 2 * half + 12
    if grade.stacked:
        _stacked(sheet, (x, top, right, bottom), content, row, grade)
        return
    sheet.text(right, middle + 0.36 * grade.phone, row.phone, grade.phone, ink.colour("ink"), bold=True, align="right")
    lines = _names(content, row, grade, right - left - _taken(row, grade))
    high = [size * 1.25 for _text, size, _bold, _colour in lines]
    y = middle - sum(high) / 2
    for (text, size, bold, colour), line in zip(lines, high, strict=True):
        sheet.text(x, y + line / 2 + 0.36 * size, text, size, ink.colour(colour), bold=bold)
        y += line


def _stacked(sheet: Sheet, box: Box, content: Content, row: Row, grade: Grade) -> None:
    """The name above, below it the phone and at the right, where it fits, place and money."""
    left, top, right, bottom = box
    middle, room = (top + bottom) / 2, right - left
    least = min(grade.name, max(grade.name * 0.8, LEAST_FAR)) if content.lang == "zh" else grade.name * 0.62
    size = max(least, min(grade.name, room / max(fonts.width(row.name, True), 1)))
    sheet.text(
        left, middle - 0.14 * grade.name, fonts.cut(row.name, room / size, True), size, ink.colour("ink"), bold=True
    )
    base = middle + 0.98 * grade.phone
    room -= sheet.text(left, base, row.phone, grade.phone, ink.colour("ink"), bold=True) + 14
    for second in (" ".join(part for part in (row.where, row.money) if part), row.money or row.where):
        if fonts.width(second) * grade.second <= room:
            sheet.text(right, base, second, grade.second, ink.colour("ink-soft"), align="right")
            return


def _names(content: Content, row: Row, grade: Grade, room: float) -> list[tuple[str, float, bool, str]]:
    """The row's lines: text, size, bold, colour. English names are long: smaller, on two lines where there are two."""
    size = grade.name
    if content.lang == "zh":
        names = [(fonts.cut(row.name, room / size, True), size, True, "ink")]
    else:
        size *= 0.8
        most = 2 if grade.height >= 50 else 1
        names = [(line, size, True, "ink") for line in fonts.lines(row.name, room / size, most, True)]
    if not grade.second or (content.lang != "zh" and grade.height < 36):
        return names
    second = " ".join(part for part in (row.where, row.money) if part)
    if fonts.width(second) * grade.second > room:
        second = row.money or row.where
    return [*names, (fonts.cut(second, room / grade.second), grade.second, False, "ink-soft")]
