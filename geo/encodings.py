"""Which encoding the bytes of a Chinese text are in, decided so that three lines are enough."""

from __future__ import annotations

import codecs
import re

from geo.errors import UnreadableFile
from geo.words import N_

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "gb18030": "GB18030", "cp950": "Big5", "big5hkscs": "Big5"}
USUAL = {"gb18030": ("gb2312", 0xB0A1, 0xD7F9), "cp950": ("big5", 0xA440, 0xC67E)}
"""The first level of each character set: what ordinary texts are made of, and wrongly decoded ones are not."""
SAMPLE = 200_000
_NOISE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]")
NOT_TEXT = N_("文件内容不是文字，可能已损坏，或扩展名写错了；请重新导出")
ASKED = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "cp950",
    "big5-hkscs": "big5hkscs",
    "utf8": "utf-8-sig",
    "utf-8": "utf-8-sig",
}


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text of `content` and the name of its encoding; `encoding` overrules every guess.

    In order: byte-order mark, strict UTF-8, UTF-16 by its zero bytes, then GB18030 or Big5, whichever
    makes more of the text everyday characters. (Strict GB18030 takes nearly any Big5 text, and
    general detectors call three lines of either Korean.) UnreadableFile when nothing fits.
    """
    if encoding:
        return _as_asked(content, encoding)
    for mark, name in MARKS:
        if content.startswith(mark):
            return _strict(content, name), NAMES.get(name, name.upper())
    name = _guessed(content)
    text = _strict(content, name)
    if len(_NOISE.findall(text[:SAMPLE])) > len(text[:SAMPLE]) // 1000:
        raise UnreadableFile(NOT_TEXT)
    return text, NAMES.get(name, name.upper())


def _guessed(content: bytes) -> str:
    if _decodes(content, "utf-8") and b"\0" not in content:
        return "utf-8"
    if b"\0" in content[:SAMPLE]:
        return _wide(content)
    score = {name: _everyday(content, name) for name in USUAL if _decodes(content, name)}
    if not score:
        if _decodes(content, "big5hkscs"):
            return "big5hkscs"
        raise UnreadableFile(NOT_TEXT)
    return max(score, key=lambda name: score[name])


def _wide(content: bytes) -> str:
    """UTF-16 without a mark: what makes nearly all of it ordinary characters."""
    for name in ("utf-16-le", "utf-16-be"):
        if len(content) % 2 == 0 and _decodes(content, name):
            text = content[:SAMPLE].decode(name, "ignore")
            ordinary = sum(c in "\r\n\t" or " " <= c <= "~" or "\u3000" <= c <= "\u9fff" or c > "\uff00" for c in text)
            if ordinary > 0.97 * len(text):
                return name
    raise UnreadableFile(NOT_TEXT)


def _everyday(content: bytes, name: str) -> float:
    """How much of the text beyond ASCII is of the character set's first level, 0 to 1."""
    base, first, last = USUAL[name]
    found = [c for c in content[:SAMPLE].decode(name, "ignore") if c > "\x7f"]
    usual = 0
    for character in found:
        code = int.from_bytes(character.encode(base, "ignore"), "big")
        usual += first <= code <= last or "\u3000" <= character <= "\u303f" or "\uff00" <= character <= "\uffef"
    return usual / max(len(found), 1)


def whole(text: bytes, name: str) -> bytes:
    """A text without the half character that it was cut off in. UnicodeDecodeError or LookupError when it is none."""
    decoder = codecs.getincrementaldecoder(name)()
    decoder.decode(text)
    return text[: len(text) - len(decoder.getstate()[0])]


def _decodes(content: bytes, name: str) -> bool:
    try:
        content.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _strict(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        raise UnreadableFile(NOT_TEXT) from None


def _as_asked(content: bytes, encoding: str) -> tuple[str, str]:
    wanted = encoding.strip().lower()
    try:
        name = codecs.lookup(ASKED.get(wanted, wanted)).name
        text = content.decode(name)
    except LookupError:
        raise UnreadableFile(
            N_("没有“%(name)s”这种编码；写 utf-8、gb18030、big5 或 utf-16"), name=encoding[:40]
        ) from None
    except (UnicodeDecodeError, TypeError):
        raise UnreadableFile(N_("文件不是 %(name)s 编码，换一种试试"), name=encoding[:40]) from None
    if not isinstance(text, str) or "\0" in text:
        raise UnreadableFile(N_("文件不是 %(name)s 编码，换一种试试"), name=encoding[:40])
    return text, NAMES.get(name, encoding)
