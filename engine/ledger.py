"""The ledger 留痕: one hash chain per case, one for the organ, sealed every day.

An entry's hash covers its content and the hash before it; a seal covers the heads of the chains
that moved since the last one, so that a cut tail shows too.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Insert, bindparam, column, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from models import ORGAN_CHAIN, Case, LedgerEntry, LedgerHead, LedgerSeal, LedgerSealHead
from models.statement import Statement
from rules.errors import LedgerBroken

_entry = LedgerEntry.__table__


def appending() -> Insert:
    """The insert of all entries in the JSON parameter ``entries``: however many, one statement."""
    columns = [column(each.name, each.type) for each in _entry.columns]
    sent = func.jsonb_to_recordset(bindparam("entries", type_=JSONB)).table_valued(*columns, name="sent")
    return insert(_entry).from_select(
        [each.name for each in columns], select(sent.render_derived(with_types=True))
    )


_APPEND = Statement(appending())


@dataclass
class Chain:
    """The tail of one chain while it is written: entries wait here until they are ``taken``."""

    chain: int
    seq: int
    head: str
    pending: list[dict[str, Any]] = field(default_factory=list)

    def mark(self) -> tuple[int, str, int]:
        """A point to go back to when a savepoint is rolled back."""
        return self.seq, self.head, len(self.pending)

    def rewind(self, mark: tuple[int, str, int]) -> None:
        """Forget what was appended since ``mark``."""
        self.seq, self.head, kept = mark
        del self.pending[kept:]

    def append(
        self,
        action: str,
        *,
        at: datetime,
        actor: str,
        channel: str,
        basis: str = "",
        step: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        """Add one entry. ``data`` must be JSON that survives a round trip: no floats."""
        self.seq += 1
        row: dict[str, Any] = {
            "chain": self.chain,
            "seq": self.seq,
            "at": at,
            "actor": actor,
            "channel": channel,
            "action": action,
            "basis": basis,
            "step": step,
            "data": data or {},
            "prev_hash": self.head,
        }
        row["hash"] = self.head = entry_hash(row)
        self.pending.append(row)

    def taken(self) -> list[dict[str, Any]]:
        """What is pending, as the parameter ``entries`` of a statement that appends; pending no more."""
        entries, self.pending = self.pending, []
        return [{**row, "at": row["at"].isoformat()} for row in entries]


def entry_hash(row: dict[str, Any]) -> str:
    """SHA-256, hex, over the canonical JSON of an entry and the hash before it."""
    content = {name: value for name, value in row.items() if name != "hash"}
    content["at"] = content["at"].astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def append_to_organ(connection: Connection, action: str, **entry: Any) -> int:
    """One entry in the organ's own chain, for acts that belong to no case. Returns its place in it."""
    head = LedgerHead.__table__
    connection.execute(upsert(head).values(chain=ORGAN_CHAIN, seq=0, hash="").on_conflict_do_nothing())
    row = connection.execute(select(head).where(head.c.chain == ORGAN_CHAIN).with_for_update()).one()
    chain = Chain(ORGAN_CHAIN, row.seq, row.hash)
    chain.append(action, **entry)
    _APPEND.run(connection, {"entries": chain.taken()})
    connection.execute(
        head.update().where(head.c.chain == ORGAN_CHAIN).values(seq=chain.seq, hash=chain.head)
    )
    return chain.seq


# --- sealing and verifying -------------------------------------------------------------------


def seal(connection: Connection, *, day: date, at: datetime) -> int:
    """Chain the present heads of all chains that moved since the last seal. Returns how many."""
    seals, heads = LedgerSeal.__table__, LedgerSealHead.__table__
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(739020190)")
    last = connection.execute(select(seals).order_by(seals.c.seq.desc()).limit(1)).one_or_none()
    moved = connection.execute(_MOVED).all()
    if not moved:
        return 0
    number, before = (last.seq + 1, last.hash) if last else (1, "")
    connection.execute(
        insert(seals).values(
            seq=number, day=day, sealed_at=at, prev_hash=before, hash=_seal_hash(number, day, before, moved)
        )
    )
    connection.execute(
        insert(heads), [{"seal": number, "chain": m.chain, "seq": m.seq, "hash": m.hash} for m in moved]
    )
    return len(moved)


