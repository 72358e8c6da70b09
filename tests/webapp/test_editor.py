"""The editor's pages as a county's office walks them: new, typed, handed in, approved, public."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Connection

import layers
from layers.areas import Areas
from tests import places
from tests.places import TODAY
from tests.staff import EDITOR, REVIEWER, send, signed_in, token
from webapp.permissions import Held, Role

TYPED: dict[str, Any] = {
    "name": "高山茶初制加工点", "summary": "收本村鲜叶做毛茶", "area": "511123", "precision": "exact",
    "industry": "C15", "budget": "8", "cooperation": "self", "cooperation.sent": "1", "land": "factory",
    "land.sent": "1", "phone": "000 0012", "valid_until": (TODAY + dt.timedelta(days=80)).isoformat(),
    "lon": "103.95", "lat": "29.21",
}  # fmt: skip


@pytest.fixture
def editor(app: Flask, connection: Connection) -> FlaskClient:
    return signed_in(app, connection, EDITOR)


@pytest.fixture
def reviewer(app: Flask, connection: Connection) -> FlaskClient:
    return signed_in(app, connection, REVIEWER)


def begin(client: FlaskClient) -> str:
    """The address of a new draft."""
    answer = send(client, "/staff/new/projects")
    assert answer.status_code == 303
    return str(answer.location)


def version(client: FlaskClient, path: str) -> str:
    page = client.get(path).text
    return page.partition('name="version" value="')[2].partition('"')[0]


def save(client: FlaskClient, path: str, act: str = "save", **over: Any) -> Any:
    return send(client, path, {"version": version(client, path), "act": act, **TYPED, **over})


def test_from_a_blank_form_to_the_public(editor: FlaskClient, reviewer: FlaskClient, client: FlaskClient) -> None:
    path = begin(editor)
    assert "还没有名称" in editor.get(path).text
    assert save(editor, path, "submit").status_code == 303
    assert "高山茶" not in client.get("/projects").text
    queue = reviewer.get("/staff/review").text
    assert "高山茶初制加工点" in queue
    review = path.replace("drafts", "review")
    page = reviewer.get(review).text
    assert "通过，马上发布" in page
    number = page.partition('name="version" value="')[2].partition('"')[0]
    assert send(reviewer, review, {"version": number, "act": "approve"}).status_code == 303
    assert "高山茶初制加工点" in client.get("/projects").text
    assert "0833-000 0012" in client.get("/projects").text
    assert reviewer.get(review).status_code == 404


def test_an_hour_is_kept_until_it_comes(editor: FlaskClient, reviewer: FlaskClient, client: FlaskClient) -> None:
    path = begin(editor)
    for wrong in ("2020-01-01T08:00", "morgen", "2099-01-01T08:00"):
        assert save(editor, path, "submit", publish_at=wrong).status_code == 422
    assert save(editor, path, "submit", publish_at=f"{TODAY + dt.timedelta(days=2)}T08:00").status_code == 303
    review = path.replace("drafts", "review")
    assert "到时间发布" in reviewer.get(review).text
    send(reviewer, review, {"version": version(reviewer, review), "act": "approve"})
    assert "高山茶" not in client.get("/projects").text
    assert "定在" in reviewer.get("/staff/review").text


def test_what_is_wrong_stands_beside_what_was_typed(editor: FlaskClient) -> None:
    path = begin(editor)
    answer = save(editor, path, "submit", budget="八万左右", phone="12", market="稳赚不赔")
    assert answer.status_code == 422
    for words in ("八万左右", "第二十五条", "区号-号码"):
        assert words in answer.text
    assert "八万左右" in editor.get(path).text, "it has been kept"


def test_saving_while_typing_answers_in_json(editor: FlaskClient) -> None:
    path = begin(editor)
    sent = {"csrf_token": token(editor), "version": "1", **TYPED, "budget": "x"}
    answer = editor.post(path, data=sent, headers={"Accept": "application/json"})
    assert answer.json["version"] == 2
    assert list(answer.json["problems"]) == ["budget"]
    assert answer.json["need"] == 10
    assert answer.json["have"] == 9
    late = editor.post(path, data=sent, headers={"Accept": "application/json"})
    assert late.status_code == 409


def test_the_second_editor_sees_both_texts(app: Flask, connection: Connection, editor: FlaskClient) -> None:
    other = signed_in(app, connection, EDITOR)
    path = begin(editor)
    old = version(other, path)
    save(editor, path, name="甲写的名字")
    answer = send(other, path, {"version": old, "act": "save", **TYPED, "name": "乙写的名字"})
    assert answer.status_code == 409
    assert "甲写的名字" in answer.text
    assert 'value="乙写的名字"' in answer.text
    again = answer.text.partition('name="version" value="')[2].partition('"')[0]
    assert send(other, path, {"version": again, "act": "save", **TYPED, "name": "乙写的名字"}).status_code == 303
    assert 'value="乙写的名字"' in editor.get(path).text


@pytest.mark.parametrize(
    ("datum", "epsg", "coords"),
    [
        ("wgs84", "", "103.95, 29.21"),
        ("wgs84", "", "29.21 103.95"),
        ("cgcs2000", "", "103°57′00″E 29°12′36″N"),
        ("gcj02", "", "103.9522914, 29.2071892"),
        ("bd09", "", ""),
        ("cgcs2000", "", ""),
        ("cgcs2000", "4544", ""),
    ],
)
def test_every_datum_lands_within_a_metre(
    datum: str, epsg: str, coords: str, editor: FlaskClient, connection: Connection
) -> None:
    from geo import crs
    from geo.gauss import Zone

    if datum in ("gcj02", "bd09"):
        x, y = crs.from_wgs84([103.95], [29.21], datum)
        coords = f"{x[0]:.7f}, {y[0]:.7f}"
    elif not coords:
        zone = Zone.at(103.95, prefixed=not epsg)
        x, y = crs.from_wgs84([103.95], [29.21], "cgcs2000", zone.epsg)
        coords, epsg = f"{y[0]:.2f}, {x[0]:.2f}", str(zone.epsg) if epsg else ""
    path = begin(editor)
    more = {"datum": datum, "epsg": epsg, "coords": coords, "lon": "", "lat": ""}
    assert save(editor, path, **more).status_code == 303
    kept = connection.exec_driver_sql("SELECT values FROM draft ORDER BY id DESC LIMIT 1").scalar_one()
    assert abs(float(kept["lon"]) - 103.95) < 0.00001
    assert abs(float(kept["lat"]) - 29.21) < 0.000009
    asked = editor.get("/staff/locate", query_string={"coords": coords, "datum": datum, "epsg": epsg, "area": "511123"})
    assert asked.json["county"] == "犍为县"


def test_a_phone_maps_point_called_gps_is_questioned(editor: FlaskClient) -> None:
    from geo import crs

    x, y = crs.from_wgs84([103.95], [29.21], "gcj02")
    asked = {"coords": f"{x[0]:.7f},{y[0]:.7f}", "datum": "wgs84", "area": "511123"}
    told = editor.get("/staff/locate", query_string=asked).json
    (question,) = told["questions"]
    assert question["datum"] == "gcj02"
    assert "高德" in question["text"]
    assert abs(question["lon"] - 103.95) < 0.00001
    known = editor.get("/staff/locate", query_string={**asked, "lon": "103.95", "lat": "29.21"}).json
    assert "正是" in known["questions"][0]["text"], "its old position shows whose numbers these are"
    far = editor.get("/staff/locate", query_string={"coords": "104.2,29.9", "datum": "wgs84", "area": "511123"}).json
    assert not far["sure"]
    assert "不在犍为县" in far["questions"][0]["text"]


@pytest.mark.parametrize("coords", ["", "abc", "1", "999,999", "103.95", "x" * 500, "3230000, 592000"])
def test_a_pair_that_is_none_loses_nothing(coords: str, editor: FlaskClient) -> None:
    asked = editor.get("/staff/locate", query_string={"coords": coords, "datum": "cgcs2000", "area": "511123"})
    assert asked.status_code == 400
    assert asked.json["title"]
    if coords.strip():
        path = begin(editor)
        answer = save(editor, path, coords=coords, datum="cgcs2000")
        assert answer.status_code == 422
        assert 'value="高山茶初制加工点"' in answer.text


def picture(kind: str = "JPEG", exif: bool = True) -> io.BytesIO:
    image = Image.new("RGB", (2400, 1200), "green")
    found = Image.Exif()
    found[0x0112] = 6
    gps = found.get_ifd(0x8825)
    gps.update({1: "N", 2: (29.0, 12.0, 36.0), 3: "E", 4: (103.0, 57.0, 0.0)})
    file = io.BytesIO()
    image.save(file, kind, **({"exif": found.tobytes()} if exif and kind == "JPEG" else {}))
    file.seek(0)
    return file


def test_a_photo_comes_out_upright_small_and_without_its_position(
    editor: FlaskClient, reviewer: FlaskClient, client: FlaskClient, connection: Connection
) -> None:
    raw = picture()
    assert b"Exif" in raw.getvalue()
    path = begin(editor)
    sent = {
        "csrf_token": token(editor),
        "version": "1",
        "act": "submit",
        "photos.sent": "1",
        **TYPED,
        "upload": (raw, "茶.jpg"),
    }
    assert editor.post(path, data=sent, content_type="multipart/form-data").status_code == 303
    (key,) = connection.exec_driver_sql("SELECT digest FROM photo").scalars()
    assert client.get(f"/photos/{key}.jpg").status_code == 404, "not before its place is public"
    assert client.get(f"/staff/photos/{key}.jpg").status_code == 302
    assert editor.get(f"/staff/photos/{key}.jpg").mimetype == "image/jpeg"
    review = path.replace("drafts", "review")
    number = version(reviewer, review)
    send(reviewer, review, {"version": number, "act": "approve"})
    shown = client.get(f"/photos/{key}.jpg")
    assert shown.mimetype == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    image = Image.open(io.BytesIO(shown.data))
    assert image.size == (800, 1600)
    assert not image.getexif()
    assert b"Exif" not in shown.data


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize("content", [SVG, b"GIF89a/*<script>alert(1)</script>*/", b"%PDF-1.7", b"\x00" * 100, b""])
def test_what_is_no_picture_is_refused_and_the_rest_is_kept(content: bytes, editor: FlaskClient) -> None:
    path = begin(editor)
    sent = {
        "csrf_token": token(editor),
        "version": "1",
        "act": "save",
        **TYPED,
        "upload": (io.BytesIO(content), "a.jpg"),
    }
    answer = editor.post(path, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "JPG、PNG" in answer.text
    assert 'value="高山茶初制加工点"' in answer.text


def test_what_hides_behind_a_picture_stays_behind(editor: FlaskClient, connection: Connection) -> None:
    raw = io.BytesIO(picture("PNG").getvalue() + b"<script>alert(1)</script>")
    path = begin(editor)
    sent = {"csrf_token": token(editor), "version": "1", "act": "save", **TYPED, "upload": (raw, "a.html")}
    assert editor.post(path, data=sent, content_type="multipart/form-data").status_code == 303
    content = connection.exec_driver_sql("SELECT content FROM photo").scalar_one()
    assert b"script" not in bytes(content)


def test_twelve_are_renewed_at_once(app: Flask, connection: Connection, areas: Areas, client: FlaskClient) -> None:
    layer = layers.get("projects")
    rows = [places.values(layer, n, valid_until=TODAY + dt.timedelta(days=3)) for n in range(12)]
    ids = places.put(connection, layer, areas, *rows)
    boss = signed_in(app, connection, EDITOR)
    page = boss.get("/staff/expiring?layer=projects").text
    assert all(f'value="{id_}"' in page for id_ in ids)
    until = (TODAY + dt.timedelta(days=90)).isoformat()
    answer = send(boss, "/staff/places/projects", {"id": ids, "act": "renew", "how": "phone", "until": until})
    assert answer.status_code == 303
    assert "12 条" in boss.get(answer.location).text
    days = connection.exec_driver_sql("SELECT DISTINCT valid_until, verified FROM projects").all()
    assert days == [(TODAY + dt.timedelta(days=90), TODAY)]


def test_withdrawing_wants_a_reason(app: Flask, connection: Connection, areas: Areas) -> None:
    layer = layers.get("projects")
    (id_,) = places.put(connection, layer, areas, places.values(layer, 1))
    boss = signed_in(app, connection, EDITOR)
    assert send(boss, f"/staff/places/projects/{id_}", {"act": "withdraw"}).status_code == 400
    assert send(boss, f"/staff/places/projects/{id_}", {"act": "withdraw", "reason": "拆了"}).status_code == 303
    assert "拆了" in boss.get(f"/staff/places/projects/{id_}").text


PATHS = (
    "/staff/places/projects/{id}", "/staff/drafts/{draft}", "/staff/drafts/{draft}/preview",
    "/staff/review/{draft}", "/staff/revisions/{revision}",
)  # fmt: skip
POSTS = (
    ("/staff/places/projects/{id}", {"act": "renew"}),
    ("/staff/places/projects/{id}", {"act": "withdraw", "reason": "x"}),
    ("/staff/places/projects/{id}", {"act": "progress", "progress": "signed"}),
    ("/staff/places/projects", {"act": "renew", "id": "{id}"}),
    ("/staff/places/projects/{id}/edit", {}),
    ("/staff/drafts/{draft}", {"act": "save", "version": "2", "name": "x"}),
    ("/staff/drafts/{draft}", {"act": "submit", "version": "2"}),
    ("/staff/drafts/{draft}", {"act": "discard", "version": "2"}),
    ("/staff/review/{draft}", {"act": "approve", "version": "2"}),
    ("/staff/review/{draft}", {"act": "return", "version": "2", "reason": "x"}),
    ("/staff/revisions/{revision}/restore", {}),
)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("area", ["511124", "411603", "511124100"])
def test_no_number_of_another_county_answers(
    role: Role, area: str, app: Flask, connection: Connection, areas: Areas, editor: FlaskClient, reviewer: FlaskClient
) -> None:
    path = begin(editor)
    save(editor, path, "submit")
    number = int(path.rsplit("/", 1)[1].partition("?")[0])
    review = path.replace("drafts", "review")
    send(reviewer, review, {"version": version(reviewer, review), "act": "approve"})
    second = begin(editor)
    save(editor, second, name="另一个很不一样的名字", lon="103.9", lat="29.1", phone="000 0099")
    id_ = connection.exec_driver_sql("SELECT max(id) FROM projects").scalar_one()
    revision = connection.exec_driver_sql("SELECT max(id) FROM revision WHERE action = 'published'").scalar_one()
    known = {
        "id": id_,
        "draft": int(second.rsplit("/", 1)[1].partition("?")[0]),
        "revision": revision,
        "number": number,
    }
    stranger = signed_in(app, connection, Held(role, area))
    for address in PATHS:
        assert stranger.get(address.format(**known)).status_code in (403, 404), address
    for address, data in POSTS:
        sent = {k: v.format(**known) for k, v in data.items()}
        assert send(stranger, address.format(**known), sent).status_code in (403, 404), address
    assert "高山茶" not in stranger.get("/staff/places").text


def test_nobody_signed_in_sees_none_of_it(client: FlaskClient) -> None:
    for address in ("/staff/places", "/staff/review", "/staff/drafts/1", "/staff/expiring", "/staff/places/projects/1"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert "/account/sign-in" in answer.location
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/staff/places?layer=x", "/staff/places?state=x", "/staff/places?area=9", "/staff/places?page=0",
                                  "/staff/places?page=99999999999999999999"])  # fmt: skip
def test_a_bad_value_is_named(path: str, editor: FlaskClient) -> None:
    assert editor.get(path).status_code == 400


def test_every_layer_has_a_form(app: Flask, connection: Connection) -> None:
    boss = signed_in(app, connection, EDITOR)
    for layer in layers.LAYERS:
        for lang in ("zh", "en"):
            path = send(boss, f"/staff/new/{layer.key}").location
            page = boss.get(f"{path}?lang={lang}")
            assert page.status_code == 200
            assert 'name="name"' in page.text
