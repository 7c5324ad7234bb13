"""A case 事项: where it is, who has it since when, and how it came there."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from engine.actor import Actor, about_holdings
from engine.calls import Action
from engine.policy import Act, Facts, kept_out, may
from engine.procedures import procedure
from engine.reading.case_view import (
    CaseView,
    Decided,
    HeldBy,
    IncidentView,
    IssueView,
    OpenStep,
    PublicationView,
    StepRound,
    Timeline,
)
from engine.reading.stated import stated_of
from engine.reading.values import Named, Wording, position_named, snapshot, step_named
from engine.reading.visible import Visible, load_visible
from engine.service import Service
from rules.errors import UnknownProcedure
from rules.positions import Position

_TIMELINE = text(
    """
    SELECT s.id, s.key, s.round, s.kind, s.call, s.opened_at, s.settled_at, v.version,
           s.outcome->>'action' AS action, s.outcome->>'article' AS lapsed_by,
           p.name AS by, a.position, m.action AS decided, m.opinion,
           m.answers, m.return_to, m.return_mode, m.decided_at, m.channel
      FROM step s
      LEFT JOIN decision m ON m.step_id = s.id
      LEFT JOIN assignment a ON a.id = m.assignment_id
      LEFT JOIN person p ON p.id = m.person_id
      LEFT JOIN document_version v ON v.id = COALESCE(m.document_version_id, s.document_version_id)
     WHERE s.case_id = :case ORDER BY s.id, m.id
    """
)
_HOLDERS = about_holdings(
    """
    SELECT a.id AS todo, a.step_id, a.position, a.opened_at, a.person_id, u.name AS unit, p.id, p.name, s.call
      FROM assignment a
      LEFT JOIN step s ON s.id = a.step_id
      LEFT JOIN unit u ON u.id = a.unit_id
      LEFT JOIN holding h ON a.person_id IS NULL AND h.position = a.position
       AND h.unit_id IS NOT DISTINCT FROM a.unit_id
       AND {in_force}
      LEFT JOIN person p ON p.id = COALESCE(a.person_id, h.person_id) AND p.active
     WHERE a.case_id = :case AND a.closed_at IS NULL AND a.rung_id IS NULL AND a.clock_act_id IS NULL
     ORDER BY a.id, p.id
    """
)
_INCIDENTS = text(
    "SELECT kind, blocking, message_zh, message_en, opened_at, resolved_at, resolution"
    " FROM incident WHERE case_id = :case ORDER BY id"
)
_RESULTS = text(
    """
    SELECT i.doc_no, i.formed_on, i.issued_on, i.marking, p.url, p.published_at, y.attempts, y.next_try_at,
           (SELECT count(*) FROM ledger_entry WHERE chain = c.id AND action = 'urged') AS urged
      FROM cases c
      LEFT JOIN document_issue i ON i.case_id = c.id
      LEFT JOIN LATERAL (SELECT url, published_at FROM publication WHERE case_id = c.id
                          ORDER BY id DESC LIMIT 1) p ON true
      LEFT JOIN LATERAL (SELECT attempts, next_try_at FROM activity WHERE case_id = c.id
                            AND settled_at IS NULL ORDER BY step_id DESC LIMIT 1) y ON true
     WHERE c.id = :case
    """
)


def read_case(service: Service, actor: Actor, number: str) -> CaseView:
    """Everything about a case but its document, in five statements.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number)
        timeline = _timeline(connection, case)
        holders = _held_by(connection, case, service.today)
        incidents = [_incident(row) for row in connection.execute(_INCIDENTS, {"case": case.row.id})]
        results = connection.execute(_RESULTS, {"case": case.row.id}).one()
    row = case.row
    at = [_open(step, results) for step in timeline if step.settled_at is None]
    return CaseView(
        number=row.number,
        procedure=row.procedure,
        version=row.version,
        title=case.title,
        may_read_document=case.may_read_document,
        unit=Named(row.unit_code, row.unit_name, row.unit_code),
        drafter=row.drafter,
        in_charge=position_named(_opened_by(row)),
        launched_by=row.launcher,
        channel=row.channel,
        launched_at=row.launched_at,
        state=_state(row, at, incidents),
        outcome=row.outcome,
        closed_at=row.closed_at,
        document_version=row.document_version,
        at=at,
        held_by=holders,
        issue=IssueView(results.doc_no, results.formed_on, results.issued_on, results.marking)
        if results.doc_no
        else None,
        publication=PublicationView(results.url, results.published_at) if results.url else None,
        incidents=incidents,
        timeline=timeline,
        urged=results.urged,
        may_urge=may(actor, Act.URGE, case.facts)
        and any(set(todo.people) - {actor.name} for todo in holders),
    )


