"""Project listings (推荐目录): what a returnee could do near home, and what it takes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from layers.base import CODE, Base, Need, Place, field
from layers.filters import Choice, Flag
from layers.filters import Text as Words
from layers.industries import industry_filter
from layers.layer import Layer, Offer, Style
from layers.quantity import quantity
from layers.ranges import Range
from layers.words import N_, Translate, listed

SECTOR = {
    "primary": N_("一产"),
    "secondary": N_("二产"),
    "tertiary": N_("三产"),
    "mixed": N_("一二三产融合"),
}
CHAIN = {
    "extend": N_("延链"),
    "strengthen": N_("强链"),
    "fill": N_("补链"),
    "innovate": N_("创新型"),
    "other": N_("其他"),
}
COOPERATION = {
    "self": N_("自主创办"),
    "lease": N_("租赁"),
    "contract": N_("承包"),
    "coop": N_("合作社入股"),
    "company_farmer": N_("公司+农户"),
    "joint": N_("合资"),
    "partner": N_("合作"),
    "sole": N_("独资"),
    "franchise": N_("加盟（需审）"),
}
LAND = {
    "factory": N_("现成厂房"),
    "shop": N_("商铺"),
    "home": N_("家庭住所"),
    "none": N_("不用场地"),
    "school": N_("闲置校舍"),
    "house": N_("闲置农房"),
    "arable": N_("流转耕地"),
    "orchard": N_("流转园地"),
    "forest": N_("流转林地"),
    "water": N_("流转水面"),
    "facility": N_("设施农用地"),
    "collective": N_("集体经营性建设用地"),
    "state": N_("国有建设用地"),
}
UTILITIES = {
    "water": N_("通水"),
    "power": N_("通电"),
    "three_phase": N_("三相电"),
    "road": N_("通路"),
    "network": N_("通网"),
    "cold_chain": N_("有冷库"),
}
AUDIENCE = {
    "migrant": N_("返乡农民工"),
    "veteran": N_("退役军人"),
    "graduate": N_("大学生"),
    "woman": N_("妇女"),
    "poverty": N_("脱贫户"),
}
STAGE = {
    "idea": N_("谋划"),
    "sited": N_("已选址"),
    "ready": N_("净地可落地"),
    "filed": N_("已备案"),
    "building": N_("在建"),
}
PROGRESS = {
    "open": N_("招募中"),
    "talking": N_("对接中"),
    "signed": N_("已签约"),
    "landed": N_("已落地"),
}
TAKEN = ("signed", "landed")
"""Progress at which a project is nobody else's any more: it leaves the public's lists."""
LAND_UNIT = {"mu": N_("亩"), "sqm": N_("㎡")}
TIERS = (5, 10, 30, 100, 500, 1000, 10000)
MONEY = Numeric(12, 4)


class Project(Place, Base):
    """One listing. Money is in 万元 (10,000 yuan)."""

    __tablename__ = "projects"

    budget: Mapped[Decimal | None] = field(
        N_("起步资金"),
        MONEY,
        unit=N_("万元"),
        help=N_("最少要多少，自有加能贷到的"),
        filter=Range(TIERS),
        need=Need.PUBLISH,
        headings=listed("启动资金 所需资金 投入资金 最低投资 起步投资 创业资金"),
    )
    budget_max: Mapped[Decimal | None] = field(N_("起步资金最多"), MONEY, unit=N_("万元"))
    own: Mapped[Decimal | None] = field(N_("自己出"), MONEY, unit=N_("万元"), headings=("自有资金", "自筹资金"))
    loan: Mapped[Decimal | None] = field(
        N_("能贷到"), MONEY, unit=N_("万元"), headings=listed("贷款 可贷资金 贷款额度 拟贷款")
    )
    investment: Mapped[Decimal | None] = field(
        N_("总投资"),
        MONEY,
        unit=N_("万元"),
        filter=Range(TIERS),
        headings=listed(
            "投资估算 投资额 总投资额 投资总额 投资规模 项目总投资 计划总投资 计划投资 估算总投资 项目投资"
        ),
    )
    monthly_cost: Mapped[Decimal | None] = field(
        N_("每月开销"), MONEY, unit=N_("万元"), headings=listed("月支出 每月支出 月运营成本")
    )
    payback: Mapped[str | None] = field(
        N_("回本"), help=N_("写估算的依据，不承诺"), headings=listed("回收期 投资回收期 回本周期")
    )
    industry: Mapped[str | None] = field(
        N_("行业"),
        CODE,
        help=N_("可多选"),
        filter=industry_filter(),
        need=Need.PUBLISH,
        headings=listed("所属行业 行业类别 行业分类 国民经济行业 行业代码"),
    )
    trade: Mapped[str | None] = field(
        N_("本地叫法"), filter=Words(), headings=listed("本地产业 特色产业 主营 经营项目 产业名称")
    )
    sector: Mapped[str | None] = field(N_("产业"), filter=Choice(SECTOR), headings=("三次产业", "产业分类"))
    chain: Mapped[str | None] = field(N_("在产业链上"), filter=Choice(CHAIN), headings=("产业链环节", "补链强链"))
    content: Mapped[str | None] = field(
        N_("做什么、多大"),
        filter=Words(),
        headings=listed(
            "建设内容及规模 建设内容 主要建设内容 建设规模及内容 建设规模及主要内容 项目内容 "
            "项目简介 项目概况 建设规模 主要内容"
        ),
    )
    cooperation: Mapped[list[str] | None] = field(
        N_("合作方式"),
        ARRAY(Text),
        filter=Choice(COOPERATION),
        need=Need.PUBLISH,
        headings=listed("合作模式 合作形式 招商方式 经营方式"),
    )
    land: Mapped[list[str] | None] = field(
        N_("场地"),
        ARRAY(Text),
        filter=Choice(LAND),
        need=Need.PUBLISH,
        headings=listed("用地 用地类型 场地类型 土地性质 用地性质"),
    )
    land_area: Mapped[Decimal | None] = field(
        N_("场地面积"),
        MONEY,
        headings=listed("占地面积 用地面积 面积 使用面积 建筑面积 用地规模 土地面积 地块面积 占地"),
    )
    land_unit: Mapped[str | None] = field(N_("面积单位"), options=LAND_UNIT)
    land_price: Mapped[str | None] = field(N_("场地价格"), headings=listed("租金 地价 土地价格"))
    utilities: Mapped[list[str] | None] = field(
        N_("水电路"), ARRAY(Text), filter=Choice(UTILITIES), headings=listed("配套 基础设施 水电路网")
    )
    audience: Mapped[list[str] | None] = field(
        N_("适合谁"), ARRAY(Text), filter=Choice(AUDIENCE), headings=("适合人群", "适宜人群")
    )
    skills: Mapped[str | None] = field(N_("手艺"), headings=("技能要求", "技术要求"))
    licences: Mapped[str | None] = field(N_("证照"), headings=("所需证照", "办理证照"))
    market: Mapped[str | None] = field(N_("销路"), headings=listed("市场前景 销售渠道 市场分析"))
    buyer: Mapped[bool | None] = field(N_("有收购方"), filter=Flag(N_("有收购方")), headings=("是否有收购方",))
    buyer_checked: Mapped[dt.date | None] = field(N_("收购方核验日"))
    earnings: Mapped[str | None] = field(
        N_("收益估算"), help=N_("写清假设和上下限"), headings=listed("效益分析 预期收益 经济效益 年收益")
    )
    risks: Mapped[str | None] = field(N_("主要风险"), headings=("风险",))
    environment: Mapped[str | None] = field(N_("环保和许可"), headings=("环评", "环保要求"))
    stage: Mapped[str | None] = field(
        N_("前期进展"), filter=Choice(STAGE), headings=listed("前期工作 进展情况 项目进展 进展 项目阶段")
    )
    progress: Mapped[str | None] = field(N_("招人进度"), filter=Choice(PROGRESS))
    project_code: Mapped[str | None] = field(
        N_("项目代码"), help=N_("24 位固定资产投资项目代码"), headings=("备案代码", "固定资产投资项目代码")
    )
    policies: Mapped[str | None] = field(N_("可能享受的政策"), headings=("优惠政策", "扶持政策"))
    honours: Mapped[str | None] = field(N_("示范和荣誉"), headings=("荣誉",))


def offer(place: Any, _: Translate) -> Offer | None:
    """10–30 万元 起步 租赁·现成厂房."""
    ways = [COOPERATION[key] for key in place.cooperation or ()][:1]
    sites = [LAND[key] for key in place.land or ()][:1]
    how = _("·").join(_(label) for label in ways + sites)
    if place.budget is None:
        return Offer(_("资金未说明"), "", how)
    ends = [end for end in (place.budget, place.budget_max) if end is not None]
    return Offer(quantity(ends, "万元", _), _("起步"), how)


layer = Layer(
    key="projects",
    title=N_("推荐目录"),
    model=Project,
    style=Style(color="accent", shape="house", letter="项"),
    seal="industry",
    offer=offer,
    lasts=90,
)
