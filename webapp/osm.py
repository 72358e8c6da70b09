"""`flask osm`: the transport network of an OpenStreetMap extract becomes rows of the transport layer."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import shapely
from flask.cli import AppGroup, with_appcontext
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from geo import osm
from geo.errors import UnreadableFile
from geo.extent import kilometres
from layers import projects
from layers.areas import Area, Areas, Level
from layers.base import Need, Precision, Status
from layers.latin import toponym
from layers.transport import KIND, NODES, Transport
from layers.transport import layer as transport
from layers.words import untranslated
from webapp import db

SOURCE = "osm"
CREDIT = "© OpenStreetMap contributors"
LICENCE = "https://www.openstreetmap.org/copyright"
REPLACED = "replaced by the OpenStreetMap import"
FINE = 0.00005
"""Simplification of lines, degrees (about 5 m)."""
SAME_KM = 3.0
"""Kilometres within which a station of the same name is the same station."""
SAME_UNNAMED_KM = 0.5
LONGEST, LONGEST_EN = 40, 80
SUFFIX = {"station": ("站", "Railway Station"), "interchange": ("出口", "Exit"), "port": ("码头", "Wharf")}
"""What a node's name may end with, in Chinese and in English; a station's always does."""
KIND_EN = {"motorway": "Expressway", "trunk": "Main road", "primary": "Primary road", "rail": "Railway"}
group = AppGroup("osm", help="Roads, railways, interchanges, stations and ports from OpenStreetMap.")
Rows = dict[str, dict[str, Any]]


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--area", "codes", multiple=True, help="Codes of areas to import for; without it, cities with listings.")
@with_appcontext
def import_(file: Path, codes: tuple[str, ...]) -> None:
    """Import the network of FILE (.osm.pbf); what an earlier import brought for the same areas is replaced."""
    with db.engine().begin() as connection:
        book = Areas.load(connection)
        try:
            counties = chosen(connection, book, codes)
            counted = load(connection, book, file, counties, db.today(), click.echo)
        except (UnreadableFile, KeyError) as error:
            raise click.ClickException(str(error)) from None
    for kind, number in sorted(counted.items()):
        click.echo(f"{kind:12} {number}")


@group.command()
@with_appcontext
def forget() -> None:
    """Take out everything that imports brought; what they replaced is shown again."""
    with db.engine().begin() as connection:
        gone = connection.execute(delete(Transport).where(Transport.source == SOURCE)).rowcount
        connection.execute(_back())
    click.echo(f"{gone} rows taken out")


def chosen(connection: Connection, book: Areas, codes: tuple[str, ...]) -> list[Area]:
    """The counties of the given areas, or of every city that has listings. KeyError names an unknown code."""
    if not codes:
        model = projects.layer.model
        found = connection.execute(select(func.left(model.area, 4)).distinct()).scalars()
        codes = tuple(code + "00" for code in found)
    wanted = []
    for code in codes:
        try:
            wanted += [book.get(current) for current in book.resolve(code)]
        except KeyError:
            raise KeyError(f"no area has the code {code}") from None
    prefixes = tuple(area.prefix for area in wanted)
    return [a for a in book if a.current and a.level == Level.COUNTY and a.code.startswith(prefixes)]


def load(
    connection: Connection, book: Areas, file: Path, counties: list[Area], today: dt.date, report: Callable[[str], None]
) -> Counter[str]:
    """Import a file for some counties; how many rows of each kind they have now. Twice gives the same."""
    known = {county.code: outline for county in counties if (outline := book.outline(county.code)) is not None}
    whole = shapely.union_all(list(known.values()))
    shapely.prepare(whole)
    found = [thing for thing in osm.read(file, report) if whole.intersects(thing.geometry)]
    report(f"in the area: {len(found):,}")
    rows = {**_line_rows(found, known, book), **_node_rows(found, known, book)}
    new = list(_checked(rows, book, today, report))
    within = func.left(Transport.area, 6).in_(list(known))
    gone = delete(Transport).where(Transport.source == SOURCE, within)
    connection.execute(gone.where(Transport.external_id.not_in([row["external_id"] for row in new])))
    for row in new:
        made = upsert(Transport).values(**row)
        changed = {name: made.excluded[name] for name in row if name not in ("source", "external_id", "published")}
        connection.execute(made.on_conflict_do_update(index_elements=["source", "external_id"], set_=changed))
    connection.execute(_back().where(within))
    _replace(connection, set(known))
    return Counter(row["kind"] for row in new)


@dataclass(frozen=True)
class _Key:
    """What makes pieces of road one road: its kind, whether it is open, and its number or name."""

    kind: str
    state: str
    title: str


def _line_rows(found: list[osm.Found], known: dict[str, BaseGeometry], book: Areas) -> Rows:
    """One row for each road and railway in each county: its pieces joined and cut at the county's border."""
    lines = [thing for thing in found if thing.kind not in NODES]
    tree = shapely.STRtree([thing.geometry for thing in lines])
    rows: Rows = {}
    for code, outline in known.items():
        pieces: dict[_Key, list[osm.Found]] = defaultdict(list)
        for number in tree.query(outline, predicate="intersects"):
            thing = lines[number]
            pieces[_Key(thing.kind, thing.state, thing.ref or thing.name)].append(thing)
        for key, things in pieces.items():
            shape = _joined([thing.geometry for thing in things], outline)
            if shape is not None:
                rows[f"{key.kind}/{key.state}/{key.title}/{code}"] = _line_row(key, things, shape, book.get(code))
    return rows


