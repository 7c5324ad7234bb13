"""Where the law gives silence a meaning a step lapses; when a decision was received decides between them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.acts.clock_acts import AskedAct, answer, ask
from engine.acts.decide import DecisionRequest, DecisionResult, decide
from engine.acts.law import import_calendar
from engine.clocks.firing import fire_due
from engine.doctor import examine
from engine.invariants import Severity
from engine.ledger import verify
from engine.outcomes import Lapsed, ReviewOutcome
from engine.reading import read_case
from engine.service import Service
from rules.errors import DecidedTooLate, NotAllowed
from rules.positions import Position
from tasks import Action, circulate, review
from tests.builders import Bureau, MovableClock, case_row, decide_next, launch_case, scalars, todo_of
from tests.engine.driver import Drive
from tests.engine.limits import ART_33, clock_of, entries, lapsing_installed, start, todo_of_act

END = datetime(2026, 5, 13, 16, tzinfo=UTC)  # midnight after Wednesday 13 May, the fifteenth working day
ARTICLE = "政府信息公开条例 第32条"
A_SECOND, GRACE = timedelta(seconds=1), timedelta(seconds=60)


@pytest.fixture
def number(service: Service, bureau: Bureau) -> Iterator[str]:
    """A consultation whose silence has a meaning."""
    with lapsing_installed():
        made = start(service, "lapsing")
        assert clock_of(service, made, "step:consultation").late_from == END
        lapse(service, after=-A_SECOND)  # the reminders
        yield made


def decided(
    service: Service, number: str, *, received: timedelta, handled: timedelta, key: str | None = None
) -> DecisionResult:
    """The legal office's decision on the consultation, received and handled so long after the end."""
    [todo] = scalars(
        service,
        "SELECT a.id FROM assignment a JOIN step s ON s.id = a.step_id JOIN cases c ON c.id = a.case_id"
        " WHERE c.number = :n AND s.key = 'consultation'",
        n=number,
    )
    then = replace(service, time=lambda: END + handled)
    request = DecisionRequest(todo, "approve", "无异议", received_at=END + received, idempotency_key=key)
    return decide(then, service.actor("legal_office", channel="api"), request)


def lapse(service: Service, *, after: timedelta) -> int:
    return fire_due(replace(service, time=lambda: END + after)).rungs


def sound(service: Service) -> bool:
    with service.snapshot() as connection:
        verify(connection)
    return [f for f in examine(service) if f.severity is Severity.BROKEN] == []


def test_silence_lapses_the_step_a_minute_after_its_end_by_its_article_and_decides_nothing(
    service: Service, number: str
) -> None:
    assert lapse(service, after=GRACE - A_SECOND) == 0
    assert todo_of(service, number).step == "consultation"
    assert lapse(service, after=GRACE) == 1
    assert todo_of(service, number).step == "conclusion"
    assert scalars(service, "SELECT count(*) FROM decision") == [0]
    assert scalars(service, "SELECT outcome FROM step WHERE key = 'consultation'") == [
        {"v": 1, "type": "lapse", "article": ARTICLE}
    ]
    timeline = read_case(service, service.actor("administrator", channel="api"), number).timeline
    assert [(step.step.key, step.action, step.lapsed_by, step.decisions) for step in timeline] == [
        ("consultation", None, ARTICLE, []),
        ("conclusion", None, None, []),
    ]
    [entry] = entries(service, "clock-lapsed")
    assert (entry.basis, entry.actor) == ("政府信息公开条例 第32条", "system")
    assert scalars(service, "SELECT closed_because FROM assignment WHERE closed_at IS NOT NULL") == ["lapsed"]
    decide_next(service, number)
    assert case_row(service, number).outcome == "lapsed"
    assert sound(service)


