"""Incubators (孵化载体): a desk or a workshop to begin in, and what it asks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from layers.base import Base, Need, Place, field
from layers.filters import Choice
from layers.filters import Text as Words
from layers.layer import Layer, Offer, Style
from layers.parks import GUARANTEE
from layers.prices import Price, PriceRange, PriceType
from layers.ranges import Range
from layers.words import N_, Translate, listed

LEVEL = {"national": N_("国家级"), "provincial": N_("省级"), "city": N_("市级"), "county": N_("县级")}
KIND = {
    "base": N_("创业孵化基地"),
    "returnee": N_("返乡创业园"),
    "makerspace": N_("众创空间"),
    "technology": N_("科技企业孵化器"),
    "training": N_("实训基地"),
    "ecommerce": N_("电商园"),
    "student": N_("大学生创业园"),
    "other": N_("其他孵化园"),
}
SERVICES = {
    "register": N_("代办执照"),
    "accounts": N_("代账报税"),
    "training": N_("培训"),
    "mentor": N_("导师"),
    "loan": N_("帮办贷款"),
    "selling": N_("帮找销路"),
    "livestream": N_("直播间"),
    "warehouse": N_("共享仓库"),
}


class Incubator(Place, Base):
    """One incubator; areas in square metres, times in months and years."""

    __tablename__ = "incubators"

    level: Mapped[str | None] = field(N_("级别"), filter=Choice(LEVEL), headings=("载体级别", "等级"))
    kind: Mapped[str | None] = field(N_("类型"), filter=Choice(KIND), headings=("载体类型",))
    founded: Mapped[str | None] = field(N_("设立"), headings=("设立时间", "成立时间"))
    operator: Mapped[str | None] = field(N_("运营单位"), filter=Words(), headings=("运营机构", "运营主体"))
    size: Mapped[Decimal | None] = field(
        N_("面积"), Numeric(12, 2), unit=N_("㎡"), headings=listed("孵化面积 建筑面积 场地面积")
    )
    desks: Mapped[int | None] = field(N_("工位"), Integer, unit=N_("个"), headings=("工位数", "总工位"))
    desks_free: Mapped[int | None] = field(
        N_("空工位"),
        Integer,
        unit=N_("个"),
        filter=Range((1, 5, 10, 20)),
        need=Need.PUBLISH,
        headings=listed("空位 空余工位 可用工位 剩余工位"),
    )
    rooms_free: Mapped[Decimal | None] = field(
        N_("空厂房"), Numeric(12, 2), unit=N_("㎡"), headings=("空置厂房", "闲置厂房")
    )
    fee: Mapped[Price | None] = field(
        N_("租金"),
        PriceType,
        unit=N_("元/㎡·月"),
        filter=PriceRange((5, 10, 20)),
        headings=listed("租金标准 收费标准 租金价格"),
    )
    rent_free: Mapped[int | None] = field(
        N_("免租期"), Integer, unit=N_("个月"), filter=Range((1, 6, 12, 24)), headings=("免租期限", "免租")
    )
    term: Mapped[Decimal | None] = field(N_("最长能待"), Numeric(4, 1), unit=N_("年"))
    terms: Mapped[str | None] = field(N_("怎么进"), filter=Words(), headings=listed("入驻条件 入孵条件 准入条件"))
    services: Mapped[list[str] | None] = field(
        N_("帮什么"), ARRAY(Text), filter=Choice(SERVICES), headings=("孵化服务", "服务内容")
    )
    tenants: Mapped[int | None] = field(
        N_("在孵"), Integer, unit=N_("家"), headings=listed("在孵企业 在孵企业数 入驻企业 入驻企业数")
    )
    graduated: Mapped[int | None] = field(
        N_("累计出园"), Integer, unit=N_("家"), headings=listed("毕业企业 毕业企业数 累计毕业")
    )
    guarantee: Mapped[list[str] | None] = field(N_("担保"), ARRAY(Text), filter=Choice(GUARANTEE))
    note: Mapped[str | None] = field(N_("说明"), headings=listed("简介 载体简介 概况"))


def offer(place: Any, _: Translate) -> Offer | None:
    """12 个 空工位 免租 12 个月·县级返乡创业园."""
    level = _(LEVEL[place.level]) if place.level else ""
    kind = _(KIND[place.kind]) if place.kind else ""
    sort = _("%(level)s%(kind)s", level=level, kind=kind) if level and kind else level or kind
    rent = _("免租 %(n)s 个月", n=place.rent_free) if place.rent_free else ""
    how = _("·").join(part for part in (rent, sort) if part)
    if place.desks_free is None:
        return Offer(_("空位未说明"), "", how)
    return Offer(_("%(n)s 个", n=place.desks_free), _("空工位"), how)


layer = Layer(
    key="incubators",
    title=N_("孵化载体"),
    model=Incubator,
    style=Style(color="incubator", shape="circle", letter="孵"),
    offer=offer,
)
