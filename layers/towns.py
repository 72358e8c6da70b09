"""Towns (城镇组织中心): the townships that organise a county's trade and services."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped

from layers.base import Base, Place, field
from layers.filters import Choice
from layers.filters import Text as Words
from layers.layer import Layer, Offer, Style
from layers.words import N_, Translate

KIND = {"town": N_("镇"), "township": N_("乡"), "subdistrict": N_("街道")}
RANK = {
    "seat": N_("县城"),
    "centre": N_("中心镇"),
    "key": N_("重点镇"),
    "ordinary": N_("一般乡镇"),
}


class Town(Place, Base):
    """One township; its rank is what the county's own plan says, empty where nobody has entered it."""

    __tablename__ = "towns"

    kind: Mapped[str | None] = field(N_("类型"), filter=Choice(KIND))
    rank: Mapped[str | None] = field(N_("等级"), filter=Choice(RANK), headings=("乡镇等级", "城镇等级"))
    trade: Mapped[str | None] = field(N_("主要产业"), filter=Words(), headings=("主导产业", "特色产业"))
    population: Mapped[int | None] = field(N_("常住人口"), Integer, unit=N_("人"), headings=("人口", "常住人口数"))
    market_days: Mapped[str | None] = field(N_("赶场日"), headings=("赶集日", "场期"))


def offer(place: Any, _: Translate) -> Offer | None:
    """中心镇, or that nobody has said."""
    rank = _(RANK[place.rank]) if place.rank else _("等级未说明")
    return Offer(rank, "", _(KIND[place.kind]) if place.kind else "")


layer = Layer(
    key="towns",
    title=N_("城镇组织中心"),
    model=Town,
    style=Style(color="ink-soft", shape="town", letter="镇", cluster_below=8, on=False),
    offer=offer,
)
