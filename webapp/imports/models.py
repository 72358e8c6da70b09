"""The tables of imports: batches and their rows, what an office's headings mean, its own layout, its tokens."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import CODE, Base


class Stage(StrEnum):
    """Where a batch stands."""

    STAGED = "staged"
    JUDGING = "judging"
    READY = "ready"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Verdict(StrEnum):
    """What an accepted row would do to what there is. `again`: as it was given back, it goes to review once more."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    AGAIN = "again"


def _key() -> Mapped[int]:
    return mapped_column(BigInteger, Identity(), primary_key=True)


def _account() -> Mapped[int]:
    return mapped_column(BigInteger, ForeignKey("account.id"))


class Batch(Base):
    """One file of one office for one layer.

    `owner` is the code of the office's area, by which its rows are told from those of others (`source`);
    `area` and `zone` are the same as places have them, for permissions. `task` is what the worker has to do
    with it: {"name", "by", …}; NULL when nothing.
    """

    __tablename__ = "batch"
    __table_args__ = (
        Index("ix_batch_area", "area"),
        Index("ix_batch_digest", "digest"),
        Index("ix_batch_task", "id", postgresql_where=text("task IS NOT NULL")),
    )

    id: Mapped[int] = _key()
    layer: Mapped[str]
    account_id: Mapped[int] = _account()
    token_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("office_token.id"))
    owner: Mapped[str] = mapped_column(CODE)
    area: Mapped[str] = mapped_column(CODE)
    zone: Mapped[str | None] = mapped_column(CODE)
    file: Mapped[str]
    digest: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(server_default=Stage.STAGED)
    task: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """What a person has said: columns, datum, epsg, encoding, part, clear, and of single rows what they are."""
    about: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """What the file says of itself, once it has been read."""
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    message: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    """[message, values] of why it has failed."""
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    judged_at: Mapped[dt.datetime | None]
    applied_at: Mapped[dt.datetime | None]
    undone_at: Mapped[dt.datetime | None]


class BatchRow(Base):
    """One row of a batch's file, as it was judged, and what is needed to undo it.

    `values` are what the row says, in the form of records; `before` what there was of them, for the preview.
    `old_draft` is the draft that it wrote over (all columns), `written` the draft's values after it; `was` and
    `became` are the place's whole row before and after its draft was published.
    """

    __tablename__ = "batch_row"
    __table_args__ = (
        Index("ix_batch_row_draft", "draft_id"),
        Index("ix_batch_row_shown", "batch_id", "state", "verdict", "row"),
    )

    batch_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("batch.id", name="fk_batch_row_batch", ondelete="CASCADE"), primary_key=True
    )
    row: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    verdict: Mapped[str] = mapped_column(server_default="")
    name: Mapped[str] = mapped_column(server_default="")
    area: Mapped[str | None] = mapped_column(CODE)
    reason: Mapped[str] = mapped_column(server_default="")
    """Of a skipped row why it is no data; the row's beginning is its name."""
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    key: Mapped[str | None]
    """The office's own number of the row, or one made of county and name."""
    own: Mapped[bool] = mapped_column(server_default="false")
    """The number is the office's own."""
    said_id: Mapped[int | None] = mapped_column(BigInteger)
    """The number of the place in an earlier export, or that a person has said it is."""
    sure: Mapped[bool] = mapped_column(server_default="false")
    """A person has said that it is that place."""
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    precision: Mapped[str | None]
    problems: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    """[column, message, values] each, in the words of the catalogue."""
    warnings: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    alike: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    """[id, name, [reasons]] of places that it may already be."""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    place_id: Mapped[int | None] = mapped_column(BigInteger)
    draft_id: Mapped[int | None] = mapped_column(BigInteger)
    old_draft: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    written: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    was: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    became: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    kept: Mapped[str] = mapped_column(server_default="")
    """Of an undone batch: why this row was left as it is."""


class OfficeMapping(Base):
    """What an office's heading has been taken for; "" for a column that it leaves out."""

    __tablename__ = "office_mapping"

    owner: Mapped[str] = mapped_column(CODE, primary_key=True)
    layer: Mapped[str] = mapped_column(primary_key=True)
    heading: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class OfficeLayout(Base):
    """The columns of an office's own exports, in its order and with its headings: [{"name", "heading"}]."""

    __tablename__ = "office_layout"

    owner: Mapped[str] = mapped_column(CODE, primary_key=True)
    layer: Mapped[str] = mapped_column(primary_key=True)
    columns: Mapped[list[Any]] = mapped_column(JSONB)
    account_id: Mapped[int] = _account()
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class OfficeToken(Base):
    """A key with which a machine of an office sends files; only its digest is kept."""

    __tablename__ = "office_token"
    __table_args__ = (Index("ix_office_token_account", "account_id"),)

    id: Mapped[int] = _key()
    digest: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = _account()
    owner: Mapped[str] = mapped_column(CODE)
    name: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[dt.datetime | None]
    window_at: Mapped[dt.datetime | None]
    window_n: Mapped[int] = mapped_column(server_default="0")
    """How often it has been used since `window_at`, to slow a machine down that has gone wild."""
    revoked_at: Mapped[dt.datetime | None]
