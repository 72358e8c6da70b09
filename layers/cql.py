"""CQL2 (OGC 21-065r2) filters, text or JSON, as conditions on a layer's public fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import cql2
from pygeofilter import ast
from pygeofilter.backends.evaluator import handle
from pygeofilter.backends.sqlalchemy.evaluate import SQLAlchemyFilterEvaluator
from pygeofilter.parsers.cql2_json import parse
from sqlalchemy import Boolean, ColumnElement, literal

from geo.reference import Reference
from layers import cqltree
from layers.errors import BadValue
from layers.layer import Layer
from layers.queryables import queryables
from layers.words import N_

LONGEST = 4000
"""Characters of a filter."""
DEEPEST = 60
"""Brackets within brackets, and signs before signs: the parser descends into each."""
LANGUAGES = ("cql2-text", "cql2-json")


def condition(layer: Layer, text: str, language: str, reference: Reference) -> ColumnElement[bool]:
    """The filter as a condition; geometries in it stand in the reference system.

    Raises BadValue, naming what is wrong, for anything that is no CQL2 or asks for what the layer has not.
    """
    _measure(text)
    known = queryables(layer)
    try:
        read = cql2.parse_json(text) if language == "cql2-json" else cql2.parse_text(text)
        tree = cqltree.prepared(read.to_json(), known, reference)
        columns = {name: queryable.column for name, queryable in known.items()}
        found = _Conditions(columns, False).evaluate(parse(tree))
    except cql2.ParseError as error:
        raise refused(text, _where(str(error))) from None
    except cqltree.Unsuitable as error:
        raise refused(text, str(error)) from None
    except Exception as error:  # the libraries raise whatever their insides raise about what they do not know
        raise refused(text, f"{type(error).__name__}: {error}") from None
    return _boolean(text, found)


def refused(text: str, why: str) -> BadValue:
    """The error about a filter that cannot be asked."""
    allowed = N_("写 CQL2，如 budget <= 20 AND area LIKE '511123%%'。问题：%(why)s")
    return BadValue("filter", text[:200], allowed, {"why": why[:300]})


def _where(told: str) -> str:
    """Line and column of a parser's message, and what it expected there."""
    lines = [line.strip() for line in told.splitlines() if line.strip(" |")]
    return " ".join((lines[0], lines[-1])) if lines else told


def _boolean(text: str, found: Any) -> ColumnElement[bool]:
    if isinstance(found, bool):
        return literal(found)
    if not isinstance(getattr(found, "type", None), Boolean):
        raise refused(text, "a filter is true or false")
    condition_: ColumnElement[bool] = found if isinstance(found, ColumnElement) else found.is_(True)
    return condition_


def _measure(text: str) -> None:
    """Refuse what would take the parser too deep."""
    if len(text) > LONGEST:
        raise refused(text, f"more than {LONGEST} characters")
    deep = most = 0
    for sign in re.sub(r"'(?:[^']|'')*'", "''", text):
        deep += (sign in "([{") - (sign in ")]}")
        most = max(most, deep)
    signs = len(re.findall(r"\bnot\b", text, re.IGNORECASE)) + len(re.findall(r"[-+*/^]", text)) // 4
    if most > DEEPEST or signs > DEEPEST:
        raise refused(text, "too many levels")


class _Conditions(SQLAlchemyFilterEvaluator):  # type: ignore[misc]
    """The library's evaluator, and what it leaves out: lists of keys."""

    def __init__(self, columns: Mapping[str, Any], undefined_as_null: bool) -> None:
        super().__init__(columns, undefined_as_null)

    @handle(ast.ArrayPredicate, subclasses=True)  # type: ignore[untyped-decorator]
    def array(self, node: Any, column: Any, keys: Any) -> Any:
        """A_OVERLAPS, A_CONTAINS, A_CONTAINEDBY, A_EQUALS of a column and a list of keys."""
        keys = list(keys)
        if isinstance(node, ast.ArrayEquals):
            return column.contains(keys) & column.contained_by(keys)
        if isinstance(node, ast.ArrayContains):
            return column.contains(keys)
        return column.contained_by(keys) if isinstance(node, ast.ArrayContainedBy) else column.overlap(keys)

    @handle(list)  # type: ignore[untyped-decorator]
    def keys(self, node: list[Any]) -> list[Any]:
        """A list of literals stands for itself."""
        return node
