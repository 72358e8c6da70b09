"""Posters: the View's places and nothing private, the code that leads back, one drawing process, no half file."""

from __future__ import annotations

import io
import os
import re
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdfium2
import pytest
import shapely
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from sqlalchemy import Connection

import layers
from geo import drawing
from layers.areas import Areas
from layers.view import View
from tests.places import put, values
from webapp import db, sharing
from webapp.posters import chart, chart_edge, chart_marks, gather, layouts, rows, spool
from webapp.posters.content import Content
from webapp.posters.sizes import SIZES
from webapp.posters.spool import Busy, NotYet, Spool, Undrawable
from webapp.posters.store import Store

VIEWS = [
    [("area", "511123")],
    [("area", "511100")],
    [("area", "411600")],
    [("area", "511123"), ("projects.budget", "..30")],
    [("layers", "parks,services"), ("area", "411600")],
    [("layers", "projects"), ("q", "茶")],
    [("layers", "services")],
    [("layers", "projects"), ("near", "103.95,29.21"), ("radius", "40"), ("sort", "near")],
    [("layers", "transport,towns"), ("area", "511100")],
    [("layers", "projects"), ("area", "110000")],
]


def content(client: FlaskClient, params: list[tuple[str, str]], size: str, kind: str, lang: str = "zh") -> Content:
    """A poster's content, gathered as a request does."""
    with client.application.test_request_context(f"/?lang={lang}"):
        view = View.parse(layers.LAYERS, params, db.areas())
        return gather.content(gather.asked(sharing.of_view(view), size, kind))


def drawn(made: Content, kind: str) -> bytes:
    """The picture of a content."""
    sheets = layouts.compose(made, paged=kind == "pdf")
    return drawing.save(sheets, kind, SIZES[made.size].pixels, made.title, made.day)


def text_of(pdf: bytes) -> str:
    """All text of a PDF."""
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def bare(text: str) -> str:
    """A text without its spaces and line breaks."""
    return re.sub(r"\s", "", text)


def codes_in(image: Image.Image) -> list[str]:
    """What the QR codes of a picture say."""
    return [found.text for found in zxingcpp.read_barcodes(image.convert("RGB"))]


@pytest.mark.parametrize("params", VIEWS, ids=lambda p: "&".join("=".join(pair) for pair in p))
def test_the_pdf_lists_exactly_the_places_of_the_geojson(params: list[tuple[str, str]], shop: FlaskClient) -> None:
    made = content(shop, params, "a4", "list")
    with shop.application.test_request_context("/"):
        view = View.parse(layers.LAYERS, params, db.areas())
        answer = shop.get(view.listed.everywhere().url(f"/{view.listed.layer.key}.geojson")).get_json()
    names = [f["properties"].get("short_name") or f["properties"]["name"] for f in answer["features"]]
    assert sorted(row.name for row in made.rows) == sorted(names)
    text = text_of(drawn(made, "pdf"))
    for row in made.rows:
        assert row.name[:6] in text
        assert row.phone in text
    assert bare(made.approval) in bare(text)
    assert bare(made.sources) in bare(text)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["map", "list"])