def _joined(pieces: list[BaseGeometry], outline: BaseGeometry) -> BaseGeometry | None:
    cut = shapely.intersection(shapely.union_all(pieces), outline)
    lines = [part for part in getattr(cut, "geoms", [cut]) if part.geom_type in ("LineString", "MultiLineString")]
    merged = shapely.simplify(shapely.line_merge(shapely.union_all(lines)), FINE)
    kept = [part for part in getattr(merged, "geoms", [merged]) if part.length > FINE]
    return shapely.line_merge(shapely.MultiLineString(kept)) if kept else None


def _line_row(key: _Key, things: list[osm.Found], shape: BaseGeometry, county: Area) -> dict[str, Any]:
    names = Counter(thing.name for thing in things if thing.name)
    name = names.most_common(1)[0][0] if names else ""
    ref = next((thing.ref for thing in things if thing.ref), "")
    title = " ".join(dict.fromkeys(part for part in (ref, name) if part)) or KIND[key.kind]
    place = f"{title}（{county.name}）"[:LONGEST]
    fast = any(thing.high_speed for thing in things)
    return {
        **_common(key.kind, key.state, place, county.code),
        "name_en": _english(things, ref, name or ("" if ref else KIND_EN[key.kind]), county),
        "shape": shapely.to_wkt(shape, rounding_precision=6),
        "line": name or None,
        "ref": ref or None,
        "high_speed": fast or None,
    }


def _english(things: list[osm.Found], ref: str, name: str, county: Area) -> str:
    """A line's number and name in English with its county, the name in pinyin where nobody tagged another."""
    tagged = next((thing.name_en for thing in things if thing.name_en), "")
    title = f"{ref} {tagged or toponym(name)}".strip()
    return f"{title}, {county.label('en')}"[:LONGEST_EN]


def _node_rows(found: list[osm.Found], known: dict[str, BaseGeometry], book: Areas) -> Rows:
    """One row for each station, exit and port, however often the map's makers drew it."""
    rows: Rows = {}
    for thing in _once([thing for thing in found if thing.kind in NODES]):
        code = book.locate(thing.geometry.x, thing.geometry.y)
        if code not in known or code is None:
            continue
        rows[thing.id] = {
            **_common(thing.kind, thing.state, _node_name(thing)[:LONGEST], code),
            "name_en": _node_english(thing, book.get(code))[:LONGEST_EN],
            "lon": f"{thing.geometry.x:.6f}",
            "lat": f"{thing.geometry.y:.6f}",
            "ref": thing.ref or None,
            "high_speed": thing.high_speed or None,
        }
    return rows


