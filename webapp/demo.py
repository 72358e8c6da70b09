"""Demo accounts of a machine of one's own: one password for all of them, made from the installation's secret."""

from __future__ import annotations

import base64
import hashlib
import hmac

from sqlalchemy import Connection, insert, select, update

from webapp import passwords, session
from webapp.config import Settings
from webapp.models import Account, Grant
from webapp.permissions import Held, Role

ACCOUNTS = {
    "demo-leshan-admin": ("示例·乐山市管理员", Held(Role.ADMIN, "511100")),
    "demo-leshan-reviewer": ("示例·乐山市审核", Held(Role.REVIEWER, "511100")),
    "demo-qianwei-editor": ("示例·犍为县编辑", Held(Role.EDITOR, "511123")),
    "demo-qianwei-reviewer": ("示例·犍为县审核", Held(Role.REVIEWER, "511123")),
    "demo-yujin-editor": ("示例·玉津镇编辑", Held(Role.EDITOR, "511123100")),
}


def allowed(settings: Settings) -> bool:
    """Whether this installation has them: samples are on and the public address is this machine."""
    return settings.sample and session.is_local(settings)


def password(settings: Settings) -> str:
    """The same at every start, another one for every installation; three groups of four letters and digits."""
    made = hmac.digest(settings.secret_key.encode(), b"demo accounts", hashlib.sha256)
    text = base64.b32encode(made).decode().lower()
    return "-".join(text[n : n + 4] for n in (0, 4, 8))


def ensure(connection: Connection, settings: Settings) -> None:
    """Make those that are missing, and give all of them the password; one that was blocked stays so."""
    asked = select(Account.name, Account.password).where(Account.name.in_(ACCOUNTS), Account.demo)
    there = {row.name: row.password for row in connection.execute(asked)}
    kept = set(there.values())
    if len(there) == len(ACCOUNTS) and len(kept) == 1 and passwords.matches(kept.pop(), password(settings)):
        return
    digest = passwords.hashed(password(settings))
    connection.execute(update(Account).where(Account.name.in_(there), Account.demo).values(password=digest))
    taken = set(connection.scalars(select(Account.name).where(Account.name.in_(ACCOUNTS))))
    for name, (title, held) in ACCOUNTS.items():
        if name not in taken:
            row = {"name": name, "title": title, "demo": True, "password": digest}
            id_ = connection.execute(insert(Account).values(**row).returning(Account.id)).scalar_one()
            connection.execute(insert(Grant).values(account_id=id_, role=held.role, area=held.area))


def told(settings: Settings) -> str:
    """What the start prints about them."""
    lines = [f"  {name:24}{title}" for name, (title, _held) in ACCOUNTS.items()]
    head = f"demo accounts for {settings.public_url}/account/sign-in, password {password(settings)}"
    return "\n".join([head, *lines])
