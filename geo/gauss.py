"""Gauss-Kruger zones of CGCS2000: which strip a coordinate lies in, and its EPSG code.

Chinese survey texts write X for the northing and put it first; at every interface of ours
the easting comes first (`always_xy`). Strips are 3° wide (zones 25-45) or 6° wide (13-23),
so that a zone number says its width too. An easting "with prefix" (带号) has the zone's
number before its six digits: 35497123 m lies in zone 35; 497123 m says nothing of its zone.
Source: GB/T 17798-2007; EPSG:4491-4554.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import BadCoordinate
from geo.words import N_

MILLION = 1_000_000
EASTINGS = (100_000.0, 900_000.0)
"""What an easting without prefix can be in a strip of 6°, metres."""
NORTHINGS = (300_000.0, 6_300_000.0)
"""What a northing can be from the southern islands to the Heilongjiang, metres."""
FIRST_MERIDIAN = 75
_FIRST_ZONE = {3: 25, 6: 13}
_COUNT = {3: 21, 6: 11}
_EPSG_PREFIXED = {3: 4513, 6: 4491}
_EPSG_PLAIN = {3: 4534, 6: 4502}


@dataclass(frozen=True, slots=True)
class Zone:
    """One strip: `width` in degrees (3 or 6), `number`, and whether eastings carry it as prefix."""

    width: int
    number: int
    prefixed: bool

    def __post_init__(self) -> None:
        first = _FIRST_ZONE.get(self.width)
        if first is None or not first <= self.number < first + _COUNT[self.width]:
            raise BadCoordinate(N_("没有 %(number)s 带：3 度带是 25–45，6 度带是 13–23"), number=self.number)

    @property
    def meridian(self) -> int:
        """The central meridian, degrees east."""
        return self.number * 3 if self.width == 3 else self.number * 6 - 3

    @property
    def epsg(self) -> int:
        """The EPSG code of the strip in CGCS2000."""
        table = _EPSG_PREFIXED if self.prefixed else _EPSG_PLAIN
        return table[self.width] + self.number - _FIRST_ZONE[self.width]

    @classmethod
    def of_number(cls, number: int, prefixed: bool = True) -> Zone:
        """The strip of a zone number; BadCoordinate when no strip of China has it."""
        return cls(6 if number < 24 else 3, number, prefixed)

    @classmethod
    def of_epsg(cls, epsg: int) -> Zone | None:
        """The strip of an EPSG code of CGCS2000, None for every other code."""
        for width, first in _FIRST_ZONE.items():
            for prefixed, table in ((True, _EPSG_PREFIXED), (False, _EPSG_PLAIN)):
                if table[width] <= epsg < table[width] + _COUNT[width]:
                    return cls(width, first + epsg - table[width], prefixed)
        return None

    @classmethod
    def at(cls, lon: float, width: int = 3, prefixed: bool = False) -> Zone:
        """The strip that holds a longitude in degrees."""
        return cls(width, int((lon + 1.5) // 3) if width == 3 else int(lon // 6) + 1, prefixed)


def zones(eastings: npt.ArrayLike) -> npt.NDArray[np.int_]:
    """Zone number of each easting by its prefix, 0 where it has none."""
    given = np.atleast_1d(np.asarray(eastings, dtype=float))
    number = np.nan_to_num(given // MILLION, nan=0, posinf=0, neginf=0).astype(int)
    rest = given - number * MILLION
    known = ((number >= 13) & (number <= 23)) | ((number >= 25) & (number <= 45))
    return np.where(known & (rest >= EASTINGS[0]) & (rest <= EASTINGS[1]), number, 0)


def zone_of(eastings: npt.ArrayLike) -> Zone | None:
    """The one strip that every easting names by its prefix; None when any has none or they differ."""
    found = np.unique(zones(eastings))
    return Zone.of_number(int(found[0])) if len(found) == 1 and found[0] else None


def is_easting(value: float) -> bool:
    """Whether a number can be an easting, metres, with or without prefix."""
    return EASTINGS[0] <= value <= EASTINGS[1] or bool(zones(value)[0])


def is_northing(value: float) -> bool:
    """Whether a number can be a northing in China, metres."""
    return NORTHINGS[0] <= value <= NORTHINGS[1]