def test_what_was_received_in_time_counts_though_it_is_handled_in_the_grace(
    service: Service, number: str
) -> None:
    done = decided(service, number, received=-A_SECOND, handled=timedelta(seconds=50))
    assert (done.late, done.step) == (False, "consultation:1")
    assert lapse(service, after=timedelta(hours=1)) == 0
    row = clock_of(service, number, "step:consultation")
    assert (row.closed_because, row.met_late) == ("met", False)
    decide_next(service, number)
    assert case_row(service, number).outcome == "approve"
    assert entries(service, "decision-refused") == []
    assert sound(service)


@pytest.mark.parametrize("after", [timedelta(0), timedelta(seconds=59), timedelta(hours=3)])
def test_what_was_received_after_the_end_is_refused_before_the_lapse_and_kept_in_the_ledger(
    service: Service, number: str, after: timedelta
) -> None:
    with pytest.raises(DecidedTooLate, match=r"期限已于2026-05-14 00:00:00届满.*政府信息公开条例 第32条"):
        decided(service, number, received=after, handled=after)
    assert todo_of(service, number).step == "consultation"
    assert scalars(service, "SELECT count(*) FROM decision") == [0]
    [entry] = entries(service, "decision-refused")
    assert (entry.actor, entry.basis, entry.step) == ("legal_office", ARTICLE, "consultation:1")
    assert (entry.data["why"], entry.data["received_at"]) == ("limit-over", (END + after).isoformat())
    assert "无异议" not in str(entry.data)
    assert lapse(service, after=GRACE + after) == 1
    assert sound(service)


def test_after_the_lapse_a_decision_is_told_so_and_the_ledger_has_both(service: Service, number: str) -> None:
    lapse(service, after=GRACE)
    with pytest.raises(DecidedTooLate):
        decided(service, number, received=2 * GRACE, handled=2 * GRACE)
    with pytest.raises(DecidedTooLate, match="过了宽限时间才得到处理"):
        decided(service, number, received=-A_SECOND, handled=2 * GRACE)
    assert [entry.data["why"] for entry in entries(service, "decision-refused")] == ["lapsed", "lapsed"]
    assert len(entries(service, "clock-lapsed")) == 1
    assert todo_of(service, number).step == "conclusion"
    assert sound(service)


def test_a_stranger_leaves_no_refusal_in_the_ledger(service: Service, number: str) -> None:
    todo = todo_of(service, number).id
    late = replace(service, time=lambda: END + GRACE)
    with pytest.raises(NotAllowed):
        decide(late, service.actor("office", channel="api"), DecisionRequest(todo, "approve"))
    assert entries(service, "decision-refused") == []


def test_the_same_decision_sent_again_after_the_end_is_the_first_one(service: Service, number: str) -> None:
    first = decided(service, number, received=-A_SECOND, handled=-A_SECOND, key="once")
    again = decided(service, number, received=GRACE, handled=2 * GRACE, key="once")
    assert again == replace(first, repeated=True)


def test_nobody_is_refused_by_a_date_the_law_has_moved_meanwhile(service: Service, number: str) -> None:
    one_more_day_off = {
        "year": 2026,
        "papers": ["国办发明电〔2026〕99号"],
        "days": [{"name": "试验放假", "date": "2026-05-12", "is_off_day": True}],
    }
    import_calendar(service, service.actor("administrator", channel="api"), one_more_day_off)
    assert not decided(service, number, received=timedelta(hours=5), handled=timedelta(hours=5)).late
    assert len(entries(service, "clock-moved")) == 1
    assert sound(service)


def test_a_stretch_not_counted_keeps_a_silence_from_its_meaning(
    service: Service, number: str, clock: MovableClock
) -> None:
    clock.now = END - timedelta(hours=32)  # the day it begins still counts
    asked = AskedAct("not-counted", "材料正在补充", ART_33, since=clock.now)
    target = clock_of(service, number, "step:consultation").id
    told = ask(service, service.actor("legal_office", channel="api"), target, asked)
    approver = service.actor("openness_office", channel="api")
    answer(service, approver, todo_of_act(service, told.act_id), granted=True, text="")
    lapse(service, after=timedelta(days=30))
    assert todo_of(service, number).step == "consultation"
    assert not decided(service, number, received=timedelta(days=30), handled=timedelta(days=30)).late


