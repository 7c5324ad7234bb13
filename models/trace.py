"""Traces 留痕: the ledger's hash chains, their daily seals, messages to send 通知 and the links in them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, false, text
from sqlmodel import Field

from models.columns import Stored, generated_id, instant, json_object, reference

ORGAN_CHAIN = 0
"""Chain of acts that belong to no case (people imported, passwords set)."""


class LedgerEntry(Stored, table=True):
    """One entry of a case's chain: actor, time, action, basis. Append-only."""

    __tablename__ = "ledger_entry"

    chain: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = instant()
    actor: str
    channel: str
    action: str
    basis: str = ""
    step: str = ""
    data: dict[str, Any] = json_object()
    prev_hash: str
    hash: str


class LedgerHead(Stored, table=True):
    """Head of a chain that has no case row to keep it (the organ's own chain)."""

    __tablename__ = "ledger_head"

    chain: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seq: int = 0
    hash: str = ""


class LedgerSeal(Stored, table=True):
    """The day's digest over the heads of all chains that moved, chained to the day before. Append-only."""

    __tablename__ = "ledger_seal"

    seq: int = Field(primary_key=True)
    day: date
    sealed_at: datetime = instant()
    prev_hash: str
    hash: str


class LedgerSealHead(Stored, table=True):
    """One chain's head at a seal: a cut tail shows against it. Append-only."""

    __tablename__ = "ledger_seal_head"

    seal: int = Field(primary_key=True)
    chain: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    hash: str


class Notification(Stored, table=True):
    """A message 通知: one event for one person. ``key`` makes it one; rendered when it is sent.

    By which channels it leaves is decided by the worker (``routed_at``), never by whoever queues it.
    ``urgent``: neither quiet hours nor the digest hold it back. ``case_id`` is null where it is of no case.
    """

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_unrouted", "id", postgresql_where=text("routed_at IS NULL")),)

    id: int | None = generated_id()
    key: str = Field(unique=True)
    template: str
    case_id: int | None = reference("cases.id", nullable=True)
    assignment_id: int | None = reference("assignment.id", nullable=True)
    rung_id: int | None = reference("rung.id", nullable=True)
    clock_act_id: int | None = reference("clock_act.id", nullable=True)
    person_id: int = reference("person.id")
    created_at: datetime = instant()
    urgent: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    routed_at: datetime | None = instant(nullable=True)


class TodoLink(Stored, table=True):
    """The link of one message to one to-do, for one person. Only its hash is kept. Append-only.

    Nothing here says whether it still opens the to-do: that follows from the to-do itself.
    """

    __tablename__ = "todo_link"

    token_hash: str = Field(primary_key=True)
    assignment_id: int = reference("assignment.id", index=False)
    person_id: int = reference("person.id", index=False)
    created_at: datetime = instant()
