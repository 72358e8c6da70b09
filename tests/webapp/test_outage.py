"""The site without its database: public pages go on from files, staff pages say what is wrong, nothing has to be restarted."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from tests import staff
from tests.processes import Crowd, environment, flask, free_port, until
from webapp import cluster, create_app, postgres, standing, watching
from webapp.config import CHECKOUT, Settings

PAGES = (
    "/", "/?area=4116", "/projects", "/projects?area=5111&sort=verified&page=2", "/projects?q=茶", "/parks", "/areas",
    "/areas/511123", "/industry", "/data", "/ask", "/projects/{id}", "/projects/{id}/card", "/map", "/map.js", "/embed",
    "/share", "/poster", "/kit", "/sitemap.xml", "/sitemaps/projects-1.xml", "/sitemaps/pages.xml", "/robots.txt",
    "/projects.geojson", "/projects.csv", "/projects.xlsx", "/projects.gpkg", "/projects.kml", "/facets/projects",
    "/suggest?q=茶", "/tiles/projects.json", "/tiles/projects/8/201/106.mvt", "/tiles/transport/12/3224/1706.mvt",
    "/tiles/zones/12/3231/1706.mvt", "/tiles/basemap/8/201/106.mvt", "/api/", "/api/collections", "/api/collections/projects",
    "/api/collections/projects/items", "/api/collections/projects/items?bbox=103,28,105,30&limit=5",
    "/api/collections/projects/items/{id}", "/api/collections/projects/queryables",
    "/api/collections/projects/changes?since=0", "/api/openapi.json", "/projects/999999", "/report/projects/{id}",
    "/projects?ch=banner", "/oembed?url={base}/projects/{id}", "/healthz", "/readyz",
    "/embed/{slug}", "/v/{slug}", "/embed/{slug}/map.js", "/embed/{slug}/projects.geojson",
    "/embed/{slug}/tiles/projects/8/201/106.mvt", "/embed/{slug}/facets/projects.json",
)  # fmt: skip
SLUG = "weihai-1"


@dataclass
class Site:
    """A server of its own with a cluster of its own, which a test may stop and start."""

    settings: Settings
    port: int
    url: str
    server: subprocess.Popen[bytes] | None = None
    place: int = 0
    log: Path = field(default_factory=Path)

    @property
    def home(self) -> Path:
        """Where the server's files are: apart from the cluster, which it would start by itself as its own."""
        return self.settings.home / "served"

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Status and body of an answer; 0 when there is none."""
        base = f"http://127.0.0.1:{self.port}"
        address = base + urllib.request.quote(path.format(id=self.place, slug=SLUG, base=base), safe="/?=&:,%.")  # type: ignore[attr-defined]
        asked = urllib.request.Request(address, headers=headers)
        try:
            with OPENER.open(asked, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError:
            return 0, b""

    def start(self) -> None:
        """Serve, and wait until every layer is answered from files."""
        own = environment(self.home, MAP_DATABASE_URL=self.url, MAP_PORT=str(self.port))
        begun = time.time()
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(flask("serve"), env=own, cwd=CHECKOUT, stdout=log, stderr=log)
        until(lambda: self.get("/healthz")[0] == 200, 90)
        until(lambda: self.pulse().at > begun, 90)

    def stop(self) -> None:
        assert self.server is not None
        self.server.terminate()
        assert self.server.wait(60) == 0

    def pulse(self) -> watching.Pulse:
        """What the builder says."""
        return watching.pulse(standing.folder(replace(self.settings, home=self.home, database_url=self.url)))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Tells a redirection as it is."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirect)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    settings = Settings.from_env({"MAP_HOME": str(home)})
    made = Site(settings, free_port(), cluster.database_url(settings), log=home / "log")
    try:
        made.start()
        engine = create_engine(made.url)
        with engine.begin() as connection:
            made.place = connection.execute(
                text("SELECT min(id) FROM projects WHERE status = 'published'")
            ).scalar_one()
            who = "INSERT INTO account (name, title) VALUES ('outage', 'outage') RETURNING id"
            row = {
                "slug": SLUG, "title": "示例", "params": json.dumps([["area", "511100"]]), "digest": "0" * 32,
                "area": "511100", "account": connection.execute(text(who)).scalar_one(),
            }  # fmt: skip
            columns = "slug, title, params, digest, area, account_id"
            view = f"INSERT INTO saved_view ({columns}) VALUES (:slug, :title, :params, :digest, :area, :account)"
            connection.execute(text(view), row)
        engine.dispose()
        yield made
    finally:
        if made.server is not None and made.server.poll() is None:
            made.server.terminate()
            made.server.wait(60)
        print(made.log.read_text()[-3000:])
        cluster.release(settings)
        data = postgres.locate(settings).data
        postgres.stop(postgres.locate(settings))
        shutil.rmtree(data.parent if "guiyan" in data.parent.parts[-2:] else data, ignore_errors=True)


class Visitors(Crowd):
    """Ask every public page again and again, eight at a time; what was refused is kept."""

    def __init__(self, site: Site, number: int = 8) -> None:
        super().__init__(number)
        self.site, self.asked, self.refused = site, 0, []

    def turn(self, n: int) -> None:
        first = n * len(PAGES) // self.number
        for path in PAGES[first:] + PAGES[:first]:
            status, body = self.site.get(path)
            self.asked += 1
            if status == 0 or status >= 500:
                self.refused.append((path, status, body[:300]))
            if self.ended.is_set():
                return


def publish(engine: Engine, place: int, name: str) -> None:
    """Something that the public sees changes."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE projects SET name = :name WHERE id = :id"), {"name": name, "id": place})


