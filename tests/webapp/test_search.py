"""Search: literal words equal LIKE, others find more and say why; order, marks, suggestions, the index."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

import layers
from layers import asking, search, synonyms
from layers.areas import Areas
from layers.finding import Finding
from layers.layer import Layer
from layers.query import Query
from layers.words import untranslated
from tests.places import TODAY, put, values
from tests.surfaces import geojson_ids, page_ids
from webapp import facts, samples

PROJECTS = layers.get("projects")
LITERALS = ("茶叶", "加工", "养殖", "民宿", "豆腐", "柑橘", "竹", "农家", "托育", "租用", "小作坊", "冷库", "合作社", "电商",
            "直播间", "手工", "粉条", "汽修", "高山绿茶", "统一收购", "用铺", "间可")  # fmt: skip
UNQUOTED = (
    *LITERALS,
    "养猪",
    "做茶",
    "小吃",
    "犍为",
    "峨眉山",
    "食品",
    "厂房",
    "返乡农民工",
    "租赁",
    "chaye",
    "qwx",
    "mh",
    "农家乐",
    "养老院",
    "tea",
)


@pytest.fixture
def catalogue(connection: Connection) -> None:
    samples.load(connection, TODAY)


def like(connection: Connection, layer: Layer, word: str) -> set[int]:
    """The public rows of which a text holds the word, by plain LIKE."""
    texts = " OR ".join(f"{name} ILIKE '%' || :word || '%'" for name in search.texts(layer))
    sql = f"SELECT id FROM {layer.model.__tablename__} WHERE status = 'published' AND (valid_until IS NULL OR valid_until >= :day) AND ({texts})"
    return set(connection.execute(text(sql), {"word": word, "day": TODAY}).scalars())


def found(connection: Connection, areas: Areas, layer: Layer, q: str) -> list[Any]:
    return list(asking.page(connection, Query.parse(layer, [("q", q), ("limit", "100")], areas), areas, TODAY))


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("layer", [pytest.param(layer, id=layer.key) for layer in layers.LAYERS])
def test_a_word_in_quotes_equals_like(layer: Layer, connection: Connection, areas: Areas) -> None:
    hits = 0
    for word in LITERALS:
        wanted = like(connection, layer, word)
        query = Query.parse(layer, [("q", f'"{word}"')], areas)
        assert asking.count(connection, query, areas, TODAY) == len(wanted), word
        assert {row.id for row in found(connection, areas, layer, f'"{word}"')} == wanted or len(wanted) > 100
        hits += len(wanted)
    assert hits or layer.key != "projects"


OTHERS = (
    "机一",
    "，住",
    "3 个",
    "50",
    "㎡，",
    "MO",
    "-t",
    "（示例",
    "、米",
    "%",
    "_",
    "\\",
    "'s",
    "０１",
    "G5",
    ", ",
    "Ｃ1",
    "茶廠",
    "①",
    "。一",
)
"""Chosen by somebody who had not read the search: across words, digits, marks of LIKE, both widths, traditional."""


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("layer", [pytest.param(layer, id=layer.key) for layer in layers.LAYERS])
def test_twenty_literals_of_somebody_else(layer: Layer, connection: Connection, areas: Areas) -> None:
    hits = 0
    for word in OTHERS:
        wanted = like(connection, layer, word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"))
        literal = Query.parse(layer, [("q", f'"{word}"')], areas)
        assert asking.count(connection, literal, areas, TODAY) == len(wanted), word
        hits += bool(wanted)
        if " " in word:
            continue
        rows = found(connection, areas, layer, word)
        finding = Finding(layer, tuple(search.meanings(layer, word, areas)))
        assert len(rows) == 100 or wanted <= {row.id for row in rows}, word
        assert all(bool(finding.why(row, untranslated, "zh")) == (row.id not in wanted) for row in rows), word
    assert hits >= 7 or layer.key != "projects", hits


@pytest.mark.usefixtures("catalogue")
def test_quotes_of_a_chinese_keyboard_are_quotes(connection: Connection, areas: Areas) -> None:
    straight = [row.id for row in found(connection, areas, PROJECTS, '"茶叶"')]
    assert straight
    for q in ("“茶叶”", "＂茶叶＂"):
        assert [row.id for row in found(connection, areas, PROJECTS, q)] == straight


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("word", UNQUOTED)
def test_a_word_finds_more_and_the_extras_say_why(word: str, connection: Connection, areas: Areas) -> None:
    exact = like(connection, PROJECTS, word)
    rows = found(connection, areas, PROJECTS, word)
    finding = Finding(PROJECTS, tuple(search.meanings(PROJECTS, word, areas)))
    assert len(rows) == 100 or exact <= {row.id for row in rows}
    for row in rows:
        said = finding.why(row, untranslated, "zh")
        assert bool(said) == (row.id not in exact), (word, row.name, said)
        assert all(sentence.startswith("因为") for sentence in said)
        if said and "拼音" in said[0]:
            assert word.isascii()


@pytest.mark.usefixtures("catalogue")
def test_every_word_must_be_meant(connection: Connection, areas: Areas) -> None:
    both = {row.id for row in found(connection, areas, PROJECTS, "犍为 茶")}
    assert both == {r.id for r in found(connection, areas, PROJECTS, "犍为")} & {
        r.id for r in found(connection, areas, PROJECTS, "茶")
    }
    assert both


def test_what_fits_best_comes_first(connection: Connection, areas: Areas) -> None:
    names = {"name": "竹编", "summary": "摘要", "content": "内容", "trade": "行当", "name_en": None}
    rows = [values(PROJECTS, n, **{**names, **over}) for n, over in enumerate((
        {"content": "后院做竹编。"}, {"summary": "学竹编的去处", "name": "甲"}, {"name": "竹编坊"}, {"name": "乙", "trade": "竹编"},
    ))]  # fmt: skip
    rows[0]["name"] = "丙"
    ids = put(connection, PROJECTS, areas, *rows)
    assert [row.id for row in found(connection, areas, PROJECTS, "竹编")] == [ids[2], ids[3], ids[1], ids[0]]
    newest = Query.parse(PROJECTS, [("q", "竹编"), ("sort", "verified")], areas, strict=True)
    assert Query.parse(PROJECTS, newest.params(), areas) == newest
    verified = [row.verified for row in asking.page(connection, newest, areas, TODAY)]
    assert verified == sorted(verified, reverse=True)
    assert newest.having("q", None) == Query(PROJECTS)


def test_an_entry_marks_words_and_says_why(client: FlaskClient, connection: Connection, areas: Areas) -> None:
    (pig, ham) = put(
        connection, PROJECTS, areas,
        values(PROJECTS, 1, name="<b>生猪</b>代养点", summary="合作社代养的生猪", industry="A0313", trade="", content="", name_en=""),
        values(PROJECTS, 2, name="火腿坊", summary="腌火腿", industry="C135", trade="", content="", name_en="", area="511126",
               lon=103.57, lat=29.74),
    )  # fmt: skip
    page = client.get("/projects?q=养猪").text
    assert page_ids(client, Query(PROJECTS, q="养猪")) == [pig]
    assert "因为“养猪”也叫“生猪”" in page
    assert "&lt;b&gt;<mark>生猪</mark>&lt;/b&gt;代养点" in page
    assert "因为在夹江县" in client.get("/projects?q=夹江").text
    assert "因为拼音“huotui”对得上" in client.get("/projects?q=huotui").text
    assert "因为拼音" not in client.get("/projects?q=火腿").text
    assert geojson_ids(client, Query(PROJECTS, q='"养猪"')) == []
    assert geojson_ids(client, Query(PROJECTS, q="jiajiang")) == geojson_ids(client, Query(PROJECTS, q="jjx")) == [ham]


@pytest.mark.usefixtures("catalogue")
def test_suggestions_lead_to_what_they_say(client: FlaskClient) -> None:
    def hints(q: str, **more: str) -> list[dict[str, Any]]:
        answer = client.get("/suggest", query_string={"q": q, **more})
        assert answer.headers["ETag"]
        assert "public" in answer.headers["Cache-Control"]
        found: list[dict[str, Any]] = answer.get_json()["suggestions"]
        return found

    area = next(h for h in hints("犍为") if h["kind"] == "area")
    assert (area["label"], area["params"]) == ("犍为县", {"area": "511123"})
    assert any(h["params"] == {"area": "511123"} for h in hints("qianwei") if h["kind"] == "area")
    trades = [h for h in hints("茶") if h["kind"] == "trade"]
    assert {"industry": "planting"} in [h["params"] for h in trades]
    assert any(h["params"] == {"q": "养猪"} and "生猪" in h["note"] for h in hints("养猪"))
    places = [h for h in hints("茶") if h["kind"] == "place"]
    assert places
    for hint in places:
        assert client.get(hint["href"]).status_code == 200
    assert all(h["params"].keys() == {"q"} for h in hints("茶", layer="parks") if h["kind"] == "trade")
    assert hints("") == hints("绝无此物") == []
    assert client.get("/suggest?x=1").status_code == 400
    assert client.get("/suggest?q=a&layer=nope").status_code == 404


def test_synonyms_are_words_of_use() -> None:
    rows = list(facts.read("synonyms.csv"))
    words = [word for row in rows for word in row["words"].split()]
    assert len(rows) >= 80
    assert len(words) == len(set(words))
    for word in words:
        assert len(word) >= 2
        assert all(len(term) >= 2 or term in "虾蚕桑竹笋醋鞋" for term in synonyms.of(word)), word


@pytest.mark.parametrize("layer", [pytest.param(layer, id=layer.key) for layer in layers.LAYERS])
def test_two_characters_are_found_by_the_index(layer: Layer, connection: Connection, areas: Areas) -> None:
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    query = Query.parse(layer, [("q", '"绿茶"')], areas)
    asked = asking.matching(query, areas, TODAY, layer.model.id).compile(connection)
    plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {asked.string}", dict(asked.params)).scalars())
    assert f"ix_{layer.model.__tablename__}_bigrams" in plan or "_public" in plan, plan
    direct = f"EXPLAIN SELECT id FROM {layer.model.__tablename__} WHERE {search.document(layer)} @> bigrams('绿茶')"
    assert f"ix_{layer.model.__tablename__}_bigrams" in "\n".join(connection.exec_driver_sql(direct).scalars())


@pytest.mark.usefixtures("catalogue")
def test_facets_leave_their_own_parameter_out(client: FlaskClient) -> None:
    asked = {"area": "511100", "q": "茶", "budget": "..<30", "cooperation": "self,lease"}

    def total(**changed: str | None) -> int:
        given = {k: v for k, v in {**asked, **changed}.items() if v}
        return len(client.get("/projects.geojson", query_string=given).get_json(force=True)["features"])

    told = client.get("/facets/projects", query_string=asked).get_json()
    assert told["total"] == total()
    for name, facet in told["facets"].items():
        for choice in facet["choices"]:
            assert choice["count"] == total(**{name: choice["value"]}), (name, choice)
    few = client.get("/facets/projects", query_string={**asked, "of": "budget,area"}).get_json()
    assert list(few["facets"]) == ["budget"]
    assert few["facets"]["budget"] == told["facets"]["budget"]
    assert few["area"] == told["area"]
    assert client.get("/facets/projects?of=nope").status_code == 400


@pytest.mark.usefixtures("catalogue")
def test_lists_are_not_counted_for_questions_that_nobody_opened(client: FlaskClient) -> None:
    home = client.get("/?area=511100").text
    assert not re.findall(r'class="opt-face">(?:(?!</label>).)*<span class="n">\d', home, re.S)
    directory = client.get("/projects").text
    side = directory[directory.index("<aside") : directory.index("</aside")]
    assert re.search(r'data-facet="budget" data-counted="yes"', side)
    assert re.search(r'data-facet="land"(?! data-counted)', side)
    shown = html.unescape(re.search(r'data-counts="([^"]+)"', home)[1])
    assert client.get(shown + "&of=budget,area").status_code == 200


@pytest.mark.usefixtures("catalogue")
def test_pages_hold_every_place_once_in_every_order(client: FlaskClient) -> None:
    whole = sorted(geojson_ids(client, Query(PROJECTS)))
    for sort in ("", "newest", "budget", "investment"):
        assert sorted(page_ids(client, Query(PROJECTS, sort=sort))) == whole
    near = page_ids(client, Query(PROJECTS, near=(103.76, 29.57), radius=60.0, sort="near"))
    away = [
        float(km)
        for km in re.findall(r"· ([\d.]+) 公里", client.get("/projects?near=103.76,29.57&radius=60&sort=near").text)
    ]
    assert len(near) == len(set(near))
    assert away == sorted(away)
