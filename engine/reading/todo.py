"""To-dos 待办: the inbox of a person, and one to-do with what may be answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from engine.actor import Actor
from engine.calls import Action
from engine.policy import Act, Facts, may
from engine.reading.limit_todos import ClockActTodo, EscalationTodo, LimitTodos, read_limit_todos
from engine.reading.procedures import form_schema
from engine.reading.values import CLOCK_ACT, ESCALATION, INCIDENT, Named, Wording, position_named, step_named
from engine.reading.visible import load_visible
from engine.service import Service
from rules.errors import AssignmentNotFound, CaseNotFound

PAGE = 200

_TODO = """
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
             WHERE e.case_id = c.id AND e.kind = 'review') AS titles
      FROM assignment a
      JOIN cases c ON c.id = a.case_id
      JOIN unit u ON u.id = c.unit_id
      LEFT JOIN step s ON s.id = a.step_id
      LEFT JOIN incident i ON i.id = a.incident_id
      LEFT JOIN clock_act x ON x.id = a.clock_act_id
      LEFT JOIN document_version v ON v.id = a.document_version_id
"""
_OPEN_AND_MINE = """
     WHERE a.closed_at IS NULL AND a.id > :after
       AND (a.person_id = :me OR (a.person_id IS NULL AND a.position = ANY(:positions)
            AND EXISTS (SELECT 1
                          FROM unnest(CAST(:positions AS text[]), CAST(:units AS bigint[])) AS h (post, unit)
                         WHERE h.post = a.position AND h.unit IS NOT DISTINCT FROM a.unit_id)))
     ORDER BY a.id LIMIT :page
"""
_INBOX = text(_TODO + _OPEN_AND_MINE)
_ONE = text(_TODO + " WHERE a.id = :id")


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

    ``title`` is told to those who may read the document, ``asks`` to those who may decide.
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


@dataclass(frozen=True)
class Inbox:
    """Open to-dos, oldest first. ``next_after`` continues a long list; null: this is all."""

    todos: list[Todo]
    next_after: int | None


def inbox(service: Service, actor: Actor, *, after: int = 0, size: int = PAGE) -> Inbox:
    """The open to-dos the actor may act on now: one's own, and those of posts held today."""
    held = sorted(actor.holdings, key=str)
    arguments = {
        "me": actor.person_id,
        "positions": [position for position, _unit in held],
        "units": [unit for _position, unit in held],
        "after": after,
        "page": size + 1,
    }
    with service.read() as connection:
        rows = connection.execute(_INBOX, arguments).all()
        page = rows[:size]
        mine = [row for row in page if _may_act(actor, row)]
        limits = read_limit_todos(connection, [row.id for row in mine if row.rung_id or row.clock_act_id])
    todos = [_todo(row, actor, limits, shows_title=row.key is not None) for row in mine]
    return Inbox(todos, page[-1].id if len(rows) > size else None)


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
        limits = read_limit_todos(connection, [row.id] if row.rung_id or row.clock_act_id else [])
    return _todo(row, actor, limits, shows_title=case.may_read_document)


def _may_act(actor: Actor, row: Row[Any]) -> bool:
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


def _todo(row: Row[Any], actor: Actor, limits: LimitTodos, *, shows_title: bool) -> Todo:
    decidable = row.key is not None and row.closed_at is None and _may_act(actor, row)
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
        asks=_answerable(row) if decidable else None,
        incident=_incident(row),
        escalation=limits.escalations.get(row.id),
        clock_act=limits.acts.get(row.id),
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
