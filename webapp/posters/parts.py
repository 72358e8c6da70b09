"""The parts of a poster around map and list: heading, legend, QR code, foot with badge and sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import shapely

from geo import fonts
from geo.drawing import Sheet
from webapp.posters import ink
from webapp.posters.codes import LONG_ADDRESS, code_of
from webapp.posters.content import Content, Sign

Box = tuple[float, float, float, float]
QUIET = 2
"""Modules of white around a QR code on our paper, which is light itself."""
SCAN = 17.0
"""Size of the words beside a QR code."""
FLOCK = (
    (150, 34, 0.62), (120, 45, 0.57), (120, 25, 0.57), (90, 56, 0.52), (90, 16, 0.52), (60, 67, 0.47), (60, 7, 0.47),
)  # fmt: skip
"""x, y and size of each goose."""


def qr(sheet: Sheet, left: float, top: float, side: float, url: str, coarse: bool = False) -> None:
    """The code as one shape without seams, the goose in its middle unless it is `coarse` (for few pixels)."""
    matrix = code_of(url, coarse).matrix
    module = side / (len(matrix) + 2 * QUIET)
    sheet.box((left, top, left + side, top + side), fill="#ffffff")
    x0, y0 = left + QUIET * module, top + QUIET * module
    dark = [
        shapely.box(x0 + x * module, y0 + y * module, x0 + (x + 1) * module, y0 + (y + 1) * module)
        for y, line in enumerate(matrix)
        for x, set_ in enumerate(line)
        if set_
    ]
    sheet.frame([shapely.union_all(dark)], fill=ink.colour("ink"))
    if len(url) <= LONG_ADDRESS and not coarse:
        middle, half = (left + side / 2, top + side / 2), side * 0.1
        sheet.box((middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half), fill="#ffffff")
        goose(sheet, middle[0] - half * 0.92, middle[1] - half * 0.75, half * 1.84 / 36)


def goose(sheet: Sheet, x: float, y: float, scale: float) -> None:
    """One goose, its box's upper left corner at x, y."""
    body, wing = ink.goose()
    sheet.marks([(body, x, y, scale)], fill=ink.colour("accent"))
    sheet.marks([(wing, x, y, scale)], fill=ink.colour("accent"), alpha=0.55)


def flock(sheet: Sheet, right: float, top: float, wide: float) -> None:
    """Seven geese in flight, as wide as told, ending at the right."""
    scale = wide / 134
    for x, y, size in FLOCK:
        goose(sheet, right - wide + (x - 46) * scale, top + y * scale, size * scale)


@dataclass(frozen=True)
class Heading:
    """The lines of a heading: the title's and their size, the sentence's and theirs."""

    title: tuple[str, ...]
    size: float
    said: tuple[str, ...]
    small: float

    @property
    def height(self) -> float:
        """How high it is."""
        top = self.size * (0.36 + 1.2 * len(self.title) + 0.28)
        return top + self.small * (1.4 * len(self.said) + 0.5)


def headed(content: Content, room: float, size: float, lines: int) -> Heading:
    """The heading in so much room; a title that would leave a word alone on its last line is broken or drawn better."""
    title, size = _titled(content.title, room, size, lines)
    small = max(size * 0.36, 13.0)
    return Heading(title, size, tuple(fonts.lines(content.sentence, room / small, 2)), small)


def _titled(text: str, room: float, size: float, lines: int) -> tuple[tuple[str, ...], float]:
    parts = [part for part in text.replace("，", "，\n").split("\n") if part]
    for factor in (1.0, 0.92, 0.85, 0.78):
        ems = room / (size * factor)
        if fonts.width(text, True) <= ems:
            return (text,), size * factor
        if 1 < len(parts) <= lines and all(fonts.width(part, True) <= ems for part in parts):
            return tuple(parts), size * factor
    return tuple(fonts.lines(text, room / (size * 0.78), lines, True)), size * 0.78


def heading(sheet: Sheet, left: float, top: float, content: Content, made: Heading) -> None:
    """Kicker, title and the question's sentence."""
    y = top + made.size * 0.36
    sheet.text(left, y, content.kicker, made.size * 0.36, ink.colour("ink-soft"))
    for line in made.title:
        y += made.size * 1.2
        sheet.text(left, y, line, made.size, ink.colour("ink"), bold=True)
    y += made.size * 0.28
    for line in made.said:
        y += made.small * 1.4
        sheet.text(left, y, line, made.small, ink.colour("ink-soft"))


def legend(sheet: Sheet, box: Box, content: Content, size: float = 13.0) -> float:
    """The layers with their counts, then what filled, hollow and dashed mean; the y below."""
    left, y, right, _bottom = box
    x = left
    y += size * 0.95
    for sign, style, words in _entries(content):
        wide = size * 1.5 + fonts.width(words) * size
        if x > left and x + wide > right:
            x, y = left, y + size * 1.6
        _sign(sheet, sign, style, x + size * 0.6, y, size * 1.15 / 28)
        sheet.text(x + size * 1.5, y + 0.36 * size, words, size, ink.colour("ink"))
        x += wide + size * 1.1
    return y + size * 0.9


