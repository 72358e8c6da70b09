"""Why a place was found by the words of a question, where its own texts don't show it; and what to mark in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from layers.areas import Area, Level
from layers.layer import Layer
from layers.search import Meaning, texts
from layers.words import Translate


@dataclass(frozen=True)
class Finding:
    """The words of a question about a layer, to be held against its rows."""

    layer: Layer
    meanings: tuple[Meaning, ...]

    def why(self, place: Any, _: Translate, lang: str) -> list[str]:
        """A sentence for each word that stands in none of the place's texts."""
        return [
            _reason(self.layer, meaning, place, _, lang)
            for meaning in self.meanings
            if not _holds(self.layer, place, meaning.word)
        ]

    def pieces(self, text: str) -> Iterator[tuple[str, bool]]:
        """The text in pieces; True marks one that is a word of the question, or another word for it."""
        words = [m.word for m in self.meanings] + [o.word for m in self.meanings for o in m.others]
        pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        at = 0
        for match in re.finditer(pattern, text, re.IGNORECASE) if pattern else ():
            if match.start() > at:
                yield text[at : match.start()], False
            yield match[0], True
            at = match.end()
        if at < len(text):
            yield text[at:], False


def _holds(layer: Layer, place: Any, word: str) -> bool:
    lower = word.lower()
    return any(lower in (getattr(place, name) or "").lower() for name in texts(layer))


def _reason(layer: Layer, meaning: Meaning, place: Any, _: Translate, lang: str) -> str:
    for area in meaning.areas:
        if _lies(place, area):
            return _("因为在%(area)s", area=area.label(lang))
    named = _named(layer, meaning, place, _)
    if named:
        return _("因为%(field)s是“%(name)s”", field=named[0], name=named[1])
    for other in meaning.others:
        if _holds(layer, place, other.word):
            return _("因为“%(word)s”也叫“%(other)s”", word=meaning.word, other=other.word)
        named = _named(layer, other, place, _)
        if named:
            said = {"word": meaning.word, "other": other.word, "field": named[0], "name": named[1]}
            return _("因为“%(word)s”也叫“%(other)s”，%(field)s是“%(name)s”", **said)
    return _("因为拼音“%(word)s”对得上", word=meaning.word)


def _lies(place: Any, area: Area) -> bool:
    return bool(place.zone == area.code if area.level == Level.ZONE else place.area.startswith(area.prefix))


def _named(layer: Layer, meaning: Meaning, place: Any, _: Translate) -> tuple[str, str] | None:
    """Field and value of the place that the word names."""
    code = getattr(place, layer.seal) or "" if layer.seal else ""
    trades = [name for prefix, name in meaning.codes if code.startswith(prefix)]
    if not trades and layer.codes is not None and layer.codes.group_of(code) in meaning.groups:
        trades = [group.label for group in meaning.groups if group == layer.codes.group_of(code)]
    if trades:
        return _(layer.filters[layer.seal or ""].label), _(trades[-1])
    for tag in meaning.tags:
        value = getattr(place, tag.field)
        if value == tag.key or (isinstance(value, list) and tag.key in value):
            return _(layer.filters[tag.field].label), _(tag.label)
    return None
