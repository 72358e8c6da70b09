"""What the project itself exports comes back unchanged, for every layer, format and language."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, delete

import layers
from geo.reading import read
from layers import headings
from layers.areas import Areas
from layers.incoming import Incoming, Outcome, Said, State
from layers.layer import Layer
from layers.query import Query
from layers.words import untranslated
from tests import surfaces
from tests.places import TODAY, put, values
from webapp.i18n import translate

LAYERS = [pytest.param(layer, id=layer.key) for layer in layers.LAYERS]
POLYGON = "POLYGON((103.94 29.2,103.96 29.2,103.96 29.22,103.94 29.2))"


def filled(connection: Connection, layer: Layer, areas: Areas) -> None:
    """Places of every precision and shape, with texts that spreadsheets mistake."""
    rows = [values(layer, n) for n in range(4)]
    rows += [values(layer, 50, precision="county"), values(layer, 51, area="511123106", precision="township")]
    rows += [values(layer, 5, name="=1+1", place="'=引号", office="-2", phone_hours="1992")]
    rows += [values(layer, 6, name="多行\n第二行", place='逗号,引号"', office="0833")]
    drawn = values(layer, 7)
    del drawn["lon"], drawn["lat"]
    rows.append({**drawn, "shape": POLYGON})
    bare: dict[str, Any] = {"name": "空白", "area": "511126", "status": "published", "valid_until": TODAY}
    put(connection, layer, areas, *rows, bare)


def exported(client: FlaskClient, layer: Layer, ending: str, lang: str) -> bytes:
    return surfaces.get(client, f"/{layer.key}.{ending}?lang={lang}")


def incoming(content: bytes, layer: Layer, areas: Areas, languages: Any = ()) -> list[Outcome]:
    table = read(content, known=headings.knows(layer))
    found = headings.matches(layer, table.headings, languages)
    return list(Incoming(table, layer, found, areas, Said(languages=languages)))


def comparable(content: bytes, ending: str, frame: Any) -> Any:
    """The data of an export; what a file says of when it was written is no data."""
    if ending == "xlsx":
        return surfaces.xlsx_rows(content)
    return frame() if ending in ("gpkg", "kml") else content


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "gpkg", "kml"])
@pytest.mark.parametrize("layer", LAYERS)
def test_export_read_check_export_is_equal(
    layer: Layer, ending: str, lang: str, client: FlaskClient, connection: Connection, areas: Areas
) -> None:
    filled(connection, layer, areas)
    frame = lambda: surfaces.frame(client, Query(layer), ending).to_csv()  # noqa: E731
    before = exported(client, layer, ending, lang)
    first = comparable(before, ending, frame)
    with client.application.test_request_context(f"/?lang={lang}"):
        outcomes = incoming(before, layer, areas, (translate,) if lang == "en" else ())
    said = [(f.column, f.problem.text(untranslated)) for outcome in outcomes for f in outcome.problems]
    assert not said
    assert {outcome.state for outcome in outcomes} == {State.ACCEPTED}
    model = layer.model
    connection.execute(delete(model))
    for outcome in outcomes:
        row = {**outcome.values, "id": outcome.id, "status": "published"}
        connection.execute(model.__table__.insert().values(**row))
    assert comparable(exported(client, layer, ending, lang), ending, frame) == first
