"""What is published, corrected, withdrawn or run out shows everywhere within two seconds, whole, while many read."""

from __future__ import annotations

import datetime as dt
import json
import re
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import mapbox_vector_tile
import pytest
from google.protobuf.message import DecodeError
from sqlalchemy import create_engine, text

from geo.extent import tile_at
from tests.processes import Crowd, until
from tests.webapp.test_outage import Site, site
from webapp import db

__all__ = ["site"]
MOST_SECONDS = 2.0
WORKERS = 2
READERS, PAUSE_SECONDS = 8, 0.05
MARK = "新鲜"
Sees = Callable[[Site], set[int]]


def _ids(raw: bytes) -> set[int]:
    return {feature["id"] for feature in json.loads(raw)["features"]}


def tile(site: Site) -> set[int]:
    """Ids on the tile of the place."""
    at = tile_at(103.95, 29.21, 14)
    raw = site.get(f"/tiles/projects/{at.z}/{at.x}/{at.y}.mvt?q={MARK}")[1]
    found = mapbox_vector_tile.decode(raw).get("projects", {"features": []}) if raw else {"features": []}
    return {feature["properties"]["id"] for feature in found["features"]}


SURFACES: dict[str, Sees] = {
    "tile": tile,
    "directory": lambda s: {int(i) for i in re.findall(r'data-place="projects:(\d+)"', s.get(f"/projects?q={MARK}")[1].decode())},
    "geojson": lambda s: _ids(s.get(f"/projects.geojson?q={MARK}")[1]),
    "items": lambda s: _ids(s.get(f"/api/collections/projects/items?q={MARK}&limit=1000")[1]),
    "suggest": lambda s: {int(i) for i in re.findall(r"/projects/(\d+)", s.get(f"/suggest?q={MARK}")[1].decode())},
    "page": lambda s: {s.place} if s.get(f"/projects/{s.place}")[0] == 200 and MARK.encode() in s.get(f"/projects/{s.place}")[1] else set(),
}  # fmt: skip


def total(site: Site) -> int:
    """What the facets say there is."""
    return int(json.loads(site.get(f"/facets/projects?q={MARK}")[1])["total"])


class Readers(Crowd):
    """Read the two marked places again and again: always both, or none."""

    def __init__(self, site: Site) -> None:
        super().__init__(READERS)
        self.site, self.torn, self.asked = site, [], 0

    def turn(self, n: int) -> None:
        names = [name for name in SURFACES if name not in ("page", "suggest")]
        name = names[n % len(names)]
        try:
            found = SURFACES[name](self.site)
        except (ValueError, KeyError, DecodeError) as error:
            self.torn.append((name, error))
            return
        self.asked += 1
        time.sleep(PAUSE_SECONDS)
        if len(found) not in (0, 2):
            self.torn.append((name, found))


@pytest.fixture(scope="module")
def pair(site: Site) -> Iterator[tuple[int, int]]:
    """Two places that are always changed together; the site's own is the first."""
    engine = create_engine(site.url)
    with engine.begin() as connection:
        first, second = connection.execute(
            text("SELECT id FROM projects WHERE status = 'published' ORDER BY id LIMIT 2")
        ).scalars()
        move = "UPDATE projects SET geom = 'SRID=4326;POINT(103.95 29.21)', precision = 'exact', area = '511123'"
        connection.execute(text(move + " WHERE id IN (:a, :b)"), {"a": first, "b": second})
    engine.dispose()
    site.place = first
    yield first, second


def here(name: str, site: Site, wanted: set[int]) -> set[int]:
    """What a surface shows when all is seen: a place's own page shows that place."""
    return wanted & {site.place} if name == "page" else wanted


def seen(site: Site, wanted: set[int], title: str) -> float:
    """Seconds until every surface, each asked by itself, shows the places under the title, or none."""
    begun = time.monotonic()

    def wait(name: str) -> float:
        until(lambda: SURFACES[name](site) == here(name, site, wanted), 20)
        return time.monotonic() - begun

    def wait_for_name() -> float:
        until(lambda: (title.encode() in site.get(f"/projects/{site.place}")[1]) == bool(wanted), 20)
        return time.monotonic() - begun

    def wait_for_total() -> float:
        until(lambda: total(site) == len(wanted), 20)
        return time.monotonic() - begun

    with ThreadPoolExecutor(len(SURFACES) + 2) as waiting:
        waits = [waiting.submit(wait, name) for name in SURFACES]
        waits += [waiting.submit(wait_for_name), waiting.submit(wait_for_total)]
        return max(done.result() for done in waits)


def test_a_change_is_everywhere_within_two_seconds(site: Site, pair: tuple[int, int]) -> None:
    engine = create_engine(site.url)
    today = db.day_in_china()
    steps = {
        "published": ({"name": f"{MARK}示例茶园", "status": "published", "until": today + dt.timedelta(days=60)}, True),
        "corrected": ({"name": f"{MARK}改过名的茶园", "status": "published", "until": today + dt.timedelta(days=60)}, True),
        "withdrawn": ({"name": f"{MARK}改过名的茶园", "status": "withdrawn", "until": today + dt.timedelta(days=60)}, False),
        "back": ({"name": f"{MARK}改过名的茶园", "status": "published", "until": today + dt.timedelta(days=60)}, True),
        "run out": ({"name": f"{MARK}改过名的茶园", "status": "published", "until": today - dt.timedelta(days=1)}, False),
    }  # fmt: skip
    change = "UPDATE projects SET name = :name, status = :status, valid_until = :until WHERE id IN (:a, :b)"
    took: dict[str, float] = {}
    for sees in SURFACES.values():
        for _again in range(2 * WORKERS):  # every worker has begun
            sees(site)
    with Readers(site) as readers:
        for what, (values, there) in steps.items():
            with engine.begin() as connection:
                connection.execute(text(change), {**values, "a": pair[0], "b": pair[1]})
            wanted = set(pair) if there else set()
            took[what] = seen(site, wanted, values["name"])
            for name, sees in SURFACES.items():
                for _again in range(2 * WORKERS):  # whichever worker answers
                    assert sees(site) == here(name, site, wanted), name
    engine.dispose()
    assert readers.torn == []
    print(f"{readers.asked} read; everywhere after {', '.join(f'{k} {v:.2f} s' for k, v in took.items())}")
    assert statistics.median(took.values()) < MOST_SECONDS
