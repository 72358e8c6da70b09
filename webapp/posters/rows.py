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
Item = Row | str
"""A row, or the heading of a county's rows."""
GUTTER = 30.0
MOST_STRETCH = 1.3
LONGEST_COLUMN = 4500.0
"""Units, two pixels each on the phone's long picture."""
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
        return min(max(self.height * 0.72, 22.0), self.name * 1.9)


GRADES = (
    Grade(104, 30, 18, 30, 1.5, stacked=True),
    Grade(80, 26, 16, 26, 1.3, stacked=True),
    Grade(62, 23, 14, 23, 1.15, stacked=True),
    Grade(36, 23, 0, 23, 1.0),
    Grade(78, 21, 15, 22, 1.2),
    Grade(56, 19, 14, 20, 1.05),
    Grade(41, 17, 12, 17, 0.85),
    Grade(29, 15, 0, 15, 0.72),
    Grade(21.5, 13, 0, 13, 0.58),
)
"""From the largest rows to the smallest; each size uses some of them (`Size.grades`)."""


@dataclass(frozen=True)
class Room:
    """Height and number of the columns, and the width of each."""

    height: float
    columns: int
    width: float

    @classmethod
    def of(cls, box: Box, columns: int) -> Room:
        """The room of a box of the sheet."""
        left, top, right, bottom = box
        return cls(bottom - top, columns, (right - left - GUTTER * (columns - 1)) / columns)


@dataclass(frozen=True)
class Page:
    """What one page lists: its grade, what stands in each column, and for how many columns there is room."""

    grade: Grade
    filled: tuple[tuple[Item, ...], ...]
    columns: int

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


def page(listed: Sequence[Item], box: Box, size: Size) -> Page:
    """As many of the items as go into the box: in the largest rows that take them all, else as many as can be read."""
    usual, most = size.columns
    best: Page | None = None
    for grade in (GRADES[number] for number in size.grades):
        for columns in (usual, *range(usual + 1, most + 1), *range(usual - 1, 0, -1)):
            room = Room.of(box, columns)
            if not _names_fit(listed, room.width, grade):
                continue
            made = Page(grade, _flow(listed, room.height, columns, grade), columns)
            if made.rows == _counted(listed):
                return _stretched(replace(made, filled=_even(listed, room.height, columns, grade)), room.height)
            if best is None or (-grade.name, made.rows) > (-best.grade.name, best.rows):
                best = made
    if best is None:  # not even the narrowest names: then they are cut
        grade, room = GRADES[size.grades[-1]], Room.of(box, usual)
        best = Page(grade, _flow(listed, room.height, usual, grade), usual)
    return _stretched(best, box[3] - box[1])


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


def _stretched(made: Page, height: float) -> Page:
    """The same page with rows a little higher where there is room left."""
    used = max((height_of(column, made.grade) for column in made.filled), default=height)
    factor = min(MOST_STRETCH, height / used) if used else 1.0
    return replace(made, grade=replace(made.grade, height=made.grade.height * factor))


def _even(listed: Sequence[Item], height: float, columns: int, grade: Grade) -> tuple[tuple[Item, ...], ...]:
    """The least height of columns that still takes everything, so that they end alike."""
    low = sum(_high(item, grade) for item in listed) / columns
    while columns > 1 and low < height:
        filled = _flow(listed, low, columns, grade)
        if sum(map(_counted, filled)) == _counted(listed):
            return filled
        low += grade.heading / 2
    return _flow(listed, height, columns, grade)


def _high(item: Item, grade: Grade) -> float:
    return grade.height if isinstance(item, Row) else grade.heading


def _flow(listed: Sequence[Item], height: float, columns: int, grade: Grade) -> tuple[tuple[Item, ...], ...]:
    """Column after column; no heading stands last in one, and one that is cut stands again above the next."""
    filled: list[list[Item]] = [[]]
    left, group = height, ""
    for number, item in enumerate(listed):
        need = _high(item, grade)
        if not isinstance(item, Row):
            group = item
            need += grade.height if number + 1 < len(listed) else 0
        if need > left + 1e-6:
            if len(filled) == columns:
                break
            filled.append([group] if group and isinstance(item, Row) else [])
            left = height - height_of(filled[-1], grade)
        filled[-1].append(item)
        left -= _high(item, grade)
    return tuple(tuple(column) for column in filled)


def height_of(listed: Sequence[Item], grade: Grade) -> float:
    """Height of one column with all the items."""
    return sum(_high(item, grade) for item in listed)


def long(listed: Sequence[Item], size: Size) -> float:
    """How high a long picture's one column is: large rows as long as the picture is not too high to open."""
    heights = [height_of(listed, GRADES[number]) for number in size.grades]
    return next((height for height in heights if height <= LONGEST_COLUMN), heights[-1])


def draw(sheet: Sheet, box: Box, content: Content, made: Page) -> None:
    """The page's columns into a box of the sheet."""
    left, top, _right, _bottom = box
    wide = Room.of(box, made.columns).width
    for number, column in enumerate(made.filled):
        x, y = left + number * (wide + GUTTER), top
        for item, last in _ended(column):
            high = _high(item, made.grade)
            if isinstance(item, Row):
                _row(sheet, (x, y, x + wide, y + high), content, item, made.grade)
                if not last:
                    sheet.lines([[(x, y + high), (x + wide, y + high)]], ink.colour("line"), 1)
            else:
                _heading(sheet, x, y, wide, item, made.grade)
            y += high


def _ended(column: Sequence[Item]) -> Iterator[tuple[Item, bool]]:
    for number, item in enumerate(column):
        yield item, number + 1 == len(column)


def _heading(sheet: Sheet, x: float, y: float, wide: float, words: str, grade: Grade) -> None:
    size = max(13.0, grade.name * 0.85)
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
        _stacked(sheet, (x, top, right, bottom), row, grade)
        return
    sheet.text(right, middle + 0.36 * grade.phone, row.phone, grade.phone, ink.colour("ink"), bold=True, align="right")
    lines = _names(content, row, grade, right - left - _taken(row, grade))
    high = [size * 1.25 for _text, size, _bold, _colour in lines]
    y = middle - sum(high) / 2
    for (text, size, bold, colour), line in zip(lines, high, strict=True):
        sheet.text(x, y + line / 2 + 0.36 * size, text, size, ink.colour(colour), bold=bold)
        y += line


def _stacked(sheet: Sheet, box: Box, row: Row, grade: Grade) -> None:
    """The name above, below it the phone and at the right, where it fits, place and money."""
    left, top, right, bottom = box
    middle, room = (top + bottom) / 2, right - left
    size = max(grade.name * 0.8, min(grade.name, room / max(fonts.width(row.name, True), 1)))
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
