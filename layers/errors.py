"""What can be wrong with a question or with a place's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from layers.words import Translate

if TYPE_CHECKING:
    from layers.filters import Filter


class BadValue(Exception):
    """A known parameter with a value it cannot have: says which, what and what is allowed."""

    def __init__(self, parameter: str, value: str, allowed: str, values: Mapping[str, object] | None = None) -> None:
        super().__init__(f"{parameter}={value}: {allowed}")
        self.parameter, self.value = parameter, value
        self._allowed, self._values = allowed, values or {}

    def allowed(self, _: Translate) -> str:
        """What the parameter may be, in the reader's language."""
        return _(self._allowed, **self._values)


class RefusedByFilter(BadValue):
    """A value that a layer's own filter cannot read; the filter says what it takes."""

    def __init__(self, parameter: str, value: str, filter: Filter) -> None:
        super().__init__(parameter, value, "")
        self._filter = filter

    def allowed(self, _: Translate) -> str:
        return self._filter.allowed(_)


class UnknownParameter(BadValue):
    """A parameter that no filter knows."""


class UnknownPlace(LookupError):
    """A number that no place, draft or revision has."""

    def __init__(self, kind: str, id: int) -> None:
        super().__init__(f"{kind} {id}")


class UnknownLayer(LookupError):
    """A layer key that `layers.LAYERS` does not hold."""


class ChoiceMissing(Exception):
    """Something about a file that only a person can say; nothing is read until it is said.

    `choice` names it (`epsg`, `columns`), the text asks for it, `options` are what it can be: (value, Chinese label).
    """

    def __init__(self, choice: str, message: str, options: tuple[tuple[str, str], ...] = (), **values: object) -> None:
        super().__init__(message % values if values else message)
        self.choice, self.options = choice, options
        self._message, self._values = message, values

    def text(self, _: Translate) -> str:
        """The question in the reader's language."""
        return _(self._message, **self._values)
