"""Query and View: URL and back, canonical, refusing what cannot be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import layers
from layers import intervals
from layers.areas import Areas
from layers.errors import BadValue, UnknownParameter
from layers.query import Query, spell
from layers.ranges import Range
from layers.view import View
from layers.words import untranslated

PROJECTS = layers.get("projects")
EDGE = st.decimals(0, 20000, places=2, allow_nan=False)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("..<5,5..<10,10..<30", "..<30"),
        ("10..50", "10..50"),
        ("5..", "5.."),
        ("20", "20"),
        ("30..,..10", "..10,30.."),
        ("1..5,3..9", "1..9"),
        ("0.50..1.0", "0.5..1"),
        ("..<5,5..", None),
    ],
)
def test_ranges_have_one_spelling(written: str, canonical: str | None) -> None:
    kind = Range()
    value = kind.parse(written)
    if canonical is not None:
        assert kind.spell(value) == canonical
        assert kind.parse(kind.spell(value)) == value


@pytest.mark.parametrize("bad", ["", "x", "1..0", "..", "5..<5", "1e9", "nan", "-3", "１..2", "1..2..3", "5..<"])
def test_ranges_that_cannot_be_are_refused(bad: str, areas: Areas) -> None:
    if bad:
        with pytest.raises(BadValue) as refused:
            Query.parse(PROJECTS, [("budget", bad)], areas)
        assert refused.value.parameter == "budget"
        assert "10..50" in refused.value.allowed(untranslated)


@given(st.lists(st.tuples(EDGE, EDGE, st.booleans()), min_size=1, max_size=5))
def test_merging_keeps_the_union(pairs: list[tuple[Decimal, Decimal, bool]]) -> None:
    given_ = [intervals.Interval(min(a, b), max(a, b), below and a != b) for a, b, below in pairs]
    merged = intervals.merged(given_)

    def holds(many: object, x: Decimal) -> bool:
        return any(i.low <= x and (x < i.high if i.below else x <= i.high) for i in many)  # type: ignore[attr-defined]

    for edge in {e for a, b, _below in pairs for e in (a, b)}:
        for x in (edge - Decimal("0.01"), edge, edge + Decimal("0.01")):
            assert holds(given_, x) == holds(merged, x)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    area=st.sampled_from(["", "511123", "5111", "411626", "511123,511124", "411671", "Z511101"]),
    budget=st.sampled_from(["", "..20", "5..<30", "30..,..5"]),
    industry=st.sampled_from(["", "food", "C13,A01", "food,C1512"]),
    cooperation=st.sampled_from(["", "lease", "self,lease"]),
    q=st.text(st.sampled_from("茶叶 加工a\"'%_\\"), max_size=8),
    near=st.sampled_from(["", "103.76,29.57"]),
    sort=st.sampled_from(["", "newest", "budget"]),
    page=st.sampled_from(["", "2"]),
)
def test_a_query_survives_its_url(areas: Areas, **params: str) -> None:
    pairs = [(name, value) for name, value in params.items() if value]
    query = Query.parse(PROJECTS, pairs, areas, strict=True)
    assert Query.parse(PROJECTS, query.params(), areas, strict=True) == query
    view = View((query, Query(layers.get("parks"), area=query.area, q=query.q, near=query.near)), (103.76, 29.57, 10))
    assert View.parse(layers.LAYERS, view.params(), areas, strict=True) == view


def test_obsolete_and_short_codes_become_current_ones(areas: Areas) -> None:
    assert Query.parse(PROJECTS, [("area", "411626")], areas).area == ("411603",)
    assert Query.parse(PROJECTS, [("area", "5111")], areas).area == ("511100",)
    assert Query.parse(PROJECTS, [("area", "511124,511123,511124")], areas).area == ("511123", "511124")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("area", "999999"), ("area", "511101"), ("bbox", "1,2,3"), ("bbox", "3,2,1,4"), ("bbox", "103,29,104,95"),
        ("near", "29.57"), ("near", "200,10"), ("within", "abc"), ("within", "????"), ("sort", "near"),
        ("sort", "name"), ("page", "0"), ("page", "1.5"), ("limit", "101"), ("q", "长" * 101), ("buyer", "0"),
        ("verified", "2026-13-01.."), ("verified", "yesterday"), ("cooperation", "lease,none"), ("q", "a\x00b"),
    ],
)  # fmt: skip
def test_bad_values_name_their_parameter(name: str, value: str, areas: Areas) -> None:
    with pytest.raises(BadValue) as refused:
        Query.parse(PROJECTS, [(name, value)], areas)
    assert refused.value.parameter == name
    assert refused.value.allowed(untranslated)


def test_unknown_parameters_are_refused_only_where_machines_ask(areas: Areas) -> None:
    assert Query.parse(PROJECTS, [("from", "singlemessage")], areas) == Query(PROJECTS)
    with pytest.raises(UnknownParameter):
        Query.parse(PROJECTS, [("from", "singlemessage")], areas, strict=True)


def test_a_view_keeps_each_layers_own_filters(areas: Areas) -> None:
    written = "layers=parks,projects&area=511100&parks.level=national&projects.industry=A01&at=103.76,29.57,10"
    view = View.parse(layers.LAYERS, [tuple(p.split("=")) for p in written.split("&")], areas, strict=True)
    assert [query.layer.key for query in view.queries] == ["parks", "projects"]
    assert view.queries[0].value("level") == ("national",)
    assert view.queries[1].value("industry") == ("A01",)
    assert spell(view.params()) == written


def test_a_bad_value_in_a_view_is_named_as_it_was_written(areas: Areas) -> None:
    with pytest.raises(BadValue) as refused:
        View.parse(layers.LAYERS, [("projects.budget", "x")], areas)
    assert refused.value.parameter == "projects.budget"


def test_sentences_read_like_sentences(areas: Areas) -> None:
    query = Query.parse(PROJECTS, [("area", "511123"), ("budget", "..20"), ("industry", "food")], areas)
    assert query.sentence(areas, untranslated, "zh") == "推荐目录：犍为县·20 万元以内·食品加工"
