"""Word lists of the synthetic catalogue: large enough that words of two characters find few places or many."""

from __future__ import annotations

from dataclasses import dataclass

from layers.words import listed


@dataclass(frozen=True)
class Trade:
    """One line of business: how people call it, its GB/T 4754 code, its sector."""

    word: str
    code: str
    sector: str


_TRADES = {
    "primary": """茶园 A0164,柑橘园 A0153,猕猴桃 A0159,葡萄园 A0152,蓝莓采摘 A0159,草莓大棚 A0141,
        高山蔬菜 A0141,食用菌 A0142,花卉苗木 A0143,中药材 A0171,川佛手 A0171,水稻制种 A0111,富硒大米 A0111,
        杂粮 A0119,马铃薯 A0123,油菜籽 A0122,桑蚕 A0399,肉牛养殖 A0311,肉羊养殖 A0314,生猪养殖 A0313,土鸡 A0321,
        蛋鸭 A0322,林下养鸡 A0321,蜜蜂 A0392,稻田养鱼 A0412,小龙虾 A0412,冷水鱼 A0412,竹笋 A0251,油茶 A0162,
        核桃 A0161,花椒 A0163,育苗 A0212""",
    "secondary": """茶叶初制 C153,腌腊肉 C135,泡菜 C137,粉条 C139,豆制品 C139,菜籽油 C133,米花糖 C141,糕点 C141,
        调味品 C146,白酒作坊 C151,果汁 C152,饲料 C132,竹编 C204,竹家具 C212,木门窗 C203,藤椅 C212,服装加工 C181,
        绣品 C243,鞋面车缝 C195,皮具 C192,毛衫 C182,家纺 C177,手套 C178,陶瓷花盆 C307,砖瓦 C303,石材 C303,
        钢结构 C331,五金件 C335,农机修配 C357,模具 C352,电机配件 C381,线束加工 C383,电子装配 C398,塑料包装 C292,
        纸箱 C223,有机肥 C262,蚊香 C268,艾草制品 C273,饮片初加工 C273,光伏支架 C382""",
    "tertiary": """民宿 H612,农家乐 H621,露营地 R90,研学基地 P83,采摘园 R90,电商服务站 F529,直播带货 F529,
        快递驿站 G60,冷链配送 G59,仓储 G59,社区食堂 H62,早餐店 H62,便利店 F521,理发店 O80,家政服务 O80,
        汽车修理 O81,家电维修 O81,农资店 F51,药店 F525,托育点 Q85,日间照料 Q85,养老院 Q85,职业培训 P83,
        广告制作 L72,会计代账 L72,植保飞防 A05,农机作业 A05,烘干服务 A05,垃圾清运 N78,充电站 F52""",
}
TRADES = tuple(
    Trade(word, code, sector)
    for sector, told in _TRADES.items()
    for word, code in (entry.split() for entry in told.split(","))
)
FORMS = listed(
    "合作社 加工点 小作坊 家庭农场 示范园 工坊 加盟店 基地 服务点 车间 体验园 合伙店 帮扶车间 联营点 分拣中心 "
    "门市 育种场 代工厂 集散点 创客空间"
)
DOES = listed(
    "收本村鲜货就地加工 一户能管二十亩 两个人就能开工 农闲开工农忙停 给镇上的店供货 做订单不压货 带着附近几户一起做 "
    "闲置校舍改的场地 老手艺带三个徒弟 旺季四个月 机器村里有现成的 城里订了再做 从育苗做到分拣 一天两餐八十份起 "
    "周末客人多平日做研学 接县里企业的外包活 废料回田 线上线下一起卖 修整旧院子就能住人 冷库已经建好"
)
SELLS = listed(
    "乡镇超市要货 县城餐馆长期订 电商平台有店 收购站按质论价 老客人回头多 企业签了年单 学校食堂固定要 邻县客商来拉 "
    "景区门口就能卖 合作社统一卖"
)
PLACES = listed("旧校舍 村口晒坝 镇上老粮站 产业园标准厂房 河边坝地 半山林地 闲置农房 街边铺面 水库边 茶场旁")
SKILLS = listed("会看火候 懂电路 会开三轮车 身体好能起早 会用手机接单 有养殖经验 有人带三天就会 不要求手艺")
RISKS = listed("价格一年一变 天旱要补水 旺季缺人手 运费涨得快 头一年见不到钱 疫病要防")
PARK_FORMS = listed("工业园区 返乡创业园 农业产业园 电商产业园 经济开发区 产业集聚区")
