"""Any two layers can be shown together, each keeping its own filters."""

from __future__ import annotations

from itertools import combinations

import pytest
from flask.testing import FlaskClient

import layers
from layers.areas import Areas
from layers.layer import Layer
from layers.view import View
from webapp.describe import example

PAIRS = [pytest.param(a, b, id=f"{a.key}+{b.key}") for a, b in combinations(layers.LAYERS, 2)]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_two_layers_keep_their_own_filters(one: Layer, other: Layer, client: FlaskClient, areas: Areas) -> None:
    asked = [("layers", f"{one.key},{other.key}"), ("area", "511100")]
    for layer in (one, other):
        name, field = next(iter(layer.filters.items()))
        assert field.filter is not None
        asked.append((f"{layer.key}.{name}", example(field.filter)))
    view = View.parse(layers.LAYERS, asked, areas, strict=True)
    assert [query.layer.key for query in view.queries] == [one.key, other.key]
    assert all(len(query.filters) == 1 and query.area == ("511100",) for query in view.queries)
    assert View.parse(layers.LAYERS, view.params(), areas, strict=True) == view
    for path in ("/", "/map", "/map.js"):
        assert client.get(path, query_string=asked).status_code == 200
    script = client.get("/map.js", query_string=asked).text
    for layer in (one, other):
        name = next(iter(layer.filters))
        assert f"/tiles/{layer.key}/{{z}}/{{x}}/{{y}}.mvt?area=511100" in script
        assert f"{name}=" in script


def test_without_a_choice_the_map_shows_what_its_styles_say(areas: Areas) -> None:
    shown = [query.layer.key for query in View.parse(layers.LAYERS, [], areas).queries]
    assert shown == [layer.key for layer in layers.LAYERS if layer.style.on]
    assert "towns" not in shown
