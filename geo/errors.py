"""What can be wrong with spatial input."""

from __future__ import annotations


class SpatialError(ValueError):
    """Base of every error that `geo` raises about what it was given.

    `message` is the text as it stands in the translation catalogue, `values` fill its
    %(name)s; `str(error)` is the Chinese sentence. Only the web layer translates.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message, self.values = message, values


class BadCoordinate(SpatialError):
    """A longitude, latitude, box or tile address that cannot exist."""


class ZoneMissing(BadCoordinate):
    """Gauss-Kruger coordinates whose zone only a person can say."""


class BadGeometry(SpatialError):
    """A geometry that cannot be read, is empty or does not hold together."""


class UnreadableFile(SpatialError):
    """A file that cannot be read as what it claims to be."""


class BadCell(SpatialError):
    """A cell that cannot be understood as what its column holds."""


class MissingFont(Exception):
    """The typeface that pictures are written in is not installed; the text says what to install."""
