"""The filter over classification codes: prefixes, and friendly groups of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from sqlalchemy import ColumnElement, and_, or_

from layers import packing
from layers.filters import Filter, Tally
from layers.packing import Mask
from layers.words import Translate


@dataclass(frozen=True)
class Group:
    """A friendly name over code prefixes; where two groups claim a code, the longer prefix wins."""

    key: str
    label: str
    seal: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True)
class Codes(Filter):
    """Code prefixes (`C13`) or friendly groups of them (`food`), OR-ed."""

    names: Mapping[str, str]
    groups: tuple[Group, ...] = ()
    widget: ClassVar[str] = "codes"

    def parse(self, raw: str) -> tuple[str, ...]:
        keys = {part.strip() for part in raw.split(",")}
        known = {group.key for group in self.groups}
        if not all(key in known or key in self.names for key in keys):
            raise ValueError(raw)
        return tuple(sorted(keys))

    def spell(self, value: tuple[str, ...]) -> str:
        return ",".join(value)

    def where(self, column: ColumnElement[Any], value: tuple[str, ...]) -> ColumnElement[bool]:
        parts = [part for key in value for part in self._claims.get(key, [(key, [])])]
        return or_(*(and_(under(column, p), *(~under(column, other) for other in taken)) for p, taken in parts))

    @cached_property
    def _claims(self) -> dict[str, list[tuple[str, list[str]]]]:
        """Group -> its prefixes, each with those under it that another group claims."""
        claims = {}
        for group in self.groups:
            others = [p for g in self.groups if g is not group for p in g.prefixes]
            claims[group.key] = [(prefix, [p for p in others if p.startswith(prefix)]) for prefix in group.prefixes]
        return claims

    def pack(self, values: pa.Array) -> packing.Column:
        return packing.codes(values)

    def mask(self, column: packing.Column, value: tuple[str, ...]) -> Mask:
        found = np.zeros(len(column), dtype=bool)
        for key in value:
            for prefix, taken in self._claims.get(key, [(key, [])]):
                part = packing.under(column, prefix)
                for other in taken:
                    part &= ~packing.under(column, other)
                found |= part
        return found

    def group_of(self, code: str | None) -> Group | None:
        """The group that a code belongs to, by the longest prefix."""
        claims = [(len(p), g) for g in self.groups for p in g.prefixes if (code or "").startswith(p)]
        return max(claims, key=lambda claim: claim[0])[1] if claims else None

    def words(self, value: tuple[str, ...], unit: str, _: Translate) -> str:
        labels = {group.key: group.label for group in self.groups}
        return _("、").join(_(labels.get(key) or self.names[key]) for key in value)

    def allowed(self, _: Translate) -> str:
        keys = " ".join(group.key for group in self.groups)
        return _("可选：%(keys)s，或 GB/T 4754 代码（如 C13），多个用逗号隔开", keys=keys)

    def schema(self) -> dict[str, Any]:
        keys = "|".join(group.key for group in self.groups)
        return {"type": "array", "items": {"type": "string", "pattern": f"^({keys}|[A-T][0-9]{{0,4}})$"}, "minItems": 1}

    def tallies(self, unit: str, _: Translate) -> Sequence[Tally]:
        return [Tally(group.key, _(group.label), group.seal) for group in self.groups]


def under(column: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """Codes that begin with an ASCII prefix, as a range that an ordinary C-collated index serves."""
    return and_(column >= prefix, column < prefix[:-1] + chr(ord(prefix[-1]) + 1))
