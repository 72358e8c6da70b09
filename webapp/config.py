"""Settings from the environment: each with a name, a default, a help text and a check that stops the start."""

from __future__ import annotations

import datetime as dt
import difflib
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from layers import LAYERS

CHECKOUT = Path(__file__).resolve().parent.parent
PREFIX = "MAP_"


class BadSetting(Exception):
    """A setting that is missing or wrong; its text names it and says what to do."""


def _text(raw: str) -> str:
    return raw.strip()


def _path(raw: str) -> Path:
    return (CHECKOUT / raw).resolve()


def _database(raw: str) -> str:
    """Any of the usual spellings, as the psycopg 3 driver wants it; "" for the private cluster."""
    if not raw:
        return ""
    scheme, separator, rest = raw.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise ValueError("write postgresql://user:password@host/database")
    return f"postgresql+psycopg://{rest}"


def _number(raw: str, least: int, most: int) -> int:
    if not re.fullmatch(r"\d{1,6}", raw) or not least <= int(raw) <= most:
        raise ValueError(f"write a number from {least} to {most}")
    return int(raw)


def _port(raw: str) -> int:
    return _number(raw, 1, 65535)


def _web_address(raw: str) -> str:
    parts = urlsplit(raw)
    if raw and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
        raise ValueError("write the address that people type, like https://map.example.gov.cn")
    return raw.rstrip("/")


def _basemap(raw: str) -> str:
    if raw in ("plain", "tianditu"):
        return raw
    if not raw.startswith(("http://", "https://")) or not all(p in raw for p in ("{z}", "{x}", "{y}")):
        raise ValueError("write plain, tianditu, or a URL with {z}, {x} and {y}")
    if "openstreetmap.org" in raw:
        raise ValueError("OpenStreetMap's tiles may not be shown to the public in China; use tianditu or plain")
    return raw


def _datum(raw: str) -> str:
    if raw == "gcj02":
        raise ValueError("gcj02 tiles would be 300 to 600 m beside our points; use wgs84 or cgcs2000 tiles")
    if raw not in ("wgs84", "cgcs2000"):
        raise ValueError("write wgs84 or cgcs2000")
    return raw


def _approval(raw: str) -> str:
    if raw and not re.fullmatch(r"[\u4e00-\u9fffA-Z]{1,6}[(（\[〔]\d{4}[)）\]〕]\d{1,5}号?", raw):
        raise ValueError("write the number as it was issued, like 川S(2026)0001号")
    return raw


