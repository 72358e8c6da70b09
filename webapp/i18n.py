"""Languages: which one a request wants, and translation of words that were marked where they are declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask, current_app, g, request
from flask_babel import Babel, force_locale, get_translations

from layers import industries

LANGUAGES = ("zh", "en")
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
babel = Babel()


def init_app(app: Flask) -> None:
    """Choose the locale from `lang`, else from what the browser prefers, else Chinese."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", LOCALES["zh"])
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Shanghai")
    babel.init_app(app, locale_selector=lambda: LOCALES[language()])


def language() -> str:
    """`zh` or `en`."""
    found: str | None = g.get("language")
    if found is None:
        asked = request.args.get("lang") if request else None
        best = request.accept_languages.best_match(LANGUAGES, default="zh") if request else "zh"
        found = g.language = asked if asked in LANGUAGES else best
    return found


@dataclass(frozen=True)
class Speech:
    """The Translate of one language; industry names come from their own table."""

    industries: Mapping[str, str]
    said: Callable[[str], str]

    def __call__(self, text: str, /, **values: object) -> str:
        """The text in this language, with the values put in."""
        if not values and text in self.industries:
            return self.industries[text]
        said = self.said(text)
        return said % values if values else said


def speech(lang: str) -> Speech:
    """How a language is spoken, whatever the reader's is."""
    known: dict[str, Speech] = current_app.extensions.setdefault("speeches", {})
    if lang not in known:
        with force_locale(LOCALES[lang]):
            known[lang] = Speech(industries.english() if lang == "en" else {}, get_translations().ugettext)
    return known[lang]


def translate(text: str, /, **values: object) -> str:
    """The text in the reader's language."""
    said: Speech | None = g.get("speech")
    if said is None:
        said = g.speech = speech(language())
    return said(text, **values)


def in_language(url: str) -> str:
    """The URL with the reader's language, unless it is the first one."""
    if language() == "zh":
        return url
    return url + ("&" if "?" in url else "?") + "lang=en"
