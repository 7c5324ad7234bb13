"""督办: a missed limit goes up as a to-do that presses and never decides."""

import pytest

from engine.acts.attend import attend
from engine.acts.decide import DecisionRequest, decide
from engine.clocks.firing import fire_due
from engine.doctor import examine
from engine.invariants import Severity
from engine.links import token_of
from engine.reading import Todo, follow, inbox, read_assignment, read_case
from engine.reading.due import due_of_todos
from engine.service import Service
from rules.errors import AnotherKindOfTodo, AssignmentClosed, AssignmentNotFound, NotAllowed, OpinionRequired
from tests.builders import Bureau, MovableClock, decide_next, launch_case, scalars, todo_of
from tests.engine.limits import entries
from tests.engine.test_outbox import drain


def escalated(service: Service, clock: MovableClock) -> tuple[str, Todo]:
    """A case whose section review is overdue, and the deputy head's to-do about it."""
    number = launch_case(service).number
    decide_next(service, number)
    clock.move(days=7)
    fire_due(service)
    [todo] = inbox(service, service.actor("deputy_head", channel="api")).todos
    return number, todo


def test_the_superior_finds_the_missed_limit_in_the_inbox(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number, todo = escalated(service, clock)
    assert (todo.case, todo.step, todo.asks, todo.title) == (number, None, None, None)
    assert todo.escalation is not None
    assert todo.escalation.limit.title.zh == "股室审核"
    assert todo.escalation.limit.state == "escalated"
    assert str(todo.escalation.limit.due_on) == "2026-04-23"
    assert read_assignment(service, bureau.actor("deputy_head"), todo.id) == todo


def test_whoever_a_limit_was_escalated_to_may_see_the_case_but_not_its_document(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number, todo = escalated(service, clock)
    seen = read_case(service, bureau.actor("deputy_head"), number)
    assert (seen.may_read_document, seen.title) == (False, None)
    assert [held.position.key for held in seen.held_by] == ["section_head"]  # who has it, not who presses
    with pytest.raises(AssignmentNotFound):
        read_assignment(service, bureau.actor("legal_office"), todo.id)


def test_attending_closes_the_todo_with_its_note_and_moves_nothing(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number, todo = escalated(service, clock)
    before = todo_of(service, number)
    attend(service, bureau.actor("deputy_head"), todo.id, " 已当面催办，今日办结 ")
    assert todo_of(service, number) == before
    assert inbox(service, bureau.actor("deputy_head")).todos == []
    closed = read_assignment(service, bureau.actor("deputy_head"), todo.id)
    assert closed.closed_because == "attended"
    assert closed.escalation is not None
    assert closed.escalation.note == "已当面催办，今日办结"
    [entry] = entries(service, "escalation-attended")
    assert (entry.actor, entry.data["todo"]) == ("deputy_head", todo.id)
    assert "催办" not in str(entry.data)
    assert [f for f in examine(service) if f.severity is Severity.BROKEN] == []


def test_attending_needs_a_note_and_the_post_and_happens_once(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    _, todo = escalated(service, clock)
    with pytest.raises(OpinionRequired):
        attend(service, bureau.actor("deputy_head"), todo.id, "  ")
    with pytest.raises(NotAllowed):
        attend(service, bureau.actor("section_head"), todo.id, "我自己来")
    attend(service, bureau.actor("deputy_head"), todo.id, "已催办")
    with pytest.raises(AssignmentClosed, match="督办情况已填写"):
        attend(service, bureau.actor("deputy_head"), todo.id, "再催办")


def test_an_escalation_is_never_decided_and_a_step_never_attended_to(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number, todo = escalated(service, clock)
    with pytest.raises(AnotherKindOfTodo, match="不作审批决定"):
        decide(service, bureau.actor("deputy_head"), DecisionRequest(todo.id, "approve"))
    with pytest.raises(NotAllowed):
        decide(service, bureau.actor("section_head"), DecisionRequest(todo.id, "approve"))
    with pytest.raises(AnotherKindOfTodo):
        attend(service, bureau.actor("section_head"), todo_of(service, number).id, "已催办")
    assert scalars(service, "SELECT count(*) FROM decision") == [1]


def test_a_decision_frees_the_superior(service: Service, bureau: Bureau, clock: MovableClock) -> None:
    number, todo = escalated(service, clock)
    decide_next(service, number)
    with pytest.raises(AssignmentClosed, match="时限已结束"):
        attend(service, bureau.actor("deputy_head"), todo.id, "已催办")


def test_the_link_of_an_escalation_opens_it_and_says_what_became_of_it(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    _, todo = escalated(service, clock)
    key = scalars(
        service,
        "SELECT key FROM notification WHERE template = 'escalated' AND assignment_id = :id",
        id=todo.id,
    )[0]
    drain(service)
    token = token_of(service.settings.portal_secret.get_secret_value(), key)
    link = follow(service, token)
    assert link.step is not None
    assert (link.todo, link.step.zh, link.is_live) == (todo.id, "督办", True)
    attend(service, bureau.actor("deputy_head"), todo.id, "已催办")
    assert follow(service, token).state == "attended"


def test_an_escalation_is_due_when_its_limit_was_and_is_called_by_its_name(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    _, todo = escalated(service, clock)
    with service.database.connect() as connection:
        [due] = due_of_todos(connection, [todo.id]).values()
    assert todo.escalation is not None
    assert due.on == todo.escalation.limit.due_on
    assert todo.what.zh == "督办"
