"""The second step of signing in: one-time codes of a phone's app (TOTP, RFC 6238), none taken twice."""

from __future__ import annotations

import hmac

import pyotp
import segno
from sqlalchemy import Connection, or_, select, update

from webapp import db
from webapp.models import Account

ISSUER = "归雁图"
STEP = 30
"""Seconds that a code lasts; the one before and the one after are taken too, for clocks that differ."""


def secret() -> str:
    """A new secret, base 32, 160 bits."""
    return pyotp.random_base32()


def address(key: str, name: str) -> str:
    """The otpauth: address that an app reads from the picture."""
    return pyotp.TOTP(key).provisioning_uri(name=name, issuer_name=ISSUER)


def picture(key: str, name: str) -> str:
    """The address as a QR code: a data: URL of an SVG, dark on white with its quiet zone."""
    found: str = segno.make(address(key, name), error="m").svg_data_uri(scale=5, dark="#1d2b36", light="#fff")
    return found


def step_of(key: str, code: str) -> int | None:
    """The time step that a code is of, None when it is wrong."""
    current = int(db.now().timestamp()) // STEP
    for step in (current, current - 1, current + 1):
        if hmac.compare_digest(pyotp.TOTP(key).generate_otp(step), code):
            return step
    return None


def take(connection: Connection, account_id: int, code: str) -> bool:
    """Whether an account's code is right and new; the step is used up in the same breath."""
    key = connection.execute(select(Account.totp).where(Account.id == account_id)).scalar()
    step = step_of(key, tidied(code)) if key else None
    if step is None:
        return False
    unused = or_(Account.totp_step.is_(None), Account.totp_step < step)
    using = update(Account).where(Account.id == account_id, unused).values(totp_step=step)
    return connection.execute(using).rowcount == 1


def tidied(code: str) -> str:
    """The digits of what was typed, full-width ones as the others."""
    return "".join(str(int(c)) for c in code[:20] if c.isdecimal())


def switch_on(connection: Connection, account_id: int, key: str, step: int) -> None:
    """Ask this account for codes from now on; the one that proved the secret is used up."""
    connection.execute(update(Account).where(Account.id == account_id).values(totp=key, totp_step=step))


def switch_off(connection: Connection, account_id: int) -> None:
    """Ask for the password alone."""
    connection.execute(update(Account).where(Account.id == account_id).values(totp=None, totp_step=None))
