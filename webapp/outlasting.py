"""What the database alone can give (outlines, lines, pictures), kept in files once it was asked for: it outlasts it."""

from __future__ import annotations

from collections.abc import Callable

from webapp import building, cache, standing
from webapp.posters.store import Store


def _files() -> Store:
    """Beside the Snapshots; the builder throws away what was not used for longest."""
    return Store(standing.here() / building.KEPT, building.MOST_KEPT)


def tile(draw: Callable[[], bytes], *made_from: object) -> bytes:
    """A tile as it was drawn from the same before, else drawn now; b"" while it cannot be."""
    if standing.now() is None:
        return draw()
    files, name = _files(), f"{cache.tag(*made_from)}.mvt"
    found = files.find(name)
    if found is not None:
        return found.read_bytes()
    drawn = standing.unless_gone(draw, lambda: None)
    if drawn is not None:
        files.put(name, drawn)
    return drawn or b""


def picture(digest: str, read: Callable[[], bytes | None], is_shown: Callable[[], bool]) -> bytes | None:
    """A picture that the public may see, None when there is none; while the database is gone, one that was asked
    for before and that the Snapshots still show."""
    if standing.now() is None:
        return read()
    files = _files()

    def kept() -> bytes | None:
        path = files.find(f"{digest}.jpg") if is_shown() else None
        return path.read_bytes() if path else None

    content = standing.unless_gone(read, kept)
    if content is not None and files.find(f"{digest}.jpg") is None:
        files.put(f"{digest}.jpg", content)
    return content
