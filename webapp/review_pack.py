"""送审包: what an office that reviews maps wants to see: samples at set zooms, layers, sources, the numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from flask import current_app
from sqlalchemy import func

import layers
from geo import files
from layers import sheet
from layers.areas import Area, Level
from layers.base import Precision
from layers.layer import Layer
from layers.public import public_fields, select_only
from layers.query import Query
from layers.view import View
from layers.words import N_
from webapp import basemaps, db, mapping, people, permissions, sharing
from webapp.desk import Desk
from webapp.i18n import translate as _
from webapp.packed import packed
from webapp.permissions import Action, Forbidden
from webapp.posters import asking, gather
from webapp.posters.gather import Asked

ZOOMS = (8, 10, 12, 14)
SIZE = "a3-wide"
WARNED_DAYS = 60
"""So long before the number runs out staff are told: a review takes up to twenty working days."""
HEADINGS = (
    N_("图层"), N_("代号"), N_("画法"), N_("公开条数"), N_("位置精确"), N_("只到乡镇"), N_("只到区县（不画点）"),
    N_("数据来源"), N_("公开的字段"),
)  # fmt: skip


def allowed(desk: Desk) -> bool:
    """Whether the account may take the pack: the widest administrator, or who makes views of a city and above."""
    wide = (Level.PROVINCE, Level.CITY)
    makes = any(area.level in wide for area in permissions.granted(desk.who, Action.VIEWS, desk.areas))
    return makes or people.is_widest(desk.connection, desk.who, desk.areas)


def area(desk: Desk) -> Area:
    """What the pack is about: the operator's area, else the widest that the account holds; Forbidden for others."""
    if not allowed(desk):
        raise Forbidden(Action.VIEWS)
    code: str = current_app.config["SETTINGS"].default_area
    if code in desk.areas:
        return desk.areas.get(code)
    held = [desk.areas.get(h.area) for h in desk.who.held if h.area in desk.areas]
    return min(held, key=lambda one: (list(Level).index(Level(one.level)), one.code))


def samples(about: Area) -> list[tuple[str, Asked]]:
    """(name in the pack, poster): the whole area, then its middle at every zoom, with every layer that is drawn."""
    whole = View(tuple(Query(layer, area=(about.code,)) for layer in layers.LAYERS))
    lon, lat = mapping.box_of(whole).centre
    views = [("all", whole)]
    views += [(f"z{zoom:02d}", View(whole.queries, (round(lon, 5), round(lat, 5), float(zoom)))) for zoom in ZOOMS]
    return [(f"{n}-{name}.png", _poster(view)) for n, (name, view) in enumerate(views, start=1)]


def _poster(view: View) -> Asked:
    return gather.asked(sharing.of_view(view), SIZE, "map")


def days_left(settings: Any, today: dt.date) -> int | None:
    """Days until the map's number runs out, negative when it has; None where there is no number or no day."""
    if not settings.approval_no or settings.approval_expires is None:
        return None
    left: int = (settings.approval_expires - today).days
    return left


def archive(about: Area) -> bytes:
    """The zip. NotYet, Busy or Undrawable when a picture is not there in time."""
    drawn = samples(about)
    pictures = asking.pictures([poster for _name, poster in drawn])
    content = dict(zip([name for name, _poster in drawn], pictures, strict=True))
    content["layers.xlsx"] = files.write_xlsx(_("图层清单"), [_(text) for text in HEADINGS], _lines())
    content["cover.txt"] = ("\ufeff" + cover(about)).replace("\n", "\r\n").encode()
    return packed(content, db.today())


def _lines() -> Iterator[list[Any]]:
    for layer in layers.LAYERS:
        counts = db.connection().execute(_counted(layer)).one()
        names = _("、").join(_(field.label) for field in public_fields(layer).values())
        line = (_(layer.title), layer.key, _kind(layer), *counts, "；".join(sources(layer)), names)
        yield [sheet.guarded(value) for value in line]


def _counted(layer: Layer) -> Any:
    precision = layer.model.precision
    each = [func.count().filter(precision == one) for one in (Precision.EXACT, Precision.TOWNSHIP, Precision.COUNTY)]
    return select_only(layer, db.today(), func.count(), *each)


def _kind(layer: Layer) -> str:
    shape = func.max(func.ST_Dimension(layer.model.geom))
    widest = db.connection().execute(select_only(layer, db.today(), shape)).scalar()
    return _({0: N_("点"), 1: N_("点和线"), 2: N_("点和面")}.get(widest or 0, N_("点")))


def sources(layer: Layer) -> list[str]:
    """Every source that public places of a layer name."""
    name = layer.model.source_name
    found = select_only(layer, db.today(), name).where(name.is_not(None)).distinct().order_by(name)
    return [text for text in db.connection().execute(found).scalars() if text]


def cover(about: Area) -> str:
    """The text to begin a submission with; what only the office knows is left open."""
    lines = [
        _("地图送审材料"),
        "",
        _("送审单位：（填写）    联系人和电话：（填写）"),
        _("地图名称：归雁图·返乡创业地图（%(area)s）", area=about.name),
        _("公开网址：%(url)s", url=sharing.base() + "/"),
        _("用途：给返乡创业的人看项目、园区、孵化载体、服务点和交通，政府部门免费公开。"),
        "",
        *_numbers(),
        "",
        _(
            "样图：全区域一张，中心点第 %(zooms)s 级各一张，都按本站海报的画法，带图例、比例尺和来源。",
            zooms=_("、").join(map(str, ZOOMS)),
        ),
        _("图层、条数、精度、来源和公开的字段：见 layers.xlsx。"),
        _("只知道在哪个区县的条目不画点，只在区县名旁边写个数。"),
        _("没有公众标注：只有工作人员能加条目，审核后公开。"),
        _("要不要送审、送哪一级，由自然资源主管部门认定。"),
        _("拿到审图号以后写进设置 MAP_APPROVAL_NO，到期日写进 MAP_APPROVAL_EXPIRES。"),
        "",
        _("制作日期：%(day)s", day=db.today()),
    ]
    return "\n".join(lines) + "\n"


def _numbers() -> Iterator[str]:
    """What the settings say about the base map and its number."""
    settings = current_app.config["SETTINGS"]
    tiles = [_(one.attribution) for one in basemaps.layers(settings)] or [_(basemaps.OUTLINES)]
    yield _("底图：%(tiles)s", tiles=_("、").join(tiles))
    yield _("底图设置：%(basemap)s，坐标 %(datum)s", basemap=settings.basemap, datum=settings.basemap_datum)
    yield _("现在图上写的：%(badge)s", badge=mapping.approval())
    yield _("审图号：%(number)s", number=settings.approval_no or _("没有填"))
    yield _("底图来源：%(source)s", source=settings.approval_source or _("没有填"))
    expires = settings.approval_expires
    yield _("到期：%(day)s", day=expires.isoformat() if expires else _("没有填"))
