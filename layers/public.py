"""The one gate to the public: published, unexpired rows and public fields only."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from layers import lasting
from layers.base import Field, Status, fields

if TYPE_CHECKING:
    from layers.layer import Layer


def is_public(layer: Layer, today: dt.date) -> ColumnElement[bool]:
    """Condition: the row may be shown on the day `today`.

    Published; not past the day that its office has stated; not verified so long ago that the
    verification has run out. What was never verified (a public list that names its source) says so.
    """
    model = layer.model
    unexpired = or_(model.valid_until.is_(None), model.valid_until >= today)
    vouched = or_(model.verified.is_(None), model.verified >= lasting.verified_since(layer, today))
    return and_(model.status == Status.PUBLISHED, unexpired, vouched)


def expiring(layer: Layer, today: dt.date, days: int) -> ColumnElement[bool]:
    """Condition: the row is public on the day `today`, and ends within `days` of it unless somebody renews it."""
    model, last = layer.model, today + dt.timedelta(days=days)
    ends = or_(model.valid_until <= last, model.verified <= lasting.verified_since(layer, last))
    return and_(is_public(layer, today), ends)


def expired(layer: Layer, today: dt.date) -> ColumnElement[bool]:
    """Condition: the row would be public if its day or its verification had not run out."""
    model = layer.model
    over = or_(model.valid_until < today, model.verified < lasting.verified_since(layer, today))
    return and_(model.status == Status.PUBLISHED, over)


def was_public(layer: Layer) -> ColumnElement[bool]:
    """Condition: the row was shown once, whether or not it still is; one only learns that it was there."""
    return layer.model.status.in_((Status.PUBLISHED, Status.TAKEN, Status.WITHDRAWN))  # type: ignore[no-any-return]


def lapsed(model: Any, day: dt.date, today: dt.date) -> ColumnElement[bool]:
    """Condition: the row could be shown on `day` and no longer can `today`, for its time has run out."""
    return and_(model.status == Status.PUBLISHED, model.valid_until >= day, model.valid_until < today)


def public_fields(layer: Layer) -> dict[str, Field]:
    """Column name -> Field of what the public may see, in the table's order."""
    return {name: field for name, field in fields(layer.model).items() if field.public}


def position(model: Any) -> list[ColumnElement[Any]]:
    """`lon`, `lat` in degrees of a point on the place's shape (WGS 84)."""
    point = func.ST_PointOnSurface(model.geom)
    return [func.ST_X(point).label("lon"), func.ST_Y(point).label("lat")]


def select_public(layer: Layer, today: dt.date, *more: ColumnElement[Any]) -> Select[Any]:
    """SELECT of every public field and the position of every public row, with `more` columns."""
    columns = [getattr(layer.model, name) for name in public_fields(layer)]
    return select(*columns, *position(layer.model), *more).where(is_public(layer, today))


def select_only(layer: Layer, today: dt.date, *columns: ColumnElement[Any]) -> Select[Any]:
    """SELECT of the given expressions over public rows; the caller names public columns alone."""
    return select(*columns).where(is_public(layer, today))
