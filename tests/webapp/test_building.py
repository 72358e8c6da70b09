"""The builder: merged files are what a full build gives, whatever happens to it and to the database."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Connection, Engine, create_engine, delete, text, update

import layers
from layers import columns, outlines, store
from layers.areas import Areas
from layers.layer import Layer
from layers.store import State
from tests.conftest import fresh_database
from tests.places import HERE, TODAY, put, values
from tests.processes import environment, flask, until
from webapp import building, cluster, db, facts, standing, watching
from webapp.building import Builder
from webapp.config import CHECKOUT, Settings

PROJECTS, TRANSPORT = layers.get("projects"), layers.get("transport")
KEYS = tuple(layer.key for layer in layers.LAYERS)
LINE = "LINESTRING(103.9 29.2, 103.95 29.22, 104.0 29.2)"


@pytest.fixture(scope="module")
def own(settings: Settings) -> Iterator[tuple[Settings, Engine, Areas]]:
    """A database of its own, which other processes may use, with some places of two layers."""
    name = f"building_{os.getpid()}"
    url = fresh_database(settings, name)
    engine = create_engine(url)
    with engine.begin() as connection:
        facts.load_areas(connection, TODAY)
        areas = Areas.load(connection)
        put(connection, PROJECTS, areas, *(values(PROJECTS, n) for n in range(120)))
        put(connection, TRANSPORT, areas, *(values(TRANSPORT, n) for n in range(20)))
    yield dataclasses.replace(settings, database_url=url), engine, areas
    engine.dispose()
    cluster.drop_database(settings, name)


@pytest.fixture
def folder(own: tuple[Settings, Engine, Areas], tmp_path: Path) -> Path:
    """A folder in which every layer has just been built."""
    made = tmp_path / "snapshot"
    with reading(own[1]) as connection:
        building.full(connection, made, KEYS, TODAY)
    return made


def reading(engine: Engine) -> Connection:
    return engine.connect().execution_options(isolation_level="REPEATABLE READ")


def step(engine: Engine, builder: Builder, today: dt.date = TODAY) -> bool:
    with reading(engine) as connection:
        return builder.step(connection, today)


def builder(folder: Path) -> Builder:
    """One whose full builds are never begun: what it needs, merging has to give."""
    return Builder(folder, [sys.executable, "-c", "import sys; sys.exit(1)"], os.environ)


def edit(connection: Connection, areas: Areas, rolls: random.Random, layer: Layer) -> None:
    """Something happens to some places of a layer."""
    model = layer.model
    ids = list(connection.execute(text(f"SELECT id FROM {layer.key} ORDER BY id")).scalars())
    some = rolls.sample(ids, min(len(ids), rolls.choice([1, 1, 3, 40])))
    what = rolls.choice(["move", "name", "withdraw", "publish", "expire", "delete", "new"])
    if what == "new" or len(ids) < 60:
        apart = f"{rolls.random()}"
        more = rolls.choice([{}, {"precision": "county"}, {"precision": "township", "area": "511123100"}])
        put(connection, layer, areas, values(layer, rolls.randrange(50), external_id=apart, **more))
    elif what == "delete":
        connection.execute(delete(model).where(model.id.in_(some[:3])))
    else:
        put_ = {
            "move": {"geom": f"SRID=4326;POINT({HERE[0] + rolls.random() / 9} {HERE[1]})"},
            "name": {"name": "茶" * rolls.randrange(1, 90), "summary": None},
            "withdraw": {"status": "withdrawn"},
            "publish": {"status": "published", "valid_until": TODAY + dt.timedelta(days=rolls.randrange(90))},
            "expire": {"valid_until": TODAY - dt.timedelta(days=1)},
        }[what]
        connection.execute(update(model).where(model.id.in_(some)).values(**put_))


def same(engine: Engine, folder: Path, layer: Layer) -> None:
    """What is kept is what a full build gives: every column but the pointer byte for byte, and the same texts."""
    kept = store.read(folder).kept[layer.key]
    made, base, tail = (store.map(folder, kept.files[part]) for part in ("columns", "base", "tail"))
    assert made is not None
    with reading(engine) as connection:
        whole, texts = columns.gather(connection, layer, TODAY)
    assert made.schema.equals(whole.schema, check_metadata=True)
    for name in made.schema.names:
        if name != "text":
            assert made[name].to_numpy().tobytes() == whole[name].to_numpy().tobytes(), name
    found = [
        (base if t >= 0 else tail).slice(t if t >= 0 else -1 - t, 1).to_pylist()[0] for t in made["text"].to_pylist()
    ]  # type: ignore[union-attr]
    assert found == texts.to_pylist()


@pytest.mark.parametrize("layer", [PROJECTS, TRANSPORT], ids=["projects", "transport"])
def test_many_edits_later_it_is_what_a_full_build_gives(
    own: tuple[Settings, Engine, Areas], folder: Path, layer: Layer
) -> None:
    _settings, engine, areas = own
    rolls = random.Random(7)
    working = builder(folder)
    assert step(engine, working)
    edits = [rolls.randrange(1, 25) for _round in range(90)]
    assert sum(edits) >= 1000
    for round_, number in enumerate(edits, start=1):
        with engine.begin() as connection:
            for _edit in range(number):
                edit(connection, areas, rolls, layer)
        assert step(engine, working), "merged at once"
        if round_ % 10 == 0 or round_ == len(edits):
            same(engine, folder, layer)
    assert len(list(folder.glob(f"{layer.key}-columns-*"))) <= 2, "superseded files are removed"
    fresh = Builder(folder, [], {})
    assert fresh.state == working.state, "whole"


def test_a_layer_that_has_not_changed_is_not_written_again(own: tuple[Settings, Engine, Areas], folder: Path) -> None:
    working = builder(folder)
    step(own[1], working)
    before, stamp = working.state, store.stamp(folder)
    step(own[1], working)
    assert working.state is before
    assert store.stamp(folder) == stamp


def run(own: tuple[Settings, Engine, Areas], folder: Path, seconds: float = 60) -> None:
    """Steps of a builder with real full builds until everything is current."""
    settings, engine, _areas = own
    told = environment(settings.home, MAP_DATABASE_URL=settings.database_url)
    command = [sys.executable, "-m", "flask", "--app", str(CHECKOUT / "wsgi.py"), "snapshot", "build"]
    working = Builder(folder, command, told)
    try:
        until(lambda: step(engine, working, db.day_in_china()), seconds)
    finally:
        working.end()


@pytest.mark.parametrize("harm", ["nothing there", "damaged", "another program", "restored", "gone back"])
def test_what_cannot_be_brought_up_to_date_is_built_anew(
    own: tuple[Settings, Engine, Areas], folder: Path, harm: str
) -> None:
    state = store.read(folder)
    kept = state.kept["projects"]
    if harm == "nothing there":
        (folder / store.CURRENT).unlink()
    elif harm == "damaged":
        path = folder / kept.files["base"].name
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    elif harm == "restored":
        store.name(folder, State("another", state.kept))
    else:
        odd = {"another program": {"program": "0"}, "gone back": {"n": kept.n + 10}}[harm]
        store.name(folder, State(state.epoch, {**state.kept, "projects": dataclasses.replace(kept, **odd)}))
    run(own, folder)
    now = store.read(folder).kept
    assert now["projects"].files["base"] != kept.files["base"]
    assert (now["zones"].files == state.kept["zones"].files) == (harm not in ("nothing there", "restored"))
    assert not list(folder.glob(building.FULL))
    same(own[1], folder, PROJECTS)


def watcher(own: tuple[Settings, Engine, Areas], home: Path, *more: str) -> tuple[subprocess.Popen[bytes], Path]:
    """A builder as the server starts it, and its folder."""
    settings = dataclasses.replace(own[0], home=home)
    told, command = environment(home, MAP_DATABASE_URL=settings.database_url), flask("snapshot", "watch", *more)
    return subprocess.Popen(command, env=told, cwd=CHECKOUT, stdin=subprocess.PIPE), standing.folder(settings)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    assert process.stdin is not None
    process.stdin.close()


def checked_again(folder: Path, seconds: float = 60) -> None:
    """Wait until a builder has found everything to be current."""
    begun = time.time()
    until(lambda: watching.pulse(folder).at >= begun, seconds)


def test_killed_at_any_moment_the_next_one_is_right(own: tuple[Settings, Engine, Areas], tmp_path: Path) -> None:
    _settings, engine, areas = own
    rolls = random.Random(11)
    for _turn in range(4):
        process, folder = watcher(own, tmp_path)
        try:
            checked_again(folder)
            end = time.monotonic() + rolls.random() * 1.5
            while time.monotonic() < end:
                with engine.begin() as connection:
                    edit(connection, areas, rolls, PROJECTS)
        finally:
            stop(process)
        state = store.read(folder)
        assert all(store.is_whole(folder, kept) for kept in state.kept.values()), "what is named is whole"
    first, folder = watcher(own, tmp_path, "--beside")
    second, _folder = watcher(own, tmp_path, "--beside")
    try:
        checked_again(folder)
        same(engine, folder, PROJECTS)
        holder = int((folder / watching.LOCK).read_text() or 0)
        killed, left = (first, second) if holder == first.pid else (second, first)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        checked_again(folder, 5)
        assert left.stdin is not None
        left.stdin.close()
        assert left.wait(20) == 0, "it ends with whoever started it"
    finally:
        for process in (first, second):
            stop(process)


def test_the_outlines_that_lists_show_lie_beside_the_areas(own: tuple[Settings, Engine, Areas], folder: Path) -> None:
    _settings, engine, areas = own
    assert step(engine, builder(folder))
    batch = store.map(folder, store.read(folder).kept[building.AREAS].files["rows"])
    assert batch is not None
    told = dict(zip(batch["code"].to_pylist(), batch["locator"].to_pylist(), strict=True))
    cities = {code: orjson.loads(locator) for code, locator in told.items() if locator}
    assert "511100" in cities
    assert {outline["id"] for outline in cities["511100"]} >= {"loc-511123", "loc-511102"}
    assert cities == {code: found for code in told if (found := outlines.drawn(areas, code))}