def _seal_hash(number: int, day: date, before: str, heads: Any) -> str:
    lines = [f"{number} {day.isoformat()} {before}", *(f"{h.chain} {h.seq} {h.hash}" for h in heads)]
    return sha256("\n".join(lines).encode()).hexdigest()


def _moved_heads() -> Any:
    entry, heads = LedgerEntry.__table__, LedgerSealHead.__table__
    sealed = select(heads.c.chain, func.max(heads.c.seq).label("seq")).group_by(heads.c.chain).subquery()
    top = select(entry.c.chain, func.max(entry.c.seq).label("seq")).group_by(entry.c.chain).subquery()
    return (
        select(entry.c.chain, entry.c.seq, entry.c.hash)
        .join(top, (top.c.chain == entry.c.chain) & (top.c.seq == entry.c.seq))
        .outerjoin(sealed, sealed.c.chain == entry.c.chain)
        .where((sealed.c.seq.is_(None)) | (sealed.c.seq < entry.c.seq))
        .order_by(entry.c.chain)
    )


_MOVED = _moved_heads()


@dataclass(frozen=True)
class Verified:
    """What a verification covered."""

    chains: int
    entries: int
    seals: int


def verify(connection: Connection, chain: int | None = None) -> Verified:
    """Recompute every hash, compare every head, check every seal.

    Raises:
        LedgerBroken: the first place that does not fit.
    """
    chains, entries = _verify_entries(connection, chain)
    seals = 0 if chain is not None else _verify_seals(connection)
    return Verified(chains, entries, seals)


def _verify_entries(connection: Connection, only: int | None) -> tuple[int, int]:
    query = select(_entry).order_by(_entry.c.chain, _entry.c.seq)
    if only is not None:
        query = query.where(_entry.c.chain == only)
    tails: dict[int, tuple[int, str]] = {}
    count = 0
    for row in connection.execute(query.execution_options(yield_per=2000)):
        seq, head = tails.get(row.chain, (0, ""))
        if row.seq != seq + 1:
            raise LedgerBroken(where=f"{row.chain}:{seq + 1}", why="an entry is missing")
        if row.prev_hash != head or entry_hash(dict(row._mapping)) != row.hash:
            raise LedgerBroken(where=f"{row.chain}:{row.seq}", why="the hash does not fit the content")
        tails[row.chain] = (row.seq, row.hash)
        count += 1
    _compare_heads(connection, tails, only)
    return len(tails), count


def _compare_heads(connection: Connection, tails: dict[int, tuple[int, str]], only: int | None) -> None:
    cases, organ = Case.__table__, LedgerHead.__table__
    heads = select(
        cases.c.id.label("chain"), cases.c.ledger_seq.label("seq"), cases.c.ledger_head.label("hash")
    )
    every = heads.union_all(select(organ.c.chain, organ.c.seq, organ.c.hash))
    for head in connection.execute(every):
        if only in (None, head.chain) and tails.get(head.chain, (0, "")) != (head.seq, head.hash):
            raise LedgerBroken(where=f"{head.chain}:{head.seq}", why="the tail of the chain is missing")


def _verify_seals(connection: Connection) -> int:
    seals, heads = LedgerSeal.__table__, LedgerSealHead.__table__
    before, count = "", 0
    for row in connection.execute(select(seals).order_by(seals.c.seq)).all():
        moved = connection.execute(select(heads).where(heads.c.seal == row.seq).order_by(heads.c.chain)).all()
        if row.seq != count + 1 or row.prev_hash != before:
            raise LedgerBroken(where=f"seal {row.seq}", why="a seal is missing")
        if _seal_hash(row.seq, row.day, before, moved) != row.hash:
            raise LedgerBroken(where=f"seal {row.seq}", why="the seal does not fit its heads")
        before, count = row.hash, count + 1
    missing = connection.execute(
        select(heads.c.chain, heads.c.seq)
        .outerjoin(
            _entry,
            (_entry.c.chain == heads.c.chain)
            & (_entry.c.seq == heads.c.seq)
            & (_entry.c.hash == heads.c.hash),
        )
        .where(_entry.c.chain.is_(None))
        .limit(1)
    ).one_or_none()
    if missing:
        raise LedgerBroken(where=f"{missing.chain}:{missing.seq}", why="a sealed entry is gone or changed")
    return count
