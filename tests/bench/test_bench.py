"""The bench asks what it says it asks: valid questions, none twice, rivals that give the same answers as we do."""

from __future__ import annotations

import ast
import contextlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from datetime import date

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient

from bench import growth, load, plain_sql, publisher, questions, reading, seeing, table
from bench.driving import Sql, Timed
from bench.peers import LOCK
from bench.plain_sql import GRID, RAW
from bench.questions import Deck
from bench.wire import HOST, Wire
from tests.bench.conftest import N
from tests.conftest import ROOT
from tests.test_architecture import LONGEST_FUNCTION, LONGEST_MODULE
from webapp import db
from webapp.config import Settings

MODULES = sorted(path for path in (ROOT / "bench").glob("*.py") if path.name != "import_scale.py")


@pytest.fixture
def deck(scale: str) -> Deck:
    return Deck(scale)


@pytest.fixture
def rival(scale: str) -> Iterator[Sql]:
    made = Sql(scale)
    yield made
    made.close()


def test_questions_are_valid_and_never_the_same(deck: Deck, visitor: FlaskClient) -> None:
    paths = [d.path for c in reading.COMBINATIONS for d in deck.tiles(c, reading.CLUSTERED, 20)]
    paths += [questions.directory(*made) for made in deck.lists(20)]
    paths += [f"/projects.geojson?bbox={box}" for box in deck.boxes(10, N)]
    paths += [questions.literal(word) for word in deck.words(5, 2) + deck.words(5, 4)]
    assert len(paths) == len(set(paths)) == 100 + 20 + 10 + 10
    answers = {path: visitor.get(path).status_code for path in paths}
    assert {*answers.values()} <= {200, 204}, answers


def test_the_same_seed_asks_the_same(scale: str) -> None:
    assert Deck(scale).tiles("area budget", (4, 8), 9) == Deck(scale).tiles("area budget", (4, 8), 9)


@pytest.mark.parametrize("combination", reading.COMBINATIONS)
def test_the_sql_grid_makes_our_clusters(combination: str, deck: Deck, rival: Sql, visitor: FlaskClient) -> None:
    for drawn in deck.tiles(combination, (3, 9), 8):
        _status, made = rival.ask(plain_sql.tile(GRID, drawn.at, drawn.filters, db.day_in_china()))
        ours, theirs = visitor.get(drawn.path).data, made
        assert reading._counted(ours) == reading._counted(theirs), drawn.path


def test_the_floor_draws_every_point(deck: Deck, rival: Sql) -> None:
    (drawn,) = deck.tiles("", (0, 0), 1)
    _status, made = rival.ask(plain_sql.tile(RAW, drawn.at, drawn.filters, db.day_in_china()))
    assert len(mapbox_vector_tile.decode(made)["projects"]["features"]) == N


def test_pairs_like_and_the_site_find_the_same_words(deck: Deck, rival: Sql, visitor: FlaskClient) -> None:
    for word in deck.words(4, 2) + deck.words(4, 3) + deck.words(4, 4):
        found = json.loads(rival.ask(plain_sql.by_pairs(word, db.day_in_china()))[1])
        truth = int(rival.ask(plain_sql.by_like(word, db.day_in_china()))[1])
        ours = visitor.get(questions.literal(word)).json
        assert found["total"] == truth == ours["numberMatched"] > 0, word
        assert len(found["rows"]) == len(ours["features"]) == min(20, truth)


def test_an_expired_day_empties_the_rivals_too(deck: Deck, rival: Sql) -> None:
    (drawn,) = deck.tiles("", (0, 0), 1)
    assert rival.ask(plain_sql.tile(RAW, drawn.at, drawn.filters, date(2199, 1, 1)))[1] == b""


def test_a_visit_finds_what_it_asks_for(scale: str, visitor: FlaskClient) -> None:
    page = visitor.get("/").text
    made = load.Visits(Deck(scale), sorted(set(load.ASSET.findall(page))), 60, ids=range(1, N))
    asked = [part for _n in range(3) for part in made.next()]
    assert made.next() == []
    assert len(asked) == 60
    assert {kind for kind, _path in asked} == {"page", "script", "asset", "tile", "facets", "place", "card"}
    for _kind, path in asked:
        with visitor.get(path) as answer:  # a file is open until its answer is closed
            assert answer.status_code in (200, 204), path


def test_what_is_published_is_seen_on_every_surface_and_can_be_taken_out(
    scale: str, settings: Settings, visitor: FlaskClient
) -> None:
    with seeing.Office(settings, scale, settings.home) as office:
        made = office.publish(lambda: None)
    for name, (path, seen) in seeing.surfaces(made).items():
        answer = visitor.get(path)
        assert answer.status_code == 200, name
        assert seen(answer.data), name
    seeing.remove(scale)
    assert visitor.get("/facets/projects?of=precision").json["total"] == N
    for name, (path, seen) in seeing.surfaces(made).items():
        answer = visitor.get(path)
        assert answer.status_code != 200 or not seen(answer.data), name


def test_the_phone_that_the_publisher_types_rings_nobody() -> None:
    assert re.fullmatch(r"000\d{4}", publisher.TYPED["phone"])


def answering(*answers: bytes) -> Iterator[int]:
    """A port where each connection gets the next answers, whatever it asks, and is then hung up on."""
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            for answer in answers:
                taken, _address = server.accept()
                with taken:
                    taken.recv(65536)
                    taken.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=1\r\nlo\r\n0\r\n\r\n", 200, b"hello"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 404, b""),
    ],
)
def test_the_wire_reads_every_form_of_answer(answer: bytes, status: int, body: bytes) -> None:
    with contextlib.contextmanager(answering)(answer, answer) as port:
        wire = Wire(port)
        assert wire.ask("/a") == (status, body)
        assert wire.ask("/b") == (status, body), "hung up on, it dials again"
        wire.close()


def test_a_goal_is_met_by_its_ratio_alone() -> None:
    def timed(*seconds: float, status: int = 200) -> Timed:
        made = Timed([*seconds], dict(enumerate(seconds)))
        made.statuses[status] = len(seconds)
        return made

    assert table.times(timed(0.001), timed(0.04)) == pytest.approx(40)
    assert table.times(timed(0.001, status=500), timed(0.04)) == 0, "answers that failed win nothing"
    assert table.times(timed(0.001), None) is None
    assert table.times(timed(0.001, 0.5, 0.5), timed(0.04)) == pytest.approx(40), "of what both have answered"
    assert table.worst([50, None]) is None
    assert [table.Goal("", "", "", n, 40, "").met for n in (40, 39.9, None)] == ["met", "not met", "not measured"]
    assert [table.spelled(n) for n in (57.0, 0.5, 0.0, None)] == ["1/57", "2", "answers failed", "–"]
    assert growth._expected(1000, 10_000) == pytest.approx(13.33, abs=0.01)


def test_the_peers_are_pinned_with_their_digests() -> None:
    text = LOCK.read_text()
    assert {"tipg==1.6.1", "pygeoapi==0.21.0"} <= {line.split()[0] for line in text.splitlines() if "==" in line}
    named = re.findall(r"^\S+==\S+ \\\n +--hash=sha256:", text, re.M)
    assert len(named) == len(re.findall(r"^\S+==", text, re.M))
    assert "://" not in re.sub(r"#.*", "", text)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_bench_keeps_the_house_rules(path: object) -> None:
    tree = ast.parse((ROOT / "bench" / path.name).read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    assert ast.get_docstring(tree)
    assert len(ast.unparse(tree).splitlines()) <= LONGEST_MODULE
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name
