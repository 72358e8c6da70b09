"""An office that publishes one listing after another, as its people do: draft, review, approval. A process of its own.

Run as `python -m bench.publisher EVERY TIMES` on the database of MAP_DATABASE_URL; without EVERY (0) it publishes
whenever it reads a line. Every line that it prints is one publication as JSON: id, name, position in degrees, and
the moment at which it was committed.
"""

from __future__ import annotations

import json
import random
import sys
import time
from typing import Any

from flask import Flask
from sqlalchemy import Connection, insert, select

import layers
from layers.areas import Areas
from webapp import create_app, db, drafts, publishing
from webapp.config import Settings
from webapp.desk import Desk, Rules
from webapp.models import Account, Grant
from webapp.permissions import Held, Role, Signed

COUNTY = "511123"
PREFIX = "bench-"
TYPED = {
    "summary": "只为测发布到看见的时间而写", "area": COUNTY, "precision": "exact", "industry": "C15", "budget": "8",
    "cooperation": ["self"], "land": ["factory"], "phone": "0000012", "verified_how": "visit",
}  # fmt: skip
HANZI = range(0x4E00, 0x9FA0)


def staff(connection: Connection, role: Role) -> Signed:
    """An account of the county with one role, made when missing."""
    name = f"{PREFIX}{role}"
    id_ = connection.execute(select(Account.id).where(Account.name == name)).scalar()
    if id_ is None:
        id_ = connection.execute(
            insert(Account).values(name=name, title=f"示例·{name}").returning(Account.id)
        ).scalar_one()
        connection.execute(insert(Grant).values(account_id=id_, role=role, area=COUNTY))
    return Signed(id_, name, f"示例·{name}", (Held(role, COUNTY),))


def typed(n: int, areas: Areas) -> dict[str, Any]:
    """What an editor types: a name like no other's, a position in the county."""
    dice = random.Random(time.time_ns() + n)  # noqa: S311 - a name that no earlier run had
    lon, lat = areas.get(COUNTY).point or (103.95, 29.21)
    word = "".join(chr(dice.choice(HANZI)) for _n in range(12))
    at = {"lon": f"{lon + dice.uniform(-0.02, 0.02):.6f}", "lat": f"{lat + dice.uniform(-0.02, 0.02):.6f}"}
    return {**TYPED, **at, "name": f"示例{word}"}


def publish(n: int, areas: Areas, rules: Rules) -> dict[str, Any]:
    """One listing through draft, hand-in and approval, in one transaction."""
    said = typed(n, areas)
    with db.writing() as connection:
        editor, reviewer = (staff(connection, role) for role in (Role.EDITOR, Role.REVIEWER))
        desk = Desk(connection, editor, areas, db.now(), rules)
        id_ = drafts.new(desk, layers.get("projects"), said)
        draft = drafts.submit(desk, id_, 1)
        place = publishing.approve(Desk(connection, reviewer, areas, db.now(), rules), id_, draft.version)
    return {"id": place, "name": said["name"], "lon": float(said["lon"]), "lat": float(said["lat"]), "at": time.time()}


def run(app: Flask, every: float, times: int) -> None:
    """Publish so many times, one beginning every so many seconds or when it is asked for."""
    with app.app_context():
        areas = db.areas()
        print("{}", flush=True)
        begun = time.monotonic()
        for n in range(times):
            if every:
                time.sleep(max(0.0, begun + n * every - time.monotonic()))
            elif not sys.stdin.readline():
                break
            print(json.dumps(publish(n, areas, Rules()), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    run(create_app(Settings.from_env()), float(sys.argv[1]), int(sys.argv[2]))
