"""Every parameter that a question may have: ours, the standard's, and each layer's own filters."""

from __future__ import annotations

from geo.reference import REFERENCES
from layers import LAYERS, cql, grammar
from layers.layer import Layer
from layers.query import LISTED, SHARED, Query
from webapp.api.ogc.question import DEFAULT_LIMIT, MAX_ID, MAX_LIMIT, MAX_OFFSET
from webapp.api.openapi.parts import NUMBER_TEXT, Part, numbers, parameter, ref
from webapp.i18n import translate as _

SYSTEMS = [r.uri for r in REFERENCES]
AREA = {"type": "array", "items": {"type": "string", "pattern": "^[0-9A-Z]{2,12}$"}, "minItems": 1}
DATETIME = r"^(\.\.|[0-9]{4}-[0-9]{2}-[0-9]{2}[^/]*)?(/(\.\.|[0-9]{4}-[0-9]{2}-[0-9]{2}[^/]*)?)?$"
BOX = f"^{NUMBER_TEXT}(,{NUMBER_TEXT}){{3}}((,{NUMBER_TEXT}){{2}})?$"


def components() -> dict[str, Part]:
    """Name -> parameter of all that several addresses share."""
    return {**_ours(), **_standards(), **_places()}


def _ours() -> dict[str, Part]:
    point = numbers(2)
    count = {"type": "integer", "minimum": 1}
    return {
        "area": parameter("area", AREA, _("省、市、县、乡镇或功能区的代码，多个用逗号隔开，任一个都算")),
        "q": parameter("q", {"type": "string", "maxLength": grammar.MAX_TEXT}, _("文字，每个词都要有；拼音也行；加引号照原样找")),
        "box": parameter("bbox", numbers(4), _("最小经度,最小纬度,最大经度,最大纬度")),
        "near": parameter("near", point, _("经度,纬度：离这里 radius 公里内")),
        "radius": parameter("radius", {"type": "number", "minimum": 0.1, "maximum": 500, "default": 30}, _("公里")),
        "within": parameter("within", {"type": "string"}, _("多边形，编码折线（精度 5）")),
        "page": parameter("page", {**count, "maximum": grammar.MAX_PAGE}, _("第几页")),
        "pageSize": parameter("limit", {**count, "maximum": grammar.MAX_PAGE_SIZE, "default": grammar.PAGE_SIZE}, _("每页几个")),
        "lang": parameter("lang", {"type": "string", "enum": ["zh", "en"]}, _("语言；不写按浏览器")),
    }  # fmt: skip


def _standards() -> dict[str, Part]:
    system = {"type": "string", "enum": SYSTEMS, "default": SYSTEMS[0]}
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    id_ = {"type": "integer", "minimum": 0, "maximum": MAX_ID}
    return {
        "f": parameter("f", {"type": "string", "enum": ["json", "html"]}, _("格式；不写按 Accept")),
        "crs": parameter("crs", system, _("坐标系；EPSG:4326 和 4490 纬度在前")),
        "bbox": parameter("bbox", {"type": "string", "pattern": BOX}, _("左下角、右上角，顺序按 bbox-crs")),
        "bbox-crs": parameter("bbox-crs", system, _("bbox 的坐标系")),
        "datetime": parameter("datetime", {"type": "string", "pattern": DATETIME}, _("核实日（没核实过的按发布日）在这天或这段里")),
        "limit": parameter("limit", limit, _("最多几条；超过上限按上限")),
        "offset": parameter("offset", {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0}, _("跳过几条")),
        "after": parameter("after", id_, _("从这个 id 往后；next 链接用它翻页")),
        "before": parameter("before", id_, _("从这个 id 往前；prev 链接用它翻页")),
        "filter": parameter("filter", {"type": "string", "maxLength": cql.LONGEST}, _("CQL2；能用的名称见 queryables")),
        "filter-lang": parameter("filter-lang", {"type": "string", "enum": list(cql.LANGUAGES), "default": "cql2-text"}),
        "filter-crs": parameter("filter-crs", system, _("filter 里几何的坐标系")),
        "since": parameter("since", {"type": "integer", "minimum": 0, "maximum": 2**31}, _("上次取到的版本")),
        "day": parameter("day", {"type": "string", "format": "date"}, _("上次取的日期：其后到期的也算变了")),
        "version": parameter("version", {"type": "integer", "minimum": 0, "maximum": 2**31}, _("第一页时的版本；next 链接带着它")),
    }  # fmt: skip


def _places() -> dict[str, Part]:
    count = {"type": "integer", "minimum": 0, "maximum": 2**22}
    zoom = {"type": "integer", "minimum": 0, "maximum": 22}
    return {
        "id": parameter("id", {"type": "integer", "minimum": 0, "maximum": MAX_ID}, where="path"),
        "z": parameter("z", zoom, where="path"),
        "x": parameter("x", count, where="path"),
        "y": parameter("y", count, where="path"),
        "tileMatrix": parameter("tileMatrix", zoom, _("级别"), where="path"),
        "tileRow": parameter("tileRow", count, _("行，从北往南"), where="path"),
        "tileCol": parameter("tileCol", count, _("列，从西往东"), where="path"),
    }


def shared(*names: str) -> list[Part]:
    """References to shared parameters."""
    return [ref("parameters", name) for name in names]


def filters(layer: Layer) -> list[Part]:
    """The layer's own filters."""
    found = []
    for name, field in layer.filters.items():
        assert field.filter is not None
        told = _(field.label) + (f"（{_(field.unit)}）" if field.unit else "")
        found.append(parameter(name, field.filter.schema(), f"{told}：{field.filter.allowed(_)}"))
    return found


def question(layer: Layer) -> list[Part]:
    """All of a Query but its order and page, as tiles, counts and files take it."""
    names = ["box" if name == "bbox" else name for name in SHARED]
    return [*shared(*names, "lang"), *filters(layer), *_ignored(layer)]


def _ignored(layer: Layer) -> list[Part]:
    """Order and page: understood everywhere, without effect where there is no list."""
    return [*shared("page", "pageSize"), sort(layer)]


def sort(layer: Layer) -> Part:
    """The orders that a layer's list can be put in."""
    near = Query(layer, near=(0.0, 0.0)).sorts()
    return parameter(
        "sort", {"type": "string", "enum": ["verified", *(key for key in near if key)]}, _("顺序；near 要先给 near")
    )


def of(layer: Layer) -> Part:
    """Which filters to count."""
    names = {"type": "string", "enum": ["area", *layer.filters]}
    return parameter("of", {"type": "array", "items": names, "minItems": 1}, _("只要哪几项；不写全要"))


def layer() -> Part:
    """Which layer a suggestion is for."""
    return parameter("layer", {"type": "string", "enum": [layer.key for layer in LAYERS]}, _("哪个图层"))


def items(layer: Layer) -> list[Part]:
    """What `items` takes."""
    standard = ("f", "lang", "crs", "bbox", "bbox-crs", "datetime", "limit", "offset", "after", "before")
    ours = [name for name in (*SHARED, *LISTED) if name not in ("bbox", "limit", "sort")]
    cql2 = ("filter", "filter-lang", "filter-crs")
    return [*shared(*standard, *cql2, *ours), sort(layer), *filters(layer)]
