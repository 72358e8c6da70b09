"""What public answers carry: policy, ETag, no cookie, nothing inline, and errors in one shape."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

import layers
from layers.areas import Areas
from tests.places import put, values

PAGES = [
    "/",
    "/projects",
    "/parks",
    "/map",
    "/ask",
    "/data",
    "/areas",
    "/areas/511123",
    "/industry",
    "/projects?area=511123",
    "/nope",
]
DATA = [
    "/map.js",
    "/projects.geojson",
    "/projects.csv",
    "/facets/projects",
    "/tiles/projects/8/201/106.mvt",
    "/tiles/projects.json",
]


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_nothing_inline_and_ask_nobody_else(path: str, client: FlaskClient) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "Set-Cookie" not in answer.headers
    assert not re.findall(r"<script(?![^>]*\bsrc=)(?! type=\"application/ld\+json\")", answer.text)
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=", answer.text)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1:8000)', answer.text)


@pytest.mark.parametrize("path", [p for p in [*PAGES, *DATA] if p != "/nope"])
def test_the_same_content_has_the_same_tag_and_answers_304(path: str, client: FlaskClient) -> None:
    first, second = client.get(path), client.get(path)
    tag = first.headers["ETag"]
    assert tag == second.headers["ETag"]
    assert "public" in first.headers["Cache-Control"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    packed = client.get(path, headers={"Accept-Encoding": "br"})
    again = client.get(path, headers={"Accept-Encoding": "br", "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304


def test_a_change_changes_the_tags(client: FlaskClient, connection: Connection, areas: Areas) -> None:
    layer = layers.get("projects")
    (id_,) = put(connection, layer, areas, values(layer, 1))
    paths = ["/projects", "/projects.geojson", "/tiles/projects/14/12922/6803.mvt", f"/projects/{id_}"]
    before = [client.get(path).headers["ETag"] for path in paths]
    connection.execute(text("UPDATE projects SET name = '改了'"))
    assert all(client.get(path).headers["ETag"] != tag for path, tag in zip(paths, before, strict=True))


def test_what_embeds_need_may_be_read_from_elsewhere(client: FlaskClient) -> None:
    for path in ("/map.js", "/tiles/projects/8/201/106.mvt", "/facets/projects", "/projects.geojson"):
        assert client.get(path).headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/projects").headers


@pytest.mark.parametrize(
    "path",
    [
        "/projects/99999999999999999999999", "/projects/-1", "/projects/abc", "/tiles/projects/99/1/1.mvt", "/tiles/nope/1/1/1.mvt",
        "/tiles/projects/1/9/9.mvt", "/projects.pdf", "/%00", "/projects?q=%00", "/projects?q=%ff%fe", "/projects?area=%27",
        "/projects?page=99999999", "/projects?bbox=1e400,2,3,4", "/?at=x", "/?layers=nope", "/map.js?foo=1", "/projects?lang=xx",
        "/projects?within=" + "a" * 3000, "/projects?budget=" + "1," * 3000 + "1", "/facets/areas?q=%00%25_", "/static/../wsgi.py",
    ],
)  # fmt: skip
def test_nothing_a_client_sends_is_a_500(path: str, client: FlaskClient) -> None:
    assert client.get(path).status_code in (200, 400, 404), path
    assert client.post(path).status_code in (400, 404, 405)


def test_errors_have_one_shape(client: FlaskClient) -> None:
    page, data = client.get("/projects?budget=x"), client.get("/projects.geojson?budget=x")
    told = data.get_json(force=True)
    assert (page.status_code, data.status_code, told["status"]) == (400, 400, 400)
    assert data.content_type == "application/problem+json"
    assert {"type", "title", "detail", "parameter", "value", "allowed"} <= set(told)
    for word in (told["title"], told["parameter"], told["value"]):
        assert word in page.text


def test_ready_says_what_is_wrong(client: FlaskClient, connection: Connection) -> None:
    from webapp import db

    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    with client.application.app_context(), db.engine().begin() as fresh:
        fresh.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    try:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "flask db upgrade" in answer.get_json()["reason"]
    finally:
        from webapp.migrating import head

        with client.application.app_context(), db.engine().begin() as fresh:
            fresh.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head()})


def test_figures_are_for_this_machine_alone(client: FlaskClient) -> None:
    endpoint = client.application.url_map.bind("").match("/data")[0]
    name = f'guiyan_requests_total{{endpoint="{endpoint}",status="200"}} '
    before = client.get("/metrics").text
    client.get("/data")
    after = client.get("/metrics").text
    figures = [float(told.split(name)[1].split()[0]) if name in told else 0.0 for told in (before, after)]
    assert figures[1] == figures[0] + 1
    assert "guiyan_database_up 1.0" in after and 'guiyan_layer_version{layer="projects"}' in after
    client.get("/no/such/thing/at-all")
    assert "at-all" not in client.get("/metrics").text, "strangers add no names"
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