def test_the_code_on_png_pdf_and_svg_leads_to_the_canonical_address(size: str, kind: str, shop: FlaskClient) -> None:
    made = content(shop, [("area", "511123")], size, kind)
    assert made.url == "http://127.0.0.1:8000/?layers=projects,zones,transport,parks,incubators,services&area=511123"
    assert codes_in(Image.open(io.BytesIO(drawn(made, "png")))) == [made.url]
    page = pypdfium2.PdfDocument(drawn(made, "pdf"))[0]
    assert codes_in(page.render(scale=100 / 72).to_pil()) == [made.url], "read from paper scanned at 100 dpi"
    assert shop.get(made.url.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_text_of_an_svg_names_every_listed_place_with_its_phone(shop: FlaskClient) -> None:
    made = content(shop, [("area", "511123")], "a4", "map")
    said = bare("".join(ElementTree.fromstring(drawn(made, "svg")).itertext()))
    for row in made.rows:
        assert bare(row.name) in said
        assert bare(row.phone) in said


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["map", "list"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_size_carries_badge_sources_day_and_title(size: str, kind: str, lang: str, shop: FlaskClient) -> None:
    made = content(shop, [("area", "411625")], size, kind, lang)
    text = text_of(drawn(made, "pdf"))
    for words in (made.approval, made.printed, made.title, made.sources):
        assert bare(words) in bare(text)


def test_numbers_on_the_map_are_those_of_the_list_and_none_lie_on_another(shop: FlaskClient) -> None:
    made = content(shop, [("area", "511123")], "a4", "map")
    text = text_of(drawn(made, "pdf"))
    for row in made.rows:
        wanted = 2 if row.at else 1
        assert len(re.findall(rf"(?m)^{row.number}\b|\b{row.number}$|\b{row.number} ", text)) >= wanted
    assert [row.number for row in made.rows] == list(range(1, len(made.rows) + 1))


def test_what_is_known_by_its_county_alone_is_counted_and_never_placed(shop: FlaskClient) -> None:
    made = content(shop, [("area", "511100")], "a3", "map")
    county = [row for row in made.rows if row.at is None]
    assert sum(n for _code, _name, n in made.apart) == len(county) > 0
    answer = shop.get("/projects.geojson?area=511100&precision=county").get_json()
    assert len(answer["features"]) == len(county)


def test_the_list_goes_on_to_further_pages_with_their_own_badge(shop: FlaskClient) -> None:
    made = content(shop, [("area", "511100")], "a4", "map")
    document = pypdfium2.PdfDocument(drawn(made, "pdf"))
    pages = [page.get_textpage().get_text_range() for page in document]
    assert len(pages) > 1
    assert all(made.approval in page for page in pages)


def test_rows_are_as_large_as_there_is_room_for(shop: FlaskClient) -> None:
    listed, columns = content(shop, [("area", "511100")], "a4", "list").rows, rows.split((0, 0, 700, 800), 2)
    few, many = (rows.page(listed[:count], [columns], SIZES["a4"]) for count in (4, 60))
    assert (few.rows, many.rows) == (4, 60)
    assert few.grade.name > many.grade.name


def boxes(sheet: drawing.Sheet) -> list[tuple[str, Any]]:
    """Every text of a sheet with its rectangle in pixels of a screen, its halo left out."""
    renderer = FigureCanvasAgg(sheet._figure).get_renderer()
    written = [text for text in sheet._texts if not text.get_path_effects()]
    return [(text.get_text(), shapely.box(*text.get_window_extent(renderer).extents)) for text in written]


SEEN = [
    [("area", "511100")],
    [("area", "511123")],
    [("area", "411600")],
    [("q", "茶")],
    [("area", "511123"), ("projects.budget", "..0")],
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("params", "lang"), [(SEEN[0], "zh"), (SEEN[1], "en"), (SEEN[4], "zh")], ids=["many", "en", "none"]
)
def test_no_text_lies_on_another_and_none_is_clipped(
    size: str, params: list[tuple[str, str]], lang: str, shop: FlaskClient
) -> None:
    for kind in ("map", "list"):
        made = content(shop, params, size, kind, lang)
        for sheet in layouts.compose(made, paged=SIZES[size].paged and lang == "zh"):
            figure = sheet._figure
            page = shapely.box(0, 0, figure.get_figwidth() * figure.dpi, figure.get_figheight() * figure.dpi)
            found = boxes(sheet)
            assert [text for text, box in found if not page.contains(box)] == []
            tree = shapely.STRtree([box.buffer(-0.16 * box_height(box)) for _text, box in found])
            pairs = tree.query(tree.geometries, predicate="intersects").T
            assert [(found[a][0], found[b][0]) for a, b in pairs if a < b] == [], kind


def box_height(box: Any) -> float:
    """The lesser side of a rectangle: the height of a line, whichever way it is turned."""
    left, bottom, right, top = box.bounds
    return float(min(right - left, top - bottom))


@pytest.mark.parametrize("params", SEEN[:2], ids=lambda p: "&".join("=".join(pair) for pair in p))
@pytest.mark.parametrize("size", ["a3", "a3-wide"])
@pytest.mark.parametrize("kind", ["map", "list"])
def test_on_a3_names_phones_and_title_can_be_read_from_two_metres(
    size: str, kind: str, params: list[tuple[str, str]], shop: FlaskClient
) -> None:
    made = content(shop, params, size, kind)
    sheets, points = layouts.compose(made, paged=True), dict[str, float]()
    for text in (text for sheet in sheets for text in sheet._texts):
        points[text.get_text()] = min(points.get(text.get_text(), 999), text.get_fontsize())
    title = made.title.partition("，")[0]
    assert max(text.get_fontsize() for text in sheets[0]._texts if text.get_text().startswith(title)) > 40
    for row in made.rows:
        assert points[row.name] > 23.9
        assert points[row.phone] > 23.9


def crowded(made: Content) -> Content:
    """The same poster of 200 places, each a little beside another."""
    listed = [row for row in made.rows if row.at]
    more = []
    for n in range(200):
        row = listed[n % len(listed)]
        assert row.at is not None
        at = (row.at[0] + 0.011 * (n // len(listed)), row.at[1] - 0.007 * (n // len(listed)))
        more.append(replace(row, number=n + 1, at=at))
    return replace(made, rows=tuple(sorted(more, key=lambda row: row.county_code)), apart=())


def test_names_and_numbers_of_200_places_cost_at_most_twice_what_the_map_costs(shop: FlaskClient) -> None:
    made = crowded(content(shop, [("area", "511100")], "a4", "map"))

    def seconds(labels: bool) -> float:
        """Of the processor, so that other work on the machine does not count."""
        begun = time.process_time()
        drawing.save(layouts.compose(made, labels=labels), "png", SIZES["a4"].pixels, made.title, made.day)
        return time.process_time() - begun

    seconds(True)
    with_, without = (min(seconds(labels) for _ in range(3)) for labels in (True, False))
    assert with_ < 3 * without


@pytest.mark.parametrize("size", SIZES)
def test_marks_and_names_on_a_map_keep_off_each_other(size: str, shop: FlaskClient) -> None:
    made = content(shop, [("area", "511100")], size, "map")
    sheet = layouts.compose(made)[0]
    assert made.ground is not None
    drawn_on = chart.Chart(sheet, (40, 200, 40 + SIZES[size].chart[0], 200 + SIZES[size].chart[1]), made)
    chart_edge.reserve(drawn_on)
    chart_marks.settle(drawn_on, 20)
    taken = {box for cell in drawn_on.room._cells.values() for box in cell}
    chart_marks.others(drawn_on, 20)
    more = {box for cell in drawn_on.room._cells.values() for box in cell}
    assert len(more) > len(taken)
    tree = shapely.STRtree([shapely.box(*box).buffer(-0.01) for box in sorted(more)])
    assert len(tree.query(tree.geometries, predicate="intersects").T) == len(more), "each meets itself alone"


def test_nothing_private_reaches_a_poster(client: FlaskClient, connection: Connection, areas: Areas) -> None:
    layer = layers.get("projects")
    put(connection, layer, areas, values(layer, 1, contact_name="王秘密", internal_note="内部秘密"))
    made = content(client, [("area", "511123"), ("layers", "projects")], "a4", "map")
    assert len(made.rows) == 1
    assert "秘密" not in repr(made)
    assert "秘密" not in text_of(drawn(made, "pdf"))


def test_markup_and_signs_in_a_name_are_only_text(client: FlaskClient, connection: Connection, areas: Areas) -> None:
    layer = layers.get("projects")
    put(connection, layer, areas, values(layer, 1, name="<b>${1}$x$😀"))
    made = content(client, [("area", "511123"), ("layers", "projects")], "a4", "list")
    assert "<b>${1}" in text_of(drawn(made, "pdf"))


def test_without_an_approved_map_the_poster_is_the_list(shop: FlaskClient) -> None:
    with shop.application.test_request_context("/"):
        shared = sharing.of_view(View.parse(layers.LAYERS, [("area", "511123")], db.areas()))
        assert gather.asked(shared, "a4", "").kind == "list"
        assert gather.asked(shared, "a4", "map").kind == "map"


BAD = [
    "size=b5", "kind=photo", "size=a4&size=a3", "kind=map&layers=projects&area=", "foo=1", "title=x",
    "area=999999", "of=foo", "of=projects/1&area=511123", "lang=fr", "at=1,2", "bbox=1",
]  # fmt: skip


@pytest.mark.parametrize("query", BAD)
@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_bad_parameters_are_refused_by_name(query: str, ending: str, shop: FlaskClient) -> None:
    answer = shop.get(f"/poster.{ending}?{query}")
    assert answer.status_code in (400, 404), answer.status_code
    assert answer.mimetype == "application/problem+json"


def test_a_picture_is_drawn_once_and_then_served_with_its_tag(shop: FlaskClient) -> None:
    first = fetched(shop, "/poster.png?area=511123&size=card")
    assert first.mimetype == "image/png"
    assert Image.open(io.BytesIO(first.data)).size == (1200, 630)
    again = shop.get("/poster.png?size=card&area=511123", buffered=True)
    assert again.data == first.data
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Set-Cookie" not in again.headers
    same = shop.get(
        "/poster.png?area=511123&size=card", headers={"If-None-Match": first.headers["ETag"]}, buffered=True
    )
    assert same.status_code == 304
    english = fetched(shop, "/poster.png?area=511123&size=card&lang=en")
    assert english.headers["ETag"] != first.headers["ETag"]


def fetched(client: FlaskClient, address: str) -> Any:
    """The answer once the picture is drawn, asking again as often as the server says."""
    for _ in range(30):
        answer = client.get(address, buffered=True)
        if answer.status_code != 429:
            assert answer.status_code == 200, answer.text[:300]
            return answer
        assert int(answer.headers["Retry-After"]) > 0
        time.sleep(1)
    raise AssertionError("never drawn")


def test_who_opens_a_picture_that_is_not_drawn_yet_gets_a_page_that_comes_back(
    shop: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def later(*_args: object) -> Path:
        raise NotYet(4)

    monkeypatch.setattr("webapp.posters.asking.picture", later)
    page = shop.get("/poster.png?area=411602", headers={"Accept": "text/html"}, buffered=True)
    assert page.status_code == 202
    assert "Refresh" in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    image = shop.get("/poster.png?area=411602", headers={"Accept": "image/*"}, buffered=True)
    assert (image.status_code, image.headers["Retry-After"]) == (429, "4")


def test_too_many_waiting_pictures_are_refused_with_a_time_to_come_again(
    shop: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "MOST_WAITING", 0)
    answer = shop.get("/poster.png?area=411603&size=square", buffered=True)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    page = shop.get("/poster?area=411603&size=square")
    assert page.status_code == 200
    assert "Refresh" in page.headers


def job(made: Content) -> Any:
    return lambda: made


def test_a_killed_drawing_process_loses_nothing_and_leaves_no_half_picture(tmp_path: Path, shop: FlaskClient) -> None:
    made = content(shop, [("area", "511123")], "a4", "list")
    box = Spool(tmp_path)
    box.ask("one.png", job(made))
    time.sleep(0.3)
    for process in list(spool._started.values()):
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    assert not [path for path in box.store.folder.glob("*") if not path.name.startswith(".")]
    box.wake()
    found = box.wait("one.png", 60)
    assert Image.open(io.BytesIO(found.read_bytes())).size == (1240, 1753)
    assert box.waiting() == []


def test_a_picture_that_cannot_be_drawn_says_so_and_is_not_tried_for_ever(tmp_path: Path) -> None:
    box = Spool(tmp_path)
    box.jobs.mkdir(parents=True)
    box._write(box.jobs / "bad.png.job", b"no content")
    box.wake()
    with pytest.raises(Undrawable):
        box.wait("bad.png", 60)
    with pytest.raises(Undrawable):
        box.ask("bad.png", job(None))  # type: ignore[arg-type]


def test_the_same_picture_is_asked_for_once(tmp_path: Path, shop: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Spool, "wake", lambda self: None)
    made, box = content(shop, [("area", "511123")], "card", "list"), Spool(tmp_path)
    for _ in range(3):
        box.ask("same.png", job(made))
    assert len(box.waiting()) == 1
    for number in range(spool.MOST_WAITING - 1):
        box.ask(f"{number}.png", job(made))
    with pytest.raises(Busy):
        box.ask("more.png", job(made))
    with pytest.raises(NotYet):
        box.wait("same.png", 0.1)


def test_the_store_forgets_what_was_not_used_for_longest(tmp_path: Path) -> None:
    kept = Store(tmp_path, most_bytes=250)
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        path = kept.put(name, b"x" * 100)
        os.utime(path, (number + 1, number + 1))
    assert kept.find("a.png") is not None, "finding it notes its use"
    assert kept.prune() == 1
    assert (kept.find("a.png") is None, kept.find("b.png") is None) == (False, True)


def test_posters_need_no_plotting_state_of_the_process(app: Flask) -> None:
    import sys

    with app.test_request_context("/"):
        pass
    assert "matplotlib.pyplot" not in sys.modules
