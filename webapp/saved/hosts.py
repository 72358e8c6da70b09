"""The sites that may frame a saved view, as people write them and as a browser's policy needs them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from layers.errors import BadValue
from layers.words import N_

ANY = "*"
MOST = 40
_NAME = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def parse(raw: str) -> list[str]:
    """Origins of a text with one site a line: a host, an origin, or the address of any of its pages.

    Without a scheme https is meant; names in Chinese become punycode. `*` alone is every site. BadValue for
    anything else, and for nothing.
    """
    words = raw.split()
    if words == [ANY]:
        return [ANY]
    if not words or len(words) > MOST:
        raise BadValue("hosts", raw[:60], N_("一行写一个网站，如 www.leshan.gov.cn；谁都可以嵌就只写一个 *"))
    return list(dict.fromkeys(_origin(word) for word in words))


def _origin(word: str) -> str:
    wrong = BadValue("hosts", word[:100], N_("写网站的域名，如 www.leshan.gov.cn 或 https://*.leshan.gov.cn"))
    try:
        parts = urlsplit(word if "://" in word else f"https://{word}")
        host = (parts.hostname or "").encode("idna").decode() if "*" not in word else (parts.hostname or "")
        port = parts.port
    except (ValueError, UnicodeError):
        raise wrong from None
    if parts.scheme not in ("http", "https") or not _NAME.fullmatch(host) or parts.username is not None:
        raise wrong
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def names(hosts: list[str] | tuple[str, ...], host: str) -> bool:
    """Whether one of the origins is that host (with its port, as `location.host` writes it)."""
    for origin in hosts:
        named = origin.partition("://")[2]
        if origin == ANY or named == host or (named.startswith("*.") and host.endswith(named[1:])):
            return True
    return False
