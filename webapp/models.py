"""The application's own tables: what is not a place and not an area."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from layers.base import CODE, Base


def _key() -> Mapped[int]:
    return mapped_column(BigInteger, Identity(), primary_key=True)


def _account(nullable: bool = False, **more: Any) -> Mapped[Any]:
    return mapped_column(BigInteger, ForeignKey("account.id"), nullable=nullable, **more)


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


class Account(Base):
    """Somebody who may sign in: `name` is what they type, `title` the office and post that others see."""

    __tablename__ = "account"

    id: Mapped[int] = _key()
    name: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    email: Mapped[str | None]
    password: Mapped[str | None]
    """Argon2id, with its own parameters and salt; NULL until the first password is set through a link."""
    totp: Mapped[str | None]
    totp_step: Mapped[int | None]
    """The last time step that a one-time code was used for: none is taken twice."""
    active: Mapped[bool] = mapped_column(server_default="true")
    demo: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Grant(Base):
    """What an account may do, where, and (when `layers` is set) in which layers alone."""

    __tablename__ = "account_grant"
    __table_args__ = (UniqueConstraint("account_id", "role", "area"),)

    id: Mapped[int] = _key()
    account_id: Mapped[int] = _account(index=True)
    role: Mapped[str]
    area: Mapped[str] = mapped_column(CODE)
    layers: Mapped[list[str] | None] = mapped_column(ARRAY(Text))


class SignIn(Base):
    """A session: the cookie holds a random token of which only the digest is kept here."""

    __tablename__ = "sign_in"

    digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = _account(index=True)
    begun_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[dt.datetime | None]


class ResetLink(Base):
    """A link that sets a password once, made by an administrator; only the token's digest is kept."""

    __tablename__ = "reset_link"

    digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = _account(index=True)
    made_by: Mapped[int | None] = _account(nullable=True)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class Audit(Base):
    """What was done, by whom, from where: append-only, which the database enforces for 180 days."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at"),
        Index("ix_audit_action", "action", "at"),
        Index("ix_audit_account", "account_id", "at"),
    )

    id: Mapped[int] = _key()
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    account_id: Mapped[int | None] = _account(nullable=True)
    who: Mapped[str]
    """The account's name as it was then; of a failed sign-in the name that was typed."""
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(server_default="")
    area: Mapped[str | None] = mapped_column(CODE)
    address: Mapped[str | None] = mapped_column(INET)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class State(StrEnum):
    """Where a draft stands on its way to the public."""

    DRAFT = "draft"
    REVIEW = "review"
    RETURNED = "returned"
    APPROVED = "approved"


class Draft(Base):
    """What is proposed for a place, or for a new one: values as they were typed, judged by `Layer.check`.

    The layer's own table holds what was approved and nothing else, so a published place stays
    as it is while its draft is edited. There is at most one draft of a place.
    """

    __tablename__ = "draft"
    __table_args__ = (
        Index("uq_draft_place", "layer", "place_id", unique=True, postgresql_where=text("place_id IS NOT NULL")),
        Index("uq_draft_source", "layer", "source", "external_id", unique=True),
        Index("ix_draft_area", "area"),
        Index("ix_draft_state", "state", "publish_at"),
    )

    id: Mapped[int] = _key()
    layer: Mapped[str]
    place_id: Mapped[int | None] = mapped_column(BigInteger)
    area: Mapped[str] = mapped_column(CODE)
    zone: Mapped[str | None] = mapped_column(CODE)
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    base: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    """The place as it was when the draft was begun: what the draft has left alone may change meanwhile."""
    state: Mapped[str] = mapped_column(server_default=State.DRAFT)
    version: Mapped[int] = mapped_column(server_default="1")
    """Grows with every save; who saves an older one is told and loses nothing."""
    author_id: Mapped[int] = _account()
    editor_id: Mapped[int] = _account()
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    submitted_at: Mapped[dt.datetime | None]
    publish_at: Mapped[dt.datetime | None]
    approvals: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    reason: Mapped[str] = mapped_column(server_default="")
    distinct_from: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    batch_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    source: Mapped[str | None]
    external_id: Mapped[str | None]


