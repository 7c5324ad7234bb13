"""A to-do 待办: what it is about, until when, and what may be answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from engine.actor import Actor
from engine.calls import Action
from engine.law import law_of
from engine.policy import Act, Facts, may
from engine.reading.limit_todos import ClockActTodo, EscalationTodo, LimitTodos, read_limit_todos
from engine.reading.limits import Limit, limits_from
from engine.reading.procedures import form_schema
from engine.reading.values import CLOCK_ACT, ESCALATION, INCIDENT, Named, Wording, position_named, step_named
from engine.reading.visible import load_visible
from engine.service import Service
from rules.errors import AssignmentNotFound, CaseNotFound

LIMITS_OF_TODO = """k.case_id = a.case_id AND k.closed_at IS NULL
               AND (k.step_id IS NULL OR k.step_id = a.step_id OR k.id = COALESCE(r.clock_id, x.clock_id))"""
"""Which running clocks ``k`` a to-do ``a`` waits under: its step's own, that it is about, and the case's."""

TODO = f"""
    SELECT a.id, a.position, a.unit_id, a.person_id, a.opened_at, a.closed_at, a.closed_because,
           c.number, c.procedure, c.version AS procedure_version, c.title, c.drafter_id,
           u.code AS unit_code, u.name AS unit_name,
           s.key, s.round, s.call, v.version AS document_version,
           i.kind AS incident, i.blocking, i.message_zh, i.message_en,
           a.rung_id, a.clock_act_id, x.asked_by, c.title_is_public,
           (SELECT count(*) FROM notification u WHERE u.assignment_id = a.id AND u.person_id = :me
               AND u.template = 'urged') AS urged,
           EXISTS (SELECT 1 FROM decision m JOIN step r ON r.id = m.step_id
                    WHERE m.case_id = c.id AND m.person_id = :me
                      AND NOT (r.call->>'clerical')::bool AND NOT (r.call->>'signs')::bool) AS i_reviewed,
           EXISTS (SELECT 1 FROM document_version w WHERE w.case_id = c.id AND w.created_by = :me) AS i_wrote,
           (SELECT jsonb_object_agg(e.key, e.call->'title') FROM step e
             WHERE e.case_id = c.id AND e.kind = 'review') AS titles,
           (SELECT jsonb_agg(to_jsonb(k) ORDER BY k.late_from, k.id) FROM clock k
             WHERE {LIMITS_OF_TODO}) AS clocks,
           (SELECT COALESCE(max(id), 0) FROM law_change) AS law_revision
      FROM assignment a
      JOIN cases c ON c.id = a.case_id
      JOIN unit u ON u.id = c.unit_id
      LEFT JOIN step s ON s.id = a.step_id
      LEFT JOIN incident i ON i.id = a.incident_id
      LEFT JOIN rung r ON r.id = a.rung_id
      LEFT JOIN clock_act x ON x.id = a.clock_act_id
      LEFT JOIN document_version v ON v.id = a.document_version_id