def read_timeline(service: Service, actor: Actor, number: str) -> Timeline:
    """The steps of a case alone.

    Raises:
        CaseNotFound: no such case, or none the actor may know of.
    """
    with snapshot(service) as connection:
        case = load_visible(connection, actor, number)
        return Timeline(case.row.number, _timeline(connection, case))


def _opened_by(row: Row[Any]) -> Position:
    try:
        return procedure(row.procedure, row.version).opened_by
    except UnknownProcedure:  # of a version that is not installed any more
        return Position.DRAFTER


def _state(row: Row[Any], at: Sequence[OpenStep], incidents: Sequence[IncidentView]) -> str:
    if row.closed_at is not None:
        return "closed"
    if row.frozen or any(i.blocking and i.resolved_at is None for i in incidents):
        return "stopped"
    return "automated" if any(step.kind == "activity" for step in at) else "waiting"


def _open(step: StepRound, results: Row[Any]) -> OpenStep:
    automated = step.kind == "activity"
    return OpenStep(
        step.step,
        step.round,
        step.kind,
        step.opened_at,
        results.attempts if automated else None,
        results.next_try_at if automated else None,
    )


def _timeline(connection: Connection, case: Visible) -> list[StepRound]:
    rounds: dict[int, StepRound] = {}
    for row in connection.execute(_TIMELINE, {"case": case.row.id}):
        if row.id not in rounds:
            rounds[row.id] = _step_round(row)
        if row.by is not None:
            rounds[row.id].decisions.append(_decided(row, case))
    return list(rounds.values())


def _step_round(row: Row[Any]) -> StepRound:
    return StepRound(
        step=step_named(row.key, row.call["title"]),
        round=row.round,
        kind=row.kind,
        basis=row.call["basis"],
        opened_at=row.opened_at,
        settled_at=row.settled_at,
        action=row.action,
        document_version=row.version,
        lapsed_by=row.lapsed_by,
    )


def _decided(row: Row[Any], case: Visible) -> Decided:
    told, form = case.may_read_opinions, _form_of(row)
    return Decided(
        by=row.by,
        position=position_named(row.position),
        action=Named(row.decided, Action(row.decided).chinese, row.decided),
        opinion=row.opinion if told else None,
        answers=row.answers if told else None,
        return_to=row.return_to,
        return_mode=row.return_mode,
        document_version=row.version,
        channel=row.channel,
        at=row.decided_at,
        stated=stated_of(case.row.procedure, case.row.version, form, row.answers) if told and form else [],
    )


def _form_of(row: Row[Any]) -> str:
    """The form a decision of this action filled in, by name; empty: none."""
    name = {Action.APPROVE: "form", Action.RETURN: "return_form"}.get(Action(row.decided))
    return str(row.call.get(name) or "") if name else ""


def _held_by(connection: Connection, case: Visible, today: date) -> list[HeldBy]:
    people: dict[int, list[str]] = defaultdict(list)
    todos: dict[int, Row[Any]] = {}
    for row in connection.execute(_HOLDERS, {"case": case.row.id, "today": today}):
        todos.setdefault(row.todo, row)
        if row.id is not None and not _kept_out(row, case):
            people[row.todo].append(row.name)
    return [
        HeldBy(todo, position_named(row.position), row.unit, people[todo], row.opened_at)
        for todo, row in todos.items()
    ]


def _kept_out(row: Row[Any], case: Visible) -> bool:
    if row.call is None or row.person_id is not None:
        return False
    facts = Facts(
        drafter_id=case.row.drafter_id,
        position=row.position,
        clerical=row.call["clerical"],
        signs=row.call["signs"],
        reviewed_by=frozenset(case.row.reviewed_by),
        authors=frozenset(case.row.authors),
    )
    return row.id in kept_out(facts)


def _incident(row: Row[Any]) -> IncidentView:
    message = Wording(row.message_zh, row.message_en)
    return IncidentView(row.kind, row.blocking, message, row.opened_at, row.resolved_at, row.resolution)
