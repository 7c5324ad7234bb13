"""Opening a step: its journal row, what makes it move (to-dos, a queued activity, an incident), its clock."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Date,
    String,
    Table,
    all_,
    bindparam,
    cast,
    insert,
    literal,
    select,
    true,
    update,
)

from engine.actor import current
from engine.calls import Action, ActivityCall, Call, HoldCall, ReviewCall, SigningOrder
from engine.clocks.keeping import Armed, note_armed, note_ended, plan_for_step
from engine.clocks.of_steps import armed_parameters, arming, ending
from engine.holders import Post, is_held, no_holder, post_for
from engine.incidents import open_incident
from engine.policy import Facts, kept_out
from engine.signing import Signed, asked_first, asked_next
from engine.work import StepRow, Work
from models import Activity, Assignment, Holding, Notification, Person, Step, Unit
from models.statement import Statement
from rules.errors import UnknownUnit
from rules.positions import Position
from rules.time import local_date

_step, _assignment, _notification = Step.__table__, Assignment.__table__, Notification.__table__
_person, _holding = Person.__table__, Holding.__table__


def _parameters(table: Table, *names: str) -> dict[str, Any]:
    """Bind parameters named after a table's columns."""
    return {name: bindparam(name, type_=table.c[name].type) for name in names}


