"""What can be wrong with spatial input."""


class SpatialError(ValueError):
    """Base of every error that `geo` raises about what it was given."""


class BadCoordinate(SpatialError):
    """A longitude, latitude, box or tile address that cannot exist."""


class BadGeometry(SpatialError):
    """A geometry that cannot be read, is empty or does not hold together."""


class UnreadableFile(SpatialError):
    """A file that cannot be read as what it claims to be."""
