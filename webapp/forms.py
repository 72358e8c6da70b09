"""A layer's form, made from its fields: what publishing needs first, then where, whom to ask, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ARRAY, Boolean, Date, Float, Integer, Numeric

from layers.areas import Areas, Level
from layers.base import Field, Need, fields
from layers.check import SHORT, Checked
from layers.codes import Codes
from layers.layer import Layer
from layers.record import POSITION
from layers.words import N_
from webapp import drafts, permissions
from webapp.i18n import language
from webapp.i18n import translate as _
from webapp.permissions import Action, Signed

WHERE = ("area", "zone", "place", "precision", "radius_km")
CONTACT = ("phone", "phone_hours", "backup_phone", "office", "contact_name", "valid_until", "verified_how")
FIRST = ("name", "summary")
APART = ("photos", "progress")
"""Asked for in their own ways: pictures are uploaded, progress is moved on without review."""
LAST = ("source_name", "source_url", "source_date", "internal_note")
ONE_LINE = ("place", "office", "phone_hours", "contact_name", "source_name", "source_date", "trade", "short_name")
HELP = {
    "area": N_("选到乡镇最好，不清楚就选区县"),
    "industry": N_("按本地叫法找大类，国标代码自动带上"),
    "name": N_("不超过 40 个字"),
    "valid_until": N_("到这天没人核实就自动撤下"),
}
"""What the form says where the field's own help is for those who filter or import."""
TITLES = (N_("说清楚是什么"), N_("在哪里"), N_("找谁，管到哪天"), N_("还可以补"))


@dataclass(frozen=True)
class Input:
    """One input: what it is called, how it is asked for, what was typed, and what is wrong with it."""

    name: str
    label: str
    widget: str
    value: Any
    unit: str = ""
    help: str = ""
    options: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """(group, ((value, words), …)); one group without a name where there are none."""
    needed: bool = False
    number: int = 0
    longest: int = 2000
    public: bool = True
    problem: str = ""
    warning: str = ""


@dataclass(frozen=True)
class Fieldset:
    """Inputs under one heading."""

    title: str
    inputs: list[Input] = field(default_factory=list)


@dataclass(frozen=True)
class Meter:
    """How much of what publishing needs is there: (label, name, ok) of each, in the form's order."""

    parts: list[tuple[str, str, bool]]
    more: list[tuple[str, str]]
    """(label, name) of what could still be filled in."""

    @property
    def have(self) -> int:
        """How many of the needed ones are there and right."""
        return sum(ok for _label, _name, ok in self.parts)


def fieldsets(
    layer: Layer, values: Mapping[str, Any], checked: Checked, who: Signed, areas: Areas, *, say: bool
) -> list[Fieldset]:
    """The form; problems are said only where something was typed, unless `say` (it was handed in)."""
    declared = fields(layer.model)
    told = {p.column: p.text(_) for p in checked.problems if say or not empty(values.get(p.column))}
    warned = {p.column: p.text(_) for p in checked.warnings if not empty(values.get(p.column))}
    number, found = 0, []
    for title, names in zip(TITLES, _groups(layer), strict=True):
        inputs = []
        for name in names:
            needed = name in _needed(layer)
            number += needed
            made = _input(layer, name, declared[name], values.get(name), who, areas)
            made = replace(made, problem=told.get(name, ""), warning=warned.get(name, ""))
            inputs.append(replace(made, needed=needed, number=number if needed else 0))
        found.append(Fieldset(_(title), inputs))
    return found


def _needed(layer: Layer) -> list[str]:
    """What publishing needs, in the order of the form; the position counts once, as how well it is known."""
    return [name for group in _groups(layer) for name in group if fields(layer.model)[name].need != Need.NEVER]


def _groups(layer: Layer) -> tuple[list[str], list[str], list[str], list[str]]:
    typed = [name for name in drafts.typed(layer) if name not in (*POSITION, *APART)]
    apart = (*FIRST, *WHERE, *CONTACT, *LAST, "name_en", "summary_en")
    own = [name for name in typed if name not in apart]
    needed = [name for name in own if fields(layer.model)[name].need != Need.NEVER]
    needed = [part for name in needed for part in (name, f"{name}_max") if part in own]
    rest = [name for name in own if name not in needed]
    rest += [name for name in ("name_en", "summary_en", *LAST) if name in typed]
    first, where, contact = ([name for name in group if name in typed] for group in (FIRST, WHERE, CONTACT))
    return [*first, *needed], where, contact, rest


def empty(value: Any) -> bool:
    """Whether nothing was typed or chosen."""
    return value is None or value in ("", [])


def _input(layer: Layer, name: str, declared: Field, value: Any, who: Signed, areas: Areas) -> Input:
    widget, options = _widget(layer, name, declared, value, who, areas)
    unit = _(declared.unit) if declared.unit else ""
    help_ = HELP.get(name, declared.help)
    longest = SHORT.get(name, 2000)
    help_ = _(help_) if help_ else ""
    return Input(name, _(declared.label), widget, value, unit, help_, options, longest=longest, public=declared.public)


