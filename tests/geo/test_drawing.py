"""Drawing: the same drawing gives the same bytes, a PDF's text stays text in fonts that it carries, nothing overlaps."""

from __future__ import annotations

import base64
import datetime as dt
import io
import re
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest
import shapely
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from geo import drawing, fonts, graticule, placing
from geo.drawing import Sheet

DAY = dt.date(2026, 11, 24)
WORDS = "回犍为县，先看这 7 样"


def sheet() -> Sheet:
    """A sheet with everything on it once."""
    made = Sheet(200, 100, 100, "#fbf8f3")
    made.clip((0, 0, 100, 100))
    made.frame([shapely.Point(50, 50).buffer(30)], fill="#f6f2ea", edge="#b3421a", width=1, dash=(3, 2))
    made.lines([[(0, 0), (200, 100)]], "#1d2b36", 1)
    made.clip(None)
    made.marks([(drawing.drawn("M0 -14.5 13 -4.8 V12.5 H-13 V-4.8 Z"), 120, 50, 1.0)], fill="#b3421a")
    made.text(10, 20, WORDS, 10, "#1d2b36", bold=True)
    made.text(10, 40, "电话 0833-000 0012 $x_1$", 8, "#1d2b36", halo="#ffffff")
    return made


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_the_same_drawing_gives_the_same_bytes(kind: str) -> None:
    first, second = (drawing.save([sheet()], kind, 800, "海报", DAY) for _ in range(2))
    assert first == second


def test_a_png_is_as_wide_as_asked() -> None:
    image = Image.open(io.BytesIO(drawing.save([sheet()], "png", 800, "海报")))
    assert image.size == (800, 400)
    assert "Software" not in image.text


def test_text_of_a_pdf_can_be_selected_and_its_fonts_are_truetype() -> None:
    made = drawing.save([sheet(), sheet()], "pdf", 0, "海报", DAY)
    document = pypdfium2.PdfDocument(made)
    assert len(document) == 2
    text = document[0].get_textpage().get_text_range()
    assert WORDS in text
    assert "0833-000 0012 $x_1$" in text, "a dollar sign is no mathematics"
    assert document.get_metadata_dict()["Title"] == "海报"
    assert "20261124" in document.get_metadata_dict()["CreationDate"]
    streams = [
        zlib.decompressobj().decompress(made[found.end() :])
        for found in re.finditer(rb"<<[^>]*/Length1 \d+[^>]*>>\s*stream\r?\n", made)
    ]
    assert streams
    assert all(stream[:4] == b"\0\1\0\0" for stream in streams), "TrueType outlines under the name of TrueType"
    assert len(re.findall(rb"/FontFile2 \d+", made)) == len(re.findall(rb"/Type /FontDescriptor", made))


def test_text_of_an_svg_can_be_selected_and_its_fonts_are_in_it() -> None:
    made = drawing.save([sheet()], "svg", 0, "海报", DAY).decode()
    tree = ElementTree.fromstring(made)
    assert [text.text for text in tree.iter("{http://www.w3.org/2000/svg}text")] == [WORDS, "电话 0833-000 0012 $x_1$"]
    carried = [TTFont(io.BytesIO(base64.b64decode(found))) for found in re.findall(r"woff2;base64,([^)]+)\)", made)]
    assert [font["OS/2"].usWeightClass for font in carried] == [400, 700]
    assert set(map(ord, WORDS)) <= set(carried[1].getBestCmap())
    assert "'Noto Sans CJK SC', 'Source Han Sans SC'" in made, "for programs that read no fonts from a file"
    assert not re.findall(r'(?:href|src)="(?!#)', made)
    assert not re.findall(r"url\((?!#|data:)", made)
    assert "2026-11-24" in made


def test_the_small_font_puts_outlines_where_the_typeface_has_them(tmp_path: Path) -> None:
    small = TTFont(fonts.truetype(["（，·人"], False, tmp_path))
    bearings = {name: bearing for name, (_width, bearing) in small["hmtx"].metrics.items()}
    assert bearings == {name: getattr(small["glyf"][name], "xMin", 0) for name in small.getGlyphOrder()}
    assert max(bearings.values()) > 500, "an opening bracket stands at the right of its square"


def test_a_character_that_the_typeface_does_not_have_is_marked() -> None:
    assert fonts.writable("茶叶😀\n加工") == "茶叶〓 加工"


def test_chinese_characters_are_an_em_wide_and_lines_break_where_they_may() -> None:
    assert fonts.width("返乡创业") == pytest.approx(4)
    assert fonts.cut("返乡创业综合服务中心", 5) == "返乡创业…"
    assert fonts.lines("返乡人，创业", 3, 3) == ["返乡", "人，创", "业"]
    assert fonts.lines("Guesthouse in old houses", 8, 3)[0] == "Guesthouse in"


@given(st.text(max_size=40), st.floats(1.5, 30), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_lines_never_grow_beyond_their_room_or_number(text: str, ems: float, most: int) -> None:
    found = fonts.lines(text, ems, most)
    assert len(found) <= most
    assert all(fonts.width(line) <= max(ems, 1.0) + 0.01 or len(line) <= 1 for line in found)


spots = st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200)), min_size=1, max_size=60)


@given(spots, st.floats(4, 20))
@settings(max_examples=60, deadline=None)
def test_what_is_placed_never_overlaps_and_stays_inside(points: list[tuple[float, float]], side: float) -> None:
    room = placing.Room((0, 0, 300, 200))
    boxes = [room.first(placing.around(x, y, side, side, 400, side / 3)) for x, y in points]
    found = [shapely.box(*box) for box in boxes if box]
    assert all(box[0] >= 0 and box[2] <= 300 and box[1] >= 0 and box[3] <= 200 for box in boxes if box)
    for number, one in enumerate(found):
        assert all(one.intersection(other).area < 1e-6 for other in found[:number])


@given(st.floats(73, 134), st.floats(0.02, 30), st.integers(2, 12))
@settings(max_examples=100, deadline=None)
def test_grid_lines_are_few_round_and_inside(low: float, span: float, most: int) -> None:
    lines = graticule.grid(low, low + span, most)
    assert len(lines) <= most + 1
    assert all(low - 1e-6 <= degree <= low + span + 1e-6 for degree, _words in lines)
    assert all(re.fullmatch(r"\d{2,3}°[0-5]\d′", words) for _degree, words in lines)


def test_a_scale_bar_is_as_long_as_it_says() -> None:
    km, long = graticule.bar(0.25, 110)
    assert (km, long) == (20, pytest.approx(80))
