"""How machines of offices send files, for the document."""

from __future__ import annotations

from geo.crs import Datum
from layers.layer import Layer
from webapp.api.ogc.answers import JSON
from webapp.api.openapi.parts import PROBLEM, STRING, WHOLE, Part, parameter, ref
from webapp.i18n import translate as _

KEYS: Part = {"officeKey": {"type": "http", "scheme": "bearer"}}
OPEN: list[Part] = [{"officeKey": []}]
BODY: Part = {"schema": {"type": "string", "format": "binary"}}


def paths(layer: Layer) -> dict[str, Part]:
    """Sending a file for a layer."""
    told = _("传一个文件：逐行检查，能导入的进待审核；同一份传两次不会重复")
    post = {
        "operationId": f"import.{layer.key}", "tags": [layer.key], "summary": told, "security": OPEN,
        "parameters": _parameters(),
        "requestBody": {"required": True, "content": {"application/octet-stream": BODY}},
        "responses": {
            "200": {"description": _("每一行怎样了"), "content": {JSON: {"schema": {"type": "object"}}}},
            "202": {"description": _("文件大，在后台做；到 Location 去问"), "content": {JSON: {"schema": {"type": "object"}}}},
            **_problems(),
        },
    }  # fmt: skip
    return {f"/api/import/{layer.key}": {"post": post}}


def progress() -> dict[str, Part]:
    """Asking after a file that is done later."""
    get = {
        "operationId": "import.batch", "tags": ["api"], "summary": _("传来的文件做到哪里了，每一行怎样了"), "security": OPEN,
        "parameters": [parameter("id", WHOLE, _("批号"), "path")],
        "responses": {
            "200": {"description": _("每一行怎样了"), "content": {JSON: {"schema": {"type": "object"}}}}, **_problems(),
        },
    }  # fmt: skip
    return {"/api/imports/{id}": {"get": get}}


def _parameters() -> list[Part]:
    number = {"type": "integer", "minimum": 1, "maximum": 999999}
    return [
        parameter("datum", {"type": "string", "enum": [datum.value for datum in Datum]}, _("坐标从哪里来")),
        parameter("epsg", number, _("坐标系的 EPSG 代码，如 4523")),
        parameter("encoding", STRING, _("文字编码，认错了才要写")),
        parameter("part", STRING, _("哪张表页或哪个图层")),
        parameter("owner", STRING, _("单位的区划代码，和口令的一样")),
        parameter("check", {"type": "string", "enum": ["0", "1"]}, _("1：只检查，什么都不写")),
        parameter("name", STRING, _("文件名")),
    ]


def _problems() -> dict[str, Part]:
    content = {PROBLEM: {"schema": ref("schemas", "Problem")}}
    words = {
        "400": _("有个参数不认识，或者值不对：写明哪个、给的什么、可以写什么"), "401": _("没有口令，或者口令不对"),
        "403": _("不归这个单位管"), "404": _("没有找到"), "405": _("不能这样请求"), "413": _("文件太大"),
        "414": _("网址太长"), "422": _("文件读不了，或者有一样要先说明：parameter 里写着是哪个参数"),
        "429": _("传得太多，过一分钟再传"), "431": _("请求头太大"), "503": _("数据库暂时连不上"),
    }  # fmt: skip
    return {status: {"description": told, "content": content} for status, told in words.items()}
