"""Transport (交通网络): stations, airports, exits and ports as points; railways and roads as lines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped

from layers.base import Base, Place, field
from layers.filters import Choice, Flag
from layers.filters import Text as Words
from layers.layer import Layer, Offer, Style
from layers.words import N_, Translate, listed

KIND = {
    "station": N_("火车站"),
    "airport": N_("机场"),
    "interchange": N_("高速出入口"),
    "port": N_("港口码头"),
    "rail": N_("铁路"),
    "rail_link": N_("铁路（示意连线）"),
    "motorway": N_("高速公路"),
    "trunk": N_("国道和快速路"),
    "primary": N_("省道和主干路"),
}
NODES = ("station", "airport", "interchange", "port")
"""The kinds that one goes to; the others are lines that one goes along."""
LINES = ("motorway", "trunk", "primary", "rail", "rail_link")
"""The kinds that one goes along, as a legend tells them."""
STATE = {"open": N_("已通"), "building": N_("在建"), "planned": N_("规划")}
FIRST_ZOOM = {"trunk": 8, "primary": 9}
"""Kinds of line that small scales have no room for, and the zoom from which they are drawn."""


class Transport(Place, Base):
    """One node or one line of the network, of the public kinds alone."""

    __tablename__ = "transport"

    kind: Mapped[str | None] = field(N_("类型"), filter=Choice(KIND))
    state: Mapped[str | None] = field(N_("通了没有"), filter=Choice(STATE), headings=("开通状态", "建设状态"))
    high_speed: Mapped[bool | None] = field(N_("高铁"), filter=Flag(N_("高铁")))
    passenger: Mapped[bool | None] = field(N_("能上下客"), filter=Flag(N_("能上下客")))
    line: Mapped[str | None] = field(N_("线路"), filter=Words(), headings=("所属线路",))
    ref: Mapped[str | None] = field(N_("编号"), filter=Words(), headings=listed("路线编号 道路编号 线路编号"))
    note: Mapped[str | None] = field(N_("说明"), headings=("简介",))


def offer(place: Any, _: Translate) -> Offer | None:
    """高铁站, 机场 在建, G93 高速公路."""
    kind = _(KIND[place.kind]) if place.kind else _("交通")
    state = _(STATE[place.state]) if place.state and place.state != "open" else ""
    parts = (_("高铁") if place.high_speed else "", place.ref or "", place.line or "", state)
    return Offer(kind, "", _("·").join(part for part in parts if part))


def detail(zoom: int) -> ColumnElement[bool]:
    """Lines that a map of this zoom has room for."""
    return Transport.kind.not_in([kind for kind, first in FIRST_ZOOM.items() if zoom < first])


layer = Layer(
    key="transport",
    title=N_("交通网络"),
    model=Transport,
    style=Style(color="transport", shape="station", letter="站", cluster_below=7, shapes_from=5, drawn_by="kind"),
    offer=offer,
    detail=detail,
)
