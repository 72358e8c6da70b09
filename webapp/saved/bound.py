"""What a saved view answers: the visitor's own question, and whatever the server holds on top of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from layers import grammar
from layers.areas import Areas
from layers.errors import BadValue, UnknownLayer
from layers.query import Query, spell
from layers.view import View
from layers.words import N_
from webapp.saved.reading import ALL, FREE, Pairs, Saved

OWN = ("lang", "ch", "list")
"""Parameters of the page that shows it."""


@dataclass(frozen=True)
class Bound:
    """A saved view as a visitor asks it. `view` carries what is held, so that it can only be narrower."""

    saved: Saved
    view: View

    def at(self, rest: str = "", view: View | None = None, *more: tuple[str, str]) -> str:
        """An address of the saved view that says what differs from what is kept, here or in another View."""
        given = [*difference(self.saved, view or self.view), *more]
        return f"/embed/{self.saved.slug}{rest}" + (f"?{spell(given)}" if given else "")


def bind(saved: Saved, given: Sequence[tuple[str, str]], areas: Areas) -> Bound:
    """The saved view as a visitor asks it.

    A parameter that is given stands in place of the kept one, an empty one takes it away; whatever is held is
    asked as well, so that neither can widen it. BadValue for a known parameter with a bad value or for a layer
    that the view does not have; unknown parameters are passed over.
    """
    mine = [(name, value) for name, value in given if name not in OWN and saved.view.knows(name)]
    asked = grammar.joined(mine)
    named = {name for name, _value in mine}
    kept = [(n, v) for n, v in saved.view.params() if n not in named or (saved.holds(n) and n not in asked)]
    shown = [query.layer for query in saved.view.queries]
    chosen = asked.get("layers", ",".join(layer.key for layer in shown))
    params = [(n, v) for n, v in (*kept, *asked.items()) if n != "layers" and _of_chosen(n, chosen)]
    if dict(params).get("sort") == "near" and "near" not in dict(params):
        params = [pair for pair in params if pair[0] != "sort"]
    view = View.parse(shown, [("layers", chosen), *params], areas)
    over = held(saved, areas)
    return Bound(saved, replace(view, queries=tuple(replace(q, held=over.get(q.layer.key)) for q in view.queries)))


def _of_chosen(name: str, chosen: str) -> bool:
    """Whether a parameter is a shared one or one of a layer that is chosen."""
    key, dot, _rest = name.partition(".")
    return not dot or key in chosen.split(",")


def bind_query(saved: Saved, query: Query, areas: Areas) -> Query:
    """A visitor's question about one layer, under what is held; UnknownLayer for one that the view does not have."""
    if query.layer.key not in [own.layer.key for own in saved.view.queries]:
        raise UnknownLayer(query.layer.key)
    return replace(query, held=held(saved, areas).get(query.layer.key))


def held(saved: Saved, areas: Areas) -> dict[str, Query]:
    """Key of a layer -> the question that the server holds about it; {} when nothing is held."""
    params = [(name, value) for name, value in saved.view.params() if saved.holds(name)]
    if not params:
        return {}
    shown = [query.layer for query in saved.view.queries]
    view = View.parse(shown, [("layers", ",".join(layer.key for layer in shown)), *params], areas)
    return {query.layer.key: query.everywhere() for query in view.queries}


def difference(saved: Saved, view: View) -> Pairs:
    """The parameters with which a visitor asks `view` of a saved view: what is new, and what is taken away."""
    kept, asked = dict(saved.view.params()), dict(view.params())
    new = [(name, value) for name, value in asked.items() if kept.get(name) != value]
    return [*new, *((name, "") for name in kept if name not in asked and name != "layers")]


def lockable(view: View) -> list[str]:
    """The parameters of a View that can be held one by one; a radius goes with its point."""
    return [name for name, _value in view.params() if name not in (*FREE, "radius")]


def locks(view: View, names: Sequence[str]) -> list[str]:
    """Those names as they are kept: what the View does not have cannot be locked; BadValue for it."""
    if ALL in names:
        return [ALL]
    for name in names:
        if name not in lockable(view):
            raise BadValue("locked", name[:50], N_("这张图没有这个条件"))
    return sorted(set(names))
