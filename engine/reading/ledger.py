"""A case's ledger 留痕 as it stands, and whether its hash chain verifies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from engine.actor import Actor
from engine.ledger import verify
from engine.policy import Act
from engine.reading.values import Wording, snapshot
from engine.reading.visible import load_visible
from engine.service import Service
from rules.errors import LedgerBroken

_ENTRIES = text("SELECT * FROM ledger_entry WHERE chain = :chain ORDER BY seq")


@dataclass(frozen=True)
class Entry:
    """One entry: who, when, what, by which provision, and its place in the chain."""

    seq: int
    at: datetime
    actor: str
    channel: str
    action: str
    basis: str
    step: str
    data: dict[str, Any]
    prev_hash: str
    hash: str


@dataclass(frozen=True)
class CaseLedger:
    """``intact`` says that every hash and the head fit; ``fault`` says where not."""

    number: str
    intact: bool
    fault: Wording | None
    head: str
    entries: list[Entry]


def read_ledger(service: Service, actor: Actor, number: str) -> CaseLedger:
    """The entries of a case and the result of verifying its chain.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number, Act.READ_LEDGER)
        rows = connection.execute(_ENTRIES, {"chain": case.row.id}).all()
        fault = None
        try:
            verify(connection, case.row.id)
        except LedgerBroken as broken:
            fault = Wording(broken.message("zh"), broken.message("en"))
    entries = [Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__}) for row in rows]
    return CaseLedger(number, fault is None, fault, case.row.ledger_head, entries)
