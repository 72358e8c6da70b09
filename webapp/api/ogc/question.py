"""Reads an OGC request: the standard's parameters, and ours beside them, as one question."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement

import layers
from geo import reference as references
from geo.errors import BadCoordinate
from geo.reference import CRS84, REFERENCES, Reference
from layers import cql, grammar
from layers.errors import BadValue
from layers.features import Asked, Days, Stretch
from layers.layer import Layer
from layers.query import Query
from layers.words import N_
from webapp import db
from webapp.asked import pairs

STANDARD = ("f", "crs", "bbox", "bbox-crs", "datetime", "limit", "offset", "after", "before",
            "filter", "filter-lang", "filter-crs")  # fmt: skip
DEFAULT_LIMIT, MAX_LIMIT = 100, 10_000
MAX_OFFSET = 100_000_000
MAX_ID = 2**63 - 1
NUMBER = re.compile(r"[-+]?\d{1,12}(\.\d{1,18})?([eE][-+]?\d{1,2})?")
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[-+]\d{2}:\d{2}))?", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """What is asked, which stretch of it, in which reference system."""

    asked: Asked
    stretch: Stretch
    reference: Reference
    by_filter: str = ""

    @property
    def layer(self) -> Layer:
        """The layer that is asked."""
        return self.asked.query.layer


def read(key: str) -> Question:
    """The question of the request; UnknownLayer, or BadValue naming the parameter."""
    layer = layers.get(key)
    given = grammar.joined(pairs())
    ours = [(name, value) for name, value in given.items() if name not in STANDARD]
    query = Query.parse(layer, ours, db.areas(), strict=True)
    asked = Asked(query, _frame(given), _days(given), _condition(layer, given))
    return Question(asked, _stretch(given, query), reference("crs", given), given.get("filter", ""))


def reference(name: str, given: Mapping[str, str]) -> Reference:
    """The reference system of a parameter; CRS84 when it is not given."""
    try:
        return references.named(given[name]) if name in given else CRS84
    except KeyError:
        offered = " ".join(r.uri for r in REFERENCES)
        raise BadValue(name, given[name][:100], N_("可选：%(keys)s"), {"keys": offered}) from None


def one_reference() -> Reference:
    """The reference system of a request for a single feature."""
    return reference("crs", grammar.joined(list(request.args.items(multi=True))))


def _frame(given: Mapping[str, str]) -> BaseGeometry | None:
    system = reference("bbox-crs", given)
    if "bbox" not in given:
        return None
    allowed = N_("写四个数：左下角、右上角，顺序按 bbox-crs（默认经度在前），如 103.5,29.3,104.1,29.8")
    parts = [part.strip() for part in given["bbox"].split(",")]
    if len(parts) not in (4, 6) or not all(NUMBER.fullmatch(part) for part in parts):
        raise BadValue("bbox", given["bbox"][:100], allowed)
    try:
        return references.box([float(part) for part in parts], system)
    except BadCoordinate:
        raise BadValue("bbox", given["bbox"][:100], allowed) from None


def _days(given: Mapping[str, str]) -> Days | None:
    """`datetime`: a day or moment, or an interval with `..` or nothing for an open end; days are days in China."""
    if "datetime" not in given:
        return None
    raw = given["datetime"]
    ends = raw.split("/")
    try:
        if len(ends) > 2 or all(end in ("", "..") for end in ends):
            raise ValueError(raw)
        first, last = (_day(end) for end in (ends if len(ends) == 2 else ends * 2))
        if first and last and first > last:
            raise ValueError(raw)
    except (ValueError, OverflowError):
        allowed = N_("写日期、时刻或范围，如 2026-06-01、2026-06-01/..、2026-01-01/2026-06-30")
        raise BadValue("datetime", raw[:100], allowed) from None
    return first, last


def _day(text: str) -> dt.date | None:
    if text in ("", ".."):
        return None
    match = DAY.fullmatch(text)
    if not match:
        raise ValueError(text)
    if not match[2]:
        return dt.date.fromisoformat(match[1])
    moment = dt.datetime.fromisoformat(text[:10] + "T" + re.sub(r"\.\d+", "", text[11:]).upper().replace("Z", "+00:00"))
    return moment.astimezone(db.CHINA).date()


def _condition(layer: Layer, given: Mapping[str, str]) -> ColumnElement[bool] | None:
    language = given.get("filter-lang", "cql2-text")
    if language not in cql.LANGUAGES:
        raise BadValue("filter-lang", language[:50], N_("可选：%(keys)s"), {"keys": " ".join(cql.LANGUAGES)})
    system = reference("filter-crs", given)
    return cql.condition(layer, given["filter"], language, system) if "filter" in given else None


def _stretch(given: Mapping[str, str], query: Query) -> Stretch:
    limit = min(_whole(given, "limit", DEFAULT_LIMIT, 1, MAX_ID), MAX_LIMIT)
    offset = _whole(given, "offset", (query.page - 1) * limit, 0, MAX_OFFSET)
    after = _whole(given, "after", 0, 0, MAX_ID) if "after" in given else None
    before = _whole(given, "before", 0, 0, MAX_ID) if "before" in given else None
    for name in ("after", "before"):
        if name in given and query.sort:
            raise BadValue(name, given[name], N_("有 sort 时用 offset 翻页"))
    return Stretch(limit, offset, after, before)


def _whole(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    if name not in given:
        return default
    raw = given[name]
    if not re.fullmatch(r"[0-9]{1,19}", raw) or not low <= int(raw) <= high:
        raise BadValue(name, raw[:50], N_("写 %(low)s 到 %(high)s 的整数"), {"low": low, "high": high})
    return int(raw)
