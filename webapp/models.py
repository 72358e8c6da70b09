"""The application's own tables: what is not a place and not an area."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import Base


class LayerVersion(Base):
    """A number per layer that grows with every change of its table; the database itself counts."""

    __tablename__ = "layer_version"

    layer: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(server_default="0")
    changed_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Loaded(Base):
    """What of the fact tables and the sample catalogue is in the database, and since which day."""

    __tablename__ = "loaded"

    name: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    day: Mapped[dt.date]
