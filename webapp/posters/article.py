"""The text of a WeChat article about a View: plain lines, names and phones, short enough to be taken."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.i18n import translate as _
from webapp.posters.content import Content, Row

MOST = 18_000
"""Characters; 公众号 takes fewer than 20,000."""


def text(content: Content) -> str:
    """The whole article, without markup; what does not fit is behind the link at its end."""
    head = "\n".join([content.title, content.sentence, ""])
    tail = "\n".join(_tail(content))
    room = MOST - len(head) - len(tail)
    lines: list[str] = []
    for number, line in enumerate(_lines(content)):
        if room < len(line) + 60:
            lines.append(_("还有 %(n)s 个，点“阅读原文”看全部。", n=len(content.rows) + content.beyond - number))
            break
        lines.append(line)
        room -= len(line) + 1
    return "\n".join([head, *lines, "", tail])


def _lines(content: Content) -> Iterator[str]:
    """One line for each place, its county before the first of it."""
    county = ""
    for row in content.rows:
        before = ""
        if content.grouped and row.county != county:
            county = row.county
            before = f"\n【{county}】\n"
        yield before + _line(content, row)


def _line(content: Content, row: Row) -> str:
    phone = f"{content.area_code}-{row.phone}" if content.area_code else row.phone
    where = "，".join(part for part in (row.where, row.money) if part)
    return f"{row.number}. {row.name}（{where}）{_('电话')} {phone}"


def _tail(content: Content) -> Iterator[str]:
    if content.beyond:
        yield _("还有 %(n)s 个，点“阅读原文”看全部。", n=content.beyond)
    yield f"{content.ask[0]}：{content.ask[1]}"
    yield from (note for note in content.notes if not content.area_code or content.area_code not in note)
    if content.sample:
        yield content.sample
    yield f"{content.approval}。{content.sources}。{content.printed}。"
    yield _("阅读原文：%(url)s", url=content.url)
