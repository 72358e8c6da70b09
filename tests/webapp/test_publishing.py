"""The life of a place: nothing is public before its review, nothing is lost, everything is written down."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

import layers
from layers import record
from layers.areas import Areas
from layers.base import Status, fields
from tests import places
from tests.desks import NOON, desk, editor, person, reviewer
from tests.places import TODAY
from webapp import drafts, publishing, revisions
from webapp.models import Draft, Revision, State
from webapp.permissions import Forbidden, Held, Role

PROJECTS = layers.get("projects")
TYPED = {
    "name": "高山茶初制加工点", "summary": "收本村鲜叶做毛茶", "area": "511123", "lon": "103.95", "lat": "29.21",
    "precision": "exact", "industry": "C15", "budget": "8", "cooperation": ["self"], "land": ["factory"],
    "phone": "0000012", "valid_until": (TODAY + dt.timedelta(days=80)).isoformat(), "verified_how": "visit",
}  # fmt: skip


def one(client: FlaskClient, id: int) -> int:
    return client.get(f"/projects/{id}").status_code


def published(connection: Connection, areas: Areas, **over: Any) -> int:
    """A project that went the whole way."""
    mine = desk(connection, editor(connection, name="a"), areas)
    id_ = drafts.new(mine, PROJECTS, {**TYPED, **over})
    draft = drafts.submit(mine, id_, 1)
    place = publishing.approve(desk(connection, reviewer(connection, name="b"), areas), id_, draft.version)
    assert place is not None
    return place


def test_a_draft_is_nowhere_until_somebody_else_approves_it(
    connection: Connection, areas: Areas, client: FlaskClient
) -> None:
    mine = desk(connection, editor(connection), areas)
    before = client.get("/projects.geojson").json["features"]
    id_ = drafts.new(mine, PROJECTS, TYPED)
    draft = drafts.submit(mine, id_, 1)
    assert client.get("/projects.geojson").json["features"] == before
    with pytest.raises(Forbidden):
        publishing.approve(mine, id_, draft.version)
    place = publishing.approve(desk(connection, reviewer(connection), areas), id_, draft.version)
    assert place is not None
    assert one(client, place) == 200
    shown = client.get("/projects.geojson").json["features"]
    (feature,) = [f for f in shown if f["id"] == place]
    assert feature["properties"]["phone"] == "0833-000 0012", "the county's area code is put before it"
    assert feature["properties"]["published"] == feature["properties"]["verified"] == TODAY.isoformat()
    assert not connection.execute(select(Draft).where(Draft.id == id_)).all()
    steps = connection.execute(select(Revision.action).where(Revision.place_id == place).order_by(Revision.id))
    assert steps.scalars().all() == ["submitted", "published"]


def test_dates_and_status_are_the_machines_alone(connection: Connection, areas: Areas) -> None:
    mine = desk(connection, editor(connection), areas)
    id_ = drafts.new(
        mine, PROJECTS, {**TYPED, "published": "2020-01-01", "status": "published", "sample": "1", "id": 9}
    )
    assert not {"published", "status", "sample", "id"} & drafts.get(mine, id_).values.keys()


def test_what_publishing_needs_is_said_and_nothing_is_lost(connection: Connection, areas: Areas) -> None:
    mine = desk(connection, editor(connection), areas)
    id_ = drafts.new(mine, PROJECTS, {"name": "茶", "budget": "许多", "phone": "123"})
    with pytest.raises(drafts.Unready) as unready:
        drafts.submit(mine, id_, 1)
    assert {"budget", "phone", "summary", "industry"} <= {p.column for p in unready.value.checked.problems}
    assert drafts.get(mine, id_).values["budget"] == "许多"


@pytest.mark.parametrize("words", ["稳赚不赔", "保 本 经营", "产品包回收", "税收返还50%"])
def test_a_banned_promise_is_refused_with_its_article(words: str, connection: Connection, areas: Areas) -> None:
    checked = PROJECTS.check({**TYPED, "market": f"我们{words}。"}, layers.base.Need.PUBLISH, areas)
    (problem,) = checked.problems
    assert problem.column == "market"
    assert "第" in str(problem.values["article"])
    fine = PROJECTS.check({**TYPED, "risks": "价格会跌，不承诺保本；谨防“包回收”"}, layers.base.Need.PUBLISH, areas)
    assert fine.accepted


def test_a_published_place_stays_as_approved_while_it_is_edited(
    connection: Connection, areas: Areas, client: FlaskClient
) -> None:
    place = published(connection, areas)
    mine = desk(connection, editor(connection, name="c"), areas)
    id_ = drafts.of_place(mine, PROJECTS, place)
    draft = drafts.save(mine, id_, {"name": "改过的名字", "budget": "9"}, 1)
    assert "高山茶初制加工点" in client.get(f"/projects/{place}").text
    publishing.renew(mine, PROJECTS, [place], "phone", TODAY + dt.timedelta(days=200))
    draft = drafts.submit(mine, id_, draft.version)
    same = publishing.approve(desk(connection, reviewer(connection, name="d"), areas), id_, draft.version)
    assert same == place
    row = record.one(connection, PROJECTS, place)
    assert row is not None
    assert (row.name, row.budget) == ("改过的名字", 9)
    assert row.valid_until == TODAY + dt.timedelta(days=200), "what the draft left alone keeps its newer value"


def test_the_second_of_two_editors_is_told_and_keeps_their_text(connection: Connection, areas: Areas) -> None:
    first, second = (desk(connection, editor(connection, name=n), areas) for n in ("a", "b"))
    id_ = drafts.new(first, PROJECTS, TYPED)
    drafts.save(first, id_, {"name": "甲写的"}, 1)
    with pytest.raises(drafts.Stale) as stale:
        drafts.save(second, id_, {"name": "乙写的"}, 1)
    assert stale.value.draft.values["name"] == "甲写的"
    drafts.save(second, id_, {"name": "乙写的"}, stale.value.draft.version)
    assert drafts.get(first, id_).values["name"] == "乙写的"


def test_an_edit_takes_a_draft_back_from_review(connection: Connection, areas: Areas) -> None:
    mine = desk(connection, editor(connection), areas)
    id_ = drafts.new(mine, PROJECTS, TYPED)
    drafts.submit(mine, id_, 1)
    saved = drafts.save(mine, id_, {"budget": "1"}, 2)
    assert saved.state == State.DRAFT
    with pytest.raises(publishing.NotNow):
        publishing.approve(desk(connection, reviewer(connection), areas), id_, saved.version)


def test_three_steps_need_three_people(connection: Connection, areas: Areas) -> None:
    mine = desk(connection, editor(connection), areas)
    id_ = drafts.new(mine, PROJECTS, TYPED)
    version = drafts.submit(mine, id_, 1).version
    people = [reviewer(connection, name=n) for n in ("x", "y", "z")]
    for n, who in enumerate(people):
        there = desk(connection, who, areas, steps=3)
        place = publishing.approve(there, id_, version + n)
        assert (place is not None) == (n == 2)
        if place is None:
            with pytest.raises(Forbidden):
                publishing.approve(there, id_, version + n + 1)


def test_self_approval_is_off_unless_the_house_allows_it(connection: Connection, areas: Areas) -> None:
    both = person(connection, "both", Held(Role.EDITOR, "511123"), Held(Role.REVIEWER, "511123"))
    id_ = drafts.new(desk(connection, both, areas), PROJECTS, TYPED)
    version = drafts.submit(desk(connection, both, areas), id_, 1).version
    with pytest.raises(Forbidden):
        publishing.approve(desk(connection, both, areas), id_, version)
    assert publishing.approve(desk(connection, both, areas, self_approval=True), id_, version)


def test_the_city_reviews_for_a_county_and_a_neighbour_does_not(connection: Connection, areas: Areas) -> None:
    mine = desk(connection, editor(connection), areas)
    id_ = drafts.new(mine, PROJECTS, TYPED)
    version = drafts.submit(mine, id_, 1).version
    with pytest.raises(Forbidden):
        publishing.approve(desk(connection, reviewer(connection, "511124", "n"), areas), id_, version)
    assert publishing.approve(desk(connection, reviewer(connection, "511100", "city"), areas), id_, version)


def test_a_township_drafts_and_does_not_publish(connection: Connection, areas: Areas) -> None:
    town = person(connection, "town", Held(Role.EDITOR, "511123100"), Held(Role.REVIEWER, "511123100"))
    there = desk(connection, town, areas)
    id_ = drafts.new(there, PROJECTS, {**TYPED, "area": "511123100"})
    version = drafts.submit(there, id_, 1).version
    with pytest.raises(Forbidden):
        publishing.approve(desk(connection, town, areas, self_approval=True), id_, version)
    with pytest.raises(Forbidden):
        drafts.save(there, id_, {"area": "511123101"}, version)
    place = publishing.approve(desk(connection, reviewer(connection), areas), id_, version)
    with pytest.raises(Forbidden):
        publishing.withdraw(there, PROJECTS, [place], "x")


def test_it_waits_for_its_hour(connection: Connection, areas: Areas, client: FlaskClient) -> None:
    mine = desk(connection, editor(connection), areas)
    id_ = drafts.new(mine, PROJECTS, TYPED)
    version = drafts.submit(mine, id_, 1, publish_at=NOON + dt.timedelta(hours=2)).version
    boss = reviewer(connection)
    assert publishing.approve(desk(connection, boss, areas), id_, version) is None
    assert publishing.due(desk(connection, boss, areas, NOON + dt.timedelta(hours=1))) == []
    (place,) = publishing.due(desk(connection, boss, areas, NOON + dt.timedelta(hours=2)))
    assert one(client, place) == 200
    assert publishing.due(desk(connection, boss, areas, NOON + dt.timedelta(hours=3))) == []


def test_what_is_no_longer_fit_at_its_hour_goes_back(connection: Connection, areas: Areas) -> None:
    mine = desk(connection, editor(connection), areas)
    id_ = drafts.new(mine, PROJECTS, TYPED)
    version = drafts.submit(mine, id_, 1, publish_at=NOON + dt.timedelta(hours=2)).version
    boss = reviewer(connection)
    publishing.approve(desk(connection, boss, areas), id_, version)
    connection.execute(Draft.__table__.update().values(values={**TYPED, "phone": "no"}))
    assert publishing.due(desk(connection, boss, areas, NOON + dt.timedelta(hours=3))) == []
    draft = drafts.get(mine, id_)
    assert draft.state == State.RETURNED
    assert draft.reason


@pytest.mark.parametrize("how", ["date", "verification", "withdrawn", "taken", "contact"])
def test_what_is_over_is_gone_everywhere_and_its_address_says_so(
    how: str, connection: Connection, areas: Areas, client: FlaskClient
) -> None:
    place = published(connection, areas)
    boss = desk(connection, editor(connection, name="boss"), areas)
    model = PROJECTS.model.__table__
    if how == "date":
        connection.execute(model.update().values(valid_until=TODAY - dt.timedelta(days=1)))
    elif how == "verification":
        connection.execute(model.update().values(verified=TODAY - dt.timedelta(days=91)))
    elif how == "withdrawn":
        publishing.withdraw(boss, PROJECTS, [place], "地方拆了")
    elif how == "taken":
        publishing.set_progress(boss, PROJECTS, place, "signed")
    else:
        assert publishing.withdraw_contact(boss, "0833-000 0012", "电话停用") == 1
    assert one(client, place) == 410
    assert client.get(f"/projects/{place}/card").status_code == 410
    for ending in ("geojson", "csv", "kml"):
        assert TYPED["name"] not in client.get(f"/projects.{ending}").text
    assert f"/projects/{place}" not in client.get("/projects").text
    assert f"/projects/{place}" not in client.get("/sitemap-projects.xml").text


def test_a_verification_of_ninety_days_stands_on_its_last(
    connection: Connection, areas: Areas, client: FlaskClient
) -> None:
    place = published(connection, areas)
    connection.execute(PROJECTS.model.__table__.update().values(verified=TODAY - dt.timedelta(days=90)))
    assert one(client, place) == 200


def test_a_taken_project_comes_back_when_it_is_open_again(
    connection: Connection, areas: Areas, client: FlaskClient
) -> None:
    place = published(connection, areas)
    boss = desk(connection, editor(connection, name="boss"), areas)
    publishing.set_progress(boss, PROJECTS, place, "talking")
    assert str(place) in [str(f["id"]) for f in client.get("/projects.geojson?progress=talking").json["features"]]
    publishing.set_progress(boss, PROJECTS, place, "landed")
    assert one(client, place) == 410
    publishing.set_progress(boss, PROJECTS, place, "open")
    assert one(client, place) == 200


def test_renewing_is_all_or_nothing_and_within_ones_area(connection: Connection, areas: Areas) -> None:
    mine = published(connection, areas)
    (other,) = places.put(connection, PROJECTS, areas, places.values(PROJECTS, 3, area="511124", lon=104.06, lat=29.65))
    boss = desk(connection, editor(connection, name="boss"), areas, NOON + dt.timedelta(days=30))
    with pytest.raises(Forbidden):
        publishing.renew(boss, PROJECTS, [mine, other], "phone")
    row = record.one(connection, PROJECTS, mine)
    assert row is not None
    assert row.verified == TODAY
    assert publishing.renew(boss, PROJECTS, [mine], "phone") == 1
    row = record.one(connection, PROJECTS, mine)
    assert row is not None
    assert (row.verified, row.verified_how) == (boss.today, "phone")


def test_an_old_version_comes_back_through_review(connection: Connection, areas: Areas) -> None:
    place = published(connection, areas)
    mine = desk(connection, editor(connection, name="c"), areas)
    boss = desk(connection, reviewer(connection, name="d"), areas)
    id_ = drafts.of_place(mine, PROJECTS, place)
    version = drafts.save(mine, id_, {"name": "第二版", "payback": "三年，按每月两万算"}, 1).version
    publishing.approve(boss, id_, drafts.submit(mine, id_, version).version)
    steps = revisions.history(mine, PROJECTS, place_id=place)
    told = {change.name: (change.before, change.after) for change in steps[0].changes}
    assert told == {"name": ("高山茶初制加工点", "第二版"), "payback": ("", "三年，按每月两万算")} or "name" in {
        c.name for step in steps for c in step.changes
    }
    first = next(s for s in steps if s.row.action == "published" and s.row.values["name"] == TYPED["name"])
    back = publishing.restore(mine, first.row.id)
    version = drafts.get(mine, back).version
    assert publishing.approve(boss, back, drafts.submit(mine, back, version).version) == place
    row = record.one(connection, PROJECTS, place)
    assert row is not None
    assert (row.name, row.payback) == (TYPED["name"], None)


def test_a_likely_second_entry_is_shown_once_and_the_verdict_is_remembered(
    connection: Connection, areas: Areas
) -> None:
    place = published(connection, areas)
    mine = desk(connection, editor(connection, name="c"), areas)
    id_ = drafts.new(mine, PROJECTS, {**TYPED, "name": "犍为高山茶初制加工点项目"})
    with pytest.raises(drafts.Unready) as unready:
        drafts.submit(mine, id_, 1)
    assert [other.id for other in unready.value.alike] == [place]
    assert unready.value.alike[0].reasons
    drafts.set_apart(mine, id_, [place])
    version = drafts.submit(mine, id_, 1).version
    other = publishing.approve(desk(connection, reviewer(connection, name="d"), areas), id_, version)
    pair = connection.exec_driver_sql("SELECT low, high FROM distinct_pair").one()
    assert set(pair) == {place, other}


def test_another_countys_number_opens_nothing(connection: Connection, areas: Areas) -> None:
    place = published(connection, areas)
    stranger = desk(connection, editor(connection, "411603", "s"), areas)
    for act in (
        lambda: drafts.of_place(stranger, PROJECTS, place),
        lambda: publishing.renew(stranger, PROJECTS, [place], "phone"),
        lambda: publishing.withdraw(stranger, PROJECTS, [place], "x"),
        lambda: publishing.set_progress(stranger, PROJECTS, place, "signed"),
        lambda: drafts.new(stranger, PROJECTS, {"area": "511123"}),
    ):
        with pytest.raises(Forbidden):
            act()


def test_every_layers_row_survives_the_way_through_a_record(connection: Connection, areas: Areas) -> None:
    for layer in layers.LAYERS:
        for n, precision in enumerate(("exact", "county")):
            (id_,) = places.put(connection, layer, areas, places.values(layer, n + 20, precision=precision))
            row = record.one(connection, layer, id_)
            assert row is not None
            checked = layer.check(record.of(layer, row), layers.base.Need.DRAFT, areas)
            assert checked.accepted, (layer.key, checked.problems)
            for name in fields(layer.model):
                if name not in ("id",) and name in checked.values:
                    assert checked.values[name] == getattr(row, name) or (
                        str(checked.values[name]) == str(getattr(row, name))
                    ), (layer.key, name)
            assert row.status == Status.PUBLISHED
