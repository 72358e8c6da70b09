"""The one table of errors and statuses, and the one shape in which they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from geo.errors import BadCoordinate, SpatialError, UnreadableFile
from layers.errors import BadValue, ChoiceMissing, UnknownLayer, UnknownPlace
from layers.words import N_
from webapp import again, db, session
from webapp.enquiries import TooMany
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.imports.tokens import BadToken
from webapp.permissions import Forbidden, NotByYou, granted
from webapp.posters.spool import Busy, NotYet, Undrawable
from webapp.publishing import NotNow
from webapp.reset import LinkSpent
from webapp.security import is_private
from webapp.session import SignInNeeded

STATUSES: dict[type[Exception], int] = {
    BadValue: 400,
    BadCoordinate: 404,
    SpatialError: 400,
    UnreadableFile: 422,
    ChoiceMissing: 422,
    BadToken: 401,
    UnknownLayer: 404,
    UnknownPlace: 404,
    SignInNeeded: 401,
    Forbidden: 403,
    NotNow: 409,
    TooMany: 429,
    OperationalError: 503,
    InterfaceError: 503,
    Busy: 429,
    NotYet: 429,
    Undrawable: 503,
}
TITLES = {
    400: N_("网址里有个值不对"),
    401: N_("请先登录"),
    403: N_("没有权限"),
    404: N_("没有找到"),
    405: N_("不能这样请求"),
    409: N_("现在不能这样做"),
    410: N_("这一条已经撤下或过期"),
    413: N_("内容太大，请分成几个小一点的再传"),
    414: N_("网址太长"),
    422: N_("这个文件还不能导入"),
    431: N_("请求头太大"),
    429: N_("请求太多，请稍后再试"),
    500: N_("出错了，我们已经记下"),
    501: N_("没有这种格式"),
    503: N_("数据库暂时连不上，请稍后再试"),
}
DRAWING: dict[type[Exception], str] = {
    Busy: N_("等着画的图太多，请稍后再试"),
    NotYet: N_("正在画，过几秒再来取"),
    Undrawable: N_("这张图没画出来，请换一种尺寸或者稍后再试"),
}
"""Titles of what concerns pictures, which have the statuses of others."""
RETRY_SECONDS = 5
FILES = (".png", ".pdf", ".svg", ".zip", ".geojson", ".csv", ".xlsx", ".gpkg", ".kml", ".mvt", ".json", ".js")


class Gone(Exception):
    """A place that was public once; carries what there is instead nearby."""

    def __init__(self, layer: Any, nearby: list[Any]) -> None:
        super().__init__(layer.key)
        self.layer, self.nearby = layer, nearby


STATUSES[Gone] = 410
STATUSES[LinkSpent] = 410
UNFIT, SLOWED = 422, 429
"""What a form answers that is shown again: with what is wrong in it, or because one has to wait."""


@dataclass(frozen=True)
class Problem:
    """An error as RFC 9457 tells it, the same words for page and machine."""

    status: int
    title: str
    detail: str = ""
    parameter: str = ""
    value: str = ""
    allowed: str = ""

    def members(self) -> dict[str, Any]:
        """The members of application/problem+json."""
        told = {"type": "about:blank", "status": self.status, "title": self.title, "detail": self.detail}
        extra = {"parameter": self.parameter, "value": self.value, "allowed": self.allowed}
        return {key: value for key, value in {**told, **extra}.items() if value != ""}


def init_app(app: Flask) -> None:
    """Answer every exception through the table."""
    app.register_error_handler(Exception, answer)


def status_of(error: Exception) -> int:
    """The status of an exception: its own, the table's, else 500."""
    if isinstance(error, HTTPException):
        return error.code or 500
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return 503
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def problem_of(error: Exception) -> Problem:
    """What to tell about an exception; nothing of its insides unless it is about the request."""
    status = status_of(error)
    if isinstance(error, CSRFError):
        return Problem(status, _("这一页放得太久，没能提交"), _kept(_("写的内容还在，再提交一次就行。")))
    usual = TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400])
    title = _(DRAWING.get(type(error), usual))
    if isinstance(error, BadValue):
        allowed = error.allowed(_)
        detail = _(
            "%(parameter)s=%(value)s 不行。%(allowed)s", parameter=error.parameter, value=error.value, allowed=allowed
        )
        return Problem(status, title, detail, error.parameter, error.value, allowed)
    if isinstance(error, Gone):
        return Problem(status, title, _("信息过了有效期，或者已经有人做了。看看附近还有什么。"))
    if isinstance(error, NotByYou | NotNow | TooMany):
        return Problem(status, title, _(str(error)))
    if isinstance(error, UnreadableFile | ChoiceMissing | BadToken):
        return _of_file(error, status, title)
    if isinstance(error, LinkSpent):
        return Problem(status, _("这个链接不能用了"), _("链接只能用一次，三天内有效。请管理员再发一个。"))
    if isinstance(error, Forbidden):
        return Problem(status, title, _where_instead(error))
    if isinstance(error, SignInNeeded):
        return Problem(status, title, _kept(_("登录过期了，写的内容还在：先另开一页登录，再回到这一页提交。")))
    return Problem(status, title)


