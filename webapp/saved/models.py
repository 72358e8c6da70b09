"""The tables of saved views: each as it stands, and every version that it has had."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import CODE, Base


class SavedView(Base):
    """A View under a name. `params` are its canonical parameters as [name, value]; `locked` names those of them
    that the server holds whatever an address says, `*` alone all of them; `hosts` are the origins that may frame it.
    """

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    caption: Mapped[str] = mapped_column(server_default="")
    params: Mapped[list[Any]] = mapped_column(JSONB)
    digest: Mapped[str] = mapped_column(index=True)
    """Of the parameters, so that a page finds its short link without reading every view."""
    locked: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    hosts: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    area: Mapped[str] = mapped_column(CODE, index=True)
    """The area whose office looks after it."""
    version: Mapped[int] = mapped_column(server_default="1")
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[dt.datetime | None]
    """Since when it is not shown any more; its address stays taken."""


class SavedVersion(Base):
    """A saved view as it was after one act: who, when, what was done, and every value."""

    __tablename__ = "saved_view_version"

    view_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("saved_view.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    who: Mapped[str]
    action: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
