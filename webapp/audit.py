"""The log of who did what from where: one entry per act, which the database keeps append-only for 180 days."""

from __future__ import annotations

import ipaddress
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Connection, insert

from layers.areas import Level
from layers.words import N_, Labels
from webapp import db
from webapp.models import Audit
from webapp.permissions import Signed

SIGNED_IN, FAILED, LINK_USED = "sign_in", "sign_in_failed", "link_used"
ACTIONS: Labels = {
    SIGNED_IN: N_("登录"),
    FAILED: N_("登录失败"),
    "sign_out": N_("退出"),
    "sessions_end": N_("退出其他设备"),
    "password": N_("改密码"),
    "two_step_on": N_("打开两步验证"),
    "two_step_off": N_("关掉两步验证"),
    "account_new": N_("新建账号"),
    "account_title": N_("改名称"),
    "account_block": N_("停用账号"),
    "account_unblock": N_("恢复账号"),
    "grant_give": N_("授权"),
    "grant_take": N_("收回授权"),
    "link_new": N_("发重设链接"),
    LINK_USED: N_("用链接设密码"),
    "log_export": N_("导出日志"),
    "submit": N_("交去审核"),
    "approve": N_("审核通过"),
    "return": N_("退回修改"),
    "discard": N_("删掉草稿"),
    "verify": N_("核实"),
    "withdraw": N_("撤下"),
    "progress": N_("改进度"),
    "restore": N_("取回旧版"),
    "answer": N_("答复反馈"),
    "phone_withdrawn": N_("电话停用"),
    "publish_due": N_("到时间发布"),
    "purge": N_("清理旧记录"),
    "remind": N_("发提醒邮件"),
    "check_draw": N_("抽查抽样"),
    "check": N_("记抽查结果"),
    "check_export": N_("导出抽查"),
    "coverage_export": N_("导出各地情况"),
    "view_made": N_("新建固定地图"),
    "view_saved": N_("改固定地图"),
    "view_restored": N_("取回旧版固定地图"),
    "view_ended": N_("停用固定地图"),
    "view_resumed": N_("恢复固定地图"),
    "channel_new": N_("新建渠道"),
    "channel_title": N_("改渠道名称"),
    "channel_off": N_("停用渠道"),
    "channel_on": N_("恢复渠道"),
    "counts_export": N_("导出传播统计"),
    "review_pack": N_("导出送审包"),
    "import": N_("导入"),
    "import_undo": N_("撤销导入"),
    "staff_export": N_("导出台账"),
    "token_new": N_("发导入口令"),
    "token_revoke": N_("停用导入口令"),
}
"""What an entry's action is called on the page; an action without a name shows its key."""


def note(
    connection: Connection,
    action: str,
    who: Signed | str,
    subject: str = "",
    area: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write an entry in the transaction of what it tells of, so that neither is there without the other.

    `who` is an account, or a mere name where nobody is signed in (a typed one, or `flask` on the command line);
    `subject` names what was acted on (`projects/12`, `account/3`), `area` the code of where it lies: who
    administers that area sees the entry, an entry without area only who administers the widest one.
    """
    signed = who if isinstance(who, Signed) else None
    entry = {
        "at": db.now(),
        "account_id": signed.account_id if signed else None,
        "who": signed.name if signed else who,
        "action": action,
        "subject": subject,
        "area": area,
        "address": address(),
        "detail": detail or {},
    }
    connection.execute(insert(Audit).values(**entry))


def home(who: Signed) -> str | None:
    """The widest area that an account holds anything in: where its own entries belong."""
    order = list(Level)
    book = db.areas()
    return min(
        (held.area for held in who.held if held.area in book),
        key=lambda code: (order.index(Level(book.get(code).level)), code),
        default=None,
    )


def address() -> str | None:
    """The address that the request came from, None outside requests and where it is none.

    What a proxy says about it counts only as far as MAP_PROXIES trusts proxies (see security.py).
    """
    given = (request.remote_addr or "") if has_request_context() else ""
    try:
        return str(ipaddress.ip_address(given.partition("%")[0]))
    except ValueError:
        return None
