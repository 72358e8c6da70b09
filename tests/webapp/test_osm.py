"""The OpenStreetMap import: public kinds only, cut at counties, the same result twice, credited wherever it shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import osmium
import pytest
from flask.testing import FlaskClient
from osmium.osm.mutable import Node, Relation, Way
from sqlalchemy import Connection, func, select, update

import layers
from geo import osm as reading
from geo.errors import UnreadableFile
from geo.extent import tile_at
from layers.areas import Areas
from layers.base import Status
from layers.query import Query
from layers.transport import Transport
from tests import surfaces
from tests.places import TODAY, put, values
from webapp import osm

EAST = [(103.56 + 0.04 * n, 29.28) for n in range(12)]
"""A line from 沙湾区 through 犍为县, degrees."""
LINES = [
    ({"highway": "motorway", "ref": "G0512", "name": "成乐高速"}, EAST[:7]),
    ({"highway": "motorway", "ref": "G0512", "name": "成乐高速"}, EAST[6:]),
    ({"highway": "trunk", "ref": "G213"}, [(x, y + 0.02) for x, y in EAST]),
    ({"highway": "primary"}, [(x, y + 0.04) for x, y in EAST]),
    ({"railway": "rail", "name": "成贵铁路", "highspeed": "yes"}, [(x, y + 0.06) for x, y in EAST]),
    ({"railway": "construction", "construction": "rail", "name": "新线"}, [(x, y + 0.07) for x, y in EAST]),
    ({"railway": "rail", "service": "siding"}, [(x, y + 0.08) for x, y in EAST]),
    ({"railway": "rail", "usage": "military", "name": "某线"}, [(x, y + 0.09) for x, y in EAST]),
    ({"highway": "residential", "name": "小路"}, [(x, y + 0.10) for x, y in EAST]),
    ({"highway": "primary", "name": "某部队专用线"}, [(x, y + 0.11) for x, y in EAST]),
]
POINTS = [
    ({"highway": "motorway_junction", "name": "犍为出口", "ref": "12"}, (103.94, 29.21)),
    ({"railway": "station", "name": "犍为"}, (103.96, 29.22)),
    ({"railway": "station", "station": "subway", "name": "地铁"}, (103.95, 29.22)),
    ({"amenity": "ferry_terminal", "name": "清溪渡口"}, (103.93, 29.20)),
    ({"power": "plant", "name": "电厂"}, (103.92, 29.20)),
    ({"railway": "station", "name": "远方"}, (116.4, 39.9)),
]


@pytest.fixture()
def extract(tmp_path: Path) -> Path:
    """A small .osm.pbf with what is wanted and what is not."""
    path = tmp_path / "somewhere.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        ids = numbered()
        ways = []
        for tags, positions in LINES:
            nodes = [next(ids) for _ in positions]
            for id_, at in zip(nodes, positions, strict=True):
                writer.add_node(Node(id=id_, location=at))
            ways.append((tags, nodes))
        for tags, at in POINTS:
            writer.add_node(Node(id=next(ids), location=at, tags=tags))
        for number, (tags, nodes) in enumerate(ways, start=1):
            writer.add_way(Way(id=number, nodes=nodes, tags=tags))
    return path


def numbered() -> Iterator[int]:
    return iter(range(1, 10_000))


def load(connection: Connection, areas: Areas, extract: Path) -> dict[str, int]:
    counties = [areas.get("511123"), areas.get("511111")]
    return dict(osm.load(connection, areas, extract, counties, TODAY, lambda text: None))


def everything(connection: Connection) -> list[tuple[object, ...]]:
    columns = (Transport.id, Transport.external_id, Transport.name, func.ST_AsText(Transport.geom), Transport.status)
    return [tuple(row) for row in connection.execute(select(*columns).order_by(Transport.id))]


def test_reads_the_public_network_and_nothing_else(extract: Path) -> None:
    found = list(reading.read(extract))
    assert {(thing.kind, thing.state) for thing in found} == {
        ("motorway", "open"), ("trunk", "open"), ("primary", "open"), ("rail", "open"), ("rail", "building"),
        ("interchange", "open"), ("station", "open"), ("port", "open"),
    }  # fmt: skip
    assert not {"某线", "小路", "地铁", "电厂", "某部队专用线"} & {thing.name for thing in found}
    assert len([thing for thing in found if thing.kind == "rail" and thing.state == "open"]) == 1


def test_joins_a_road_and_cuts_it_at_the_county(connection: Connection, areas: Areas, extract: Path) -> None:
    counted = load(connection, areas, extract)
    assert counted["motorway"] == 2, "one row in each county that it crosses"
    rows = connection.execute(select(Transport.name, Transport.area).where(Transport.kind == "motorway")).all()
    assert ("G0512 成乐高速（犍为县）", "511123") in [tuple(row) for row in rows]
    outside = func.ST_Length(
        func.ST_Difference(Transport.geom, func.ST_GeomFromText(areas.outline("511123").wkt, 4326))
    )
    cut = connection.execute(select(outside).where(Transport.kind == "motorway", Transport.area == "511123")).scalar()
    assert cut < 1e-4
    assert "远方站" not in connection.execute(select(Transport.name)).scalars().all()


def test_twice_is_the_same(connection: Connection, areas: Areas, extract: Path) -> None:
    first = load(connection, areas, extract)
    before = everything(connection)
    assert load(connection, areas, extract) == first
    assert everything(connection) == before


def test_what_is_gone_from_the_file_goes(connection: Connection, areas: Areas, extract: Path, tmp_path: Path) -> None:
    load(connection, areas, extract)
    empty = tmp_path / "empty.osm.pbf"
    with osmium.SimpleWriter(str(empty)) as writer:
        writer.add_node(Node(id=1, location=(103.9, 29.2)))
    assert load(connection, areas, empty) == {}
    assert everything(connection) == []


def test_replaces_schematic_links_and_doubled_stations(connection: Connection, areas: Areas, extract: Path) -> None:
    layer = layers.get("transport")
    link = values(layer, 1, kind="rail_link", shape="LINESTRING(103.9 29.2,104 29.25)", area="511123")
    twin = values(layer, 2, kind="station", name="犍为站", lon=103.96, lat=29.225)
    other = values(layer, 3, kind="station", name="别处站")
    for row in (link, twin, other):
        row.pop("lon", None) if "shape" in row else None
        row.pop("lat", None) if "shape" in row else None
    ids = put(connection, layer, areas, link, twin, other)
    load(connection, areas, extract)
    shown = dict(connection.execute(select(Transport.id, Transport.status).where(Transport.id.in_(ids))).all())
    assert [shown[id_] for id_ in ids] == [Status.WITHDRAWN, Status.WITHDRAWN, Status.PUBLISHED]
    connection.execute(update(Transport).where(Transport.id == ids[2]).values(name="别处"))
    load(connection, areas, extract)
    assert connection.execute(select(Transport.status).where(Transport.id == ids[0])).scalar() == Status.WITHDRAWN


SQUARE = [(103.970, 29.230), (103.974, 29.230), (103.974, 29.234), (103.970, 29.234), (103.970, 29.230)]


@pytest.fixture()
def untidy(tmp_path: Path) -> Path:
    """What real extracts hold: areas, relations, both carriageways, the same thing twice, nodes that are missing."""
    path = tmp_path / "untidy.osm.pbf"
    points = [
        ({"railway": "station", "name": "犍为"}, (103.9721, 29.2321)),
        ({"highway": "motorway_junction", "name": "犍为", "ref": "12"}, (103.90, 29.21)),
        ({"highway": "motorway_junction", "ref": "12"}, (103.9003, 29.2102)),
        ({"railway": "station", "name": "部队站", "military": "yes"}, (103.91, 29.22)),
    ]
    with osmium.SimpleWriter(str(path)) as writer:
        ids = numbered()
        rings = [[next(ids) for _ in SQUARE] for _ in range(2)]
        for ring, shift in zip(rings, (0.0, 0.03), strict=True):
            for id_, (x, y) in zip(ring, SQUARE, strict=True):
                writer.add_node(Node(id=id_, location=(x - shift, y)))
        back = [next(ids) for _ in EAST]
        for id_, (x, y) in zip(back, EAST, strict=True):
            writer.add_node(Node(id=id_, location=(x, y + 0.0003)))
        for tags, at in points:
            writer.add_node(Node(id=next(ids), location=at, tags=tags))
        road = {"highway": "motorway", "ref": "G93;G85", "name": "成渝环线高速", "name:en": "Chengyu Ring"}
        writer.add_way(Way(id=1, nodes=rings[0], tags={"railway": "station", "name": "犍为站", "building": "yes"}))
        writer.add_way(Way(id=2, nodes=rings[1], tags={}))
        writer.add_way(Way(id=3, nodes=back, tags=road))
        writer.add_way(Way(id=4, nodes=list(reversed(back)), tags=road))
        writer.add_way(Way(id=5, nodes=[8_888_888, 8_888_889], tags=road))
        writer.add_way(Way(id=6, nodes=[back[0], back[0]], tags={"highway": "primary"}))
        area = {"type": "multipolygon", "railway": "station", "name": "孝姑", "name:en": "Xiaogu Station"}
        writer.add_relation(Relation(id=7, members=[("w", 2, "outer")], tags=area))
        route = {"type": "route", "route": "railway", "name": "成贵线"}
        writer.add_relation(Relation(id=8, members=[("w", 3, "")], tags=route))
    return path


def test_areas_relations_and_twins_become_one_place_each(connection: Connection, areas: Areas, untidy: Path) -> None:
    said: list[str] = []
    counties = [areas.get("511123"), areas.get("511111")]
    first = osm.load(connection, areas, untidy, counties, TODAY, said.append)
    assert first == {"station": 2, "interchange": 1, "motorway": 2}
    before = everything(connection)
    assert osm.load(connection, areas, untidy, counties, TODAY, said.append) == first
    assert everything(connection) == before
    rows = dict(connection.execute(select(Transport.name, Transport.name_en)).all())
    assert rows["孝姑站"] == "Xiaogu Station"
    assert rows["犍为站"] == "Qianwei Railway Station"
    assert rows["G93 成渝环线高速（犍为县）"] == "G93 Chengyu Ring, Qianwei County"
    assert any("untidy.osm.pbf" in line for line in said)


def test_a_row_that_is_refused_is_told_and_the_rest_comes_in(
    connection: Connection, areas: Areas, tmp_path: Path
) -> None:
    path = tmp_path / "odd.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        writer.add_node(Node(id=1, location=(103.95, 29.21), tags={"railway": "station", "name": "犍为"}))
        writer.add_node(
            Node(id=2, location=(103.90, 29.21), tags={"railway": "station", "name": "<b>%s</b>" + "长" * 300})
        )
    counted = osm.load(connection, areas, path, [areas.get("511123")], TODAY, lambda text: None)
    assert counted["station"] >= 1
    assert all(len(name) <= osm.LONGEST for name in connection.execute(select(Transport.name)).scalars())


def test_is_credited_on_map_tiles_and_downloads(
    client: FlaskClient, connection: Connection, areas: Areas, extract: Path
) -> None:
    credit = osm.CREDIT.removeprefix("© ")
    assert credit not in client.get("/map.js?layers=transport").text
    load(connection, areas, extract)
    for path in ("/map.js?layers=transport", "/transport", "/transport.geojson", "/transport.csv"):
        assert credit in client.get(path).text, path
    at = tile_at(103.95, 29.28, 10)
    tile = surfaces.tile(client, Query(layers.get("transport")), at.z, at.x, at.y)
    kinds = {f["properties"]["kind"] for f in tile["transport_shapes"]["features"]}
    assert {"motorway", "trunk", "primary", "rail"} <= kinds


def test_a_file_that_is_none_is_refused(connection: Connection, areas: Areas, tmp_path: Path) -> None:
    path = tmp_path / "no.osm.pbf"
    path.write_bytes(b"not a map")
    with pytest.raises(UnreadableFile):
        load(connection, areas, path)