def _widget(layer: Layer, name: str, declared: Field, value: Any, who: Signed, areas: Areas) -> tuple[str, Any]:
    kind = layer.model.__table__.c[name].type
    if name == "area":
        return "select", area_options(who, layer, value, areas)
    if name == "zone":
        return "select", _zone_options(who, layer, areas)
    if isinstance(declared.filter, Codes):
        return "select", _code_options(declared.filter, value)
    if declared.vocabulary is not None:
        words = tuple((key, _(label)) for key, label in declared.vocabulary.items())
        return ("checks" if isinstance(kind, ARRAY) else "radios" if len(words) <= 4 else "select"), (("", words),)
    if isinstance(kind, Boolean):
        return "radios", (("", (("1", _("是")), ("0", _("否")))),)
    if isinstance(kind, Numeric | Float | Integer):
        return "number", ()
    if isinstance(kind, Date):
        return "date", ()
    return ("line" if name in ONE_LINE or name in SHORT or "phone" in name or "url" in name else _size(kind)), ()


def _size(kind: Any) -> str:
    return "line" if type(kind).__name__ == "PriceType" else "long"


def area_options(who: Signed, layer: Layer, value: Any, areas: Areas) -> Any:
    """Counties with their townships, of what the account may draft for."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for mine in permissions.granted(who, Action.DRAFT, areas, layer.key):
        for county in _counties(mine.code, areas):
            below = [a for a in areas.children(county) if a.level == Level.TOWNSHIP]
            shown = [mine] if mine.level == Level.TOWNSHIP else [areas.get(county), *below]
            known = groups.setdefault(areas.get(county).label(language()), [])
            known += [(a.code, a.label(language())) for a in shown if (a.code, a.label(language())) not in known]
    if value and value in areas and not any(value == code for group in groups.values() for code, _label in group):
        groups.setdefault("", []).append((value, areas.get(value).label(language())))
    return tuple((name, tuple(options)) for name, options in groups.items())


MOST_COUNTIES = 60


def _counties(code: str, areas: Areas) -> list[str]:
    """The counties under (or, for a township or zone, around) an area; none where there are too many to list."""
    area = areas.get(code)
    if area.level == Level.ZONE:
        return [child.code for child in areas.children(area.parent) if child.level == Level.COUNTY]
    if area.level in (Level.COUNTY, Level.TOWNSHIP):
        return [code[:6]]
    found: list[str] = []
    for child in areas.children(code):
        if child.level != Level.ZONE:
            found += _counties(child.code, areas)
    return found[:MOST_COUNTIES] or [code]


def _zone_options(who: Signed, layer: Layer, areas: Areas) -> Any:
    cities = {areas.path(area.code)[1].code for area in permissions.granted(who, Action.DRAFT, areas, layer.key)
              if len(areas.path(area.code)) > 1}  # fmt: skip
    zones = [z for city in sorted(cities) for z in areas.children(city) if z.level == Level.ZONE]
    return (("", tuple((z.code, z.label(language())) for z in zones)),)


DIVISION = 3
"""Length of a division's code (大类) with its section's letter: C13."""


def _code_options(codes: Codes, value: Any) -> Any:
    """The divisions of GB/T 4754 under their friendly groups; a finer code that is there already stays."""
    groups: dict[str, list[tuple[str, str]]] = {group.label: [] for group in codes.groups}
    for code, name in codes.names.items():
        group = codes.group_of(code) if len(code) == DIVISION or code == value else None
        if group is not None:
            groups[group.label].append((code, f"{_(name)} {code}"))
    return tuple((_(label), tuple(options)) for label, options in groups.items() if options)


def meter(layer: Layer, values: Mapping[str, Any], checked: Checked) -> Meter:
    """What is there of what publishing needs, and what else could be said."""
    wrong = {problem.column for problem in checked.problems}
    declared = fields(layer.model)
    parts = []
    for name in _needed(layer):
        ok = not empty(checked.values.get(name)) and name not in wrong
        if name == "precision":
            ok = ok and not wrong & {*POSITION, "radius_km"} and checked.values.get("geom") is not None
        parts.append((_(declared[name].label), name, ok))
    rest = [name for name in _groups(layer)[3] if declared[name].public and empty(values.get(name))]
    return Meter(parts, [(_(declared[name].label), name) for name in rest])


def read(layer: Layer, form: Any) -> dict[str, Any]:
    """What a form of the layer sent (a werkzeug MultiDict), by column; several of a list, one of all else."""
    found: dict[str, Any] = {}
    for name in drafts.typed(layer):
        many = name in fields(layer.model) and isinstance(layer.model.__table__.c[name].type, ARRAY)
        if many and f"{name}.sent" in form:
            found[name] = form.getlist(name)
        elif not many and name in form:
            found[name] = str(form[name]).strip()
    if found.get("precision") == "county":
        found |= dict.fromkeys(POSITION, "")
    return found


def names(inputs: Iterable[Fieldset]) -> list[str]:
    """Every input's name, in order."""
    return [one.name for group in inputs for one in group.inputs]
