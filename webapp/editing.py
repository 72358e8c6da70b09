"""The editor's page: what was typed, judged and shown beside the picture of what the public would see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import shapely
from sqlalchemy import Row

import layers
from geo.errors import SpatialError
from layers import duplicates, lasting, locating, record
from layers.base import Need, fields
from layers.check import Checked
from layers.layer import Layer
from layers.locating import Located
from layers.query import Query
from layers.view import View
from webapp import drafts, forms, mapping
from webapp.desk import Desk
from webapp.i18n import translate as _


@dataclass
class Typed:
    """What a form has sent: values by column, the version it was made from, and a pasted position."""

    values: dict[str, Any]
    version: int
    act: str = "save"
    coords: str = ""
    datum: str = ""
    epsg: int | None = None
    publish_at: str = ""
    """When to publish after the review, as a form's clock writes it (2026-12-01T08:00, the time of China)."""
    files: list[Any] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    """What is wrong with the form itself rather than with a value: position, picture."""


def typed(layer: Layer, form: Any, files: Any = None) -> Typed:
    """The form of a layer (werkzeug's MultiDicts) as it was sent; nothing of it can raise."""
    version, epsg = (str(form.get(name, "")) for name in ("version", "epsg"))
    found = Typed(forms.read(layer, form), int(version) if version.isdecimal() and len(version) < 9 else 0)
    found.act = str(form.get("act", "save"))
    found.coords, found.datum = str(form.get("coords", "")).strip()[:200], str(form.get("datum", ""))
    found.epsg = int(epsg) if epsg.isdecimal() and len(epsg) < 6 else None
    found.publish_at = str(form.get("publish_at", ""))[:20]
    found.files = [file for file in files.getlist("upload") if file and file.filename] if files is not None else []
    return found


MOST_AHEAD = dt.timedelta(days=366)


def hour(desk: Desk, sent: Typed) -> dt.datetime | None:
    """When to publish, None for as soon as it is approved; what is no coming hour becomes a problem."""
    if not sent.publish_at:
        return None
    try:
        asked = dt.datetime.fromisoformat(sent.publish_at).replace(tzinfo=desk.now.tzinfo)
    except ValueError:
        asked = desk.now
    if not desk.now < asked <= desk.now + MOST_AHEAD:
        sent.problems["publish_at"] = _("写今天以后一年以内的时间，如 2026-12-01 08:00")
        return None
    return asked


def place(desk: Desk, sent: Typed, area: str) -> None:
    """Turn a pasted pair into `lon` and `lat`; what is wrong with it becomes a problem, and nothing else changes."""
    if not sent.coords:
        return
    if sent.datum not in locating.LABELS:
        sent.problems["coords"] = _("先选坐标是从哪里抄来的")
        return
    try:
        there = locating.locate(sent.coords, sent.datum, sent.epsg, sent.values.get("area") or area, desk.areas)
    except SpatialError as error:
        sent.problems["coords"] = _(error.message, **error.values)
        return
    sent.values |= {"lon": f"{there.lon:.7f}", "lat": f"{there.lat:.7f}", "shape": ""}
    if sent.values.get("precision") in (None, "", "county"):
        sent.values["precision"] = "exact"


def located(desk: Desk, coords: str, datum: str, epsg: int | None, area: str, before: Any = None) -> dict[str, Any]:
    """The answer to a pasted pair while one types: position, county, and what to look at again."""
    there = locating.locate(coords, datum, epsg, area, desk.areas, before)
    county = desk.areas.get(there.county).name if there.county else ""
    return {
        "lon": round(there.lon, 7),
        "lat": round(there.lat, 7),
        "moved": round(there.moved),
        "county": county,
        "said": _said(there, county),
        "questions": [_question(q) for q in (*there.questions, *locating.doubts(there.lon, there.lat, datum))],
        "sure": there.sure,
    }


def _said(there: Located, county: str) -> str:
    where = _("点在%(county)s内", county=county) if county else _("点不在任何区县里")
    if there.moved < 1:
        return where
    return _("已换算，移了 %(metres)s 米；%(where)s", metres=round(there.moved), where=where)


def _question(question: locating.Question) -> dict[str, Any]:
    return {"text": question.text(_), "datum": question.datum, "lon": question.lon, "lat": question.lat}


