"""The contract that every layer keeps, once per layer: what is declared works on every surface, and nothing leaks."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from jinja2 import StrictUndefined
from sqlalchemy import Connection, inspect, text

import layers
from layers import asking, legend, sheet
from layers.areas import Areas
from layers.base import Need, fields
from layers.layer import Layer
from layers.public import public_fields
from layers.query import Query
from layers.view import View
from layers.words import untranslated
from tests import places, surfaces
from tests.places import TODAY, put, values
from webapp.describe import example

LAYERS = [pytest.param(layer, id=layer.key) for layer in layers.LAYERS]
every_layer = pytest.mark.parametrize("layer", LAYERS)


def filled(connection: Connection, layer: Layer, areas: Areas, number: int = 12) -> list[int]:
    """Public places of every precision."""
    rows = [values(layer, n) for n in range(number)]
    rows += [values(layer, 50, precision="county"), values(layer, 51, area="511123106", precision="township")]
    return put(connection, layer, areas, *rows)


def hidden(connection: Connection, layer: Layer, areas: Areas) -> list[int]:
    """Places that nobody may see."""
    yesterday = TODAY - dt.timedelta(days=1)
    rows = [values(layer, 60 + n, status=status) for n, status in enumerate(("draft", "review", "withdrawn"))]
    return put(connection, layer, areas, *rows, values(layer, 70, valid_until=yesterday))


def positions(connection: Connection, layer: Layer) -> list[tuple[float, float]]:
    point = "ST_PointOnSurface(geom)"
    rows = connection.execute(text(f"SELECT ST_X({point}), ST_Y({point}) FROM {layer.model.__tablename__}"))
    return [tuple(row) for row in rows]


@every_layer
def test_shows_published_rows_only_and_the_same_ids_on_every_surface(
    layer: Layer, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    shown = sorted(filled(connection, layer, areas))
    hidden(connection, layer, areas)
    query = Query(layer)
    assert sorted(surfaces.geojson_ids(client, query)) == shown
    assert sorted(surfaces.csv_ids(client, query)) == shown
    assert sorted(surfaces.xlsx_ids(client, query)) == shown
    assert sorted(surfaces.page_ids(client, query)) == shown
    assert sorted(surfaces.frame(client, query, "gpkg")["id"]) == shown
    assert sorted(int(id_) for id_ in surfaces.frame(client, query, "kml")["id"]) == shown
    at = positions(connection, layer)
    assert sorted({f["id"] for f in surfaces.features(client, query, at, 14)}) == shown


@every_layer
@pytest.mark.parametrize("zoom", [5, 8, 10, 12, 13])
def test_clusters_add_up_to_the_total(
    layer: Layer, zoom: int, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    total = len(filled(connection, layer, areas))
    hidden(connection, layer, areas)
    found = surfaces.features(client, Query(layer), positions(connection, layer), zoom)
    single = {f["id"]: f["count"] for f in found if f.get("id")}  # one near an edge is on both sides' tiles
    assert sum(single.values()) + sum(f["count"] for f in found if not f.get("id")) == total
    county = [f for f in found if f.get("precision") == "county"]
    assert [(f["county"], f["count"]) for f in county] == [(places.COUNTY, 1)]


@every_layer
def test_hidden_places_answer_404_or_410(
    layer: Layer, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    draft, review, withdrawn, expired = hidden(connection, layer, areas)
    assert [client.get(f"/{layer.key}/{id_}").status_code for id_ in (draft, review)] == [404, 404]
    assert [client.get(f"/{layer.key}/{id_}").status_code for id_ in (withdrawn, expired)] == [410, 410]
    assert client.get(f"/{layer.key}/{draft}/card").status_code == 404
    assert client.get(f"/{layer.key}/999999999999").status_code == 404


@every_layer
def test_every_filter_round_trips_narrows_and_has_a_sentence(
    layer: Layer, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    total = len(filled(connection, layer, areas))
    put(connection, layer, areas, {**bare(layer), "external_id": "bare"})
    for name, field in layer.filters.items():
        assert field.filter is not None
        query = Query.parse(layer, [(name, example(field.filter))], areas)
        assert Query.parse(layer, query.params(), areas, strict=True) == query
        count = asking.count(connection, query, areas, TODAY)
        assert count < total + 1, f"{name} does not narrow"
        assert sorted(surfaces.geojson_ids(client, query)) == sorted(surfaces.page_ids(client, query))
        assert query.sentence(areas, untranslated, "zh") != Query(layer).sentence(areas, untranslated, "zh")
        for counted in asking.facets(connection, Query(layer), areas, TODAY, untranslated)[name]:
            choice = Query.parse(layer, [(name, counted.value)], areas)
            assert asking.count(connection, choice, areas, TODAY) == counted.count, (name, counted)


def bare(layer: Layer) -> dict[str, Any]:
    """A public place with nothing but what it must have."""
    return {"name": "空白", "area": "511126", "status": "published", "source": "test"}


@every_layer
def test_an_unknown_value_and_an_unknown_parameter_are_refused(layer: Layer, client: FlaskClient) -> None:
    for name in (*layer.filters, "area", "bbox", "near", "within", "sort", "page", "limit", "lang"):
        for path in (
            f"/{layer.key}",
            f"/{layer.key}.geojson",
            f"/tiles/{layer.key}/8/201/106.mvt",
            f"/facets/{layer.key}",
        ):
            answer = client.get(path, query_string={name: "绝无此值!"})
            assert answer.status_code == 400, (path, name)
            if path != f"/{layer.key}":
                assert answer.content_type == "application/problem+json"
                assert answer.get_json(force=True)["parameter"] == name
            else:
                assert name in answer.text
                assert "绝无此值!" in answer.text
    assert client.get(f"/{layer.key}?from=singlemessage&isappinstalled=0").status_code == 200
    assert client.get(f"/{layer.key}.csv?from=singlemessage").status_code == 400


@every_layer
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_template_renders_in_both_languages(
    layer: Layer, lang: str, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    assert client.application.jinja_env.undefined is StrictUndefined
    ids = filled(connection, layer, areas, 3)
    for path in ("", f"/{ids[0]}", f"/{ids[0]}/card", f"/{ids[-2]}", f"/{ids[-1]}"):
        assert client.get(f"/{layer.key}{path}?lang={lang}").status_code == 200
    for path in ("/", "/map", "/map.js"):
        assert client.get(f"{path}?layers={layer.key}&lang={lang}").status_code == 200
    shown = legend.entries(View((Query(layer),)), layers.LAYERS, "/", untranslated)
    assert [entry.key for entry in shown if entry.on] == [layer.key]
    assert legend.seals(layer, untranslated)


@every_layer
def test_no_private_field_reaches_the_public(
    layer: Layer, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    secret = "机密七七四十九"
    (id_,) = put(connection, layer, areas, values(layer, 1))
    private = [name for name in fields(layer.model) if name not in public_fields(layer) and name != "status"]
    assert {"contact_name", "internal_note"} <= set(private)
    sets = ", ".join(f"{name} = '{secret}{name}'" for name in private)
    connection.execute(text(f"UPDATE {layer.model.__tablename__} SET {sets} WHERE id = {id_}"))
    paths = [
        f"/{layer.key}",
        f"/{layer.key}/{id_}",
        f"/{layer.key}/{id_}/card",
        "/",
        "/map",
        "/map.js",
        f"/facets/{layer.key}",
    ]
    paths += [f"/{layer.key}.{ending}" for ending in ("geojson", "csv", "kml", "gpkg")]
    for path in paths:
        assert secret.encode() not in surfaces.get(client, path), path
    assert secret not in str(surfaces.features(client, Query(layer), positions(connection, layer), 14))
    book = surfaces.get(client, f"/{layer.key}.xlsx")
    assert secret not in str(surfaces.xlsx_rows(book))


@every_layer
def test_hostile_text_comes_out_as_text(
    layer: Layer, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    hostile = "<img src=x onerror=alert(1)>${alert(2)}</script>javascript:alert(3)"
    (id_,) = put(connection, layer, areas, values(layer, 1))
    texts = [c.name for c in layer.model.__table__.columns if str(c.type) == "TEXT" and c.name in fields(layer.model)]
    texts = [name for name in texts if fields(layer.model)[name].vocabulary is None and name != "status"]
    sets = ", ".join(f"{name} = :hostile" for name in texts)
    connection.execute(text(f"UPDATE {layer.model.__tablename__} SET {sets} WHERE id = {id_}"), {"hostile": hostile})
    for path in (f"/{layer.key}", f"/{layer.key}/{id_}", f"/{layer.key}/{id_}/card", "/", "/map"):
        html = surfaces.get(client, path).decode()
        assert "<img src=x" not in html, path
        assert 'href="javascript:' not in html, path
        assert html.count("</script>") == html.count("<script"), path
    assert "${alert" not in surfaces.get(client, "/map.js").decode()
    assert json.loads(surfaces.get(client, f"/{layer.key}.geojson"))["features"][0]["properties"]["name"] == hostile


@every_layer
def test_a_formula_is_never_exported_as_one(
    layer: Layer, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    put(connection, layer, areas, values(layer, 1, name="=HYPERLINK(1)", place="+1", office="@a", phone_hours="-2"))
    book = surfaces.xlsx_rows(surfaces.get(client, f"/{layer.key}.xlsx"))
    lines = surfaces.get(client, f"/{layer.key}.csv").decode("utf-8-sig").splitlines()
    for cell in [*book[1], *lines[1].split(",")]:
        assert not str(cell).startswith(("=", "+", "@", "-")), cell


@every_layer
def test_an_export_comes_back_unchanged(
    layer: Layer, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    filled(connection, layer, areas, 4)
    put(connection, layer, areas, values(layer, 5, name="=1+1", place="'=引号"))
    book = surfaces.xlsx_rows(surfaces.get(client, f"/{layer.key}.xlsx"))
    names = [column.name for column in sheet.columns(layer)]
    for row, place in zip(book[1:], asking.page(connection, Query(layer, limit=100), areas, TODAY), strict=True):
        checked = layer.check(sheet.values(layer, book[0], row), Need.DRAFT, areas)
        assert checked.accepted, [(p.column, p.message, p.values) for p in checked.problems]
        for name in names:
            if name in public_fields(layer) and name != "id":
                assert checked.values.get(name) == getattr(place, name), name


@every_layer
def test_form_and_import_are_judged_alike(layer: Layer, areas: Areas) -> None:
    typed = values(layer, 1)
    written = {name: str(value) if not isinstance(value, list) else "、".join(value) for name, value in typed.items()}
    assert layer.check(typed, Need.PUBLISH, areas).values == layer.check(written, Need.PUBLISH, areas).values
    empty = layer.check({}, Need.DRAFT, areas)
    assert {"name", "area"} <= {problem.column for problem in empty.problems}


@every_layer
def test_an_id_is_the_same_everywhere(layer: Layer, client: FlaskClient, connection: Connection, areas: Areas) -> None:
    (id_,) = put(connection, layer, areas, values(layer, 1))
    feature = json.loads(surfaces.get(client, f"/{layer.key}.geojson"))["features"][0]
    assert (feature["id"], feature["properties"]["id"]) == (id_, id_)
    assert surfaces.csv_ids(client, Query(layer)) == [id_]
    (tile,) = surfaces.features(client, Query(layer), positions(connection, layer), 14)
    assert tile["id"] == id_
    assert f'data-place="{layer.key}:{id_}"' in client.get(f"/{layer.key}/{id_}").text


@every_layer
def test_every_filter_has_an_index_and_every_change_a_version(layer: Layer, connection: Connection) -> None:
    table = layer.model.__tablename__
    indexes = inspect(connection).get_indexes(table)
    covered = {str(column) for index in indexes for column in (*index["column_names"], *index.get("expressions", []))}
    for name in [*layer.filters, *layer.searched, "area", "zone"]:
        assert any(name == column or f"{name} " in column or f"({name}" in column for column in covered), name
    number = text("SELECT n FROM layer_version WHERE layer = :layer")
    before = connection.execute(number, {"layer": table}).scalar_one()
    connection.execute(text(f"DELETE FROM {table}"))
    assert connection.execute(number, {"layer": table}).scalar_one() > before


@every_layer
def test_a_declaration_stays_small(layer: Layer) -> None:
    for declared in (layer, next(iter(fields(layer.model).values()))):
        assert len(declared.__dataclass_fields__) <= 8, "write a function instead"
