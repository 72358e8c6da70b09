"""The small parts that an OpenAPI 3.0.3 document is made of: parameters, answers, operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layers.words import N_
from webapp.i18n import translate as _

Part = dict[str, Any]
STRING: Part = {"type": "string"}
NUMBER: Part = {"type": "number"}
WHOLE: Part = {"type": "integer", "minimum": 0, "maximum": 2**53}
PROBLEM = "application/problem+json"
PROBLEMS = {
    "400": ("BadRequest", N_("有个参数不认识，或者值不对：写明哪个、给的什么、可以写什么")),
    "404": ("NotFound", N_("没有这个图层、这一条或这一页")),
    "405": ("NotAllowed", N_("只能用 GET 和 HEAD")),
    "410": ("Gone", N_("曾经公开，已经撤下或过期")),
    "414": ("TooLong", N_("网址太长")),
    "431": ("HeadersTooLarge", N_("请求头太大")),
    "503": ("Unavailable", N_("数据库暂时连不上")),
}
USUAL = ("400", "404", "405", "414", "431", "503")
NUMBER_TEXT = r"-?[0-9]{1,7}(\.[0-9]{1,15})?"


def ref(kind: str, name: str) -> Part:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def parameter(name: str, schema: Mapping[str, Any], told: str = "", where: str = "query") -> Part:
    """One parameter; an array is a comma list."""
    found: Part = {"name": name, "in": where, "required": where == "path", "schema": dict(schema)}
    if told:
        found["description"] = told
    if schema.get("type") == "array":
        found |= {"style": "form", "explode": False}
    return found


def numbers(count: int) -> Part:
    """So many numbers with commas between."""
    return {"type": "string", "pattern": f"^{NUMBER_TEXT}(,{NUMBER_TEXT}){{{count - 1}}}$"}


def answer(told: str, content: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> Part:
    """A 200 with its media types."""
    found: Part = {"description": told, "headers": {"ETag": ref("headers", "ETag"), **(headers or {})}}
    found["content"] = {type_: {"schema": schema} for type_, schema in content.items()}
    return found


def operation(
    name: str,
    tag: str,
    summary: str,
    parameters: Iterable[Part],
    responses: Mapping[str, Any],
    further: Iterable[str] = (),
) -> Part:
    """A GET with its answers, the errors that every address can answer among them."""
    errors = {status: ref("responses", PROBLEMS[status][0]) for status in sorted({*USUAL, *further})}
    told = {**responses, "304": ref("responses", "NotModified"), **errors}
    return {
        "get": {
            "operationId": name,
            "tags": [tag],
            "summary": summary,
            "parameters": list(parameters),
            "responses": dict(sorted(told.items())),
        }
    }


def problems() -> dict[str, Part]:
    """Every error answer, told as RFC 9457 does."""
    content = {PROBLEM: {"schema": ref("schemas", "Problem")}}
    found: dict[str, Part] = {name: {"description": _(told), "content": content} for name, told in PROBLEMS.values()}
    for name in ("TooLong", "HeadersTooLarge"):  # beyond 8,190 bytes the web server itself refuses, in its own words
        found[name] = {**found[name], "content": {**content, "text/html": {"schema": STRING}}}
    found["NotModified"] = {"description": _("没有变（If-None-Match 里的 ETag 还是这个）")}
    return found
