"""Reads the figures of pages, and what the directories answer to the same questions."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from flask.testing import FlaskClient

LINK = re.compile(r'<a href="(?P<url>/[a-z]+\?[^"]*)"[^>]*>(?P<inner>(?:(?!</a>).)*)</a>', re.S)
TOTAL = re.compile(r'<div class="tally"><span>\s*共 <b>(\d+)</b>')


def figures(page: str) -> Iterator[tuple[str, int]]:
    """(directory's address, number) of every link on a page that stands for a count."""
    for found in LINK.finditer(page):
        address = html.unescape(found["url"])
        if "near=" in address or address.startswith("/industry"):
            continue
        houses = found["inner"].count('class="one"')
        numbers = re.findall(r"(?<![\d–.-])\d+(?![\d–.])", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", found["inner"]))
        if houses:
            yield address, houses
        elif numbers:
            yield address, int(numbers[-1])


def directory_total(client: FlaskClient, address: str) -> int:
    """How many places the directory's page says there are."""
    found = TOTAL.search(client.get(address).text)
    assert found, address
    return int(found[1])
