"""Reads the public transport network out of an OpenStreetMap extract, in memory bounded by the network itself."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import UnreadableFile

ROADS = ("motorway", "trunk", "primary")
STATIONS = ("station", "halt")
UNBUILT = {"construction": "building", "proposed": "planned"}
CLOSED = ("no", "private", "military")
SECRET = re.compile("军用|军事|部队|武警|弹药|油库|核电|专用线")
"""Names of what public maps do not show (自然资规〔2023〕2号): never read, whatever else they say."""
TAGS = (
    *(("highway", value) for value in (*ROADS, *UNBUILT, "motorway_junction")),
    *(("railway", value) for value in ("rail", *STATIONS, *UNBUILT)),
    ("amenity", "ferry_terminal"),
    ("harbour", "yes"),
)
"""Everything else is passed over before Python sees it."""
EVERY = 200_000
"""Objects of the network between two reports of progress."""
NODES = ("interchange", "station", "port")
"""Kinds that are a point, however they are drawn."""
LONGEST_REF = 24
Report = Callable[[str], None]


@dataclass(frozen=True)
class Found:
    """One object of the network: kind and state as our own words, names as they are tagged; WGS 84."""

    id: str
    kind: str
    state: str
    name: str
    name_en: str
    ref: str
    high_speed: bool
    geometry: BaseGeometry


def read(path: Path, report: Report = lambda text: None) -> Iterator[Found]:
    """Roads, railways, interchanges, stations and ports of a file (.osm.pbf, .osm, .osm.bz2).

    Passes over relations, ways, the positions of their nodes, tagged nodes. Memory holds the
    chosen ways and their nodes only. Raises UnreadableFile for anything that is no such file.
    """
    report(f"{path.name}: {path.stat().st_size / 1e6:,.1f} MB; relations and ways")
    try:
        ways = [*_areas(path), *_ways(path, report)]
        yield from _lines(path, ways, report)
        yield from _nodes(path, report)
    except (RuntimeError, osmium.InvalidLocationError) as error:
        raise UnreadableFile(f"{path.name}: {error}") from error


def kind_of(tags: Mapping[str, str]) -> tuple[str, str] | None:
    """(kind, state) of an object's tags, None for whatever is not a public part of the network."""
    if _is_secret(tags):
        return None
    highway, railway = tags.get("highway", ""), tags.get("railway", "")
    if highway in UNBUILT and tags.get(highway) in ROADS:
        return tags[highway], UNBUILT[highway]
    if highway in ROADS:
        return highway, "open"
    if highway == "motorway_junction":
        return "interchange", "open"
    if railway in UNBUILT and tags.get(railway) in ("rail", *STATIONS):
        return "rail" if tags[railway] == "rail" else "station", UNBUILT[railway]
    if railway == "rail" and "service" not in tags:
        return "rail", "open"
    if railway in STATIONS and tags.get("station") not in ("subway", "light_rail", "monorail"):
        return "station", "open"
    if tags.get("amenity") == "ferry_terminal" or tags.get("harbour") == "yes":
        return "port", "open"
    return None


def _is_secret(tags: Mapping[str, str]) -> bool:
    guarded = tags.get("access") in CLOSED or tags.get("usage") == "military" or "military" in tags
    return guarded or tags.get("landuse") == "military" or bool(SECRET.search(tags.get("name", "")))


@dataclass(frozen=True)
class _Way:
    id: str
    said: tuple[str, str, str, str, str, bool]
    nodes: array[int]


def _areas(path: Path) -> Iterator[_Way]:
    """Stations and ports that are drawn as relations of ways: the nodes of their outer ways."""
    chosen: dict[str, tuple[tuple[str, str, str, str, str, bool], list[int]]] = {}
    for relation in _objects(path, osmium.osm.RELATION):
        tags = dict(relation.tags)
        kind = kind_of(tags)
        if kind and kind[0] in NODES:
            outer = [m.ref for m in relation.members if m.type == "w" and m.role != "inner"]
            chosen[f"relation/{relation.id}"] = (_said(tags, kind), outer)
    wanted = sorted({ref for _tags, outer in chosen.values() for ref in outer})
    if not wanted:
        return
    filtered: Any = osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.IdFilter(wanted))
    nodes = {way.id: array("q", (node.ref for node in way.nodes)) for way in filtered}
    for id_, (said, outer) in chosen.items():
        yield _Way(id_, said, array("q", (n for ref in outer for n in nodes.get(ref, ()))))


def _ways(path: Path, report: Report) -> Iterator[_Way]:
    kept = 0
    for seen, way in enumerate(_objects(path, osmium.osm.WAY), start=1):
        tags = dict(way.tags)
        kind = kind_of(tags)
        if kind:
            kept += 1
            nodes = array("q", (node.ref for node in way.nodes))
            yield _Way(f"way/{way.id}", _said(tags, kind), nodes)
        if seen % EVERY == 0:
            report(f"ways: {seen:,} looked at, {kept:,} kept")
    report(f"ways: {kept:,} of the network")


def _objects(path: Path, kinds: Any) -> Any:
    return osmium.FileProcessor(str(path), kinds).with_filter(osmium.filter.TagFilter(*TAGS))


def _said(tags: Mapping[str, str], kind: tuple[str, str]) -> tuple[str, str, str, str, str, bool]:
    """Kind, state, name, English name, number, high-speed or not."""
    name, english = tags.get("name:zh") or tags.get("name") or "", tags.get("name:en", "")
    ref = tags.get("ref", "").split(";")[0].strip()[:LONGEST_REF]
    return *kind, name.strip(), english.strip(), ref, tags.get("highspeed") == "yes"


def _lines(path: Path, ways: list[_Way], report: Report) -> Iterator[Found]:
    """The ways with their geometry: a line, or for a station or port drawn as an area a point in it."""
    wanted = np.unique(np.concatenate([np.array(way.nodes) for way in ways])) if ways else np.empty(0, "int64")
    where = _positions(path, wanted, report)
    for way in ways:
        at = where[np.searchsorted(wanted, np.array(way.nodes))]
        at = at[~np.isnan(at[:, 0])]
        if len(at) < 2:
            continue
        line = shapely.LineString(at)
        is_node = way.said[0] in NODES
        if is_node or line.length:
            yield Found(way.id, *way.said, line.envelope.centroid if is_node else line)


def _positions(path: Path, wanted: NDArray[Any], report: Report) -> NDArray[Any]:
    """Longitude and latitude (degrees) of the wanted nodes, in their order; NaN where the file has none."""
    found = np.full((len(wanted), 2), np.nan)
    if not len(wanted):
        return found
    chosen = osmium.filter.IdFilter(wanted.tolist())
    filtered: Any = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(chosen)
    for number, node in enumerate(filtered, start=1):
        index = int(np.searchsorted(wanted, node.id))
        if node.location.valid():
            found[index] = node.location.lon, node.location.lat
        if number % EVERY == 0:
            report(f"positions: {number:,} of {len(wanted):,}")
    return found


def _nodes(path: Path, report: Report) -> Iterator[Found]:
    report("nodes")
    number = 0
    for node in _objects(path, osmium.osm.NODE):
        tags = dict(node.tags)
        kind = kind_of(tags)
        if kind and kind[0] in NODES and node.location.valid():
            number += 1
            point = shapely.Point(node.location.lon, node.location.lat)
            yield Found(f"node/{node.id}", *_said(tags, kind), point)
    report(f"nodes: {number:,} of the network")
