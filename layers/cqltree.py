"""Prepares a CQL2 tree for the library: names and kinds checked, geometries in degrees, what it lacks unfolded."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from shapely.geometry import mapping, shape

from geo import reference as references
from geo.errors import BadCoordinate
from geo.reference import Reference
from layers.base import Precision
from layers.queryables import Kind, Queryable

Node = Any
COMPARING = ("=", "<>", "<", ">", "<=", ">=", "in", "between")
SPATIAL = ("s_intersects", "s_disjoint", "s_equals", "s_touches", "s_crosses", "s_overlaps", "s_within", "s_contains")
ARRAYS = ("a_overlaps", "a_contains", "a_containedby", "a_equals")
ARITHMETIC = ("+", "-", "*", "/")
OTHERS = ("and", "or", "not", "isNull", "like", "casei")
WHOLE = 2**53
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Unsuitable(ValueError):
    """What a tree holds that the layer or this server has not."""


def prepared(tree: Node, known: Mapping[str, Queryable], reference: Reference) -> Node:
    """The tree as pygeofilter reads it; Unsuitable names what cannot be asked."""
    return _Preparing(known, reference).node(tree)


class _Preparing:
    def __init__(self, known: Mapping[str, Queryable], reference: Reference) -> None:
        self.known, self.reference = known, reference

    def node(self, node: Node) -> Node:
        if isinstance(node, list):
            return [self.node(part) for part in node]
        if isinstance(node, float):
            return int(node) if node.is_integer() and abs(node) < WHOLE else node
        if isinstance(node, str):
            if "\x00" in node:
                raise Unsuitable("a text holds a NUL character")
            return node
        return self.member(node) if isinstance(node, dict) else node

    def member(self, node: dict[str, Node]) -> Node:
        if "property" in node:
            if node["property"] not in self.known:
                raise Unsuitable(f"no property {node['property']}; there are {', '.join(self.known)}")
            return node
        if node.get("type") == "GeometryCollection":
            raise Unsuitable("no geometry collections; ask with OR")
        if "bbox" in node or "type" in node:
            return self.shape(node)
        if "op" in node:
            return self.operation(str(node["op"]), node["args"])
        return node

    def shape(self, node: dict[str, Node]) -> Node:
        """A geometry literal in degrees, longitude first, as GeoJSON."""
        try:
            if "bbox" in node:
                if len(node["bbox"]) not in (4, 6):
                    raise Unsuitable("BBOX takes four numbers")
                return dict(mapping(references.box(node["bbox"], self.reference)))
            found = self.reference.shape(shape(node))
        except BadCoordinate as error:
            raise Unsuitable(str(error)) from None
        if found.is_empty or not found.is_valid:
            raise Unsuitable("a geometry is empty or crosses itself")
        return dict(mapping(found))

    def operation(self, op: str, args: list[Node]) -> Node:
        op = {"a_containedBy": "a_containedby", "!=": "<>"}.get(op, op)
        if op in TEMPORAL:
            return self.node(TEMPORAL[op](*args))
        if op not in (*COMPARING, *SPATIAL, *ARRAYS, *ARITHMETIC, *OTHERS):
            raise Unsuitable(f"no function or operator {op}")
        made = {"op": "a_containedby" if op == "a_containedby" else op, "args": self.node(args)}
        if op in COMPARING:
            made["args"] = self.comparable(op, made["args"])
        if op in ARRAYS:
            self.listed(op, made["args"])
        if op in SPATIAL and Kind.SHAPE not in {self.kind(a) for a in args if isinstance(a, dict) and "property" in a}:
            raise Unsuitable(f"{op} takes the property geometry and a shape")
        if op in SPATIAL and not any(isinstance(arg, dict) and "bbox" in arg for arg in args):
            sure = {"op": "<>", "args": [{"property": "precision"}, Precision.COUNTY.value]}
            return {"op": "and", "args": [made, sure]}  # what is known by its county alone is inside no shape
        return made

    def comparable(self, op: str, args: list[Node]) -> list[Node]:
        """The arguments, days written as text read as days; Unsuitable when kinds differ."""
        kinds = {self.kind(arg) for arg in args if isinstance(arg, dict) and "property" in arg}
        for kind in kinds:
            args = [_literal(arg, kind) for arg in args]
        if op == "between":
            low, high = args[1:]
            return [args[0], [low, high]]
        return args

    def kind(self, node: dict[str, Node]) -> Kind:
        return self.known[node["property"]].kind

    def listed(self, op: str, args: list[Node]) -> None:
        head, keys = args
        if not (isinstance(head, dict) and "property" in head and self.kind(head) is Kind.LIST):
            raise Unsuitable(f"{op} takes a property that is a list, then a list of keys")
        if not (isinstance(keys, list) and all(isinstance(key, str) for key in keys)):
            raise Unsuitable(f"{op} takes a list of texts")


def _literal(node: Node, kind: Kind) -> Node:
    """A literal that may be compared with a property of a kind; whatever is computed passes."""
    if isinstance(node, list):
        return [_literal(part, kind) for part in node]
    if kind in (Kind.LIST, Kind.SHAPE):
        raise Unsuitable(f"a property that is {'a list: ask A_OVERLAPS' if kind is Kind.LIST else 'a geometry'}")
    if kind is Kind.DATE and isinstance(node, str) and DAY.fullmatch(node):
        return {"date": node}
    if isinstance(node, dict):
        said: Kind = Kind.DATE if "date" in node or "timestamp" in node else kind
    else:
        said = {bool: Kind.FLAG, str: Kind.TEXT}.get(type(node), Kind.NUMBER)
    if said is not kind:
        raise Unsuitable(f"a {kind.value} cannot be compared with a {said.value}")
    return node


def _ends(when: Node) -> tuple[Node, Node]:
    """First and last moment of an instant or an interval, None where it is open."""
    if not (isinstance(when, dict) and "interval" in when):
        return when, when
    ends = [None if end == ".." else end if isinstance(end, dict) else _moment(str(end)) for end in when["interval"]]
    return ends[0], ends[1]


def _moment(text: str) -> Node:
    return {"date": text} if DAY.fullmatch(text) else {"timestamp": text}


def _both(*parts: Node | None) -> Node:
    there = [part for part in parts if part is not None]
    if not there:
        return True
    return there[0] if len(there) == 1 else {"op": "and", "args": there}


def _is(op: str, what: Node, end: Node) -> Node | None:
    return None if end is None else {"op": op, "args": [what, end]}


def _after(what: Node, when: Node) -> Node:
    return _is(">", what, _ends(when)[1]) or False


def _before(what: Node, when: Node) -> Node:
    return _is("<", what, _ends(when)[0]) or False


def _during(what: Node, when: Node) -> Node:
    low, high = _ends(when)
    return _both(_is(">", what, low), _is("<", what, high))


def _meets(what: Node, when: Node) -> Node:
    low, high = _ends(when)
    return _both(_is(">=", what, low), _is("<=", what, high))


TEMPORAL: dict[str, Callable[[Node, Node], Node]] = {
    "t_after": _after,
    "t_before": _before,
    "t_during": _during,
    "t_intersects": _meets,
    "t_equals": lambda what, when: {"op": "=", "args": [what, when]},
    "t_disjoint": lambda what, when: {"op": "not", "args": [_meets(what, when)]},
}