def cookie(site: Site) -> str:
    """The cookie of somebody of an office, as the server knows it."""
    app = create_app(Settings.from_env({"MAP_HOME": str(site.home), "MAP_DATABASE_URL": site.url}))
    engine = create_engine(site.url)
    with engine.begin() as connection:
        client = staff.signed_in(app, connection, staff.EDITOR)
    engine.dispose()
    found = client.get_cookie("guiyan")
    assert found is not None
    return found.value


def test_no_public_page_fails_while_the_database_is_gone_and_all_are_fresh_when_it_is_back(site: Site) -> None:
    files = postgres.locate(site.settings)
    office = cookie(site)
    assert site.get("/staff/places", Cookie=f"guiyan={office}")[0] == 200
    time.sleep(0.5)  # the saved view is on its way into the files
    before = {path: site.get(path) for path in PAGES}
    assert {path: status for path, (status, _body) in before.items() if status not in (200, 204, 302, 404)} == {}
    with Visitors(site) as visitors:
        postgres.stop(files)
        until(lambda: site.pulse().since is not None)
        time.sleep(2)
        assert json.loads(site.get("/readyz")[1])["status"] == "degraded"
        assert site.get("/healthz")[0] == 200
        for path, expected in {
            "/staff/places": 503,
            "/staff/imports": 503,
            "/account/": 503,
            "/staff/nothing": 404,
        }.items():
            status, body = site.get(path, Cookie=f"guiyan={office}")
            assert (status, b"Traceback" in body) == (expected, False), path
            assert "<html" in body.decode(), path
            assert expected == 404 or "数据库暂时连不上，请稍后再试" in body.decode()
        assert "数据停在" in site.get("/projects")[1].decode()
        engine = create_engine(site.url)
        time.sleep(2)
        postgres.start(files)
        begun = time.monotonic()
        publish(engine, site.place, "回来以后改的名字")
        until(lambda: "回来以后改的名字" in site.get(f"/projects/{site.place}")[1].decode(), 10)
        took = time.monotonic() - begun
        until(lambda: "数据停在" not in site.get("/projects")[1].decode(), 10)
        engine.dispose()
    print(f"asked {visitors.asked}, seen {took:.2f} s after the database was back")
    assert visitors.refused == []
    assert visitors.asked > 200
    assert took < 4


def test_a_server_that_starts_without_its_database_answers_from_files(site: Site) -> None:
    site.stop()
    files = postgres.locate(site.settings)
    postgres.stop(files)
    starting = threading.Thread(target=site.start)
    try:
        begun = time.time()
        starting.start()
        until(lambda: site.get("/healthz")[0] == 200)
        statuses = {path: site.get(path)[0] for path in PAGES}
        refused = {path: status for path, status in statuses.items() if status == 0 or status >= 500}
        assert refused == {}
        status, body = site.get("/account/sign-in")
        assert status in (200, 503)
        assert b"Traceback" not in body
        assert "数据停在" in site.get("/")[1].decode()
    finally:
        postgres.start(files)
    starting.join()
    until(lambda: site.pulse().at > begun and site.pulse().since is None)
    assert "数据停在" not in site.get("/")[1].decode()
