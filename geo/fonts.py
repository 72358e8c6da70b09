"""The typeface of drawn pictures: where it is, how wide its characters run, and a small copy of it for a PDF."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from geo.errors import MissingFont

FAMILY = "Noto Sans CJK SC"
CLOSING, OPENING = "，。；：、！？）”’·…,.;:%)", "（“‘("
"""What no line begins with; what none ends with."""
INSTEAD = "'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
"""What readers without the typeface may take instead of it."""
FILES = {False: "NotoSansCJK-Regular.ttc", True: "NotoSansCJK-Bold.ttc"}
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
UNKNOWN = "〓"
"""Stands for a character that the typeface does not have (the printers' geta mark)."""
BORN = 3_600_000_000
"""Seconds since 1904 that a small copy says it was made at: the same ones always."""
ERROR = 1.0
"""How far, in thousandths of an em, a quadratic outline may leave the cubic one."""


@cache
def face(bold: bool) -> Any:
    """matplotlib's path of the face, its number in the collection included; MissingFont when there is none.

    The list of fonts that matplotlib keeps may be older than the font: then its files are looked for.
    """
    from matplotlib import font_manager

    wanted = font_manager.FontProperties(family=FAMILY, weight="bold" if bold else "normal")
    try:
        return font_manager.findfont(wanted, fallback_to_default=False)
    except ValueError:
        for path in (found for folder in FOLDERS for found in sorted(folder.rglob(FILES[bold]))):
            font_manager.fontManager.addfont(str(path))
    try:
        return font_manager.findfont(wanted, fallback_to_default=False, rebuild_if_missing=False)
    except ValueError:
        raise MissingFont(f"the font {FAMILY} is missing: apt-get install fonts-noto-cjk") from None


@cache
def _font(bold: bool) -> Any:
    from matplotlib import font_manager

    return font_manager.get_font(face(bold))


@cache
def _characters(bold: bool) -> frozenset[int]:
    return frozenset(_font(bold).get_charmap())


@cache
def _advance(character: str, bold: bool) -> float:
    """Width of a character in ems."""
    from matplotlib.ft2font import LoadFlags

    font = _font(bold)
    return float(font.load_char(ord(character), flags=LoadFlags.NO_SCALE).horiAdvance) / float(font.units_per_EM)


def writable(text: str, bold: bool = False) -> str:
    """The text with a mark for every character that the typeface does not have, and no line breaks."""
    known = _characters(bold)
    plain = " ".join(text.split())
    return plain if all(ord(c) in known for c in plain) else "".join(c if ord(c) in known else UNKNOWN for c in plain)


def width(text: str, bold: bool = False) -> float:
    """Width of a line in ems, without kerning."""
    return sum(_advance(character, bold) for character in writable(text, bold))


def cut(text: str, ems: float, bold: bool = False) -> str:
    """The text, shortened with … where it is wider than so many ems."""
    if width(text, bold) <= ems:
        return text
    while text and width(text.rstrip() + "…", bold) > ems:
        text = text[:-1]
    return text.rstrip() + "…"


def lines(text: str, ems: float, most: int, bold: bool = False) -> list[str]:
    """The text broken into at most so many lines, the last one shortened; no line begins with punctuation."""
    found: list[str] = []
    rest = text.strip()
    while rest and len(found) < most - 1 and width(rest, bold) > ems:
        end = _break(rest, ems, bold)
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*found, cut(rest, ems, bold)] if rest else found


def _break(text: str, ems: float, bold: bool) -> int:
    """Where to break: after as much as fits, not inside a Latin word, before closing or after opening punctuation."""
    end, taken = 0, 0.0
    while end < len(text) and taken + _advance(writable(text[end], bold) or " ", bold) <= ems:
        taken += _advance(writable(text[end], bold) or " ", bold)
        end += 1
    best = max(end, 1)
    while (
        best > 1
        and best < len(text)
        and (_inside_word(text, best) or text[best] in CLOSING or text[best - 1] in OPENING)
    ):
        best -= 1
    return best if best > 1 else max(end, 1)


def _breakable(text: str, at: int) -> bool:
    return not (_inside_word(text, at) or text[at] in CLOSING or text[at - 1] in OPENING)


def _inside_word(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    return all(c.isascii() and not c.isspace() for c in (before, after))


def truetype(texts: Iterable[str], bold: bool, folder: Path) -> Path:
    """A TrueType font file in `folder` with just the characters of the texts.

    The typeface's own outlines are cubic (CFF). matplotlib would embed those under the name of TrueType,
    which strict readers of PDF refuse (ISO 32000-1, 9.9); so they are made quadratic first.
    """
    from fontTools.fontBuilder import FontBuilder

    source, names, glyphs = _source(bold)
    used = sorted({ord(c) for text in texts for c in text} & set(names))
    order = [".notdef", *dict.fromkeys(names[code] for code in used)]
    made = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    made.setupGlyphOrder(order)
    made.setupCharacterMap({code: names[code] for code in used})
    made.setupGlyf({name: _quadratic(bold, name) for name in order})
    # the left bearing has to be the outline's own: readers move the outline by the difference, as 「（」 shows at once
    shapes = made.font["glyf"]
    made.setupHorizontalMetrics({name: (glyphs[name].width, getattr(shapes[name], "xMin", 0)) for name in order})
    made.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
    style = "Bold" if bold else "Regular"
    made.setupNameTable({"familyName": FAMILY, "styleName": style, "psName": f"NotoSansCJKsc-{style}"})
    made.setupOS2(sTypoAscender=source["hhea"].ascent, usWeightClass=700 if bold else 400)
    made.setupPost()
    made.font["head"].created = made.font["head"].modified = BORN
    target = folder / f"{style}.ttf"
    made.font.recalcTimestamp = False
    made.save(target)
    return target


def packed(face: Path) -> str:
    """A font file as WOFF2 in base64, the same one always."""
    from fontTools.ttLib import TTFont

    font, made = TTFont(face, recalcTimestamp=False), io.BytesIO()
    font.flavor = "woff2"
    font.save(made)
    return base64.b64encode(made.getvalue()).decode()


@cache
def _source(bold: bool) -> tuple[Any, dict[int, str], Any]:
    """The face's tables, its glyphs' names by character, its glyphs; read once by a process."""
    from fontTools.ttLib import TTFont

    path = face(bold)
    read = TTFont(io.BytesIO(Path(path).read_bytes()), fontNumber=getattr(path, "face_index", 0), lazy=True)
    return read, read.getBestCmap(), read.getGlyphSet()


@lru_cache(maxsize=20_000)
def _quadratic(bold: bool, name: str) -> Any:
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    _source(bold)[2][name].draw(Cu2QuPen(pen, ERROR, reverse_direction=True))
    return pen.glyph()