"""  # noqa: S608  a constant
_ONE = text(TODO + " WHERE a.id = :id")


@dataclass(frozen=True)
class IncidentTodo:
    """Why an administrator is asked: nothing to decide, something to put right and retry."""

    kind: str
    blocking: bool
    message: Wording


@dataclass(frozen=True)
class Answerable:
    """What a decision on this to-do may say."""

    actions: list[Named]
    opinion_required_for: list[str]
    returns_to: list[Named]
    form: str
    form_schema: dict[str, Any] | None
    return_form: str
    return_form_schema: dict[str, Any] | None


@dataclass(frozen=True)
class Todo:
    """One to-do: of a step, or about an incident, an escalated limit, or something asked of a limit.

    ``title`` is told to those who may read the document, ``asks`` to those who may decide. ``limits`` are
    those that run: of the step or the limit it is about, and of the case; the earliest due first.
    ``yours``: whether the reader may act on it now.
    """

    id: int
    case: str
    procedure: str
    unit: Named
    title: str | None
    position: Named
    opened_at: datetime
    step: Named | None
    round: int | None
    basis: str
    document_version: int | None
    asks: Answerable | None
    incident: IncidentTodo | None
    escalation: EscalationTodo | None
    clock_act: ClockActTodo | None
    limits: list[Limit]
    yours: bool
    closed_at: datetime | None
    closed_because: str
    urged: int  # how often one was urged to see to it

    @property
    def what(self) -> Named:
        """Its step; without one, a limit that went up or was asked about, or an incident."""
        if self.escalation is not None:
            return ESCALATION
        if self.clock_act is not None:
            return CLOCK_ACT
        return self.step or INCIDENT


def read_assignment(service: Service, actor: Actor, assignment_id: int) -> Todo:
    """One to-do, open or closed, of a case the actor may know of.

    Raises:
        AssignmentNotFound: no such to-do, or of a case the actor may not know of.
    """
    with service.read() as connection:
        row = connection.execute(_ONE, {"id": assignment_id, "me": actor.person_id}).one_or_none()
        if row is None:
            raise AssignmentNotFound(where="assignment", assignment=assignment_id)
        try:
            case = load_visible(connection, actor, row.number)
        except CaseNotFound:
            raise AssignmentNotFound(where="assignment", assignment=assignment_id) from None
        return todos_from(service, connection, actor, [row], shows_title=case.may_read_document)[0]


def todos_from(
    service: Service,
    connection: Connection,
    actor: Actor,
    rows: Sequence[Row[Any]],
    *,
    shows_title: bool | None = None,
) -> list[Todo]:
    """Rows of ``TODO`` as to-dos. Whoever may decide may read the title, unless it is told otherwise."""
    if not rows:
        return []
    law = law_of(connection, service.settings.timezone, rows[0].law_revision)
    about = read_limit_todos(
        connection, [row.id for row in rows if row.rung_id or row.clock_act_id], law, service.now
    )
    return [
        _todo(
            row,
            actor,
            about,
            limits_from(row.clocks, law, service.now),
            shows_title=row.key is not None if shows_title is None else shows_title,
        )
        for row in rows
    ]


def may_act(actor: Actor, row: Row[Any]) -> bool:
    """Whether the door lets the actor act on the to-do of a row of ``TODO``."""
    if row.incident is not None:
        return may(actor, Act.RETRY_CASE, Facts())
    if row.key is None:
        post = Facts(
            position=row.position,
            unit_id=row.unit_id,
            assigned_person_id=row.person_id,
            about_person_id=row.asked_by,
        )
        return may(actor, Act.ATTEND if row.rung_id else Act.ANSWER_OF_CLOCK, post)
    facts = Facts(
        drafter_id=row.drafter_id,
        unit_id=row.unit_id,
        position=row.position,
        assigned_person_id=row.person_id,
        clerical=row.call["clerical"],
        signs=row.call["signs"],
        reviewed_by=frozenset({actor.person_id} if row.i_reviewed else ()),
        authors=frozenset({actor.person_id} if row.i_wrote else ()),
    )
    return may(actor, Act.DECIDE, facts)


def _todo(row: Row[Any], actor: Actor, about: LimitTodos, limits: list[Limit], *, shows_title: bool) -> Todo:
    yours = row.closed_at is None and may_act(actor, row)
    return Todo(
        id=row.id,
        case=row.number,
        procedure=row.procedure,
        unit=Named(row.unit_code, row.unit_name, row.unit_code),
        title=row.title if shows_title or row.title_is_public else None,
        position=position_named(row.position),
        opened_at=row.opened_at,
        step=step_named(row.key, row.call["title"]) if row.key else None,
        round=row.round,
        basis=row.call["basis"] if row.key else "",
        document_version=row.document_version,
        asks=_answerable(row) if yours and row.key is not None else None,
        incident=_incident(row),
        escalation=about.escalations.get(row.id),
        clock_act=about.acts.get(row.id),
        limits=limits,
        yours=yours,
        closed_at=row.closed_at,
        closed_because=row.closed_because,
        urged=row.urged,
    )


def _answerable(row: Row[Any]) -> Answerable:
    call, titles = row.call, row.titles or {}
    return_form = call.get("return_form", "")
    return Answerable(
        actions=[Named(action, Action(action).chinese, action) for action in call["actions"]],
        opinion_required_for=call["opinion_for"],
        returns_to=[step_named(key, titles.get(key)) for key in call["returns_to"]],
        form=call["form"],
        form_schema=form_schema(row.procedure, row.procedure_version, call["form"]),
        return_form=return_form,
        return_form_schema=form_schema(row.procedure, row.procedure_version, return_form),
    )


def _incident(row: Row[Any]) -> IncidentTodo | None:
    if row.incident is None:
        return None
    return IncidentTodo(row.incident, row.blocking, Wording(row.message_zh, row.message_en))
