"""Sentences about files kept as the catalogue has them, [message, values], and said in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from geo.errors import SpatialError
from layers.errors import ChoiceMissing
from layers.incoming import Finding
from layers.words import Translate
from webapp.i18n import speech

Said = list[Any]
"""[message, values]."""


def english(text: str, /, **values: object) -> str:
    """The Translate of our English exports, whatever the reader's language is."""
    return speech("en")(text, **values)


def plain(values: Mapping[str, object]) -> dict[str, Any]:
    """Values as JSON holds them."""
    return {name: v if isinstance(v, str | int | float | bool) else str(v) for name, v in values.items()}


def of_error(error: SpatialError | ChoiceMissing) -> Said:
    """What an error says."""
    if isinstance(error, SpatialError):
        return [error.message, plain(error.values)]
    kept: Said = []

    def take(message: str, /, **values: object) -> str:
        kept[:] = [message, plain(values)]
        return message

    error.text(take)
    return kept


def findings(found: Iterable[Finding]) -> list[Said]:
    """[column, message, values] of each."""
    return [[one.column, one.problem.message, plain(one.problem.values)] for one in found]


def text(said: Said, _: Translate) -> str:
    """A kept sentence in the reader's language; values that are words of the catalogue too."""
    message, values = said[-2], said[-1]
    return _(message, **{name: _(v) if name == "label" and isinstance(v, str) else v for name, v in values.items()})