class Revision(Base):
    """One step in the life of a place: who, when, why, and the values as they were after it."""

    __tablename__ = "revision"
    __table_args__ = (
        Index("ix_revision_place", "layer", "place_id", "id"),
        Index("ix_revision_draft", "draft_id"),
        Index("ix_revision_at", "at"),
    )

    id: Mapped[int] = _key()
    layer: Mapped[str]
    place_id: Mapped[int | None] = mapped_column(BigInteger)
    draft_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    account_id: Mapped[int | None] = _account(nullable=True)
    who: Mapped[str]
    action: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    values: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    approvals: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    batch_id: Mapped[int | None] = mapped_column(BigInteger, index=True)


class Distinct(Base):
    """A remembered verdict: these two places look alike and are not the same."""

    __tablename__ = "distinct_pair"

    layer: Mapped[str] = mapped_column(primary_key=True)
    low: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    high: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    account_id: Mapped[int] = _account()
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Photo(Base):
    """A picture as it is shown: JPEG made anew from what was uploaded, under the digest of its bytes."""

    __tablename__ = "photo"

    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    account_id: Mapped[int] = _account()
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Enquiry(Base):
    """One message from the public about a place: 打不通, 不准确. It names no person and keeps no number."""

    __tablename__ = "enquiry"
    __table_args__ = (
        Index("ix_enquiry_open", "answered_at", "area"),
        Index("ix_enquiry_place", "layer", "place_id"),
        Index("ix_enquiry_asker", "asker", "at"),
    )

    id: Mapped[int] = _key()
    layer: Mapped[str]
    place_id: Mapped[int] = mapped_column(BigInteger)
    area: Mapped[str] = mapped_column(CODE)
    zone: Mapped[str | None] = mapped_column(CODE)
    kind: Mapped[str]
    words: Mapped[str] = mapped_column(server_default="")
    asker: Mapped[str]
    """A keyed digest of address and day, to slow one asker down; it leads back to nobody."""
    times: Mapped[int] = mapped_column(server_default="1")
    """How often the same asker has said the same within the day."""
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    due_on: Mapped[dt.date]
    answered_at: Mapped[dt.datetime | None]
    answered_by: Mapped[int | None] = _account(nullable=True)
    answer: Mapped[str] = mapped_column(server_default="")


class SpotDraw(Base):
    """A random sample of public places, kept whether or not it is ever checked: nobody draws until it suits them."""

    __tablename__ = "spot_draw"
    __table_args__ = (Index("ix_spot_draw_area", "area"),)

    id: Mapped[int] = _key()
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    account_id: Mapped[int] = _account()
    area: Mapped[str] = mapped_column(CODE)
    zone: Mapped[str | None] = mapped_column(CODE)
    layer: Mapped[str | None]
    """NULL for every layer that is marked on maps."""
    among: Mapped[int]
    """How many public places it was drawn from."""


class SpotCheck(Base):
    """One place of a random sample that somebody phones or visits, and what they found."""

    __tablename__ = "spot_check"
    __table_args__ = (UniqueConstraint("draw_id", "layer", "place_id", name="uq_spot_check"),)

    id: Mapped[int] = _key()
    draw_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("spot_draw.id", name="fk_spot_check_draw"))
    layer: Mapped[str]
    place_id: Mapped[int] = mapped_column(BigInteger)
    area: Mapped[str] = mapped_column(CODE)
    zone: Mapped[str | None] = mapped_column(CODE)
    result: Mapped[str | None]
    note: Mapped[str] = mapped_column(server_default="")
    checked_at: Mapped[dt.datetime | None]
    checked_by: Mapped[int | None] = _account(nullable=True)


class Reminder(Base):
    """The last day on which an account was written to: once a day is enough."""

    __tablename__ = "reminder"

    account_id: Mapped[int] = _account(primary_key=True)
    day: Mapped[dt.date]
