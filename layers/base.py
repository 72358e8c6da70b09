"""What every place on the map has, and how a column says what it means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from layers.filters import Choice, Filter
from layers.filters import Text as Words
from layers.ranges import Since
from layers.words import N_, Labels, listed


class Base(DeclarativeBase):
    """The one metadata of all tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        list[str]: ARRAY(Text),
        dt.datetime: DateTime(timezone=True),
    }


class Precision(StrEnum):
    """How well a position is known."""

    EXACT = "exact"
    TOWNSHIP = "township"
    COUNTY = "county"


class Status(StrEnum):
    """Where a place stands between the office's desk and the public."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


class Need(StrEnum):
    """When a value has to be there."""

    DRAFT = "draft"
    PUBLISH = "publish"
    NEVER = "never"


PRECISIONS: Labels = {
    Precision.EXACT: N_("准确位置"),
    Precision.TOWNSHIP: N_("只到乡镇"),
    Precision.COUNTY: N_("只到区县"),
}
VERIFIED_HOW: Labels = {"phone": N_("电话"), "visit": N_("上门"), "document": N_("看材料")}


@dataclass(frozen=True)
class Field:
    """How one column is presented, filtered and read from a spreadsheet."""

    label: str
    unit: str = ""
    help: str = ""
    filter: Filter | None = None
    options: Labels | None = None
    need: Need = Need.NEVER
    public: bool = True
    headings: tuple[str, ...] = ()

    @property
    def vocabulary(self) -> Labels | None:
        """The closed vocabulary of the field's values, whether or not it can be filtered by."""
        return self.filter.options if isinstance(self.filter, Choice) else self.options


def field(
    label: str,
    *type_: Any,
    unit: str = "",
    help: str = "",
    filter: Filter | None = None,
    options: Labels | None = None,
    need: Need = Need.NEVER,
    public: bool = True,
    headings: tuple[str, ...] = (),
    **column: Any,
) -> Mapped[Any]:
    """A mapped column that carries its Field in `info["field"]`; does nothing else."""
    declared = Field(label, unit, help, filter, options, need, public, headings)
    return mapped_column(*type_, info={"field": declared}, **column)


CODE = String(12, collation="C")
"""Codes sort and compare by bytes, so that a prefix is a range of an ordinary index."""
HEAD, TAIL = -100, 100
"""Where shared columns stand: name and place before a layer's own, contact and dates after."""