def _kept(told: str) -> str:
    """What to say of a form that was not taken: that nothing is lost, where that is so."""
    return told if again.fields() else _("什么都没有存，请回到那一页再来一次。")


def _of_file(error: UnreadableFile | ChoiceMissing | BadToken, status: int, title: str) -> Problem:
    """What keeps a file from being imported."""
    if isinstance(error, UnreadableFile):
        return Problem(status, title, _(error.message, **error.values))
    if isinstance(error, ChoiceMissing):
        options = _("、").join(value for value, _words in error.options)
        return Problem(status, title, error.text(_), error.choice, allowed=options)
    told = _("在请求头里写 Authorization: Bearer 和单位的口令；停用了就请管导入的人再发一个。")
    return Problem(status, _("口令不对"), told)


def _where_instead(error: Forbidden) -> str:
    """Where the account may do what it may not do here."""
    who = session.current()
    action = error.args[0] if error.args else None
    found = granted(who, action, db.areas()) if who and action else []
    if not found:
        return _("您的账号没有这项权限。需要的话，请找管理员开通。")
    names = _("、").join(area.label(language()) for area in found)
    return _("这里不归您的账号管。您能办的地方：%(names)s。", names=names)


def answer(error: Exception) -> Response:
    """The response to an exception: a page for pages, problem+json for everything else."""
    if isinstance(error, HTTPException) and error.code and error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    if isinstance(error, SignInNeeded) and request.method in ("GET", "HEAD") and is_page():
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
    problem = problem_of(error)
    if problem.status == 500:
        current_app.logger.error("%s %s", request.method, request.path, exc_info=error)
    response = _page(problem, error) if is_page() else _json(problem)
    response.status_code = problem.status
    personal = problem.status >= 500 or isinstance(error, CSRFError | SignInNeeded | Forbidden)
    response.headers["Cache-Control"] = "no-store" if personal else "public, max-age=0, s-maxage=10"
    if type(error) in DRAWING:
        response.headers["Retry-After"] = str(getattr(error, "seconds", RETRY_SECONDS))
        response.headers["Cache-Control"] = "no-store"
    if isinstance(error, HTTPException) and error.code == 405:
        response.headers.extend((k, v) for k, v in error.get_headers() if k == "Allow")
    return response


def is_page() -> bool:
    """Whether the request asks for a page rather than for data."""
    path = request.path
    if request.accept_mimetypes.best in ("application/json", "application/problem+json"):
        return False
    if path.startswith(("/tiles/", "/facets/", "/api/", "/suggest", "/static/", "/oembed", "/count")):
        return False
    return not path.endswith(FILES)


def _json(problem: Problem) -> Response:
    return Response(orjson.dumps(problem.members()), mimetype="application/problem+json")


def _page(problem: Problem, error: Exception) -> Response:
    nearby = error.nearby if isinstance(error, Gone) else []
    kept = again.fields() if isinstance(error, CSRFError | SignInNeeded) else []
    for template in ("staff/error.html", "error.html") if is_private() and problem.status < 500 else ("error.html",):
        try:
            return make_response(render_template(template, problem=problem, nearby=nearby, again=kept))
        except Exception as failed:  # the page needs what has just failed: a plainer one does without
            if not db.is_gone(failed):
                current_app.logger.exception("%s failed", template)
    return Response(f"{problem.status} {problem.title}\n{problem.detail}\n", mimetype="text/plain")
