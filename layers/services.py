"""Service points (服务点): where somebody helps a founder, when, and with what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from layers.base import Base, Place, field
from layers.filters import Choice
from layers.filters import Text as Words
from layers.layer import Layer, Offer, Style
from layers.words import N_, Translate, listed

LEVEL = {"city": N_("市"), "county": N_("县"), "township": N_("乡"), "village": N_("村")}
KIND = {
    "center": N_("返乡创业综合服务中心"),
    "employment": N_("就业社保服务站"),
    "loan": N_("创业担保贷款窗口"),
    "business": N_("中小企业服务平台"),
    "ecommerce": N_("电商服务站"),
    "village": N_("村综合服务站"),
}
SERVICES = {
    "register": N_("办执照"),
    "policy": N_("问政策"),
    "guidance": N_("请导师"),
    "social": N_("社保接续"),
    "benefit": N_("申请补贴"),
    "loan": N_("申请贷款"),
    "training": N_("报名培训"),
    "selling": N_("代收代卖"),
}


class Service(Place, Base):
    """One service point of the four levels city, county, township, village."""

    __tablename__ = "services"

    level: Mapped[str | None] = field(N_("哪一级"), filter=Choice(LEVEL), headings=("级别", "服务层级"))
    kind: Mapped[str | None] = field(N_("类型"), filter=Choice(KIND), headings=("网点类型", "服务点类型"))
    services: Mapped[list[str] | None] = field(
        N_("能办什么"),
        ARRAY(Text),
        filter=Choice(SERVICES),
        headings=listed("服务内容 办理业务 业务范围 服务事项 办理事项"),
    )
    counter: Mapped[str | None] = field(N_("几号窗口"), filter=Words(), headings=("窗口", "窗口号"))
    hours: Mapped[str | None] = field(N_("开门时间"), headings=listed("服务时间 办公时间 工作时间 开放时间"))
    bring: Mapped[str | None] = field(N_("带什么"), headings=listed("所需材料 携带材料 办事材料"))
    online: Mapped[str | None] = field(N_("网上办"), headings=("网上办理", "网办地址"))
    account: Mapped[str | None] = field(N_("公众号"))
    staff: Mapped[int | None] = field(N_("人手"), Integer, unit=N_("人"), headings=listed("工作人员 人员数 工作人员数"))


def offer(place: Any, _: Translate) -> Offer | None:
    """县 返乡创业综合服务中心 办执照、问政策."""
    kind = _(KIND[place.kind]) if place.kind else _("服务点")
    done = _("、").join(_(SERVICES[key]) for key in (place.services or ())[:3])
    return Offer(kind, "", done)


layer = Layer(
    key="services",
    title=N_("服务点"),
    model=Service,
    style=Style(color="service", shape="diamond", letter="服"),
    offer=offer,
)