def _day(raw: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(raw) if raw else None
    except ValueError:
        raise ValueError("write a date like 2028-06-30") from None


def _area(raw: str) -> str:
    if raw and not re.fullmatch(r"[0-9A-Z]{6,9}", raw):
        raise ValueError("write the code of a province, city or county, like 511100")
    return raw


def _hosts(raw: str) -> tuple[str, ...]:
    hosts = tuple(raw.split())
    if hosts != ("*",) and not all(re.fullmatch(r"https?://(\*\.)?[\w.-]+(:\d+)?", host) for host in hosts):
        raise ValueError("write * or origins with spaces between, like https://www.example.gov.cn")
    return hosts


def _minutes(raw: str) -> int:
    return _number(raw, 5, 1440)


def _proxies(raw: str) -> int:
    return _number(raw, 0, 9)


def _switch(raw: str) -> bool:
    if raw.lower() not in ("on", "off"):
        raise ValueError("write on or off")
    return raw.lower() == "on"


def _steps(raw: str) -> int:
    if raw not in ("1", "2", "3"):
        raise ValueError("write 1, 2 or 3")
    return int(raw)


def _days(raw: str) -> dict[str, int]:
    found = dict(re.findall(r"([a-z]+)=(\d{1,4})", raw))
    keys = {layer.key for layer in LAYERS}
    if " ".join(f"{k}={n}" for k, n in found.items()) != " ".join(raw.split()) or not set(found) <= keys:
        raise ValueError(f"write days behind layers, like projects=60 parks=120; layers are {', '.join(sorted(keys))}")
    if any(int(n) < 1 for n in found.values()):
        raise ValueError("a verification stands for at least a day")
    return {key: int(n) for key, n in found.items()}


def _kept_days(least: int) -> Callable[[str], int]:
    return lambda raw: _number(raw, least, 36500)


def _smtp(raw: str) -> str:
    parts = urlsplit(raw)
    if raw and (parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/")):
        raise ValueError("write smtp://user:password@host:587 or smtps://user:password@host:465")
    parts.port  # noqa: B018 - ValueError when it is none
    return raw


def _sender(raw: str) -> str:
    if raw and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+|[^<>\r\n]+ <[^@\s<>]+@[^@\s<>]+>", raw):
        raise ValueError("write an address like map@example.gov.cn, or 归雁图 <map@example.gov.cn>")
    return raw


@dataclass(frozen=True)
class Setting:
    """One line of the table: environment name without prefix, default, help, reader."""

    name: str
    default: str
    help: str
    read: Callable[[str], Any] = _text


TABLE = (
    Setting("HOME", ".local", "folder of the private cluster and of generated files", _path),
    Setting("DATABASE_URL", "", "another PostGIS instead of the private cluster", _database),
    Setting("HOST", "127.0.0.1", "address to listen on"),
    Setting("PORT", "8000", "port to listen on", _port),
    Setting("PUBLIC_URL", "", "the site's address as people see it; host and port when empty", _web_address),
    Setting("SECRET_KEY", "", "signs cookies and links; generated and kept in MAP_HOME when empty"),
    Setting("BASEMAP", "plain", "plain (our own outlines), tianditu, or a tile URL template", _basemap),
    Setting("BASEMAP_DATUM", "wgs84", "datum of the template's tiles: wgs84 or cgcs2000", _datum),
    Setting("BASEMAP_ATTRIBUTION", "", "whom to credit for the template's tiles"),
    Setting("TIANDITU_KEY", "", "browser key of 天地图, needed for MAP_BASEMAP=tianditu"),
    Setting("APPROVAL_NO", "", "审图号; the map says 示意图·未送审 as long as it is empty", _approval),
    Setting("APPROVAL_SOURCE", "", "whose map the approval is for"),
    Setting("APPROVAL_EXPIRES", "", "last day of the approval", _day),
    Setting("DEFAULT_AREA", "511100", "area that a bare address shows; empty for the nation", _area),
    Setting("EMBED_HOSTS", "*", "origins that may frame an embed", _hosts),
    Setting("SESSION_MINUTES", "480", "minutes without a click after which staff are signed out", _minutes),
    Setting("PROXIES", "0", "how many proxies in front are trusted to say who asks (X-Forwarded-For)", _proxies),
    Setting("REVIEW_STEPS", "1", "how many people must approve before something is public: 1, 2 or 3", _steps),
    Setting("SELF_APPROVAL", "off", "whether one may approve what one wrote: on or off", _switch),
    Setting("VERIFIED_DAYS", "", "how long a verification stands, by layer, like projects=60 parks=120", _days),
    Setting("SMTP_URL", "", "mail server for reminders, like smtp://user:password@host:587; none without", _smtp),
    Setting("MAIL_FROM", "", "sender of reminders, like 归雁图 <map@example.gov.cn>", _sender),
    Setting("AUDIT_DAYS", "400", "days for which the log is kept, at least 180", _kept_days(180)),
    Setting("ENQUIRY_DAYS", "400", "days for which answered reports are kept, at least 60", _kept_days(60)),
    Setting("IMPORT_DAYS", "30", "days for which imported files are kept, at least 1", _kept_days(1)),
    Setting("SNAPSHOT", "on", "answer the public from a copy in files, kept by `flask serve`: on or off", _switch),
    Setting("SAMPLE", "on", "load the sample catalogue at `make run`: on or off", _switch),
)


@dataclass(frozen=True)
class Settings:
    """Every setting, read and checked."""

    home: Path
    database_url: str
    host: str
    port: int
    public_url: str
    secret_key: str
    basemap: str
    basemap_datum: str
    basemap_attribution: str
    tianditu_key: str
    approval_no: str
    approval_source: str
    approval_expires: dt.date | None
    default_area: str
    embed_hosts: tuple[str, ...]
    session_minutes: int
    proxies: int
    review_steps: int
    self_approval: bool
    verified_days: dict[str, int]
    smtp_url: str
    mail_from: str
    audit_days: int
    enquiry_days: int
    import_days: int
    snapshot: bool
    sample: bool

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read MAP_* variables; BadSetting names the one that is wrong and says what to do."""
        given = os.environ if environ is None else environ
        _refuse_unknown(given)
        values = {setting.name.lower(): _read(setting, given) for setting in TABLE}
        if values["basemap"] == "tianditu" and not values["tianditu_key"]:
            raise BadSetting("MAP_TIANDITU_KEY is missing: MAP_BASEMAP=tianditu needs a browser key of 天地图")
        if values["smtp_url"] and not values["mail_from"]:
            raise BadSetting("MAP_MAIL_FROM is missing: MAP_SMTP_URL needs a sender, like map@example.gov.cn")
        host = f"[{values['host']}]" if ":" in values["host"] else values["host"]
        values["public_url"] = values["public_url"] or f"http://{host}:{values['port']}"
        values["secret_key"] = values["secret_key"] or _kept_key(values["home"])
        return cls(**values)


def _read(setting: Setting, given: Mapping[str, str]) -> Any:
    raw = given.get(PREFIX + setting.name, setting.default)
    try:
        return setting.read(raw)
    except ValueError as error:
        raise BadSetting(f"{PREFIX}{setting.name}={raw!r} does not fit: {error}") from None


def _refuse_unknown(given: Mapping[str, str]) -> None:
    known = [PREFIX + setting.name for setting in TABLE]
    for name in given:
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
            raise BadSetting(f"{name} is not a setting{hint}")


def _kept_key(home: Path) -> str:
    """The generated secret, made on first use, readable by the owner alone."""
    path = home / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(48)
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(key)
    except FileExistsError:
        return path.read_text().strip() or key
    return key
