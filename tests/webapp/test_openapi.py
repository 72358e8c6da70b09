"""The OpenAPI document: complete, and true to what the server answers (schemathesis, bounded)."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

import layers
from layers.public import public_fields

NOT_FOR_MACHINES = ("/static/", "/healthz", "/readyz", "/metrics", "/robots.txt", "/sitemap", "/map.js", "/oembed")
TRIED = r"^/(api/|suggest|facets/areas|facets/parks|tiles/(basemap|parks)|parks\.(geojson|csv))"
OTHERS = r"/(projects|zones|towns|incubators|services|transport)(/|$)"
EXAMPLES = 5
CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)


def document(client: FlaskClient, lang: str = "zh") -> dict[str, Any]:
    answer = client.get(f"/api/openapi.json?lang={lang}")
    assert answer.content_type == "application/vnd.oai.openapi+json;version=3.0"
    found: dict[str, Any] = answer.get_json(force=True)
    return found


def test_every_address_for_machines_is_in_it(shop: FlaskClient) -> None:
    paths = set(document(shop)["paths"])
    for rule in shop.application.url_map.iter_rules():
        if rule.rule.startswith(NOT_FOR_MACHINES) or not rule.rule.startswith(
            ("/api", "/tiles", "/facets", "/suggest")
        ):
            continue
        written = re.sub(r"<(?:[^:>]+:)?([a-z]+)>", r"{\1}", rule.rule)
        written = written.replace("{row}/{column}", "{tileRow}/{tileCol}").replace("Quad/{z}", "Quad/{tileMatrix}")
        spelled = {written.replace("{key}", layer.key) for layer in layers.LAYERS}
        assert spelled <= paths, rule.rule
    for layer in layers.LAYERS:
        assert {f"/{layer.key}.{ending}" for ending in ("geojson", "csv", "xlsx", "gpkg", "kml")} <= paths


def test_every_reference_leads_somewhere_and_every_operation_can_fail(shop: FlaskClient) -> None:
    told = document(shop, "en")
    for path in set(re.findall(r'"\$ref": ?"#/([^"]+)"', shop.get("/api/openapi.json").text)):
        at: Any = told
        for part in path.split("/"):
            at = at[part]
    names = [one["operationId"] for item in told["paths"].values() for one in item.values()]
    assert len(names) == len(set(names))
    for path, item in told["paths"].items():
        if path.startswith("/api/import"):
            continue
        assert {"400", "404", "405", "414", "431", "503", "304"} <= set(item["get"]["responses"])
    assert told["components"]["responses"]["BadRequest"]["content"].keys() == {"application/problem+json"}


@pytest.mark.parametrize("layer", [pytest.param(layer, id=layer.key) for layer in layers.LAYERS])
def test_every_filter_and_every_public_field_is_in_it(layer: layers.Layer, shop: FlaskClient) -> None:
    told = document(shop)
    taken = told["paths"][f"/api/collections/{layer.key}/items"]["get"]["parameters"]
    assert set(layer.filters) <= {parameter.get("name") for parameter in taken}
    feature = told["components"]["schemas"][f"{layer.key.capitalize()}Feature"]["properties"]["properties"][
        "properties"
    ]
    assert set(feature) == {*public_fields(layer), "distance_km"}
    for parameter in taken:
        if pattern := parameter.get("schema", {}).get("pattern"):
            re.compile(pattern)


def test_answers_are_those_that_it_allows(shop: FlaskClient) -> None:
    """A few cases of every operation on one layer; a longer run is a command away (docs/api.md)."""
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", shop.application)
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if not re.match(TRIED, operation.path) or re.search(OTHERS, operation.path):
            continue
        tried += 1

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def answers(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

        answers()
    assert tried > 20
