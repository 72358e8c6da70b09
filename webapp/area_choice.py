"""The areas that somebody may choose among in a form: lists for a select, townships once their county is chosen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_

from layers.areas import Area, Areas, Level
from layers.codes import under
from webapp.i18n import language
from webapp.i18n import translate as _

Options = list[tuple[str, str]]
Groups = list[tuple[str, Options]]
"""(label of the group, [(code, name)]), as `<optgroup>` has them."""


def groups(granted: list[Area], areas: Areas) -> Groups:
    """What lies within the granted areas down to counties and zones, each once, by city."""
    found: dict[str, dict[str, str]] = {}
    for area in granted:
        for code in _within(area, areas):
            one = areas.get(code)
            title = (_city(one, areas) or one).label(language())
            found.setdefault(title, {})[code] = _name(one)
    return [(title, list(members.items())) for title, members in found.items()]


def _name(area: Area) -> str:
    name = area.label(language())
    return _("%(name)s（全部）", name=name) if area.level in (Level.PROVINCE, Level.CITY) else name


def _within(area: Area, areas: Areas) -> list[str]:
    below = [code for child in areas.children(area.code) for code in _within(child, areas)]
    return [area.code, *below] if area.level != Level.TOWNSHIP else []


def _city(area: Area, areas: Areas) -> Area | None:
    return next((above for above in areas.path(area.code) if above.level == Level.CITY), None)


def townships(county: str, areas: Areas) -> Options:
    """The townships of a county, none for any other area."""
    if county not in areas or areas.get(county).level != Level.COUNTY:
        return []
    return [(a.code, a.label(language())) for a in areas.children(county) if a.level == Level.TOWNSHIP]


def covers(granted: list[Area], code: str, areas: Areas) -> bool:
    """Whether an area is one of the granted ones or lies below one."""
    return bool({area.code for area in granted} & {above.code for above in areas.path(code)})


def condition(column: Any, codes: list[str], areas: Areas) -> ColumnElement[bool]:
    """`covers` for a column that holds the code of any area, a zone's own among them."""
    parts = []
    for code in codes:
        area = areas.get(code)
        zones = [
            a.code for a in areas if a.level == Level.ZONE and code in {above.code for above in areas.path(a.code)}
        ]
        parts.append(column.in_([code, *zones]))
        if area.level != Level.ZONE:
            parts.append(under(column, area.prefix))
    return or_(*parts)
