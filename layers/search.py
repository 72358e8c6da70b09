"""What the words of `q` mean: found in a text, or naming an area, a trade, a tag; spelled in pinyin; said otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal, literal_column, or_, select, union_all

from layers import grammar, synonyms
from layers.areas import Area, Areas
from layers.base import Field, bigrams, fields
from layers.codes import Group, under
from layers.filters import Choice
from layers.layer import Layer

MOST_NAMED = 60
"""A word that names more areas or trades than this names none of them."""
WEIGHTS = {"name": 8, "name_en": 8, "short_name": 8, "trade": 4, "leading_industry": 4, "summary": 3}
"""How much a text counts in which a word is found; every other text counts 1, a name that is meant by it 2."""
MEANT = 2


@dataclass(frozen=True)
class Tag:
    """A choice of a field, named by its label."""

    field: str
    key: str
    label: str


@dataclass(frozen=True)
class Meaning:
    """One word of a question: the text itself, and (unless it stood in quotes) what it names besides."""

    word: str
    literal: bool
    areas: tuple[Area, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    groups: tuple[Group, ...] = ()
    tags: tuple[Tag, ...] = ()
    others: tuple[Meaning, ...] = ()

    @property
    def latin(self) -> bool:
        """Whether the word may be pinyin or initials."""
        return not self.literal and self.word.isascii() and len(self.word) > 1


def meanings(layer: Layer, q: str, areas: Areas) -> list[Meaning]:
    """Every word of a text question with what it names in a layer."""
    return [_meaning(layer, word, quoted, areas) for word, quoted in grammar.words(q)]


def _meaning(layer: Layer, word: str, quoted: bool, areas: Areas) -> Meaning:
    if quoted or len(word) < 2:
        return Meaning(word, quoted)
    named = tuple(areas.named(word))
    others = tuple(_other(layer, term) for term in synonyms.of(word))
    return Meaning(
        word, False, named if len(named) <= MOST_NAMED else (), *_trades(layer, word), _tags(layer, word), others
    )


def _other(layer: Layer, term: str) -> Meaning:
    """Another word for the one that was asked: its text, trades and tags, but no areas."""
    return Meaning(term, True, (), *_trades(layer, term), _tags(layer, term))


def _trades(layer: Layer, word: str) -> tuple[tuple[tuple[str, str], ...], tuple[Group, ...]]:
    if layer.codes is None or len(word) < 2:
        return (), ()
    named = tuple(_exact(layer.codes.names, word).items())
    groups = tuple(group for group in layer.codes.groups if word in group.label)
    return (named if len(named) <= MOST_NAMED else ()), groups


def _exact(names: Mapping[str, str], word: str) -> dict[str, str]:
    """Codes whose name holds the word; of several trades under one name the meant one (酒、饮料和精制茶)."""
    found = {code: name for code, name in names.items() if word in name}
    several = [code for code, name in found.items() if "、" in name or "和" in name]
    meant = {code for code in several if any(other != code and other.startswith(code) for other in found)}
    return {code: name for code, name in found.items() if code not in meant}


def _tags(layer: Layer, word: str) -> tuple[Tag, ...]:
    if len(word) < 2:
        return ()
    kinds = ((name, field.filter) for name, field in layer.filters.items() if name != "precision")
    return tuple(
        Tag(name, key, label)
        for name, kind in kinds
        if isinstance(kind, Choice)
        for key, label in kind.options.items()
        if word in label
    )


def texts(layer: Layer) -> dict[str, Field]:
    """Column -> Field of the texts that words are looked for in, the weightiest first."""
    declared = fields(layer.model)
    found = [name for name in layer.searched if name != "pinyin"]
    return {name: declared[name] for name in sorted(found, key=lambda name: -WEIGHTS.get(name, 1))}


def found(layer: Layer, meaning: Meaning, areas: Areas) -> ColumnElement[bool]:
    """Condition: a place is meant by the word.

    Each way to mean it is a question of its own that an index answers; in one OR the database would
    take every row's texts apart again.
    """
    ways = [_contains(layer, meaning.word), *_besides(layer, meaning, areas)]
    if len(ways) == 1:
        return ways[0]
    id_ = layer.model.id
    meant: ColumnElement[bool] = id_.in_(union_all(*(select(id_).where(way).correlate(None) for way in ways)))
    return meant


def _besides(layer: Layer, meaning: Meaning, areas: Areas) -> list[ColumnElement[bool]]:
    """What a word finds beyond the texts that hold it."""
    named = _named(layer, meaning, areas)
    ways = [_like(layer.model.pinyin, meaning.word.lower())] if meaning.latin else []
    for other in meaning.others:
        ways.append(_contains(layer, other.word))
        named += _named(layer, other, areas)
    return [*ways, or_(*named)] if named else ways


def _named(layer: Layer, meaning: Meaning, areas: Areas) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = []
    if meaning.areas:
        parts.append(areas.condition(layer.model, [area.code for area in meaning.areas]))
    if meaning.codes or meaning.groups:
        assert layer.codes is not None
        column = getattr(layer.model, layer.seal or "")
        parts += [under(column, code) for code in _widest(code for code, _name in meaning.codes)]
        parts += [layer.codes.where(column, (group.key,)) for group in meaning.groups]
    for tag in meaning.tags:
        kind = layer.filters[tag.field].filter
        assert isinstance(kind, Choice)
        parts.append(kind.where(getattr(layer.model, tag.field), (tag.key,)))
    return parts


def _widest(codes: Iterable[str]) -> list[str]:
    """Codes without those that lie under another one."""
    kept: list[str] = []
    for code in sorted(codes):
        if not kept or not code.startswith(kept[-1]):
            kept.append(code)
    return kept


def _contains(layer: Layer, word: str) -> ColumnElement[bool]:
    """Condition: one of the texts holds the word, whatever its case; the pairs of characters lead to it."""
    like = or_(*(_like(getattr(layer.model, name), word) for name in texts(layer)))
    if len(word) < 2:
        return like
    pairs = literal_column(document(layer)).op("@>", is_comparison=True)(func.bigrams(word))
    return and_(pairs, like)


def document(layer: Layer) -> str:
    """SQL of the pairs of characters of a row's texts, as the index has it."""
    table = layer.model.__table__
    return bigrams(table.name, [column.name for column in table.columns if column.name in texts(layer)])


def _like(column: Any, word: str) -> ColumnElement[bool]:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    condition: ColumnElement[bool] = column.ilike(f"%{escaped}%", escape="\\")
    return condition


def rank(layer: Layer, asked: list[Meaning]) -> ColumnElement[int]:
    """How well a place that is found fits: for each word the weight of the best text that holds it."""
    total: ColumnElement[int] = literal(0, Integer)
    for meaning in asked:
        whens = [
            (_like(getattr(layer.model, name), meaning.word), literal(WEIGHTS.get(name, 1), Integer))
            for name in texts(layer)
        ]
        total = total + case(*whens, else_=literal(MEANT if meaning.areas or meaning.tags else 0, Integer))
    return total
