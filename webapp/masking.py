"""Takes numbers that lead to a person out of what strangers type: telephones, identity cards, addresses of mail."""

from __future__ import annotations

import re
import unicodedata

from layers.words import N_

HIDDEN = N_("〔号码已隐去〕")
"""What stands where a number was; stored as it is here, in Chinese."""
_DIGIT = "[0-9零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]"
_GAP = r"[\s\-_.·—–()]{0,3}"
_NUMBER = re.compile(rf"(?:\(?\+?{_DIGIT}(?:{_GAP}{_DIGIT}){{6,}})(?:{_GAP}[xX](?![a-zA-Z]))?")
_DAY = re.compile(r"(?:19|20)\d\d[-.]\d{1,2}[-.]\d{1,2}(?!\d)")
_MAIL = re.compile(r"[^\s@，。；：（）]{1,64}@[A-Za-z0-9.-]{2,80}")


def tidy(text: str) -> str:
    """One line of ordinary characters: full-width forms narrowed, invisible and control characters taken out."""
    plain = unicodedata.normalize("NFKC", text.replace("\r\n", "\n"))
    kept = (" " if c in "\n\t" else c for c in plain if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return re.sub(r" {2,}", " ", "".join(kept)).strip()


def masked(text: str) -> str:
    """The text with every run of seven digits and more hidden, however it is spaced or spelled; days stay.

    An office's own number is on its page, so that nothing is lost by hiding it here too.
    """
    days = [match.group() for match in _DAY.finditer(text)]
    hidden = _NUMBER.sub(HIDDEN, _MAIL.sub(HIDDEN, _DAY.sub("\ue000", text)))
    for day in days:
        hidden = hidden.replace("\ue000", day, 1)
    return hidden
