"""QR codes of addresses."""

from __future__ import annotations

import segno
from werkzeug.exceptions import RequestURITooLarge

LONG_ADDRESS = 420
"""Characters; a longer address has no room for the goose in its code."""


def code_of(url: str, coarse: bool = False) -> segno.QRCode:
    """The QR code of an address; a quarter of it may be hidden unless the address is long or it has to be `coarse`.

    RequestURITooLarge for an address that no code can hold.
    """
    try:
        return _made(url, coarse)
    except segno.DataOverflowError:
        raise RequestURITooLarge from None


def _made(url: str, coarse: bool) -> segno.QRCode:
    if len(url) <= LONG_ADDRESS and not coarse:
        return segno.make(url, error="q", boost_error=False, micro=False)
    return segno.make(url, error="l", boost_error=False, micro=False)
