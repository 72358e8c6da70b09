"""The rows of a batch judged: what `Layer.check` says to them, and what they would do to what there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, delete, insert, update

import layers
from geo import table
from geo.clean import text as as_text
from geo.layout import is_blank
from geo.table import Row as FileRow
from layers.doubts import question
from layers.incoming import Incoming, Outcome, State
from layers.lookalikes import Lookalikes
from layers.words import N_, Labels
from webapp.desk import Desk
from webapp.imports import existing, given, opening, saying
from webapp.imports.choices import APART, LEAVE, Choices
from webapp.imports.existing import TWICE, Asked, Existing, Reach
from webapp.imports.models import Batch, BatchRow, Stage, Verdict

AT_ONCE = 500
REASONS: Labels = {**table.REASONS, "example": N_("示例行"), "left": N_("选了不导入")}
"""Why a row is no data: what the file tells, and what a person or a template says."""
EXAMPLE_MARK = "（示例，不会导入）"
"""Ends the name in the example row of our templates."""
FUTURE = N_("核实日 %(day)s 还没有到")
FILLED_IN = "valid_until"
"""What a new draft gets where the file does not say it: the day that a verification would stand to."""
MOST_SAID = 12
BLANK: dict[str, Any] = {
    "verdict": "", "name": "", "area": None, "reason": "", "values": {}, "key": None, "own": False, "said_id": None,
    "sure": False, "lon": None, "lat": None, "precision": None, "alike": [], "before": None, "place_id": None,
}  # fmt: skip
Tell = Callable[[int], None]
"""Told how many rows are done; may raise to stop the work."""


def judge(desk: Desk, batch: Row[Any], tell: Tell) -> None:
    """Judge every row anew and keep what was found. UnreadableFile, BadCoordinate, ChoiceMissing; nothing kept then."""
    incoming = opening.open_(desk.connection, desk.areas, batch)
    question(incoming, desk.areas)
    bench = _Bench(desk, batch, incoming)
    desk.connection.execute(delete(BatchRow).where(BatchRow.batch_id == batch.id))
    counts: Counter[str] = Counter()
    said: Counter[tuple[str, str]] = Counter()
    for rows in filter(None, bench.rows()):
        desk.connection.execute(insert(BatchRow), rows)
        for row in rows:
            _count(row, counts, said)
        tell(counts["read"])
    told = {**counts, "said": [[*key, n] for key, n in said.most_common(MOST_SAID)]}
    told["remarks"] = [[remark.message, saying.plain(remark.values)] for remark in incoming.remarks()]
    told |= {"crs": incoming.crs, "encoding": incoming.table.encoding, "missing": dict(bench.missing)}
    taken = {m.column: {"target": m.target, "confidence": m.confidence, "reason": m.reason} for m in incoming.matches}
    columns = [{**one, **taken.get(one["column"], {})} for one in batch.about.get("columns", ())]
    about = {**batch.about, "columns": columns, "question": None}
    values = {
        "about": about,
        "state": Stage.READY,
        "counts": told,
        "judged_at": desk.now,
        "total": counts["read"],
        "message": None,
    }
    desk.connection.execute(update(Batch).where(Batch.id == batch.id).values(**values))


def _count(row: dict[str, Any], counts: Counter[str], said: Counter[tuple[str, str]]) -> None:
    counts["read"] += 1
    counts[row["state"]] += 1
    if row["verdict"]:
        counts[row["verdict"]] += 1
    counts["warned"] += row["state"] == State.ACCEPTED and bool(row["warnings"])
    counts["alike"] += bool(row["alike"])
    for column, message, _values in row["problems"]:
        said[column, message] += 1


class _Bench:
    """Everything that the rows of one file are held against."""

    def __init__(self, desk: Desk, batch: Row[Any], incoming: Incoming) -> None:
        self._desk, self._batch, self._incoming = desk, batch, incoming
        self._layer, self._choices = layers.get(batch.layer), Choices.of(batch.choices)
        reach = Reach(desk.who, self._layer, batch.owner, desk.areas)
        self._existing = Existing(desk.connection, self._layer, reach, batch.owner, desk.areas)
        self._alike = Lookalikes(desk.connection, self._layer, desk.areas)
        self._columns = {m.target: m.column for m in incoming.matches if m.target}
        self._headings = {m.target: m.heading for m in incoming.matches if m.target}
        self._keys = self._own_keys()
        self._named: Counter[str] = Counter()
        self._taken: dict[tuple[str, int], int] = {}
        self.missing: Counter[str] = Counter()

    def _own_keys(self) -> set[str]:
        column = self._columns.get("external_id")
        rows = self._incoming.table.rows if column is not None else ()
        return {as_text(row.cells[column]).strip() for row in rows if not is_blank(row.cells[column])}  # type: ignore[index]

    def rows(self) -> Iterator[list[dict[str, Any]]]:
        """The rows as `batch_row` keeps them, a chunk at a time, in the file's order."""
        filed = iter(self._incoming.table.rows)
        chunk: list[tuple[Outcome, FileRow | None]] = []
        for outcome in self._incoming:
            chunk.append((outcome, None if outcome.skipped else next(filed)))
            if len(chunk) == AT_ONCE:
                yield self._chunk(chunk)
                chunk = []
        yield self._chunk(chunk)

    def _chunk(self, chunk: Sequence[tuple[Outcome, FileRow | None]]) -> list[dict[str, Any]]:
        found = [self._begun(outcome, row) for outcome, row in chunk]
        asked = [(row, one, outcome) for (row, one), (outcome, _file) in zip(found, chunk, strict=True) if one]
        self._existing.load([one for _row, one, _outcome in asked])
        for row, one, outcome in asked:
            self._held_against(row, one, outcome)
        return [row for row, _one in found]

    def _begun(self, outcome: Outcome, row: FileRow | None) -> tuple[dict[str, Any], Asked | None]:
        """A row without what there is; with what to ask for when it is accepted."""
        if outcome.skipped is not None or row is None:
            skipped = outcome.skipped
            reason, text = (skipped.reason, skipped.text) if skipped else ("", "")
            return self._kept(outcome, name=text[:120], reason=reason), None
        name = str(outcome.values.get("name") or "")
        wanted = self._choices.rows.get(outcome.row)
        if name.endswith(EXAMPLE_MARK) or wanted == LEAVE:
            skip = replace(outcome, state=State.SKIPPED, problems=[], warnings=[])
            return self._kept(skip, name=name, reason="left" if wanted == LEAVE else "example"), None
        if outcome.state != State.ACCEPTED:
            return self._kept(outcome, name=name or self._raw(row)), None
        self.missing.update(name for name in outcome.missing if name != FILLED_IN)
        asked = self._asked(outcome, row, wanted)
        lon, lat = outcome.position or (None, None)
        kept = self._kept(outcome, name=name, area=outcome.values["area"], lon=lon, lat=lat)
        kept |= {"precision": outcome.values.get("precision"), "values": dict(asked.values), "key": asked.key}
        self._in_time(kept)
        return kept | {"own": asked.own, "said_id": asked.id, "sure": asked.sure}, asked

    def _kept(self, outcome: Outcome, **more: Any) -> dict[str, Any]:
        found = {"problems": saying.findings(outcome.problems), "warnings": saying.findings(outcome.warnings)}
        mine = {"batch_id": self._batch.id, "row": outcome.row, "state": outcome.state.value}
        return {**deepcopy(BLANK), **mine, **found, **more}

    def _raw(self, row: FileRow) -> str:
        column = self._columns.get("name")
        cell = None if column is None else row.cells[column]
        return "" if is_blank(cell) else as_text(cell).strip()[:120]

    def _asked(self, outcome: Outcome, row: FileRow, wanted: str | None) -> Asked:
        filled = {t for t, column in self._columns.items() if not is_blank(row.cells[column])}
        filled |= {"shape"} if row.shape is not None else set()
        cleared = set(self._columns) - filled if self._choices.clear else ()
        values = given.of(self._layer, outcome.values, filled, self._desk.areas, cleared)
        own = outcome.values.get("external_id")
        key = str(own) if own else self._made_key(values)
        sure = bool(wanted and wanted.isdecimal())
        return Asked(outcome.row, values, key, bool(own), int(wanted or 0) if sure else outcome.id, sure)

    def _made_key(self, values: dict[str, Any]) -> str:
        """County and name; the second of a name in a county gets #2, and so on."""
        bare = f"{values['area'][:6]}:{values['name']}"
        while True:
            self._named[bare] += 1
            key = bare if self._named[bare] == 1 else f"{bare}#{self._named[bare]}"
            if key not in self._keys:
                return key

    def _in_time(self, kept: dict[str, Any]) -> None:
        """A verification that is still to come is none."""
        day = kept["values"].get("verified")
        if day and day > self._desk.today.isoformat():
            kept["warnings"].append([self._heading("verified"), FUTURE, {"day": day}])
            del kept["values"]["verified"]

    def _heading(self, target: str) -> str:
        return self._headings.get(target, target)

    def _held_against(self, row: dict[str, Any], asked: Asked, outcome: Outcome) -> None:
        asked = replace(asked, values=row["values"])
        meant = self._existing.meant(asked)
        problem = meant.problem or self._twice(asked, meant)
        if problem:
            row["problems"].append([self._heading(problem[0]), *problem[1:]])
            row["state"] = State.REFUSED.value
            return
        found = existing.judged(self._layer, self._desk.areas, asked, meant)
        row["verdict"], row["before"] = found.verdict.value, found.before
        row["place_id"] = meant.place.id if meant.place is not None else None
        row["warnings"] += [[self._heading(column), *said] for column, *said in found.warnings]
        if found.verdict == Verdict.NEW and self._choices.rows.get(asked.row) != APART:
            row["alike"] = [[a.id, a.name, list(a.reasons)] for a in self._alike.of(outcome.values)]

    def _twice(self, asked: Asked, meant: existing.Meant) -> list[Any] | None:
        """Two rows of a file are never about one place."""
        for kind, there in (("place", meant.place), ("draft", meant.draft)):
            first = self._taken.setdefault((kind, there.id), asked.row) if there is not None else asked.row
            if first != asked.row:
                return ["name", TWICE, {"row": first}]
        return None
