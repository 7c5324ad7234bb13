"""Whatever people do in whatever order, no invariant breaks: a random walk over decisions and returns."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import ledger
from engine.acts.decide import DecisionRequest, decide
from engine.acts.retry import retry_case
from engine.doctor import examine
from engine.invariants import Severity
from engine.service import Service
from rules.errors import GongkaiError, HoldAwaitsAnswer, NothingToRetry
from tests.builders import ANSWERS, Bureau, MovableClock, launch_case, scalars, todos_of

pytestmark = pytest.mark.thorough

moves = st.lists(
    st.tuples(
        st.sampled_from(["approve", "approve", "approve", "return", "reject", "nonsense", "claim", "retry"]),
        st.integers(0, 9),  # which earlier step
        st.sampled_from(["run_again", "come_back"]),
        st.booleans(),  # the drafter edits
    ),
    min_size=3,
    max_size=25,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves, attribute=st.sampled_from(["主动公开", "依申请公开", "不予公开"]))
def test_no_sequence_of_decisions_breaks_an_invariant(
    service: Service, bureau: Bureau, moves, attribute
) -> None:
    ground = "16-1" if attribute == "不予公开" else None
    draft = {"title": "随机通知", "body": "正文", "attribute": attribute} | (
        {"ground": ground} if ground else {}
    )
    number = launch_case(service, draft=draft).number
    for count, (action, earlier, mode, edits) in enumerate(moves):
        if action == "retry":
            ask_again(service, number)
            continue
        todos = todos_of(service, number)
        if not todos:
            continue
        todo = todos[0]
        offered = scalars(
            service,
            "SELECT call->'returns_to' FROM step s JOIN assignment a ON a.step_id = s.id WHERE a.id = :id",
            id=todo.id,
        )[0]
        answers = ANSWERS.get(todo.step, {}) if action == "approve" else {}
        if todo.step == "confidentiality-review" and edits and action == "approve":
            answers = {"finding": "unsure_whether_secret"}
        if todo.step == "drafting" and edits and action == "approve":
            answers = {"title": f"随机通知{count}", "body": f"正文第{count}稿", "attribute": attribute}
        if action == "claim":
            action, answers = "approve", {"state_secret": True, "handed_over_on": "2026-04-20"}
        if todo.step == "secrecy-review-first" and action == "return":
            answers = {"finding": "not_a_state_secret" if edits else "claim_stands"}
        to = offered[earlier % len(offered)] if offered and action == "return" else None
        opinion = "" if answers.get("state_secret") else "意见"
        request = DecisionRequest(todo.id, action, opinion, answers, return_to=to, return_mode=mode)
        before = scalars(service, "SELECT count(*) FROM decision")
        try:
            decide(service, service.actor(todo.position, channel="api"), request)
        except GongkaiError:
            assert scalars(service, "SELECT count(*) FROM decision") == before
    assert [f for f in examine(service) if f.severity is Severity.BROKEN] == []
    with service.snapshot() as connection:
        ledger.verify(connection)


def ask_again(service: Service, number: str) -> None:
    """The administrator answers whatever incident is open, a hold included."""
    for kind in ("", "hold"):
        with contextlib.suppress(NothingToRetry, HoldAwaitsAnswer):
            retry_case(service, service.actor("administrator", channel="api"), number, kind=kind)


def test_the_clock_of_the_tests_is_not_the_wall_clock() -> None:
    assert MovableClock()() < datetime.now(UTC)