def _entries(content: Content) -> Iterable[tuple[Sign, str, str]]:
    first = content.rows[0].sign if content.rows else None
    for key in content.keys:
        if content.ground is not None or (first and key.sign.color == first.color):
            yield key.sign, "full", f"{key.title} {key.count}"
    if first:
        for style, words in _precisions(content):
            shape = first.shape if first.shape in ink.SHAPES else "circle"  # as its numbered marks are drawn
            yield Sign(first.color, shape, ""), style, words


def _precisions(content: Content) -> Iterable[tuple[str, str]]:
    words = content.words
    if any(row.at and not row.township for row in content.rows):
        yield "full", words["exact"]
    if any(row.township for row in content.rows):
        yield "hollow", words["township"]
    if content.apart:
        yield "dashed", words["county" if content.ground else "county_alone"]


def _sign(sheet: Sheet, sign: Sign, style: str, x: float, y: float, scale: float) -> None:
    colour, paper = ink.colour(sign.color), ink.colour("surface")
    if sign.shape in ("station", "town", "area"):
        _small(sheet, sign.shape, x, y, scale, colour)
        return
    hollow = style != "full"
    fill, edge = (paper, colour) if hollow else (colour, "none")
    dash = (2.2, 1.6) if style == "dashed" else ()
    sheet.marks([(ink.shape(sign.shape), x, y, scale)], fill=fill, edge=edge, width=1.5 if hollow else 0, dash=dash)
    if sign.letter and not hollow:
        down = ink.TEXT_AT.get(sign.shape, 0) * scale
        points = 15 * scale
        sheet.text(x, y + down + 0.36 * points, sign.letter, points, paper, bold=True, align="center")


def _small(sheet: Sheet, shape: str, x: float, y: float, scale: float, colour: str) -> None:
    paper = ink.colour("surface")
    if shape == "area":
        box = shapely.box(x - 15 * scale, y - 10 * scale, x + 15 * scale, y + 10 * scale)
        sheet.frame([box], fill=colour, alpha=0.12)
        sheet.frame([box], edge=colour, width=1.1, dash=(3, 2))
    elif shape == "town":
        sheet.marks([(ink.shape("circle"), x, y, scale * 0.5)], fill=paper, edge=colour, width=1.2)
    else:
        sheet.lines([[(x - 16 * scale, y), (x + 16 * scale, y)]], colour, 1.6)
        sheet.marks([(ink.shape("square"), x, y, scale * 0.6)], fill=paper, edge=colour, width=1.4)


def foot_height(content: Content, wide: float, size: float, side: float) -> float:
    """How high the foot is."""
    room = wide - side - 24
    lines = len(_small_print(content, room, size))
    return max(side + 16, _asked_height(content, room, size) + size * (0.5 + 1.5 * lines))


def _asked_height(content: Content, room: float, size: float) -> float:
    """From the foot's top to the first line of small print: below whom to phone, below the code's words."""
    asked = len(_asking(content, room - _scan_width(content), size))
    return max(8 + size * (1.6 * asked + 4.5), 14 + SCAN * 1.4 * len(content.scan) + size * 2)


def _scan_width(content: Content) -> float:
    return min(SCAN * max((fonts.width(line, True) for line in content.scan), default=0), 170) + 14


def _asking(content: Content, room: float, size: float) -> list[str]:
    return fonts.lines(content.ask[0], room / (size * 1.25), 2)


def _small_print(content: Content, room: float, size: float) -> list[str]:
    links = content.ground is not None and any(line.kind == "rail_link" for line in content.ground.lines)
    all_ = [*content.notes, content.sample, content.words["links"] if links else "", content.sources, content.printed]
    return fonts.lines(said(content, all_), room / size, 14)


def said(content: Content, sentences: Iterable[str]) -> str:
    """Sentences one after the other, as the language writes them."""
    if content.lang == "en":
        return " ".join(sentence for sentence in sentences if sentence)
    return "".join(_stopped(sentence) for sentence in sentences if sentence)


def _stopped(sentence: str) -> str:
    return sentence if sentence.endswith("。") else sentence + "。"


def foot(sheet: Sheet, box: Box, content: Content, size: float, side: float) -> None:
    """Whom to phone, small print, badge at the lower left; QR code with its words beside it at the right."""
    left, top, right, bottom = box
    soft, dark = ink.colour("ink-soft"), ink.colour("ink")
    sheet.lines([[(left, top), (right, top)]], dark, 2.5)
    room = right - left - side - 24
    narrow = room - _scan_width(content)
    y = top + 8
    for line in _asking(content, narrow, size):
        y += size * 1.6
        sheet.text(left, y, line, size * 1.25, dark)
    y += size * 2.6
    sheet.text(left, y, content.ask[1], min(size * 2.5, narrow / fonts.width(content.ask[1], True)), dark, bold=True)
    y = top + _asked_height(content, room, size)
    for line in _small_print(content, room, size):
        sheet.text(left, y, line, size, soft)
        y += size * 1.5
    sheet.text(left, bottom - size * 0.2, content.approval, size, dark, bold=True)
    qr(sheet, right - side, top + 13, side, content.url)
    y = top + 14
    for line in content.scan:
        caption = min(SCAN, 170 / max(fonts.width(line, True), 1))
        y += SCAN * 1.4
        sheet.text(right - side - 12, y, line, caption, dark, bold=True, align="right")
