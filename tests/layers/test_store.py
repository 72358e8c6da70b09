"""Files of Snapshots: named last, known when damaged, merged to what a full build gives."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from layers import store
from layers.merging import merge
from layers.store import Kept, State

COLUMNS = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("key", pa.uint64(), nullable=False),
        pa.field("budget", pa.float64(), nullable=False),
        pa.field("buyer", pa.int8(), nullable=False),
        pa.field("text", pa.int32(), nullable=False),
    ]
)
TEXTS = pa.schema([pa.field("id", pa.int64()), pa.field("name", pa.string()), pa.field("tags", pa.list_(pa.string()))])
Row = dict[str, Any]


def built(rows: list[Row]) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Columns and texts as a full build makes them."""
    stand = sorted(rows, key=lambda row: (row["key"], row["id"]))
    columns = [{**row, "text": n} for n, row in enumerate(stand)]
    return pa.RecordBatch.from_pylist(columns, COLUMNS), pa.RecordBatch.from_pylist(stand, TEXTS)


def row(random_: random.Random, id_: int) -> Row:
    """A row whose key many others share."""
    budget = random_.choice([float("nan"), 3.5, 80.0])
    name = random_.choice([None, "", "茶叶", "茶" * 300])
    tags = random_.choice([None, [], ["猪", "茶"]])
    return {
        "id": id_,
        "key": random_.randrange(40),
        "budget": budget,
        "buyer": random_.randrange(-1, 2),
        "name": name,
        "tags": tags,
    }


def texts_of(columns: pa.RecordBatch, base: pa.RecordBatch, tail: pa.RecordBatch) -> list[Row]:
    """The texts of every row, as a reader follows the pointers."""
    return [
        (base if t >= 0 else tail).slice(t if t >= 0 else -1 - t, 1).to_pylist()[0] for t in columns["text"].to_pylist()
    ]


@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_edits_later_it_is_what_a_full_build_gives(seed: int) -> None:
    rolls = random.Random(seed)
    rows = {id_: row(rolls, id_) for id_ in range(1, 300)}
    columns, base = built(list(rows.values()))
    tail, edits = TEXTS.empty_table().to_batches() or [pa.RecordBatch.from_pylist([], TEXTS)], 0
    behind: pa.RecordBatch = tail[0]
    while edits < 1000:
        changed = rolls.sample(range(1, 400), rolls.choice([1, 1, 5, 60]))
        for id_ in changed:
            rows.pop(id_, None)
            if rolls.random() < 0.7:
                rows[id_] = row(rolls, id_)
        fresh = built([rows[id_] for id_ in changed if id_ in rows])
        columns, behind = merge(columns, behind, np.array(changed), fresh)
        edits += len(changed)
    whole, texts = built(list(rows.values()))
    for name in COLUMNS.names[:-1]:
        ours, theirs = columns[name].buffers(), whole[name].buffers()
        assert ours[0] is None or columns[name].null_count == 0
        assert ours[1].to_pybytes()[: theirs[1].size] == theirs[1].to_pybytes()[: ours[1].size], name
    assert texts_of(columns, base, behind) == texts.to_pylist()
    pointed = [t for t in columns["text"].to_pylist() if t < 0]
    assert len(behind) == len(set(pointed)), "nothing that is not pointed to stays behind"


def test_merging_from_and_to_nothing() -> None:
    nothing, texts = built([])
    one, its = built([row(random.Random(1), 7)])
    columns, tail = merge(nothing, texts, np.array([7]), (one, its))
    assert columns["text"].to_pylist() == [-1]
    assert tail.to_pylist() == its.to_pylist()
    columns, tail = merge(columns, tail, np.array([7, 8]), (nothing, texts))
    assert (len(columns), len(tail)) == (0, 0)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    columns, base = built([row(random.Random(n), n) for n in range(1, 50)])
    files = {
        part: store.write(tmp_path, f"{part}-1.arrow", batch) for part, batch in (("columns", columns), ("base", base))
    }
    return Kept(1, "", "p", files)


