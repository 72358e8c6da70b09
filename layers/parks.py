"""Industrial parks (园区): where there is room, and what a month there costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from layers.base import Base, Place, field
from layers.filters import Choice
from layers.filters import Text as Words
from layers.layer import Layer, Offer, Style
from layers.prices import Price, PriceRange, PriceType
from layers.quantity import plain
from layers.ranges import Range
from layers.words import N_, Translate, listed

LEVEL = {
    "national": N_("国家级"),
    "provincial": N_("省级"),
    "city": N_("市级"),
    "county": N_("县级"),
    "township": N_("乡级"),
}
KIND = {
    "economic": N_("经济开发区"),
    "hightech": N_("高新区"),
    "cluster": N_("产业集聚区"),
    "industrial": N_("工业园区"),
    "agricultural": N_("农业园区"),
    "returnee": N_("返乡创业园"),
    "ecommerce": N_("电商产业园"),
    "other": N_("其他园区"),
}
GUARANTEE = {"park": N_("园区担保"), "exempt": N_("推荐免担保")}
SIZE = Numeric(12, 2)


class Park(Place, Base):
    """One park, a polygon where its outline is known. Each price carries unit, date and source."""

    __tablename__ = "parks"

    short_name: Mapped[str | None] = field(N_("简称"), filter=Words(), headings=("园区简称",))
    level: Mapped[str | None] = field(N_("级别"), filter=Choice(LEVEL), headings=("园区级别", "等级"))
    kind: Mapped[str | None] = field(N_("类型"), filter=Choice(KIND), headings=("园区类型",))
    catalogue_code: Mapped[str | None] = field(N_("2018 目录代码"))
    founded: Mapped[str | None] = field(N_("设立"), headings=listed("设立时间 成立时间 批准时间"))
    leading_industry: Mapped[str | None] = field(N_("主导产业"), filter=Words(), headings=("产业定位", "主要产业"))
    planned_ha: Mapped[Decimal | None] = field(N_("规划面积"), SIZE, unit=N_("公顷"), headings=("规划用地", "规划占地"))
    built_ha: Mapped[Decimal | None] = field(N_("已建面积"), SIZE, unit=N_("公顷"), headings=("建成面积", "已开发面积"))
    free_land_mu: Mapped[Decimal | None] = field(
        N_("可用地"),
        SIZE,
        unit=N_("亩"),
        filter=Range((10, 50, 200)),
        headings=listed("可供地 可用土地 剩余土地 可供土地 可出让土地"),
    )
    factory_total: Mapped[Decimal | None] = field(
        N_("标准厂房"), SIZE, unit=N_("㎡"), headings=("标准厂房面积", "厂房面积")
    )
    factory_free: Mapped[Decimal | None] = field(
        N_("空厂房"),
        SIZE,
        unit=N_("㎡"),
        filter=Range((500, 1000, 3000, 10000)),
        headings=listed("空置面积 空置厂房 闲置厂房 可租厂房 可用厂房 空厂房面积 可用厂房面积"),
    )
    storey_height: Mapped[Decimal | None] = field(N_("层高"), SIZE, unit=N_("米"))
    floor_load: Mapped[Decimal | None] = field(N_("承重"), SIZE, unit=N_("吨/㎡"))
    crane: Mapped[str | None] = field(N_("行车"))
    rent: Mapped[Price | None] = field(
        N_("厂房租金"),
        PriceType,
        unit=N_("元/㎡·月"),
        filter=PriceRange((5, 8, 12)),
        headings=listed("租金 租金价格 租金标准 厂房租金价格"),
    )
    land_price: Mapped[Price | None] = field(N_("工业地价"), PriceType, headings=("地价", "土地价格"))
    water_price: Mapped[Price | None] = field(N_("水价"), PriceType)
    power_price: Mapped[Price | None] = field(N_("电价"), PriceType)
    gas_price: Mapped[Price | None] = field(N_("气价"), PriceType)
    steam_price: Mapped[Price | None] = field(N_("蒸汽价"), PriceType)
    sewage_price: Mapped[Price | None] = field(N_("污水处理价"), PriceType)
    property_fee: Mapped[Price | None] = field(N_("物业费"), PriceType)
    wage: Mapped[Price | None] = field(N_("用工工资"), PriceType)
    access: Mapped[str | None] = field(N_("什么能进"), headings=listed("准入 准入条件 准入门槛 产业准入"))
    environment: Mapped[str | None] = field(N_("规划环评"))
    sewage_plant: Mapped[str | None] = field(N_("污水处理厂"))
    tenants: Mapped[int | None] = field(
        N_("已入驻"), Integer, unit=N_("家"), headings=listed("入驻企业 入驻企业数 企业数")
    )
    labour_short: Mapped[int | None] = field(N_("缺工"), Integer, unit=N_("人"), headings=("用工缺口", "用工需求"))
    guarantee: Mapped[list[str] | None] = field(N_("担保"), ARRAY(Text), filter=Choice(GUARANTEE))
    policies: Mapped[str | None] = field(N_("可能享受的政策"), headings=("优惠政策", "扶持政策"))
    note: Mapped[str | None] = field(N_("说明"), headings=listed("简介 园区简介 概况 园区概况"))


def offer(place: Any, _: Translate) -> Offer | None:
    """3000 ㎡ 空厂房 6–9 元/㎡·月."""
    kind = _(KIND[place.kind]) if place.kind else ""
    level = _(LEVEL[place.level]) if place.level else ""
    sort = _("%(level)s%(kind)s", level=level, kind=kind) if level and kind else level or kind
    how = _("·").join(part for part in (place.rent.said(_) if place.rent else "", sort) if part)
    if place.factory_free is not None:
        return Offer(f"{plain(place.factory_free)} ㎡", _("空厂房"), how)
    return Offer(_("空厂房未说明"), "", how)


layer = Layer(
    key="parks",
    title=N_("园区"),
    model=Park,
    style=Style(color="park", shape="square", letter="园"),
    offer=offer,
    lasts=180,
)
