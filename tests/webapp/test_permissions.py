"""Who may do what, walked whole: every role, area, layer and action, in Python and in SQL, against the table read aloud."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import Connection, insert, literal, select

from layers.areas import Areas
from tests.places import HERE
from webapp.models import Account, Draft
from webapp.permissions import (
    TABLE,
    TOWNSHIP,
    Action,
    Forbidden,
    Held,
    Role,
    Signed,
    anywhere,
    demand,
    granted,
    may,
    may_grant,
    within,
)

ALOUD = {
    "editor": "see draft submit import verify progress answer check withdraw views",
    "reviewer": "see review withdraw answer check",
    "admin": "see people audit",
}
TOWNSHIP_ALOUD = "see draft submit"
PLACES = {
    "own county": ("511123", None),
    "own township": ("511123100", None),
    "another township of it": ("511123101", None),
    "own county, in the city's zone": ("511123", "Z511101"),
    "another county": ("511124", None),
    "another county's township": ("511124100", None),
    "another city": ("511402", None),
    "another province": ("131023", None),
    "a county whose code begins alike": ("511126", None),
    "a zone of another city": ("130102", "130171"),
}
COVERED = {
    "511123": {"own county", "own township", "another township of it", "own county, in the city's zone"},
    "511123100": {"own township"},
    "511100": {
        "own county", "own township", "another township of it", "own county, in the city's zone", "another county",
        "another county's township", "a county whose code begins alike",
    },
    "510000": {
        "own county", "own township", "another township of it", "own county, in the city's zone", "another county",
        "another county's township", "a county whose code begins alike", "another city",
    },
    "Z511101": {"own county, in the city's zone"},
    "130171": {"a zone of another city"},
    "511124": {"another county", "another county's township"},
    "000000": set(),
}  # fmt: skip
"""What each grant's area covers; the last is no area at all."""
LAYERS = ("projects", "parks")
HOLDINGS = [
    *(
        (Held(role, area, layers),)
        for role, area, layers in itertools.product(Role, COVERED, (None, ("parks",), ("projects", "parks")))
    ),
    (),
    (Held(Role.EDITOR, "511123", ("parks",)), Held(Role.REVIEWER, "511124")),
    (Held(Role.EDITOR, "511123100"), Held(Role.REVIEWER, "511123")),
]


def who(*held: Held) -> Signed:
    return Signed(1, "a", "b", held)


def expected(held: Held, action: Action, layer: str, place: str) -> bool:
    """The rule as a person would say it."""
    if held.area == "511123100" and action not in TOWNSHIP_ALOUD.split():
        return False
    if action not in ALOUD[held.role].split():
        return False
    return place in COVERED[held.area] and (held.layers is None or layer in held.layers)


def test_the_table_is_as_it_is_read_aloud() -> None:
    assert {role: set(ALOUD[role].split()) for role in Role} == {role: set(actions) for role, actions in TABLE.items()}
    assert set(TOWNSHIP_ALOUD.split()) == set(TOWNSHIP)
    assert {action for actions in TABLE.values() for action in actions} == set(Action)


def test_the_areas_are_what_the_walk_says(areas: Areas) -> None:
    levels = {code: areas.get(code).level for code in COVERED if code in areas}
    assert levels == {
        "511123": "county", "511123100": "township", "511100": "city", "510000": "province", "Z511101": "zone",
        "130171": "zone", "511124": "county",
    }  # fmt: skip
    assert "000000" not in areas


def test_every_role_area_layer_action_and_place(areas: Areas) -> None:
    walked = 0
    for held, action, layer, (name, (area, zone)) in itertools.product(HOLDINGS, Action, LAYERS, PLACES.items()):
        right = any(expected(one, action, layer, name) for one in held)
        assert may(who(*held), action, layer, area, zone, areas) == right, (held, action, layer, name)
        if right:
            demand(who(*held), action, layer, area, zone, areas)
        else:
            with pytest.raises(Forbidden):
                demand(who(*held), action, layer, area, zone, areas)
        walked += 1
    assert walked == len(HOLDINGS) * len(Action) * len(LAYERS) * len(PLACES) > 19_000


