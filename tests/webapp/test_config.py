"""Settings: defaults, and what a wrong one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp import basemaps
from webapp.config import TABLE, BadSetting, Settings


def read(home: Path, **given: str) -> Settings:
    return Settings.from_env({"MAP_HOME": str(home), **{f"MAP_{name}": value for name, value in given.items()}})


def test_everything_has_a_default_and_a_help(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.public_url == "http://127.0.0.1:8000"
    assert all(setting.help for setting in TABLE)
    assert {setting.name.lower() for setting in TABLE} == set(Settings.__dataclass_fields__)


def test_the_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    assert read(tmp_path).secret_key == read(tmp_path).secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("given", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"])
def test_every_spelling_of_a_database_is_understood(given: str, tmp_path: Path) -> None:
    assert read(tmp_path, DATABASE_URL=given).database_url == "postgresql+psycopg://u:p@h/d"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "http"), ("DATABASE_URL", "mysql://x"), ("PUBLIC_URL", "example.org"), ("BASEMAP", "osm"),
        ("BASEMAP", "https://tile.openstreetmap.org/{z}/{x}/{y}.png"), ("BASEMAP_DATUM", "gcj02"), ("BASEMAP", "tianditu"),
        ("APPROVAL_NO", "yes"), ("APPROVAL_EXPIRES", "tomorrow"), ("DEFAULT_AREA", "乐山"), ("EMBED_HOSTS", "example.org"),
        ("SMTP_URL", "http://x"), ("SMTP_URL", "smtp://"), ("SMTP_URL", "smtp://h:x"), ("SMTP_URL", "smtp://mail.example.org"),
        ("MAIL_FROM", "nobody"), ("MAIL_FROM", "a <b"), ("AUDIT_DAYS", "179"), ("ENQUIRY_DAYS", "x"),
        ("SAMPLE", "maybe"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_and_explained(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as refused:
        read(tmp_path, **{name: value})
    assert "MAP_" in str(refused.value)
    assert len(str(refused.value)) > 30


def test_a_mistyped_name_is_recognised(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="MAP_PORT"):
        read(tmp_path, PROT="8001")


@pytest.mark.parametrize("number", ["川S(2026)0001号", "GS(2024)0650号", "乐山S〔2026〕12号"])
def test_approval_numbers_are_taken_as_issued(number: str, tmp_path: Path) -> None:
    assert read(tmp_path, APPROVAL_NO=number).approval_no == number


def test_tianditu_is_one_setting_away(tmp_path: Path) -> None:
    drawn = basemaps.layers(read(tmp_path, BASEMAP="tianditu", TIANDITU_KEY="abc"))
    assert [("vec" in tiles.url or "cva" in tiles.url) and tiles.url.endswith("tk=abc") for tiles in drawn] == [
        True,
        True,
    ]
    assert {tiles.datum for tiles in drawn} == {"cgcs2000"}
    assert basemaps.layers(read(tmp_path)) == ()