def context(desk: Desk, draft: Row[Any], sent: Typed | None = None, *, say: bool = False,
            alike: list[duplicates.Alike] | None = None, stale: Row[Any] | None = None) -> dict[str, Any]:  # fmt: skip
    """Everything that staff/draft.html asks for; `sent` are values that have not been kept."""
    layer = layers.get(draft.layer)
    values = {**draft.values, **(sent.values if sent else {})}
    checked = layer.check(_filled(values), Need.PUBLISH, desk.areas)
    return {
        "draft": draft,
        "layer": layer,
        "values": values,
        "sent": sent or Typed({}, draft.version),
        "sets": forms.fieldsets(layer, values, checked, desk.who, desk.areas, say=say),
        "meter": forms.meter(layer, values, checked),
        "problems": _problems(layer, checked, say) | (sent.problems if sent else {}),
        "alike": alike or [],
        "stale": _theirs(desk, layer, stale, values) if stale is not None else None,
        "place": preview(layer, checked),
        "datums": [(key, _(label)) for key, label in locating.LABELS.items()],
        "until": lasting.stands_until(layer, desk.today),
        "map": mapping.part(_around(desk, layer, draft, values)),
    }


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not forms.empty(value)}


def _problems(layer: Layer, checked: Checked, say: bool) -> dict[str, str]:
    """Problems in the form's order, for the summary at its top, once it was handed in."""
    if not say:
        return {}
    order = [*drafts.typed(layer), ""]
    found = {problem.column: problem.text(_) for problem in checked.problems}
    return {name: found[name] for name in sorted(found, key=lambda n: order.index(n) if n in order else 999)}


def _theirs(desk: Desk, layer: Layer, theirs: Row[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody else has saved meanwhile, against what stands in this form."""
    changed = list(record.changes(layer, theirs.values, _filled(values), _))
    return {"draft": theirs, "changes": changed}


def preview(layer: Layer, checked: Checked) -> SimpleNamespace:
    """A place as templates take it, of whatever is right so far; `id` 0."""
    shown: dict[str, Any] = dict.fromkeys(fields(layer.model))
    shown |= {name: value for name, value in checked.values.items() if name != "geom"}
    lon, lat = _point(checked.values.get("geom"))
    shown |= {"id": 0, "lon": lon, "lat": lat, "distance_km": None, "name": shown["name"] or _("（还没有名称）")}
    shown |= {"area": shown["area"] or "", "precision": shown["precision"] or "county", "sample": bool(shown["sample"])}
    return SimpleNamespace(**shown)


def _point(geom: Any) -> tuple[float, float]:
    if not geom:
        return 0.0, 0.0
    point = shapely.from_wkt(str(geom).partition(";")[2]).representative_point()
    return point.x, point.y


GROUND = ("towns", "transport")
"""What helps to find a spot on the plain map."""


def _around(desk: Desk, layer: Layer, draft: Row[Any], values: Mapping[str, Any]) -> View:
    """The map to point on: the place where it is known, else its county; nothing drawn but the ground."""
    area = str(values.get("area") or draft.area)
    here = (area[:6],) if area[:6] in desk.areas else ()
    shown = (Query(layer, area=here), *(Query(layers.get(key), area=here) for key in GROUND if key != layer.key))
    try:
        at = (round(float(str(values["lon"])), 5), round(float(str(values["lat"])), 5), 11.0)
    except (KeyError, ValueError):
        return View(shown)
    return View(shown, at if abs(at[0]) <= 180 and abs(at[1]) <= 85 else None)


def told(desk: Desk, draft: Row[Any]) -> dict[str, Any]:
    """The answer to a save made while one types."""
    layer = layers.get(draft.layer)
    checked = layer.check(draft.values, Need.PUBLISH, desk.areas)
    typed_ = {p.column: p.text(_) for p in checked.problems if not forms.empty(draft.values.get(p.column))}
    warned = {p.column: p.text(_) for p in checked.warnings if not forms.empty(draft.values.get(p.column))}
    measure = forms.meter(layer, draft.values, checked)
    return {"version": draft.version, "problems": typed_, "warnings": warned, "have": measure.have,
            "need": len(measure.parts), "parts": [ok for _label, _name, ok in measure.parts],
            "missing": [name for _label, name, ok in measure.parts if not ok]}  # fmt: skip
