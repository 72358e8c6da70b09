"""Passwords: Argon2id through argon2-cffi, and which ones are taken.

The rules are those of NIST SP 800-63B: length and a list of common ones, no classes of characters.
"""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from layers.words import N_, Translate
from webapp.facts import DATA

SHORTEST, LONGEST = 10, 128
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's parameters (19 MiB, 2 passes, 1 lane): eight guesses at once leave an office's two cores and memory alone."""
COMMON = DATA / "common_passwords.txt"


def hashed(password: str) -> str:
    """What the database keeps: parameters, salt and Argon2id digest in one text."""
    return HASHER.hash(_same(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether a password is the kept one; as slow when there is none to compare with."""
    try:
        return HASHER.verify(kept or _nobodys(), _same(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_dated(kept: str) -> bool:
    """Whether it was kept with other parameters than today's."""
    return HASHER.check_needs_rehash(kept)


def refusal(password: str, name: str, _: Translate) -> str:
    """Why a new password is not taken, "" when it is."""
    if len(password) < SHORTEST:
        return _(N_("密码至少 %(n)s 个字，越长越好，一句话也行。"), n=SHORTEST)
    if len(password) > LONGEST:
        return _(N_("密码最多 %(n)s 个字。"), n=LONGEST)
    plain = _same(password).casefold()
    if name and plain.replace(name.casefold(), "").strip("0123456789") == "":
        return _(N_("密码不能就是账号名。"))
    if plain in common() or len(set(plain)) < 3:
        return _(N_("这个密码太常见，一猜就中，换一个。"))
    return ""


def generated() -> str:
    """A password for somebody to copy: three groups of four, 60 bits, nothing that looks like something else."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _i in range(4)) for _group in range(3))


@cache
def common() -> frozenset[str]:
    """The common ones that are long enough to be asked about."""
    return frozenset(line.strip() for line in COMMON.read_text(encoding="utf-8").splitlines() if line.strip())


@cache
def _nobodys() -> str:
    return HASHER.hash(secrets.token_urlsafe(16))


def _same(password: str) -> str:
    """Full-width letters and digits as the others: an input method decides which of them are typed."""
    return unicodedata.normalize("NFKC", password[: 4 * LONGEST]).encode("utf-8", "replace").decode()
