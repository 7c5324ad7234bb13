"""Opening a step: its journal row, and what makes it move: to-dos, a queued activity, an incident."""

from typing import Any

from sqlalchemy import bindparam, insert, update

from engine.calls import ActivityCall, Call, HoldCall, ReviewCall, SigningOrder
from engine.holders import Post, eligible_holders, post_for
from engine.incidents import open_incident
from engine.policy import Facts
from engine.signing import asked_first
from engine.work import StepRow, Work
from models import Activity, Assignment, Notification, Step
from rules.positions import Position
from rules.time import local_date

_INSERT_STEP = insert(Step.__table__).returning(Step.__table__.c.id)
_INSERT_ASSIGNMENT = insert(Assignment.__table__).returning(Assignment.__table__.c.id)
_INSERT_NOTIFICATION = insert(Notification.__table__)
_INSERT_ACTIVITY = insert(Activity.__table__)
_CLOSE_STEP_ASSIGNMENTS = (
    update(Assignment.__table__)
    .where(Assignment.__table__.c.step_id == bindparam("step"), Assignment.__table__.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"), closed_because=bindparam("because"))
)
_SETTLE_STEP = (
    update(Step.__table__)
    .where(Step.__table__.c.id == bindparam("step"))
    .values(settled_at=bindparam("at"), settled_seq=bindparam("seq"), outcome=bindparam("result"))
)


def open_step(work: Work, call: Call, round_: int) -> StepRow:
    """Write the journal row and whatever will settle it."""
    row = write_step(work, call, round_)
    if isinstance(call, ReviewCall):
        for ordinal in asked_first(call.order, len(call.signers)):
            ask(work, row, ordinal)
    elif isinstance(call, ActivityCall):
        _queue(work, call, row)
    elif isinstance(call, HoldCall):
        open_incident(
            work, "hold", zh=call.reason_zh, en=call.reason_en, step_id=row.id, blocking=True, step=row.label
        )
    return row


def write_step(work: Work, call: Call, round_: int, outcome: dict[str, Any] | None = None) -> StepRow:
    """The journal row, with its ledger entry; already settled when ``outcome`` is given."""
    settled = None if outcome is None else work.now
    version = getattr(call, "document_version_id", None) or work.case.document_version_id
    stored = call.as_json()
    step_id = work.connection.execute(
        _INSERT_STEP,
        {
            "case_id": work.case.id,
            "key": call.key,
            "round": round_,
            "kind": call.kind,
            "call": stored,
            "document_version_id": version,
            "opened_seq": work.seq,
            "opened_at": work.now,
            "settled_seq": None if outcome is None else work.seq,
            "settled_at": settled,
            "outcome": outcome,
        },
    ).scalar_one()
    row = StepRow(step_id, call.key, round_, call.kind, stored, version, outcome, work.now, settled)
    work.steps[(call.key, round_)] = row
    work.note("step-opened" if outcome is None else "step-recorded", basis=call.basis, step=row.label)
    return row


def ask(work: Work, row: StepRow, ordinal: int) -> None:
    """Open the to-do of one signer and queue a message to everyone who may act on it."""
    call = row.call
    position = Position(call["signers"][ordinal])
    post = post_for(position, unit_id=work.case.unit_id, drafter_id=work.case.drafter_id)
    facts = duties(work, call, post)
    holders = eligible_holders(work.connection, post, facts, local_date(work.now, work.timezone))
    assignment_id = work.connection.execute(
        _INSERT_ASSIGNMENT,
        {
            "case_id": work.case.id,
            "step_id": row.id,
            "incident_id": None,
            "position": position.value,
            "unit_id": post.unit_id,
            "person_id": post.person_id,
            "ordinal": ordinal,
            "document_version_id": row.document_version_id,
            "opened_at": work.now,
            "closed_because": "",
        },
    ).scalar_one()
    notify(work, "todo", assignment_id, holders)


def duties(work: Work, call: dict[str, Any], post: Post) -> Facts:
    """What the policy door must know to keep drafter, reviewer and signer apart."""
    reviewed = {d.person_id for d in work.decisions if _was_review(work, d.step_id)}
    return Facts(
        drafter_id=work.case.drafter_id,
        unit_id=post.unit_id,
        position=post.position,
        assigned_person_id=post.person_id,
        clerical=call["clerical"],
        signs=call["signs"],
        reviewed_by=frozenset(reviewed),
    )


def _was_review(work: Work, step_id: int) -> bool:
    row = work.step_of(step_id)
    return row is not None and not row.call.get("clerical") and not row.call.get("signs")


def notify(work: Work, template: str, assignment_id: int, people: list[int]) -> None:
    """Queue one message per person; it is rendered and sent after commit, by the outbox."""
    work.connection.execute(
        _INSERT_NOTIFICATION,
        [
            {
                "key": f"{template}:{assignment_id}:{person}",
                "template": template,
                "case_id": work.case.id,
                "assignment_id": assignment_id,
                "person_id": person,
                "created_at": work.now,
                "attempts": 0,
                "next_try_at": work.now,
                "last_error": "",
            }
            for person in people
        ],
    )


def _queue(work: Work, call: ActivityCall, row: StepRow) -> None:
    work.connection.execute(
        _INSERT_ACTIVITY,
        {
            "step_id": row.id,
            "case_id": work.case.id,
            "name": call.activity,
            "arguments": call.arguments,
            "idempotency_key": f"{work.case.number}:{row.label}",
            "epoch": 0,
            "attempts": 0,
            "next_try_at": work.now,
            "last_error": "",
        },
    )


def settle_step(work: Work, row: StepRow, outcome: dict[str, Any], because: str) -> None:
    """Write a step's outcome and close whatever of it is still open."""
    if row.kind == "review" and SigningOrder(row.call["order"]) is not SigningOrder.ONE:
        work.connection.execute(_CLOSE_STEP_ASSIGNMENTS, {"step": row.id, "at": work.now, "because": because})
    work.connection.execute(
        _SETTLE_STEP, {"step": row.id, "at": work.now, "seq": work.seq, "result": outcome}
    )
    row.outcome, row.settled_at = outcome, work.now
