"""GB/T 4754-2017 industry codes and the twelve friendly groups over them."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from layers.codes import Codes, Group

DATA = Path(__file__).resolve().parent.parent / "data"


@cache
def names() -> dict[str, str]:
    """Code with its section letter (C13) -> Chinese name."""
    with (DATA / "industries.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


@cache
def english() -> dict[str, str]:
    """Names of codes and groups in English, keyed by the Chinese; where none exists, no entry."""
    found = {}
    for table, column in (("industries.csv", "name"), ("industry_groups.csv", "label")):
        with (DATA / table).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row[f"{column}_en"]:
                    found[row[column]] = row[f"{column}_en"]
    return found


@cache
def groups() -> tuple[Group, ...]:
    """The friendly groups in the order of the filter panel."""
    with (DATA / "industry_groups.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Group(row["key"], row["label"], row["seal"], tuple(row["prefixes"].split())) for row in csv.DictReader(file)
        )


@cache
def industry_filter() -> Codes:
    """The filter that every layer with an industry shares."""
    return Codes(names(), groups())