def test_what_is_named_is_read_again(tmp_path: Path, kept: Kept) -> None:
    assert store.read(tmp_path) == State()
    assert store.stamp(tmp_path) == (0, 0)
    store.name(tmp_path, State("e", {"projects": kept}))
    first = store.stamp(tmp_path)
    assert store.read(tmp_path) == State("e", {"projects": kept})
    assert store.is_whole(tmp_path, kept)
    columns = store.map(tmp_path, kept.files["columns"])
    assert columns is not None
    assert columns["id"].to_numpy().size == 49
    store.name(tmp_path, State("e", {"projects": kept}))
    assert store.stamp(tmp_path) != first
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_files_that_nobody_names_go_and_stay_readable_where_they_are_mapped(tmp_path: Path, kept: Kept) -> None:
    old = store.map(tmp_path, kept.files["columns"])
    assert old is not None
    store.sweep(tmp_path, State("e", {"projects": Kept(2, "", "p", {"base": kept.files["base"]})}))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base-1.arrow"]
    assert old["budget"].to_pylist()
    assert store.map(tmp_path, kept.files["columns"]) is None
    assert not store.is_whole(tmp_path, kept)


@pytest.mark.parametrize("part", ["columns", "base"])
@pytest.mark.parametrize("harm", ["flipped", "cut", "grown", "emptied", "gone"])
def test_damage_is_seen(tmp_path: Path, kept: Kept, part: str, harm: str) -> None:
    path = tmp_path / kept.files[part].name
    content = bytearray(path.read_bytes())
    if harm == "flipped":
        content[len(content) // 2] ^= 1
    changed = {"cut": content[:-9], "grown": content + b"\0", "emptied": b"", "flipped": content}
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(changed[harm])
    assert not store.is_whole(tmp_path, kept)
    if harm != "flipped":
        assert store.map(tmp_path, kept.files[part]) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b'{"epoch":"e"}', b'{"epoch":"e","kept":{"a":{}}}',
    b'{"epoch":"e","kept":{"a":{"n":1,"at":"","program":"p","files":{"x":{"name":1}}}}}', b'{"epoch":"e","kept":[]}', b"\xff\xfe"])  # fmt: skip
def test_a_torn_list_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / store.CURRENT).write_bytes(content)
    assert store.read(tmp_path) == State()


def test_mapped_pages_are_let_go_when_there_are_too_many(tmp_path: Path) -> None:
    numbers = np.arange(4_000_000)
    file = store.write(tmp_path, "columns-1.arrow", pa.record_batch({"id": numbers}))
    mapped = store.map(tmp_path, file)
    assert mapped is not None
    assert mapped["id"].to_numpy().sum() == numbers.sum()
    held = resident()
    store.let_go(1 << 40)
    assert resident() > held - 1_000_000
    store.let_go(0)
    assert resident() < held - 30_000_000
    assert mapped["id"].to_numpy().sum() == numbers.sum()


def test_what_every_question_looks_at_is_not_let_go(tmp_path: Path) -> None:
    numbers = np.arange(4_000_000)
    file = store.write(tmp_path, "columns-1.arrow", pa.record_batch({"id": numbers}))
    steady, other = store.map(tmp_path, file, steady=True), store.map(tmp_path, file)
    assert steady is not None
    assert other is not None
    assert steady["id"].to_numpy().sum() == other["id"].to_numpy().sum()
    held = resident()
    store.let_go(held - file.size + 10_000_000)
    assert resident() > held - 1_000_000, "the steady file does not count"
    store.let_go(held - file.size - 10_000_000)
    assert held - 54_000_000 < resident() < held - 22_000_000, "the other one alone"


def resident() -> int:
    """Bytes of files that this process has in memory."""
    (line,) = (x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("RssFile:"))
    return int(line.split()[1]) * 1024