class Place:
    """Mixin of every layer's table: one row is one place.

    `geom` is WGS 84 (EPSG:4326, longitude first; CGCS2000 is the same at this precision).
    `geom3857` and `point3857` (a point on the shape) are kept by the database, metres.
    """

    id: Mapped[int] = field("id", BigInteger, Identity(), primary_key=True, sort_order=-200)
    sample: Mapped[bool] = field(N_("示例"), server_default=false(), sort_order=HEAD)
    name: Mapped[str] = field(
        N_("名称"),
        filter=Words(),
        need=Need.DRAFT,
        headings=listed(
            "项目名称 园区名称 名字 项目 企业名称 单位名称 载体名称 基地名称 服务点名称 "
            "网点名称 站点名称 乡镇名称 地块名称 发展区名称"
        ),
        sort_order=HEAD,
    )
    name_en: Mapped[str | None] = field(N_("英文名"), filter=Words(), sort_order=HEAD)
    summary: Mapped[str | None] = field(
        N_("一句话"),
        help=N_("不超过 40 个字，说清楚做什么"),
        filter=Words(),
        need=Need.PUBLISH,
        headings=("一句话说明", "一句话简介"),
        sort_order=HEAD,
    )
    summary_en: Mapped[str | None] = field(N_("英文说明"), sort_order=HEAD)
    area: Mapped[str] = field(
        N_("区县乡镇"),
        CODE,
        help=N_("GB/T 2260 代码，乡镇再加三位"),
        need=Need.DRAFT,
        headings=listed("区划代码 行政区划代码 区县代码 地区代码 所属区域 所在区域 所在地区 所属地区 行政区划 地区"),
        sort_order=HEAD,
    )
    zone: Mapped[str | None] = field(
        N_("功能区"), CODE, headings=listed("所属园区 所在功能区 功能区代码"), sort_order=HEAD
    )
    place: Mapped[str | None] = field(
        N_("具体地点"),
        headings=listed("地址 村 项目地点 建设地点 地点 详细地址 具体地址 项目地址 所在地 位置 项目选址 所在村"),
        sort_order=HEAD,
    )
    geom: Mapped[Any] = mapped_column(Geometry("GEOMETRY", 4326), nullable=False, sort_order=HEAD)
    geom3857: Mapped[Any] = mapped_column(
        Geometry("GEOMETRY", 3857), Computed("ST_Transform(geom, 3857)", persisted=True), sort_order=HEAD
    )
    point3857: Mapped[Any] = mapped_column(
        Geometry("POINT", 3857),
        Computed("ST_Transform(ST_PointOnSurface(geom), 3857)", persisted=True),
        sort_order=HEAD,
    )
    precision: Mapped[str] = field(N_("位置精度"), filter=Choice(PRECISIONS), need=Need.DRAFT, sort_order=HEAD)
    radius_km: Mapped[float | None] = field(N_("位置误差"), unit=N_("公里"), sort_order=HEAD)

    photos: Mapped[list[str] | None] = field(N_("图片"), ARRAY(Text), help=N_("最多 4 张"), sort_order=TAIL)
    office: Mapped[str | None] = field(
        N_("责任单位"),
        headings=listed("主管单位 主管部门 责任部门 承办单位 牵头单位 填报单位 管理单位"),
        sort_order=TAIL,
    )
    phone: Mapped[str | None] = field(
        N_("电话"),
        help=N_("区号-号码"),
        need=Need.PUBLISH,
        headings=listed(
            "联系电话 联系方式 电话号码 手机 手机号 手机号码 咨询电话 办公电话 联系人电话 "
            "联系人及电话 联系人及联系方式 联系人/电话"
        ),
        sort_order=TAIL,
    )
    phone_hours: Mapped[str | None] = field(N_("接电话时间"), headings=("接听时间",), sort_order=TAIL)
    backup_phone: Mapped[str | None] = field(N_("打不通时"), headings=("备用电话", "其他电话"), sort_order=TAIL)
    source_name: Mapped[str | None] = field(N_("来源"), headings=("信息来源", "数据来源"), sort_order=TAIL)
    source_url: Mapped[str | None] = field(N_("来源网址"), sort_order=TAIL)
    source_date: Mapped[str | None] = field(N_("来源日期"), headings=("发文日期",), sort_order=TAIL)
    published: Mapped[dt.date | None] = field(
        N_("发布日"), filter=Since(), headings=("发布日期", "发布时间"), sort_order=TAIL
    )
    verified: Mapped[dt.date | None] = field(
        N_("核实日"), filter=Since(), headings=listed("核实日期 核实时间 核验日期"), sort_order=TAIL
    )
    verified_how: Mapped[str | None] = field(N_("怎么核实的"), options=VERIFIED_HOW, sort_order=TAIL)
    valid_until: Mapped[dt.date | None] = field(
        N_("有效期至"),
        need=Need.PUBLISH,
        headings=listed("有效期 有效期限 截止日期 截止时间 到期日 有效日期"),
        sort_order=TAIL,
    )

    status: Mapped[str] = field(N_("状态"), server_default=Status.DRAFT, public=False, sort_order=TAIL)
    source: Mapped[str | None] = field(N_("数据来源代号"), public=False, sort_order=TAIL)
    external_id: Mapped[str | None] = field(
        N_("来源编号"), public=False, headings=listed("编号 项目编号 唯一编号 外部编号"), sort_order=TAIL
    )
    contact_name: Mapped[str | None] = field(
        N_("联系人"), public=False, headings=listed("联系人姓名 负责人 项目联系人 项目负责人"), sort_order=TAIL
    )
    internal_note: Mapped[str | None] = field(N_("内部备注"), public=False, headings=("备注",), sort_order=TAIL)
    pinyin: Mapped[str | None] = field(N_("拼音"), filter=Words(), public=False, sort_order=TAIL)
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), sort_order=TAIL)
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), onupdate=func.now(), sort_order=TAIL)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        table = cls.__tablename__  # type: ignore[attr-defined]
        return (
            UniqueConstraint("source", "external_id"),
            CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=f"ck_{table}_geom"),
            Index(f"ix_{table}_area", "area"),
            Index(f"ix_{table}_zone", "zone"),
            Index(f"ix_{table}_public", "status", "valid_until"),
            *_filter_indexes(cls, table),
        )


def _filter_indexes(model: Any, table: str) -> Iterator[Index]:
    """An index for every filter that the model and the mixin declare, and one for all searched texts together."""
    searched = []
    for name, declared in {**vars(Place), **vars(model)}.items():
        column = getattr(declared, "column", None)
        shown = column.info.get("field") if isinstance(column, Column) else None
        if shown and shown.filter:
            yield shown.filter.index(table, name, column)
            searched += [name] if shown.filter.widget == "text" and name != "pinyin" else []
    yield Index(f"ix_{table}_bigrams", text(bigrams(table, searched)), postgresql_using="gin")


def bigrams(table: str, names: Iterable[str]) -> str:
    """SQL of the pairs of characters of some texts of a row, as the index has them and questions must ask."""
    texts = " || E'\\n' || ".join(f"coalesce({table}.{name}, '')" for name in names)
    return f"bigrams({texts})"


@cache
def fields(model: Any) -> dict[str, Field]:
    """Column name -> Field, in the table's order, for every column that is presented at all."""
    return {c.name: c.info["field"] for c in model.__table__.columns if "field" in c.info}