@pytest.fixture
def drafts(connection: Connection) -> dict[int, tuple[str, str]]:
    """A draft of each layer at each place: (layer, place) by id."""
    author = connection.execute(insert(Account).values(name="a", title="b").returning(Account.id)).scalar_one()
    made = {}
    for layer, (name, (area, zone)) in itertools.product(LAYERS, PLACES.items()):
        row = {
            "layer": layer,
            "area": area,
            "zone": zone,
            "values": {"at": HERE},
            "author_id": author,
            "editor_id": author,
        }
        made[connection.execute(insert(Draft).values(**row).returning(Draft.id)).scalar_one()] = (layer, name)
    return made


def test_the_condition_in_sql_is_the_question_in_python(
    connection: Connection, areas: Areas, drafts: dict[int, tuple[str, str]]
) -> None:
    for held, action in itertools.product(HOLDINGS, Action):
        mine = set(connection.scalars(select(Draft.id).where(within(who(*held), action, Draft, areas))))
        right = {id_ for id_, (layer, name) in drafts.items() if may(who(*held), action, layer, *PLACES[name], areas)}
        assert mine == right, (held, action)


def test_the_condition_for_one_layer_needs_no_column_of_it(
    connection: Connection, areas: Areas, drafts: dict[int, tuple[str, str]]
) -> None:
    class Bare:
        area, zone = Draft.area, Draft.zone

    for held, action in itertools.product(HOLDINGS, (Action.SEE, Action.REVIEW)):
        for layer in LAYERS:
            condition = within(who(*held), action, Bare, areas, layer)
            mine = set(connection.scalars(select(Draft.id).where(condition, Draft.layer == layer)))
            right = {
                id_
                for id_, (of, name) in drafts.items()
                if of == layer and may(who(*held), action, layer, *PLACES[name], areas)
            }
            assert mine == right, (held, action, layer)


def test_nobody_is_within_nothing(connection: Connection, areas: Areas, drafts: dict[int, tuple[str, str]]) -> None:
    assert drafts
    assert not connection.scalars(
        select(literal(1)).where(within(who(), Action.SEE, Draft, areas)).select_from(Draft)
    ).all()


def test_anywhere_and_granted_say_where_there_is_something(areas: Areas) -> None:
    for held, action, layer in itertools.product(HOLDINGS, Action, (None, *LAYERS)):
        some = [
            one
            for one in held
            if one.area in areas
            and action in TABLE[one.role]
            and (one.area != "511123100" or action in TOWNSHIP)
            and (layer is None or one.layers is None or layer in one.layers)
        ]
        assert anywhere(who(*held), action, areas, layer) == bool(some)
        assert {area.code for area in granted(who(*held), action, areas, layer)} == {one.area for one in some}


@pytest.mark.parametrize("role", Role)
def test_giving_is_for_administrators_within_their_own(role: Role, areas: Areas) -> None:
    below = {
        "511123": {"511123", "511123100"},
        "511100": {"511123", "511123100", "511100", "Z511101", "511124"},
        "510000": {"511123", "511123100", "511100", "510000", "Z511101", "511124"},
        "Z511101": {"Z511101"}, "130171": {"130171"}, "511124": {"511124"}, "511123100": set(), "000000": set(),
    }  # fmt: skip
    for mine, asked in itertools.product(COVERED, COVERED):
        for layers, wanted in itertools.product((None, ("parks",)), (None, ("parks",), ("projects", "parks"))):
            right = (
                role == Role.ADMIN
                and asked in below[mine]
                and (layers is None or (wanted is not None and set(wanted) <= set(layers)))
            )
            given = Held(Role.EDITOR, asked, wanted)
            assert may_grant(who(Held(role, mine, layers)), given, areas) == right, (mine, asked, layers, wanted)
