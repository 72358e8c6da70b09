"""The list of a poster: rows as large as there is room for, in columns, under the names of their counties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from geo import fonts
from geo.drawing import Sheet
from webapp.posters import chart_marks, ink
from webapp.posters.content import Content, Row

Box = tuple[float, float, float, float]
Item = Row | str
"""A row, or the heading of a county's rows."""
GUTTER = 30.0
MOST_STRETCH = 1.3
LONGEST_COLUMN = 4500.0
"""Units, two pixels each on the phone's long picture."""
LONGEST_NAME = 9.0
"""Characters (ems) of a name; look.md."""


@dataclass(frozen=True)
class Grade:
    """How large rows are: their height, the sizes of name, second line (0: none), phone and mark."""

    height: float
    name: float
    second: float
    phone: float
    mark: float

    @property
    def heading(self) -> float:
        """Height of a county's heading."""
        return max(self.height * 0.72, 22.0)


GRADES = (
    Grade(78, 21, 15, 22, 1.2),
    Grade(56, 19, 14, 20, 1.05),
    Grade(41, 17, 12, 17, 0.85),
    Grade(29, 15, 0, 15, 0.72),
    Grade(21.5, 13, 0, 13, 0.58),
)


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
    """What one page lists: its grade and its columns."""

    grade: Grade
    columns: tuple[tuple[Item, ...], ...]

    @property
    def rows(self) -> int:
        """How many places it lists."""
        return sum(isinstance(item, Row) for column in self.columns for item in column)


def items(content: Content, rows: Sequence[Row]) -> list[Item]:
    """The rows, with a heading before each county's where the list is put by county."""
    found: list[Item] = []
    for number, row in enumerate(rows):
        if content.grouped and (number == 0 or rows[number - 1].county_code != row.county_code):
            found.append(row.county)
        found.append(row)
    return found


def page(listed: Sequence[Item], room: Room, finest: int) -> Page:
    """As many of the items as go into the room, in the largest rows that take them all and their names whole."""
    height, columns = room.height, room.columns
    for grade in GRADES[:finest]:
        if not _names_fit(listed, room.width, grade):
            continue
        filled = _flow(listed, height, columns, grade)
        if sum(map(len, filled)) >= len(listed):
            return _stretched(Page(grade, filled if columns == 1 else _even(listed, height, columns, grade)), height)
    last = Page(GRADES[finest], _flow(listed, height, columns, GRADES[finest]))
    return _stretched(last, height)


def _names_fit(listed: Sequence[Item], width: float, grade: Grade) -> bool:
    """Whether the names, as far as they are shown at all, fit beside their phones."""
    for item in listed:
        if isinstance(item, Row):
            name = min(fonts.width(item.name, True), LONGEST_NAME) * grade.name
            if name > width - _taken(item, grade) + 1e-6:
                return False
    return True


def _taken(row: Row, grade: Grade) -> float:
    """Width of a row's mark and phone, with the gaps."""
    return 28 * grade.mark + 24 + fonts.width(row.phone, True) * grade.phone


def _stretched(made: Page, height: float) -> Page:
    """The same page with rows a little higher where there is room left."""
    used = max((height_of(column, made.grade) for column in made.columns), default=height)
    factor = min(MOST_STRETCH, height / used) if used else 1.0
    return Page(replace(made.grade, height=made.grade.height * factor), made.columns)


def _even(listed: Sequence[Item], height: float, columns: int, grade: Grade) -> tuple[tuple[Item, ...], ...]:
    """The least height of columns that still takes everything, so that they end alike."""
    low = sum(_high(item, grade) for item in listed) / columns
    while low < height:
        filled = _flow(listed, low, columns, grade)
        if sum(map(len, filled)) >= len(listed):
            return filled
        low += grade.heading / 2
    return _flow(listed, height, columns, grade)


def _high(item: Item, grade: Grade) -> float:
    return grade.height if isinstance(item, Row) else grade.heading


def _flow(listed: Sequence[Item], height: float, columns: int, grade: Grade) -> tuple[tuple[Item, ...], ...]:
    """Column after column; no heading stands last in one."""
    filled: list[list[Item]] = [[]]
    left = height
    for number, item in enumerate(listed):
        need = _high(item, grade)
        if not isinstance(item, Row) and number + 1 < len(listed):
            need += grade.height
        if need > left + 1e-6:
            if len(filled) == columns:
                break
            filled.append([])
            left = height
        filled[-1].append(item)
        left -= _high(item, grade)
    return tuple(tuple(column) for column in filled)


def height_of(listed: Sequence[Item], grade: Grade) -> float:
    """Height of one column with all the items."""
    return sum(_high(item, grade) for item in listed)


def long(listed: Sequence[Item], finest: int) -> float:
    """How high a long picture's one column is: large rows as long as the picture is not too high to open."""
    heights = [height_of(listed, grade) for grade in GRADES[1 : finest + 1]]
    return next((height for height in heights if height <= LONGEST_COLUMN), heights[-1])


def draw(sheet: Sheet, box: Box, content: Content, made: Page, columns: int) -> None:
    """The page's columns into a box of the sheet."""
    left, top, _right, _bottom = box
    wide = Room.of(box, columns).width
    for number, column in enumerate(made.columns):
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
    sheet.text(right, middle + 0.36 * grade.phone, row.phone, grade.phone, ink.colour("ink"), bold=True, align="right")
    x = left + 2 * half + 12
    room = right - left - _taken(row, grade)
    lines = _names(content, row, grade, room)
    high = [size * 1.25 for _text, size, _bold, _colour in lines]
    y = middle - sum(high) / 2
    for (text, size, bold, colour), line in zip(lines, high, strict=True):
        sheet.text(x, y + line / 2 + 0.36 * size, text, size, ink.colour(colour), bold=bold)
        y += line


def _names(content: Content, row: Row, grade: Grade, room: float) -> list[tuple[str, float, bool, str]]:
    """The row's lines: text, size, bold, colour. English names are long: smaller, on two lines where there are two."""
    size = grade.name
    if content.lang == "zh":
        name = fonts.cut(row.name, min(LONGEST_NAME, room / size), True)
        names = [(name, size, True, "ink")]
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