_insert_step = (
    insert(_step)
    .values(
        _parameters(
            _step,
            "case_id",
            "key",
            "round",
            "kind",
            "call",
            "document_version_id",
            "opened_seq",
            "opened_at",
            "settled_seq",
            "settled_at",
            "outcome",
        )
    )
    .returning(_step.c.id)
)
_INSERT_STEP = Statement(_insert_step)
_SETTLE_STEP = Statement(
    ending(
        update(_step)
        .where(_step.c.id == bindparam("step"))
        .values(settled_at=bindparam("at"), settled_seq=bindparam("new_seq"), outcome=bindparam("result"))
    )
)
_CLOSE_STEP_ASSIGNMENTS = Statement(
    update(_assignment)
    .where(_assignment.c.step_id == bindparam("step"), _assignment.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"), closed_because=bindparam("because"))
)


def _ask_statement(step: CTE | None = None, *, with_clock: bool = False) -> Statement:
    """One signer's to-do and a message to each eligible holder; with a new ``step``, its row as well, and
    its clock.

    One statement. Returns a row per holder, with the step's id.
    """
    values = _parameters(
        _assignment,
        "case_id",
        "position",
        "unit_id",
        "person_id",
        "ordinal",
        "document_version_id",
        "opened_at",
    )
    step_id = bindparam("step_id", type_=BigInteger) if step is None else select(step.c.id).scalar_subquery()
    todo = (
        insert(_assignment)
        .values(values | {"step_id": step_id, "closed_because": literal(""), "note": literal("")})
        .returning(_assignment.c.id, _assignment.c.step_id, _assignment.c.case_id, _assignment.c.opened_at)
        .cte("todo")
    )
    holds = select(_holding.c.person_id).where(
        _holding.c.position == bindparam("position"),
        _holding.c.unit_id.is_not_distinct_from(bindparam("unit_id", type_=BigInteger)),
        current(bindparam("today", type_=Date)),
    )
    holder = (
        select(_person.c.id)
        .where(
            _person.c.active,
            (_person.c.id == bindparam("person_id", type_=BigInteger))
            | (bindparam("person_id", type_=BigInteger).is_(None) & _person.c.id.in_(holds)),
            _person.c.id != all_(bindparam("kept_out", type_=ARRAY(BigInteger))),
        )
        .cte("holder")
    )
    messages = {
        "key": literal("todo:") + cast(todo.c.id, String) + ":" + cast(holder.c.id, String),
        "template": literal("todo"),
        "case_id": todo.c.case_id,
        "assignment_id": todo.c.id,
        "person_id": holder.c.id,
        "created_at": todo.c.opened_at,
    }
    asked = (
        insert(_notification)
        .from_select(list(messages), select(*messages.values()).select_from(todo.join(holder, true())))
        .returning(_notification.c.person_id)
        .cte("asked")
    )
    asking = select(asked.c.person_id, todo.c.step_id).select_from(asked.join(todo, true()))
    return Statement(arming(asking, step) if step is not None and with_clock else asking)


_ASK = _ask_statement()
_OPEN_AND_ASK = _ask_statement(_insert_step.cte("opened"))
_OPEN_ASK_AND_ARM = _ask_statement(_insert_step.cte("opened"), with_clock=True)


def open_step(work: Work, call: Call, round_: int) -> StepRow:
    """Write the journal row and whatever will settle it."""
    if isinstance(call, ReviewCall):
        return _open_review(work, call, round_)
    row = write_step(work, call, round_)
    if isinstance(call, ActivityCall):
        _queue(work, call, row)
    elif isinstance(call, HoldCall):
        open_incident(
            work, "hold", zh=call.reason_zh, en=call.reason_en, step_id=row.id, blocking=True, step=row.label
        )
    return row


def write_step(work: Work, call: Call, round_: int, outcome: dict[str, Any] | None = None) -> StepRow:
    """The journal row, with its ledger entry; already settled when ``outcome`` is given."""
    row = _new_row(work, call, round_, outcome)
    [(row.id,)] = _INSERT_STEP.run(work.connection, _as_parameters(work, row))
    return _journaled(work, row)


def _open_review(work: Work, call: ReviewCall, round_: int) -> StepRow:
    """The journal row and the first signers' to-dos; the first of them in the same statement."""
    row = _new_row(work, call, round_)
    first, *others = asked_first(call.order, len(call.signers))
    values, armed = _as_parameters(work, row), _own_clock(work, call)
    if armed is None:
        row.id = _ask(work, row, first, _OPEN_AND_ASK, values)
    else:
        values |= armed_parameters(armed)
        row.id = _ask(work, row, first, _OPEN_ASK_AND_ARM, values)
    _journaled(work, row)
    if armed is not None:
        note_armed(work, armed, row.label)
    for ordinal in others:
        ask(work, row, ordinal)
    return row


def _own_clock(work: Work, call: ReviewCall) -> Armed | None:
    """The clock of a step that has a target: it starts anew with every round."""
    if not call.target:
        return None
    return plan_for_step(work, call.as_json(), work.now)


def ask_next_signer(work: Work, row: StepRow) -> None:
    """Open the next to-do of a review signed in order, unless one is open."""
    asked = [todo for todo in work.assignments if todo.step_id == row.id]
    if row.kind != "review" or any(todo.closed_at is None for todo in asked):
        return
    following = asked_next(
        SigningOrder(row.call["order"]), len(row.call["signers"]), signatures(work, row.id)
    )
    if following is not None:
        ask(work, row, following)


def signatures(work: Work, step_id: int) -> list[Signed]:
    """Who has signed a step round so far, by place in the list."""
    return [Signed(row.ordinal, Action(row.action)) for row in work.decisions_of(step_id)]


def ask(work: Work, row: StepRow, ordinal: int) -> None:
    """Open the to-do of one signer and queue a message to everyone who may act on it."""
    _ask(work, row, ordinal, _ASK, {"step_id": row.id})


def _ask(work: Work, row: StepRow, ordinal: int, statement: Statement, step: dict[str, Any]) -> int:
    """Returns the step's id, which a new step has only now."""
    position = Position(row.call["signers"][ordinal])
    unit_id = _unit_asked(work, row.call.get("units") or [], ordinal)
    post = post_for(position, unit_id=unit_id, drafter_id=work.case.drafter_id)
    today = local_date(work.now, work.timezone)
    asked = statement.run(
        work.connection,
        {
            **step,
            "case_id": work.case.id,
            "position": position.value,
            "unit_id": post.unit_id,
            "person_id": post.person_id,
            "ordinal": ordinal,
            "document_version_id": row.document_version_id,
            "opened_at": work.now,
            "today": today,
            "kept_out": kept_out(duties(work, row.call, post)),
        },
    )
    if not asked:
        raise no_holder(position, separated=is_held(work.connection, post, today))
    return int(asked[0].step_id)


def _unit_asked(work: Work, units: list[str], ordinal: int) -> int:
    """The unit whose post is asked: the case's own, or one named by its code.

    Raises:
        UnknownUnit: no unit has that code.
    """
    if not units or not units[ordinal]:
        return work.case.unit_id
    unit = Unit.__table__
    found = work.connection.scalar(select(unit.c.id).where(unit.c.code == units[ordinal]))
    if found is None:
        raise UnknownUnit(where="unit", unit=units[ordinal], known="")
    return int(found)


def _new_row(work: Work, call: Call, round_: int, outcome: dict[str, Any] | None = None) -> StepRow:
    """A row of the journal before it is written; its id comes with that."""
    version = getattr(call, "document_version_id", None) or work.case.document_version_id
    settled_at = None if outcome is None else work.now
    return StepRow(0, call.key, round_, call.kind, call.as_json(), version, outcome, work.now, settled_at)


def _as_parameters(work: Work, row: StepRow) -> dict[str, Any]:
    return {
        "case_id": work.case.id,
        "key": row.key,
        "round": row.round,
        "kind": row.kind,
        "call": row.call,
        "document_version_id": row.document_version_id,
        "opened_seq": work.seq,
        "opened_at": row.opened_at,
        "settled_seq": None if row.outcome is None else work.seq,
        "settled_at": row.settled_at,
        "outcome": row.outcome,
    }


def _journaled(work: Work, row: StepRow) -> StepRow:
    work.steps[(row.key, row.round)] = row
    action = "step-opened" if row.outcome is None else "step-recorded"
    work.note(action, basis=row.call["basis"], step=row.label, data=(row.outcome or {}).get("facts"))
    return row


def duties(work: Work, call: dict[str, Any], post: Post) -> Facts:
    """What the policy door must know to keep drafter, reviewer and signer apart."""
    reviewed = {a.decided_by for a in work.assignments if a.action and _was_review(work, a.step_id)}
    return Facts(
        drafter_id=work.case.drafter_id,
        unit_id=post.unit_id,
        position=post.position,
        assigned_person_id=post.person_id,
        clerical=call["clerical"],
        signs=call["signs"],
        reviewed_by=frozenset(reviewed),
        authors=frozenset(row.author_id for row in work.steps.values() if row.author_id is not None),
    )


def _was_review(work: Work, step_id: int) -> bool:
    row = work.step_of(step_id)
    return row is not None and not row.call.get("clerical") and not row.call.get("signs")


def _queue(work: Work, call: ActivityCall, row: StepRow) -> None:
    work.connection.execute(
        insert(Activity.__table__),
        {
            "step_id": row.id,
            "case_id": work.case.id,
            "name": call.activity,
            "arguments": call.arguments,
            "idempotency_key": f"{work.case.number}:{row.label}",
            "epoch": 0,
            "attempts": 0,
            "next_try_at": work.machine_now,
            "last_error": "",
        },
    )


def settle_step(
    work: Work, row: StepRow, outcome: dict[str, Any], because: str, *, ended: str = "met"
) -> None:
    """Write a step's outcome and close whatever of it is still open; its clock is ``ended``."""
    several = row.kind == "review" and SigningOrder(row.call["order"]) is not SigningOrder.ONE
    if several or ended == "lapsed":
        _CLOSE_STEP_ASSIGNMENTS.run(work.connection, {"step": row.id, "at": work.now, "because": because})
    clocks = _SETTLE_STEP.run(
        work.connection,
        {
            "case": work.case.id,
            "step": row.id,
            "at": work.now,
            "new_seq": work.seq,
            "result": outcome,
            "ended": ended,
            "acted_at": work.acted_at,
        },
    )
    row.outcome, row.settled_at = outcome, work.now
    for clock in clocks:
        note_ended(work, row.label, ended, basis=clock.basis, late=clock.met_late)