def _once(nodes: list[osm.Found]) -> Iterator[osm.Found]:
    """The nodes without those that are the same again: drawn as a point and as an area, or on both carriageways."""
    kept: dict[str, list[osm.Found]] = defaultdict(list)
    for thing in sorted(nodes, key=lambda thing: (not thing.name, not thing.id.startswith("node"), thing.id)):
        if not any(_same(thing, other) for other in kept[thing.kind]):
            kept[thing.kind].append(thing)
            yield thing


def _same(thing: osm.Found, other: osm.Found) -> bool:
    apart = kilometres((thing.geometry.x, thing.geometry.y), (other.geometry.x, other.geometry.y))
    if thing.name and other.name:
        return _node_name(thing) == _node_name(other) and apart < SAME_KM
    return thing.ref == other.ref and apart < SAME_UNNAMED_KM


def _node_name(thing: osm.Found) -> str:
    if not thing.name:
        return f"{KIND[thing.kind]}{' ' + thing.ref if thing.ref else ''}"
    return thing.name if thing.kind != "station" or thing.name.endswith("站") else thing.name + "站"


def _node_english(thing: osm.Found, county: Area) -> str:
    ending, kind = SUFFIX[thing.kind]
    if thing.name_en:
        return thing.name_en
    if thing.name:
        return f"{toponym(thing.name.removesuffix(ending))} {kind}"
    return f"{kind}{' ' + thing.ref if thing.ref else ''}, {county.label('en')}"


def _common(kind: str, state: str, name: str, area: str) -> dict[str, Any]:
    return {
        "kind": kind, "state": state, "name": name, "area": area, "precision": Precision.EXACT,
        "source_name": CREDIT, "source_url": LICENCE, "status": Status.PUBLISHED,
    }  # fmt: skip


def _checked(rows: Rows, book: Areas, today: dt.date, report: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """The rows as `Layer.check` lets them in; what it refuses is told and left out."""
    for external, row in rows.items():
        given = {**row, "published": today, "source": SOURCE, "external_id": external}
        checked = transport.check(given, Need.DRAFT, book)
        if checked.accepted:
            yield checked.values
        else:
            report(f"left out: {external}: " + "; ".join(p.text(untranslated) for p in checked.problems))


def _back() -> Any:
    """Show again what an import replaced."""
    shown = update(Transport).where(Transport.internal_note == REPLACED)
    return shown.values(status=Status.PUBLISHED, internal_note=None)


def _replace(connection: Connection, counties: set[str]) -> None:
    """Withdraw the schematic links of counties that now have railways, and stations that came twice."""
    columns = (Transport.id, Transport.kind, Transport.name, Transport.area, Transport.source, Transport.geom)
    rows = connection.execute(select(*columns, func.ST_AsBinary(Transport.geom).label("wkb"))).all()
    ours = [row for row in rows if row.source == SOURCE]
    railed = {row.area[:6] for row in ours if row.kind == "rail"}
    gone = [r.id for r in rows if r.source != SOURCE and r.kind == "rail_link" and r.area[:6] in railed & counties]
    gone += list(_twice(rows, ours))
    changed = update(Transport).where(Transport.id.in_(gone), Transport.status == Status.PUBLISHED)
    connection.execute(changed.values(status=Status.WITHDRAWN, internal_note=REPLACED))


def _twice(rows: Any, ours: Any) -> Iterator[int]:
    stations = defaultdict(list)
    for row in ours:
        if row.kind == "station":
            stations[row.name].append(shapely.from_wkb(bytes(row.wkb)))
    for row in rows:
        if row.source == SOURCE or row.kind != "station":
            continue
        here = shapely.from_wkb(bytes(row.wkb))
        if any(kilometres((here.x, here.y), (there.x, there.y)) < SAME_KM for there in stations.get(row.name, ())):
            yield row.id
