"""Whatever a client sends: every public surface answers 400, 404, 414 or 431, and none answers 500."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

HUGE = str(2**63)
LONG = "a" * 20_000
PLACES = ("/projects/{}", "/projects/{}/card", "/api/collections/projects/items/{}")
QUESTIONS = (
    "/", "/projects", "/map", "/map.js", "/facets/projects", "/facets/areas", "/suggest", "/tiles/projects.json",
    "/tiles/projects/8/201/106.mvt", "/tiles/basemap/8/201/106.mvt", "/projects.geojson", "/projects.csv", "/projects.xlsx",
    "/projects.gpkg", "/projects.kml", "/industry", "/areas", "/areas/511123", "/data", "/ask", "/api/", "/api/conformance",
    "/api/collections", "/api/collections/projects", "/api/collections/projects/items", "/api/collections/projects/items/1",
    "/api/collections/projects/queryables", "/api/collections/projects/changes", "/api/collections/projects/tiles",
    "/api/collections/projects/tiles/WebMercatorQuad", "/api/collections/projects/tiles/WebMercatorQuad/8/106/201",
    "/api/openapi.json", "/api/docs", "/api/tileMatrixSets", "/healthz", "/readyz", "/metrics", "/robots.txt", "/sitemap.xml",
)  # fmt: skip
REFUSED = (400, 404, 414, 431)


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("id_", [HUGE, "9" * 400, "-1", "%00", "1%00", "%ed%a0%80", "1e3", "0x1", "１", "1;", "'"])
def test_ids_that_cannot_be(path: str, id_: str, shop: FlaskClient) -> None:
    assert shop.get(path.format(id_)).status_code in REFUSED


@pytest.mark.parametrize("path", QUESTIONS)
def test_an_address_that_is_too_long(path: str, shop: FlaskClient) -> None:
    answer = shop.get(f"{path}?q={LONG}")
    assert answer.status_code == 414, path
    assert shop.get(path, headers={"X-Long": LONG * 2}).status_code == 431
    if path.startswith(("/api", "/tiles", "/facets", "/suggest")) or "." in path.rsplit("/", 1)[-1][:-2]:
        assert answer.mimetype in ("application/problem+json", "text/html")


@pytest.mark.parametrize("path", QUESTIONS)
@pytest.mark.parametrize(
    "asked",
    [
        "q=%00", "area=%00", "foo=%00", "q=%ed%a0%80", "area=%ed%a0%80", "%ed%a0%80=1", "near=1e400,1", "bbox=nan,nan,nan,nan",
        "limit=" + HUGE, "page=" + HUGE, "offset=" + HUGE, "after=" + HUGE, "since=" + HUGE, "datetime=9999999-01-01", "datetime=0001-01-01T00:00:00%2B14:00",
        "filter=%00", "filter=name%3D'%ed%a0%80'", "filter-lang=cql2-json&filter={\"op\":\"=\",\"args\":[{\"property\":\"name\"},\"%5Cud800\"]}",
        "filter-lang=cql2-json&filter={\"op\":\"=\",\"args\":[{\"property\":\"name\"},\"%5Cu0000\"]}", "filter-lang=cql2-json&filter=" + "[" * 3000,
        "filter-lang=cql2-json&filter=[]", "filter-lang=cql2-json&filter=null", "filter-lang=cql2-json&filter={\"op\":\"and\",\"args\":[]}",
        "filter-lang=cql2-json&filter={\"op\":\"like\",\"args\":[1,2]}", "filter-lang=cql2-json&filter={\"op\":\"between\",\"args\":[{\"property\":\"budget\"}]}",
        "filter=" + "(" * 3900, "filter=" + "NOT%20" * 900 + "buyer", "filter=id%3D" + "9" * 400, "filter=budget%20IN%20()",
        "lang=%00", "f=%00", "crs=%00", "layers=%00", "at=%00", "at=1e400,1,1", "of=%00", "layer=%00", "day=0000-00-00", "version=-1",
        "within=" + "%7C" * 900, "budget=" + "1," * 900 + "1", "industry=" + "C13," * 900 + "C13",
    ],
)  # fmt: skip
def test_questions_that_cannot_be(path: str, asked: str, shop: FlaskClient) -> None:
    answer = shop.get(f"{path}?{asked}")
    assert answer.status_code in (200, 204, *REFUSED), (path, asked, answer.status_code)
    if answer.status_code >= 400 and path.startswith(("/api/", "/tiles/", "/facets/", "/suggest")):
        assert answer.content_type == "application/problem+json"
        assert answer.get_json(force=True)["status"] == answer.status_code
