"""Words marked for translation where they are declared; the web layer translates them where they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from geo.words import N_

__all__ = ["N_", "Labels", "Translate", "listed", "untranslated"]

Translate = Callable[..., str]
"""gettext: a Chinese text and its %(name)s values -> the text in the reader's language."""
Labels = Mapping[str, str]
"""A vocabulary: stored key -> Chinese label (marked with N_)."""


def untranslated(text: str, /, **values: object) -> str:
    """The Translate of people who read Chinese, for exports, the command line and tests."""
    return text % values if values else text


def listed(words: str) -> tuple[str, ...]:
    """The words of a text with spaces between them; long lists of headings read better so."""
    return tuple(words.split())
