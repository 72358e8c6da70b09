"""What has changed in a layer since a version, for neighbours that keep a copy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, Index, Select, select, union
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base
from layers.layer import Layer
from layers.public import is_public, lapsed


class ChangeRow(Base):
    """The version at which a place that is or was public last changed; the table's triggers write it.

    A place has one row, which moves on: the table stays as large as the layers are.
    """

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_layer_n", "layer", "n", "id"),)

    layer: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    n: Mapped[int]


@dataclass(frozen=True)
class Change:
    """One place that is not what it was: still public (read it anew) or no longer (drop it)."""

    id: int
    public: bool


def since(
    connection: Connection, layer: Layer, n: int, day: dt.date | None, today: dt.date, after: int, limit: int
) -> Sequence[Change]:
    """Places changed after version `n`, or run out between the day `day` and today, by id from `after` on.

    Withdrawn, deleted and expired places are among them, told as no longer public.
    """
    changed = _changed(layer, n)
    if day is not None and day < today:
        changed = union(changed, select(layer.model.id).where(lapsed(layer.model, day, today)))  # type: ignore[assignment]
    ids = changed.subquery("changed")
    public = select(layer.model.id).where(layer.model.id == ids.c.id, is_public(layer, today)).exists()
    asked = select(ids.c.id, public).where(ids.c.id > after).order_by(ids.c.id).limit(limit)
    return [Change(id_, there) for id_, there in connection.execute(asked)]


def _changed(layer: Layer, n: int) -> Select[int]:
    return select(ChangeRow.id).where(ChangeRow.layer == layer.model.__tablename__, ChangeRow.n > n)
