"""The tables of channels and of daily sums."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import CODE, Base


class Channel(Base):
    """A way by which an office brings a link to people: 驿站, 大巴, 公众号. `code` is what links carry as `ch`."""

    __tablename__ = "channel"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    area: Mapped[str] = mapped_column(CODE, index=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[dt.datetime | None]
    """Since when it is not offered any more; what its printed codes bring is still counted."""


class Tally(Base):
    """How often something of one kind happened on one day. "" and 0 stand for none, so that a sum has one row."""

    __tablename__ = "tally"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """view, place or phone."""
    area: Mapped[str] = mapped_column(CODE, primary_key=True)
    """The county or wider area that it was about, "" for the nation."""
    layer: Mapped[str] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    view: Mapped[str] = mapped_column(primary_key=True)
    """The slug of a saved view."""
    host: Mapped[str] = mapped_column(primary_key=True)
    """The host of the page that frames it, "" on our own."""
    n: Mapped[int] = mapped_column(BigInteger)
