"""Deciding: one effective decision per to-do, stored with all that follows, or not at all."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine import ledger
from engine.acts.decide import DecisionRequest, decide
from engine.service import Service
from rules.errors import (
    DecisionAlreadyRecorded,
    IdempotencyKeyReused,
)
from tests.builders import (
    Bureau,
    case_row,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    snapshot,
    todo_of,
)


def test_decision_next_todo_ledger_and_message_commit_together(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    before = snapshot(service)
    decide_next(service, case.number)
    after = snapshot(service)
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {
        "decision": 1,
        "step": 1,
        "assignment": 1,
        "clock": 1,
        "notification": 1,
        "ledger_entry": 4,  # decided, met in time, opened, its own clock armed
    }
    assert todo_of(service, case.number).step == "section-review"


def test_second_decision_is_refused_and_the_first_stands(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    todo = todo_of(service, case.number)
    actor = bureau.actor("drafter")
    decide(service, actor, DecisionRequest(todo.id, "approve"))
    with pytest.raises(DecisionAlreadyRecorded) as refused:
        decide(service, actor, DecisionRequest(todo.id, "approve", opinion="再来"))
    assert "拟稿人" in refused.value.message("zh")
    assert scalars(service, "SELECT count(*) FROM decision") == [1]


def test_twenty_decisions_at_once_leave_one_effective(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    todo = todo_of(service, case.number)
    actor = bureau.actor("drafter")

    def attempt(n: int) -> str:
        try:
            decide(service, actor, DecisionRequest(todo.id, "approve", opinion=str(n)))
        except DecisionAlreadyRecorded:
            return "refused"
        return "recorded"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(20)))
    assert sorted(said) == ["recorded"] + ["refused"] * 19
    assert scalars(service, "SELECT count(*) FROM step WHERE key = 'section-review'") == [1]


def test_same_key_gives_the_same_answer_again(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    todo = todo_of(service, case.number)
    request = DecisionRequest(todo.id, "approve", idempotency_key="k1")
    first = decide(service, bureau.actor("drafter"), request)
    again = decide(service, bureau.actor("drafter"), request)
    assert (again.decision_id, again.repeated) == (first.decision_id, True)


def test_same_key_with_other_content_is_refused(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    todo = todo_of(service, case.number)
    actor = bureau.actor("drafter")
    decide(service, actor, DecisionRequest(todo.id, "approve", idempotency_key="k1"))
    with pytest.raises(IdempotencyKeyReused):
        decide(service, actor, DecisionRequest(todo.id, "approve", opinion="另", idempotency_key="k1"))
    other = todo_of(service, launch_case(service).number)
    with pytest.raises(IdempotencyKeyReused):
        decide(service, actor, DecisionRequest(other.id, "approve", idempotency_key="k1"))


def test_document_circulates_to_publication_and_every_hash_verifies(service: Service, bureau: Bureau) -> None:
    case = launch_case(service, legality_review=True)
    assert decide_all(service, case.number)[-1] == "issue"
    with service.snapshot() as connection:
        assert ledger.verify(connection).chains == 1
    assert scalars(service, "SELECT marking FROM document_issue") == ["（此件公开发布）"]
    assert scalars(service, "SELECT name FROM activity WHERE settled_at IS NULL") == ["publish"]


def test_refused_signature_closes_the_case_for_good(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    decide_all(service, case.number, until="signature")
    late = todo_of(service, case.number)
    decide_next(service, case.number, action="reject", opinion="不同意签发")
    assert case_row(service, case.number).outcome == "未予签发"
    with pytest.raises(DecisionAlreadyRecorded):
        decide(service, bureau.actor("head"), DecisionRequest(late.id, "approve"))
