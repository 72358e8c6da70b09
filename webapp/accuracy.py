"""How true a list is, from a random sample of it: the share that was right and how far chance may have moved it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from layers.words import N_, Translate

FEW = N_("抽查 %(drawn)s 条，核对 %(checked)s 条，对的 %(right)s 条；核对不到 5 条，不算准确率")
SAID = N_("抽查 %(drawn)s 条，核对 %(checked)s 条，对的 %(right)s 条，准确率 %(share)s%%（%(low)s%%–%(high)s%%）")

LEAST = 5
"""Checks below which no share is told: it would say more about chance than about the list."""
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Accuracy:
    """Of `drawn` places `checked` were looked at and `right` were right."""

    drawn: int
    checked: int
    right: int

    @property
    def told(self) -> bool:
        """Whether there are enough checks to tell a share."""
        return self.checked >= LEAST

    @property
    def share(self) -> float:
        """The share of right ones among those checked, 0 to 1; only where `told`."""
        return self.right / self.checked

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson (1927): honest for small samples and for shares near 0 and 1."""
        n, p = self.checked, self.share
        middle = p + Z95**2 / (2 * n)
        reach = Z95 * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2))
        low, high = ((middle + sign * reach) / (1 + Z95**2 / n) for sign in (-1, 1))
        return max(0.0, low), min(1.0, high)

    def sentence(self, _: Translate) -> str:
        """抽查 20 条，核对 18 条，对的 16 条，准确率 89%（67%–97%）."""
        values = {"drawn": self.drawn, "checked": self.checked, "right": self.right}
        if not self.told:
            return _(
                N_("抽查 %(drawn)s 条，核对 %(checked)s 条，对的 %(right)s 条；核对不到 5 条，不算准确率"), **values
            )
        low, high = self.interval
        figures = {"share": round(100 * self.share), "low": round(100 * low), "high": round(100 * high)}
        said = N_(
            "抽查 %(drawn)s 条，核对 %(checked)s 条，对的 %(right)s 条，准确率 %(share)s%%（%(low)s%%–%(high)s%%）"
        )
        return _(said, **values, **figures)
