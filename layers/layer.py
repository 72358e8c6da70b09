"""What a Layer is: a frozen declaration of key, title, model and style."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, true

from layers.base import Field, Need, fields
from layers.codes import Codes
from layers.public import public_fields
from layers.words import Translate

if TYPE_CHECKING:
    from layers.areas import Areas
    from layers.check import Checked


@dataclass(frozen=True)
class Style:
    """How a layer looks: a colour token of the style sheet, a shape, a character.

    Below the zoom `cluster_below` its points are counted together; from `shapes_from` on its
    lines and polygons are drawn, by the column `drawn_by` where they differ. `on` tells
    whether a map shows the layer when nobody chose. A layer of the `ground` has small
    symbols that give way to marks and are never counted together with them.
    """

    color: str
    shape: str
    letter: str
    cluster_below: int = 13
    shapes_from: int = 11
    drawn_by: str = ""
    on: bool = True

    @property
    def ground(self) -> bool:
        """Whether the layer lies under the marks: stations, towns, zones."""
        return self.shape in ("station", "town", "area")


@dataclass(frozen=True)
class Offer:
    """The one line of figures of an entry: amount and what it is, then in what way."""

    amount: str
    label: str = ""
    how: str = ""


@dataclass(frozen=True)
class Layer:
    """One kind of place. `seal` names the field of codes whose group gives a mark its character;
    `offer` writes the line of figures of an entry; `detail` says which shapes a zoom has room for;
    `lasts` is for how many days a verification stands."""

    key: str
    title: str
    model: Any
    style: Style
    seal: str | None = None
    offer: Callable[[Any, Translate], Offer | None] = lambda place, _: None
    detail: Callable[[int], ColumnElement[bool]] = lambda zoom: true()
    lasts: int = 365

    @cached_property
    def filters(self) -> dict[str, Field]:
        """Parameter -> Field of every public field with a parameter of its own, in order."""
        return {
            name: field
            for name, field in public_fields(self).items()
            if field.filter is not None and field.filter.widget != "text"
        }

    @cached_property
    def searched(self) -> list[str]:
        """Columns that `q` looks through."""
        declared = fields(self.model).items()
        return [name for name, field in declared if field.filter and field.filter.widget == "text"]

    @cached_property
    def codes(self) -> Codes | None:
        """The filter over the codes that give marks their character."""
        field = fields(self.model)[self.seal] if self.seal else None
        return field.filter if field and isinstance(field.filter, Codes) else None

    def letter(self, place: Any) -> str:
        """The character in a place's mark."""
        group = self.codes.group_of(getattr(place, self.seal or "")) if self.codes else None
        return group.seal if group else self.style.letter

    def check(self, values: Mapping[str, Any], stage: Need, areas: Areas) -> Checked:
        """The one judge of what may enter: clean values, problems that refuse, warnings that do not.

        Keys are column names plus `lon`, `lat` (degrees, WGS 84) and `shape` (WKT). At stage
        DRAFT a name and an area or position are needed; at PUBLISH everything a place needs.
        """
        from layers.check import check

        return check(self, values, stage, areas)
