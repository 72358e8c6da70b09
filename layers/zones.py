"""Development zones (核心发展区): the parts of a county that its plan puts first, with their leading trades."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from layers.base import Base, Place, field
from layers.filters import Choice
from layers.filters import Text as Words
from layers.layer import Layer, Offer, Style
from layers.quantity import plain
from layers.ranges import Range
from layers.words import N_, Translate, listed

LEVEL = {"national": N_("国家级"), "provincial": N_("省级"), "city": N_("市级"), "county": N_("县级")}
FOCUS = {
    "farming": N_("种养"),
    "processing": N_("农产品加工"),
    "manufacturing": N_("制造"),
    "tourism": N_("文旅"),
    "trade": N_("商贸物流"),
    "mixed": N_("综合"),
}


class Zone(Place, Base):
    """One development zone; its outline is a polygon, its area in square kilometres."""

    __tablename__ = "zones"

    level: Mapped[str | None] = field(N_("级别"), filter=Choice(LEVEL), headings=("等级",))
    focus: Mapped[list[str] | None] = field(N_("方向"), ARRAY(Text), filter=Choice(FOCUS), headings=("发展方向",))
    leading_industry: Mapped[str | None] = field(N_("主导产业"), filter=Words(), headings=("产业定位", "主要产业"))
    size: Mapped[Decimal | None] = field(
        N_("面积"), Numeric(12, 2), unit=N_("平方公里"), filter=Range((5, 20, 100)), headings=("规划面积",)
    )
    plan: Mapped[str | None] = field(N_("规划依据"), headings=listed("文号 规划文件 批复文号"))
    welcome: Mapped[str | None] = field(N_("欢迎什么"), headings=("鼓励产业", "鼓励类"))
    note: Mapped[str | None] = field(N_("说明"), headings=("简介", "概况"))


def offer(place: Any, _: Translate) -> Offer | None:
    """24 平方公里 县级·种养、文旅."""
    level = [_(LEVEL[place.level])] if place.level else []
    focus = _("、").join(_(FOCUS[key]) for key in place.focus or ())
    how = _("·").join([*level, *filter(None, [focus])])
    if place.size is None:
        return Offer(_("面积未说明"), "", how)
    return Offer(f"{plain(place.size)} {_('平方公里')}", "", how)


layer = Layer(
    key="zones",
    title=N_("核心发展区"),
    model=Zone,
    style=Style(color="zone", shape="area", letter="区", cluster_below=7, shapes_from=7),
    offer=offer,
)