# --- everywhere else ----------------------------------------------------------------------------


def test_elsewhere_a_late_decision_counts_and_says_so_also_when_it_is_sent_again(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = launch_case(service).number
    assert not decide_next(service, number).late
    clock.move(days=5)
    late = decide_next(service, number, idempotency_key="late")
    assert late.late
    clock.move(days=1)
    done = "SELECT max(id) FROM assignment WHERE closed_because = 'decided'"
    request = DecisionRequest(scalars(service, done)[0], "approve", "同意", idempotency_key="late")
    assert decide(service, bureau.actor("section_head"), request) == replace(late, repeated=True)


def test_a_decision_received_before_the_end_is_not_late_though_it_waited_for_its_turn(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = launch_case(service).number
    end = clock_of(service, number, "step:drafting").late_from
    clock.now = end + timedelta(minutes=5)
    done = decide_next(service, number, received_at=end - A_SECOND)
    assert not done.late
    assert not clock_of(service, number, "step:drafting").met_late


def test_a_clock_ahead_of_ours_stamps_no_decision_into_the_future(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = launch_case(service).number
    decide_next(service, number, received_at=clock.now + timedelta(hours=1))
    assert scalars(service, "SELECT received_at FROM decision") == [clock.now]


# --- in a procedure -----------------------------------------------------------------------------

SILENT = review(
    "third-party",
    ("征求意见", "Consultation"),
    Position.LEGAL_OFFICE,
    within="third-party-consultation",
    silence=ARTICLE,
)
OFFICE = review("office", ("核稿", "Office"), Position.OFFICE, actions=(Action.APPROVE, Action.RETURN))


async def _circulating(_intake: Any) -> str:
    paper = await circulate(SILENT, OFFICE, ends=lambda paper: False)
    return ",".join(paper.outcomes)


def test_a_desk_that_lapsed_passes_the_paper_on_and_nobody_can_return_it_there() -> None:
    asked: list[list[str]] = []

    def office(call: Any, _round: int) -> Any:
        asked.append(call.returns_to)
        return Lapsed(ARTICLE) if call.silence else ReviewOutcome(Action.APPROVE)

    run = Drive(_circulating, None)
    assert run.run(office) == "office"
    assert run.opened == ["third-party:1", "office:1"]
    assert asked == [[], []]


@pytest.mark.parametrize("given", [{"signs": True}, {"edits_document": True}, {"within": ""}])
def test_silence_never_signs_or_drafts_and_needs_a_time_that_can_be_over(given: dict[str, Any]) -> None:
    asked = {"within": "third-party-consultation", "silence": ARTICLE, **given}
    with pytest.raises(ValueError, match="silence signs nothing"):
        review("x", ("测试", "Test"), Position.HEAD, **asked)


def test_nothing_lapses_on_a_provisional_date_but_once_the_arrangement_is_known(
    service: Service, number: str
) -> None:
    with service.database.begin() as connection:
        connection.exec_driver_sql("UPDATE clock SET provisional = true")
    assert lapse(service, after=GRACE) == 1
    assert case_row(service, number).closed_at is None
    assert scalars(service, "SELECT kind FROM incident") == ["lapse-awaits-calendar"]
    assert clock_of(service, number, "step:consultation").closed_at is None
    with service.database.begin() as connection:
        connection.exec_driver_sql("UPDATE clock SET provisional = false")
    assert lapse(service, after=GRACE + timedelta(hours=23)) == 0
    assert lapse(service, after=GRACE + timedelta(hours=24)) == 1
    assert clock_of(service, number, "step:consultation").closed_because == "lapsed"
