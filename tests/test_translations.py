"""Every text that a reader sees exists in English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "webapp" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


def marked() -> set[str]:
    """Every text marked for translation in code and templates."""
    found: set[str] = set()
    for folder in ("layers", "webapp", "geo"):
        for entry in extract_from_dir(str(ROOT / folder), METHODS, keywords={"_": None, "N_": None, "gettext": None}):
            found.add(entry[2] if isinstance(entry[2], str) else entry[2][0])
    return found


def test_the_english_catalogue_is_complete() -> None:
    with PO.open("rb") as file:
        catalogue = read_po(file)
    told = {message.id: message.string for message in catalogue if message.id}
    missing = sorted(text for text in marked() if not told.get(text))
    assert not missing, missing
    for chinese, english in told.items():
        assert sorted(re.findall(r"%\((\w+)\)s", chinese)) == sorted(re.findall(r"%\((\w+)\)s", english)), chinese


@pytest.mark.parametrize("path", [
    "/", "/projects", "/parks", "/transport", "/towns", "/zones", "/services", "/incubators", "/map", "/ask", "/nope",
    "/projects?budget=x", "/areas", "/areas/110101", "/industry?area=110000", "/data",
])  # fmt: skip
def test_english_pages_have_no_chinese_words_of_ours(path: str, client: FlaskClient) -> None:
    html = client.get(path, headers={"Accept-Language": "en"}).text
    seen = re.sub(r"<(script|style|svg)[\s\S]*?</\1>|中文|data-state=\"[^\"]*\"", "", html)
    seen = re.sub(r'<span[^>]* lang="zh-CN"[^>]*>[^<]*</span>', "", seen)  # marked as Chinese: the characters in marks
    assert 'lang="en"' in html
    assert not re.findall(r"[\u4e00-\u9fff]+", re.sub(r"&#?\w+;", "", seen))


def test_an_english_reader_gets_names_in_letters_and_money_in_yuan(shop: FlaskClient) -> None:
    for path in ("/projects", "/parks", "/incubators", "/services", "/transport", "/towns", "/zones", "/areas/511123"):
        page = shop.get(f"{path}?lang=en").text
        names = re.findall(r'class="entry-name"><a[^>]*>([^<]+)<|<h1>([^<]+)</h1>', page)
        assert names
        assert not [name for pair in names for name in pair if re.search(r"[\u4e00-\u9fff]", name)], path
    assert re.search(r"¥\d{1,3}(,\d{3})*–\d{1,3}(,\d{3})*", shop.get("/projects?lang=en").text)
    assert "万元" not in shop.get("/projects?lang=en").text
