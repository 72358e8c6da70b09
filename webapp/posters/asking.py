"""From a poster that is asked for to its file: the store, else a job and a wait that leaves threads for others."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from flask import current_app

import geo
from webapp import basemaps, cache, catalogue, db, mapping
from webapp.posters import gather
from webapp.posters.gather import Asked
from webapp.posters.spool import Busy, NotYet, Spool, Undrawable

WAIT_SECONDS = 10.0
"""How long a request waits for its picture."""
WAITERS = 2
"""Requests of one process that may wait at a time; the other threads stay free for pages."""
_slots = threading.BoundedSemaphore(WAITERS)


def spool() -> Spool:
    """The spool of this installation."""
    home: Path = current_app.config["SETTINGS"].home
    return Spool(home / "posters")


def key(wanted: Asked, ending: str) -> str:
    """Name of the picture: what it is drawn from, so that another content has another name."""
    settings = current_app.config["SETTINGS"]
    keys = sorted({query.layer.key for query in wanted.view.queries} | {"services"})
    made_from = (
        catalogue.versions(*keys, "areas"), db.today(), wanted.params(), mapping.badge(), settings.public_url,
        basemaps.layers(settings), _hand(),
    )  # fmt: skip
    return f"{cache.tag(*made_from)}.{ending}"


@functools.cache
def _hand() -> str:
    """The drawing code as it is, so that a picture drawn by an older one is not found."""
    drawn_by = [*sorted(Path(__file__).parent.glob("*.py")), *sorted(Path(geo.__path__[0]).glob("*.py"))]
    return cache.tag(*(path.read_text(encoding="utf-8") for path in drawn_by))


def ready(wanted: Asked, ending: str) -> Path | None:
    """The picture if it is drawn; otherwise it is asked for."""
    name = key(wanted, ending)
    found = spool().store.find(name)
    if found is None:
        spool().ask(name, lambda: gather.content(wanted))
    return found


def picture(wanted: Asked, ending: str) -> Path:
    """The picture, drawn now when it has to be; Busy, NotYet or Undrawable when there is none in time."""
    found = ready(wanted, ending)
    if found is not None:
        return found
    if not _slots.acquire(blocking=False):
        raise NotYet(spool().retry_after())
    try:
        return spool().wait(key(wanted, ending), WAIT_SECONDS)
    finally:
        _slots.release()


def state(wanted: Iterable[Asked]) -> str:
    """How far several PNGs are: ready, drawing, busy or failed; those that are not drawn are asked for."""
    try:
        drawn = [ready(one, "png") for one in wanted]
    except Busy:
        return "busy"
    except Undrawable:
        return "failed"
    return "ready" if all(drawn) else "drawing"


def pictures(wanted: Sequence[Asked]) -> list[bytes]:
    """Several PNGs, all asked for before the first is waited for; the errors of `picture`."""
    for one in wanted:
        ready(one, "png")
    return [picture(one, "png").read_bytes() for one in wanted]
