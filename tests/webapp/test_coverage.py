"""各地情况: every figure is what one would count by hand, one statement a layer, and leads to its list."""

from __future__ import annotations

import datetime as dt
import html
import io
import random
import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import Connection, event, insert, select

import layers
from layers import lasting, record
from layers.areas import Areas
from layers.base import Status
from tests.desks import desk, person
from tests.places import TODAY, put, values
from tests.staff import ADMIN, EDITOR, account, as_account, signed_in
from webapp import coverage
from webapp.coverage import Cell
from webapp.models import Audit, Draft, Enquiry
from webapp.permissions import Forbidden, Held, Role

DAY = dt.timedelta(days=1)
SPOTS = {"511123": (103.95, 29.21), "511124": (104.06, 29.65), "511102": (103.76, 29.57)}


@contextmanager
def counting(connection: Connection) -> Iterator[list[str]]:
    """The statements that a connection runs meanwhile."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def fill(connection: Connection, areas: Areas) -> None:
    """Places of three counties in every state, the same ones each time."""
    dice = random.Random(4)
    for layer in (layers.get(key) for key in ("projects", "parks", "services")):
        for n in range(45):
            area = dice.choice(list(SPOTS))
            lon, lat = SPOTS[area]
            over: dict[str, Any] = {
                "area": area, "verified": TODAY - dice.choice((0, 10, 30, 80, 89, 91, 170, 400)) * DAY,
                "valid_until": dice.choice((None, TODAY - DAY, TODAY, TODAY + 14 * DAY, TODAY + 15 * DAY, TODAY + 99 * DAY)),
                "status": dice.choice((Status.PUBLISHED,) * 6 + (Status.WITHDRAWN, Status.DRAFT, Status.TAKEN)),
                "precision": dice.choice(("exact", "county")), "phone": dice.choice((None, "0833-000 0012")),
                "name": f"{layer.key}{n}",
            }  # fmt: skip
            if over["precision"] == "exact":
                over |= {"lon": lon, "lat": lat}
            if layer.key == "services":
                over["kind"] = "center" if area == "511123" else "loan"
            put(connection, layer, areas, values(layer, n, **over))


def by_hand(connection: Connection, key: str, area: str) -> Cell:
    """The figures of a cell, counted in Python over every row."""
    layer = layers.get(key)
    cell, days = Cell(), []
    for row in connection.execute(record.select_record(layer, layer.model.area == area)):
        if row.status != Status.PUBLISHED:
            continue
        ends = [day for day in (row.valid_until, row.verified and row.verified + lasting.days(layer) * DAY) if day]
        if ends and min(ends) < TODAY:
            cell.expired += 1
            continue
        cell.public += 1
        cell.expiring += bool(ends) and min(ends) <= TODAY + 14 * DAY
        cell.nophone += row.phone is None
        cell.county += row.precision == "county"
        days += [(TODAY - row.verified).days] if row.verified else []
    cell.since = statistics.median(days) if days else None
    return cell


def test_every_cell_is_what_one_counts_by_hand(connection: Connection, areas: Areas) -> None:
    fill(connection, areas)
    city = desk(connection, person(connection, "c", Held(Role.EDITOR, "511100")), areas)
    with counting(connection) as statements:
        table = coverage.table(city, areas.get("511100"))
    assert len(statements) == len(layers.LAYERS) + 2
    assert [row.code for row in table.rows][:3] == ["511102", "511111", "511112"]
    for key in ("projects", "parks", "services"):
        for area in SPOTS:
            cell = by_hand(connection, key, area)
            assert cell.public
            assert cell.public + cell.expired > 4
            assert table.cell(areas.get(area), layers.get(key)) == cell, (key, area)
    assert table.total(layers.get("parks")).public == sum(by_hand(connection, "parks", a).public for a in SPOTS)
    assert "511123" not in table.lacking
    assert table.lacking["511124"] == ["511124"]
    assert len(table.lacking) == len(table.rows) - 1
    county = coverage.table(city, areas.get("511123"))
    assert [row.code for row in county.rows] == ["511123"]
    assert county.cell(areas.get("511123"), layers.get("projects")) == by_hand(connection, "projects", "511123")


def test_a_province_counts_its_cities_and_what_lies_in_none(connection: Connection, areas: Areas) -> None:
    fill(connection, areas)
    parks = layers.get("parks")
    put(connection, parks, areas, values(parks, 90, area="511100", precision="county", verified=TODAY))
    boss = desk(connection, person(connection, "p", Held(Role.EDITOR, "510000")), areas)
    table = coverage.table(boss, areas.get("510000"))
    leshan = areas.get("511100")
    assert {row.level for row in table.rows} == {"city"}
    assert table.cell(leshan, parks).public == 1 + sum(by_hand(connection, "parks", area).public for area in SPOTS)
    assert "511123" not in table.lacking["511100"]
    assert "511124" in table.lacking["511100"]
    city = coverage.table(boss, leshan)
    assert city.rows[-1] == leshan
    assert city.cell(leshan, parks).public == 1


def test_reviews_and_reports_are_in_their_cells(app: Flask, connection: Connection) -> None:
    who = account(connection, Held(Role.EDITOR, "511100"))
    draft = {"layer": "parks", "area": "511123", "values": {}, "author_id": who, "editor_id": who}
    for state in ("review", "review", "draft"):
        connection.execute(insert(Draft).values(**draft, state=state))
    asked = {"layer": "parks", "place_id": 1, "area": "511124001", "kind": "wrong", "asker": "x", "due_on": TODAY}
    connection.execute(insert(Enquiry).values(**asked))
    page = as_account(app, connection, who).get("/staff/coverage").text
    assert re.search(r"2 条待审核", page)
    assert html.escape("/staff/enquiries?layer=parks&area=511124") in page


def test_nobody_sees_beyond_their_area(app: Flask, connection: Connection, areas: Areas) -> None:
    fill(connection, areas)
    client = signed_in(app, connection, EDITOR)
    assert "犍为县" in client.get("/staff/coverage").text
    for code, status in (
        ("511123", 200),
        ("511123100", 200),
        ("511124", 403),
        ("511100", 403),
        ("x", 400),
        ("%00", 400),
    ):
        for end in ("", ".xlsx"):
            assert client.get(f"/staff/coverage{end}?area={code}").status_code == status, (code, end)
    parks = signed_in(app, connection, Held(Role.EDITOR, "511123", ("parks",))).get("/staff/coverage").text
    assert '<th scope="col">园区</th>' in parks
    assert "推荐目录" not in parks
    nobody = person(connection, "nobody")
    with pytest.raises(Forbidden):
        coverage.table(desk(connection, nobody, areas), areas.get("511123"))
    assert signed_in(app, connection).get("/staff/coverage").status_code == 403
    assert signed_in(app, connection, ADMIN).get("/staff/coverage").status_code == 200


def test_the_workbook_says_the_same(app: Flask, connection: Connection, areas: Areas) -> None:
    fill(connection, areas)
    answer = signed_in(app, connection, Held(Role.REVIEWER, "511100")).get("/staff/coverage.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    cell = by_hand(connection, "parks", "511123")
    (line,) = [row for row in rows if row[1:3] == ("511123", "园区")]
    assert line[3:11] == (cell.public, cell.expiring, cell.expired, 0, cell.nophone, cell.county, 0, cell.since)
    red = [row[0] for row in rows[1:] if row[11]]
    assert "井研县" in red
    assert "犍为县" not in red
    assert connection.execute(select(Audit.action)).scalars().all() == ["coverage_export"]


def test_a_zone_sees_its_own(connection: Connection, areas: Areas) -> None:
    zone = next(a for a in areas.children("511100") if a.level == "zone")
    projects = layers.get("projects")
    put(connection, projects, areas, values(projects, 1, area="511102", zone=zone.code, lon=103.76, lat=29.57))
    put(connection, projects, areas, values(projects, 2, area="511102", lon=103.76, lat=29.57))
    mine = desk(connection, person(connection, "z", Held(Role.EDITOR, zone.code)), areas)
    table = coverage.table(mine, zone)
    assert table.rows == [zone]
    assert table.cell(zone, projects).public == 1
    assert not table.lacking


def test_it_speaks_english(app: Flask, connection: Connection) -> None:
    assert signed_in(app, connection, EDITOR).get("/staff/coverage?lang=en").status_code == 200
