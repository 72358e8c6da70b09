"""What a Filter is, and the simple kinds: each with all its faces (URL, SQL, mask, sentence, choices) in one object."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from sqlalchemy import ARRAY, Column, ColumnElement, Index

from layers import packing
from layers.packing import Mask
from layers.words import Labels, Translate


@dataclass(frozen=True)
class Tally:
    """One choice that a facet counts: its URL value (which the filter parses), its words, its seal."""

    value: str
    label: str
    seal: str = ""


class Filter(ABC):
    """One kind of narrowing. Frozen; knows no field, no request and no session."""

    widget: ClassVar[str]

    @abstractmethod
    def parse(self, raw: str) -> Any:
        """The value of a URL parameter as a hashable canonical value; ValueError when it has none."""

    @abstractmethod
    def spell(self, value: Any) -> str:
        """The one canonical URL value: parse(spell(v)) == v."""

    @abstractmethod
    def where(self, column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
        """The value as a condition; a row without a value never meets it."""

    @abstractmethod
    def pack(self, values: pa.Array) -> packing.Column:
        """The column's values as a Snapshot holds them, for `mask`."""

    @abstractmethod
    def mask(self, column: packing.Column, value: Any) -> Mask:
        """The value as a mask over packed values: `where`, row by row."""

    @abstractmethod
    def words(self, value: Any, unit: str, _: Translate) -> str:
        """The value as a reader says it."""

    @abstractmethod
    def allowed(self, _: Translate) -> str:
        """What the parameter may be, for the error message and the documentation."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """What the URL value may be, as JSON Schema; an array is written with commas."""

    def tallies(self, unit: str, _: Translate) -> Sequence[Tally]:
        """The choices that a facet offers."""
        return ()

    def index(self, table: str, name: str, column: Column[Any]) -> Index:
        """The index that serves `where`."""
        using = "gin" if isinstance(column.type, ARRAY) else "btree"
        return Index(f"ix_{table}_{name}", name, postgresql_using=using)


@dataclass(frozen=True)
class Choice(Filter):
    """Some of a closed vocabulary, OR-ed; over a column of one key or of an array of keys."""

    options: Labels
    widget: ClassVar[str] = "choice"

    def parse(self, raw: str) -> tuple[str, ...]:
        keys = {part.strip() for part in raw.split(",")}
        if not keys <= set(self.options):
            raise ValueError(raw)
        return tuple(key for key in self.options if key in keys)

    def spell(self, value: tuple[str, ...]) -> str:
        return ",".join(value)

    def where(self, column: ColumnElement[Any], value: tuple[str, ...]) -> ColumnElement[bool]:
        if isinstance(column.type, ARRAY):
            return column.overlap(list(value))  # type: ignore[attr-defined,no-any-return]
        return column.in_(value)

    def pack(self, values: pa.Array) -> packing.Column:
        return packing.choices(values, list(self.options))

    def mask(self, column: packing.Column, value: tuple[str, ...]) -> Mask:
        places = [place for place, key in enumerate(self.options) if key in value]
        if column.dtype.kind == "u":
            return column & column.dtype.type(sum(1 << place for place in places)) != 0
        return np.isin(column, np.array(places, dtype=column.dtype))

    def words(self, value: tuple[str, ...], unit: str, _: Translate) -> str:
        return _("、").join(_(self.options[key]) for key in value)

    def allowed(self, _: Translate) -> str:
        return _("可选：%(keys)s，多个用逗号隔开", keys=" ".join(self.options))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": list(self.options)}, "minItems": 1}

    def tallies(self, unit: str, _: Translate) -> Sequence[Tally]:
        return [Tally(key, _(label)) for key, label in self.options.items()]


@dataclass(frozen=True)
class Flag(Filter):
    """Yes, written 1; there is no asking for no, since a missing value is not a no."""

    label: str = ""
    widget: ClassVar[str] = "flag"

    def parse(self, raw: str) -> bool:
        if raw != "1":
            raise ValueError(raw)
        return True

    def spell(self, value: bool) -> str:
        return "1"

    def where(self, column: ColumnElement[Any], value: bool) -> ColumnElement[bool]:
        return column.is_(True)

    def pack(self, values: pa.Array) -> packing.Column:
        return packing.filled(values, False).astype(np.int8)

    def mask(self, column: packing.Column, value: bool) -> Mask:
        return column == 1

    def words(self, value: bool, unit: str, _: Translate) -> str:
        return _(self.label) if self.label else _("是")

    def allowed(self, _: Translate) -> str:
        return _("只能写 1")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": ["1"]}

    def tallies(self, unit: str, _: Translate) -> Sequence[Tally]:
        return [Tally("1", self.words(True, unit, _))]


@dataclass(frozen=True)
class Text(Filter):
    """Marks a field whose words `q` looks through; it has no parameter of its own."""

    widget: ClassVar[str] = "text"

    def parse(self, raw: str) -> str:
        raise ValueError(raw)

    def spell(self, value: str) -> str:
        return value

    def where(self, column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
        escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return column.ilike(f"%{escaped}%", escape="\\")

    def pack(self, values: pa.Array) -> packing.Column:
        raise TypeError("texts are searched, not packed")

    def mask(self, column: packing.Column, value: str) -> Mask:
        raise TypeError("texts are searched, not masked")

    def words(self, value: str, unit: str, _: Translate) -> str:
        return _("含“%(text)s”", text=value)

    def allowed(self, _: Translate) -> str:
        return _("文字；用参数 q 搜")

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}

    def index(self, table: str, name: str, column: Column[Any]) -> Index:
        """Trigrams: they serve substrings of three characters and more, and narrow shorter ones."""
        return Index(f"ix_{table}_{name}", name, postgresql_using="gin", postgresql_ops={name: "gin_trgm_ops"})
