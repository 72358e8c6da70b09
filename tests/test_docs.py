"""The documentation says what the program does: generated pages are current, links and commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import layers
from layers.query import spell
from webapp import config, describe

ROOT = Path(__file__).resolve().parent.parent
DOCS = [ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_layers_page_is_what_would_be_generated() -> None:
    assert describe.PATH.read_text(encoding="utf-8") == describe.document(), "run `flask layers document`"


@pytest.mark.parametrize("layer", [pytest.param(y, id=y.key) for y in layers.LAYERS])
def test_every_documented_example_works_on_every_surface(layer: layers.Layer, client: FlaskClient) -> None:
    written = describe.layer(layer)
    examples = re.findall(r"`([a-z_]+)=([^`]+)` \|$", written, re.M)
    assert {name for name, _value in examples} == set(layer.filters)
    shared = [tuple(p.split("=", 1) for p in example.split("&")) for _n, _m, example in describe.SHARED]
    for pairs in [*[(pair,) for pair in examples], *shared]:
        asked = spell([(name, value) for name, value in pairs])
        own = [
            (name if name in ("area", "q", "bbox", "near", "radius", "within") else f"{layer.key}.{name}", v)
            for name, v in pairs
        ]
        whole = spell([("layers", layer.key), *own])
        paths = [f"/{layer.key}", *(f"/{layer.key}.{end}" for end in ("geojson", "csv", "xlsx", "gpkg", "kml"))]
        for path in [*paths, f"/facets/{layer.key}", f"/tiles/{layer.key}/8/201/106.mvt", f"/tiles/{layer.key}.json"]:
            assert client.get(f"{path}?{asked}").status_code in (200, 204), (path, asked)
        for path in ("/", "/map", "/map.js"):
            assert client.get(f"{path}?{whole}").status_code == 200, (path, whole)


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_readme_names_what_there_is() -> None:
    for readme in ("README.md", "README.zh.md"):
        text = (ROOT / readme).read_text(encoding="utf-8")
        assert "make run" in text
        assert "make test" in text
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for setting in config.TABLE:
        assert f"`MAP_{setting.name}`" in operations, setting.name


def test_every_make_target_of_the_docs_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for path in DOCS:
        assert set(re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))) <= targets, path.name
