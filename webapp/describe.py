"""What is derived from the layers, in words: `flask layers show` and the generated docs/layers.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import layers
from layers import sheet
from layers.layer import Layer
from layers.public import public_fields
from layers.words import untranslated

PATH = Path(__file__).resolve().parent.parent / "docs" / "layers.md"
SHARED = (
    (
        "area",
        "code of a province, city, county, township or functional zone; `5111` is short for 511100",
        "area=511123",
    ),
    (
        "q",
        "words; all must be in a text, or name an area, trade or tag; pinyin and synonyms work; quotes: literally",
        "q=茶叶",
    ),
    ("bbox", "west,south,east,north in degrees, WGS 84", "bbox=103.5,28.9,104.2,29.8"),
    ("near", "lon,lat in degrees; not for what is known by its county alone", "near=103.76,29.57"),
    ("radius", "kilometres around `near`, 30 unless told", "near=103.76,29.57&radius=50"),
    (
        "within",
        "a polygon as an encoded polyline (precision 5); like `near` not for county-only places",
        r"within=_a_pD_etsR?_kiF_ibE??~jiF",
    ),
)
EXAMPLES = {
    "choice": lambda kind: next(iter(kind.options)),
    "codes": lambda kind: f"{kind.groups[0].key},C13" if kind.groups else next(iter(kind.names)),
    "range": lambda kind: f"..{kind.tiers[len(kind.tiers) // 2]}" if kind.tiers else "1..",
    "flag": lambda kind: "1",
    "since": lambda kind: "2026-06-01..",
}


def document() -> str:
    """The whole of docs/layers.md."""
    parts = [HEAD, *(layer(found) for found in layers.LAYERS)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


HEAD = (
    "# Layers\n\nWritten by `flask layers document`; a test holds it equal to the code.\n\n"
    "## Parameters of every layer\n\n| parameter | meaning | example |\n|---|---|---|\n"
    + "\n".join(f"| `{name}` | {meaning} | `{example}` |" for name, meaning, example in SHARED)
    + "\n\nOn lists also `sort`, `page` and `limit` (1 to 100). OR within one parameter (commas), AND across."
    " A place without a value never matches a filter on it. On a surface with several layers a layer's own"
    " parameter carries its key: `projects.budget=..20`."
)


def layer(found: Layer) -> str:
    """One layer's section."""
    style = found.style
    return "\n".join(
        [
            f"## {found.key} · {found.title}",
            "",
            f"Mark: {style.shape} {style.letter}, colour `{style.color}`; clusters below zoom {style.cluster_below}. "
            f"Table `{found.model.__tablename__}`. Pages `/{found.key}`, `/{found.key}/<id>`; files "
            f"`/{found.key}.geojson` `.csv` `.xlsx` `.gpkg` `.kml`; tiles `/tiles/{found.key}/{{z}}/{{x}}/{{y}}.mvt`; "
            f"counts `/facets/{found.key}`.",
            "",
            "### Filters",
            "",
            "| parameter | label | takes | example |",
            "|---|---|---|---|",
            *_filters(found),
            "",
            "### Public fields",
            "",
            "| column | label | spreadsheet heading | values |",
            "|---|---|---|---|",
            *_fields(found),
        ]
    )


def example(kind: object) -> str:
    """A value that a filter takes, for the documentation and its test."""
    return EXAMPLES[kind.widget](kind)  # type: ignore[attr-defined,no-any-return,no-untyped-call]


def _filters(found: Layer) -> Iterator[str]:
    for name, field in found.filters.items():
        assert field.filter is not None
        takes = field.filter.allowed(untranslated).replace("|", "\\|")
        yield f"| `{name}` | {field.label} | {takes} | `{name}={example(field.filter)}` |"


def _fields(found: Layer) -> Iterator[str]:
    for name, field in public_fields(found).items():
        values = " ".join(f"{key}={label}" for key, label in (field.vocabulary or {}).items())
        yield f"| `{name}` | {field.label} | {sheet.heading(field, untranslated)} | {values or field.unit} |"
