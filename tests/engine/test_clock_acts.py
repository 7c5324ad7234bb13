"""Acts on a running limit: who may ask, who grants, what the law refuses; nothing else moves a date."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from engine.acts.attend import attend
from engine.acts.clock_acts import ActAsked, AskedAct, answer, ask, resume
from engine.acts.decide import DecisionRequest, decide
from engine.clocks.firing import fire_due
from engine.doctor import examine
from engine.invariants import Severity
from engine.reading import inbox, read_assignment
from engine.reading.clocks import read_clocks
from engine.service import Service
from rules.errors import (
    AnotherKindOfTodo,
    AssignmentClosed,
    ClassifiedContentRefused,
    ClockActNotFound,
    ClockActPending,
    ClockEnded,
    ClockNotFound,
    DecisionAlreadyRecorded,
    ExtensionRefused,
    InvalidInput,
    NoHolder,
    NotAllowed,
    NothingToResume,
    OpinionRequired,
)
from rules.positions import Position
from tests.builders import Bureau, MovableClock, add_person, decide_next, launch_case, scalars, todo_of
from tests.engine.limits import (
    ART_33,
    answering_installed,
    armed_rung,
    clock_of,
    entries,
    start,
    todo_of_act,
)

CONSULTING = "not-counted"


@pytest.fixture
def number(service: Service, bureau: Bureau) -> Iterator[str]:
    """A request received on Monday 20 April: twenty working days later it is Wednesday 20 May."""
    with answering_installed():
        yield start(service, "answering")


def act(kind: str = "extended", **said: Any) -> AskedAct:
    """What is asked when a test does not care for the words."""
    given = {"number": 10} if kind == "extended" else {"since": at(21)}
    return AskedAct(kind, "材料较多，须征求意见", ART_33, **(given | said))


NAIVE = datetime(2026, 4, 20)  # noqa: DTZ001  that is what is refused


def at(day: int, hour: int = 9, month: int = 4) -> datetime:
    """A moment by the clock of the organ."""
    return datetime(2026, month, day, hour - 8, tzinfo=UTC)


def asked(service: Service, number: str, what: AskedAct, by: str = "office") -> ActAsked:
    return ask(service, service.actor(by, channel="api"), clock_of(service, number, "answer").id, what)


def answered(service: Service, act_id: int, *, granted: bool, by: str, text: str = "同意") -> Any:
    todo = todo_of_act(service, act_id)
    return answer(service, service.actor(by, channel="api"), todo, granted=granted, text=text)


def granted(service: Service, number: str, what: AskedAct) -> Any:
    """Asked by the office, granted by whoever has to."""
    act_id = asked(service, number, what).act_id
    by = "deputy_head" if what.kind == "extended" else "openness_office"
    return answered(service, act_id, granted=True, by=by)


def due(service: Service, number: str) -> date | None:
    due_on: date | None = clock_of(service, number, "answer").due_on
    return due_on


def healthy(service: Service) -> bool:
    return [f for f in examine(service) if f.severity is Severity.BROKEN] == []


# --- what a granted act does -------------------------------------------------------------------


def test_an_extension_is_asked_by_one_and_granted_by_the_deputy_head(service: Service, number: str) -> None:
    assert due(service, number) == date(2026, 5, 20)
    told = asked(service, number, act(number=10))
    assert told.would_be_due_on == date(2026, 6, 3)
    assert due(service, number) == date(2026, 5, 20)  # nothing has moved
    [todo] = inbox(service, service.actor("deputy_head", channel="api")).todos
    assert todo.clock_act is not None
    assert (todo.id, todo.clock_act.kind, todo.clock_act.number) == (told.assignment_id, "extended", 10)
    assert (todo.clock_act.asked_by, todo.clock_act.basis) == ("办公室", "政府信息公开条例 第33条")
    done = answered(service, told.act_id, granted=True, by="deputy_head")
    assert (done.due_before, done.due_on) == (date(2026, 5, 20), date(2026, 6, 3))
    assert due(service, number) == date(2026, 6, 3)
    assert healthy(service)


def test_every_part_of_an_act_is_in_the_ledger_without_its_words(service: Service, number: str) -> None:
    granted(service, number, act(number=10))
    [asking], [granting] = entries(service, "clock-asked"), entries(service, "clock-granted")
    [moved] = entries(service, "clock-moved")
    assert (asking.actor, granting.actor) == ("office", "deputy_head")
    assert asking.basis == granting.basis == "政府信息公开条例 第33条"
    assert (asking.data["kind"], asking.data["number"], asking.data["to"]) == ("extended", 10, "deputy_head")
    assert (moved.data["why"], moved.data["before"], moved.data["due"]) == (
        "extended",
        "2026-05-20",
        "2026-06-03",
    )
    assert "材料较多" not in str(asking.data) + str(granting.data)


def test_time_not_counted_has_no_due_date_until_it_is_resumed(
    service: Service, number: str, clock: MovableClock
) -> None:
    clock.now = at(27)
    act_id = granted(service, number, act(CONSULTING, since=at(24))).act_id
    row = clock_of(service, number, "answer")
    assert (row.due_on, row.late_from, row.stage) == (None, None, "running")
    rung = armed_rung(service, row.id)
    assert (rung.kind, rung.due_at) == ("not-counted", at(7, month=5))  # five working days after 27 April
    clock.now = at(8, month=5)
    fire_due(service)
    again = armed_rung(service, row.id)
    assert (again.kind, again.place) == ("not-counted", 2)
    done = resume(service, service.actor("office", channel="api"), act_id, at(8, month=5))
    assert done.due_before is None
    assert done.due_on == date(
        2026, 5, 29
    )  # four counted by 24 April, sixteen from Saturday 9 May, a workday
    assert armed_rung(service, row.id).kind == "remind"
    [entry] = entries(service, "clock-resumed")
    assert (entry.actor, entry.data["until"]) == ("office", at(8, month=5).isoformat())
    assert healthy(service)


def test_a_correction_received_restarts_the_limit(service: Service, number: str, clock: MovableClock) -> None:
    clock.now = at(28)
    granted(service, number, act("restarted", since=at(27)))
    assert due(service, number) == date(2026, 5, 27)


def test_a_refusal_says_why_and_changes_nothing(service: Service, number: str) -> None:
    before = clock_of(service, number, "answer"), armed_rung(service, 1)
    act_id = asked(service, number, act()).act_id
    with pytest.raises(OpinionRequired):
        answered(service, act_id, granted=False, by="deputy_head", text=" ")
    done = answered(service, act_id, granted=False, by="deputy_head", text="无需延长")
    assert done.due_before == done.due_on == date(2026, 5, 20)
    assert (clock_of(service, number, "answer"), armed_rung(service, 1)) == before
    [entry] = entries(service, "clock-refused")
    assert entry.actor == "deputy_head"
    [view, *_] = read_clocks(service, service.actor("office", channel="api"), number)
    assert [(a.granted, a.answer) for a in view.acts] == [(False, "无需延长")]
    asked(service, number, act())  # and one may ask again


def test_an_overdue_limit_that_is_extended_has_time_again(
    service: Service, number: str, clock: MovableClock
) -> None:
    clock.now = at(21, month=5)
    fire_due(service)
    assert clock_of(service, number, "answer").stage == "escalated"
    todos = inbox(service, service.actor("deputy_head", channel="api")).todos
    assert [todo.escalation is not None for todo in todos] == [True]
    act_id = asked(service, number, act()).act_id
    answered(service, act_id, granted=True, by="deputy_head")
    assert clock_of(service, number, "answer").stage == "running"
    assert inbox(service, service.actor("deputy_head", channel="api")).todos == []
    assert healthy(service)


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["drafter", "office", "openness_office"])
def test_drafter_holder_office_and_openness_office_may_ask(service: Service, number: str, by: str) -> None:
    assert asked(service, number, act(), by=by).case_number == number
    assert read_clocks(service, service.actor("office", channel="api"), number)[0].may_ask == []


@pytest.mark.parametrize("by", ["section_head", "deputy_head", "administrator", "manager"])
def test_nobody_else_may_ask(service: Service, number: str, by: str) -> None:
    with pytest.raises(NotAllowed):
        asked(service, number, act(), by=by)


def test_whoever_holds_the_open_todo_may_ask_and_no_longer_when_it_is_done(
    service: Service, bureau: Bureau
) -> None:
    case = launch_case(service).number
    decide_next(service, case)
    clock_id = clock_of(service, case, "step:section-review").id
    consulting = AskedAct(CONSULTING, "征求意见", ART_33, since=service.now)
    assert ask(service, bureau.actor("section_head"), clock_id, consulting).act_id
    decide_next(service, case)
    other = clock_of(service, case, "step:office-review").id
    with pytest.raises(NotAllowed):
        ask(service, bureau.actor("section_head"), other, consulting)


def test_whoever_asks_cannot_grant_even_in_both_posts(service: Service, number: str) -> None:
    with service.database.begin() as connection:
        add_person(connection, "second.deputy", Position.DEPUTY_HEAD)
        connection.execute(
            text(
                "INSERT INTO holding (person_id, position) SELECT id, 'deputy_head' FROM person"
                " WHERE username = 'office'"
            )
        )
    told = asked(service, number, act())
    assert inbox(service, service.actor("office", channel="api")).todos[-1].step is not None  # not this one
    with pytest.raises(NotAllowed, match="不得答复本人"):
        answered(service, told.act_id, granted=True, by="office")
    assert due(service, number) == date(2026, 5, 20)
    answered(service, told.act_id, granted=True, by="second.deputy")


def test_where_only_the_asker_holds_the_post_it_goes_up_and_at_last_to_nobody(
    service: Service, number: str
) -> None:
    with service.database.begin() as connection:
        holder = "(SELECT id FROM person WHERE username = 'office')"
        connection.execute(
            text(
                f"UPDATE holding SET person_id = {holder}"
                " WHERE position IN ('openness_office', 'deputy_head')"
            )
        )
    told = asked(service, number, act(CONSULTING, since=at(20)))
    assert scalars(service, "SELECT position FROM assignment WHERE clock_act_id IS NOT NULL") == ["head"]
    answered(service, told.act_id, granted=False, by="head", text="不必")
    with service.database.begin() as connection:
        connection.execute(text(f"UPDATE holding SET person_id = {holder} WHERE position = 'head'"))
    with pytest.raises(NoHolder, match="申请人不得自行批准"):
        asked(service, number, act())


def test_a_request_is_answered_only_by_its_post_once_and_never_decided(service: Service, number: str) -> None:
    told = asked(service, number, act())
    with pytest.raises(NotAllowed):
        answered(service, told.act_id, granted=True, by="openness_office")
    with pytest.raises(AnotherKindOfTodo, match="时限申请"):
        decide(
            service,
            service.actor("deputy_head", channel="api"),
            DecisionRequest(told.assignment_id, "approve"),
        )
    with pytest.raises(AnotherKindOfTodo):
        attend(service, service.actor("deputy_head", channel="api"), told.assignment_id, "已办")
    office = service.actor("office", channel="api")
    with pytest.raises(AnotherKindOfTodo):
        answer(service, office, todo_of(service, number).id, granted=True, text="")
    answered(service, told.act_id, granted=True, by="deputy_head")
    with pytest.raises(DecisionAlreadyRecorded, match="准许"):
        answered(service, told.act_id, granted=False, by="deputy_head", text="改主意")
    closed = read_assignment(service, service.actor("deputy_head", channel="api"), told.assignment_id)
    assert closed.clock_act is not None
    assert (closed.closed_because, closed.clock_act.granted) == ("answered", True)


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "error", "says"),
    [
        (act(number=21), ExtensionRefused, "最长20个工作日"),
        (act(number=None), InvalidInput, "必填"),
        (act(number=0), InvalidInput, "整数"),
        (act("restarted", since=at(19)), InvalidInput, "不能早于起算"),
        (act("restarted", since=None), InvalidInput, "必填"),
        (act(CONSULTING, since=at(20, 10)), InvalidInput, "将来"),
        (act(CONSULTING, since=NAIVE), InvalidInput, "时区"),
        (act(CONSULTING, since=at(20), until=at(19)), InvalidInput, "早于开始"),
        (act("shortened"), InvalidInput, "重新起算"),
        (AskedAct("extended", "  ", ART_33, number=5), OpinionRequired, "理由"),
        (AskedAct("extended", "材料多", ("政府信息公开条例", " "), number=5), InvalidInput, "条款"),
        (AskedAct("extended", "材料多", ("条例\n", "33"), number=5), InvalidInput, "一行"),
    ],
    ids=lambda value: "" if isinstance(value, AskedAct) else str(value),
)
def test_what_the_law_or_a_form_does_not_allow_is_refused_when_it_is_asked(
    service: Service, number: str, what: AskedAct, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        asked(service, number, what)
    assert scalars(service, "SELECT count(*) FROM clock_act") == [0]
    assert entries(service, "clock-asked") == []


def test_a_second_extension_is_refused(service: Service, number: str) -> None:
    granted(service, number, act(number=1))
    with pytest.raises(ExtensionRefused, match="只能延长一次"):
        asked(service, number, act(number=1))


def test_what_can_be_granted_no_longer_is_refused_when_it_is_granted(service: Service, number: str) -> None:
    told = asked(service, number, act())
    with service.database.begin() as connection:  # another extension was granted meanwhile, by whatever way
        connection.execute(
            text(
                "INSERT INTO clock_act (clock_id, case_id, kind, ground, basis, number, asked_by, asked_at,"
                " answered_by, answered_at, granted, answer) SELECT clock_id, case_id, kind, ground, basis,"
                " number, asked_by, asked_at, asked_by, asked_at, true, '' FROM clock_act"
            )
        )
    with pytest.raises(ExtensionRefused, match="只能延长一次"):
        answered(service, told.act_id, granted=True, by="deputy_head")
    assert scalars(service, "SELECT count(*) FROM clock_act WHERE granted IS NULL") == [1]


def test_a_limit_without_an_extension_in_the_law_has_none(service: Service, bureau: Bureau) -> None:
    case = launch_case(service).number
    target = clock_of(service, case, "step:drafting").id
    with pytest.raises(ExtensionRefused, match="没有可以延长"):
        ask(service, bureau.actor("drafter"), target, act(number=1))
    [view] = read_clocks(service, bureau.actor("drafter"), case)
    assert view.may_ask == ["not-counted", "restarted"]
    assert read_clocks(service, bureau.actor("administrator"), case)[0].may_ask == []


def test_one_request_at_a_time(service: Service, number: str) -> None:
    asked(service, number, act())
    with pytest.raises(ClockActPending, match="延长期限，办公室于2026-04-20 09:00提出"):
        asked(service, number, act(CONSULTING, since=at(20)), by="drafter")


def test_nothing_is_asked_of_a_limit_that_ended_and_what_was_asked_needs_no_answer(
    service: Service, number: str
) -> None:
    told = asked(service, number, act())
    clock_id = clock_of(service, number, "answer").id
    decide_next(service, number)
    with pytest.raises(AssignmentClosed, match="已结束"):
        answered(service, told.act_id, granted=True, by="deputy_head")
    with pytest.raises(ClockEnded, match="答复申请人"):
        ask(service, service.actor("office", channel="api"), clock_id, act())
    assert healthy(service)


def test_only_a_stretch_that_lasts_is_resumed(service: Service, number: str, clock: MovableClock) -> None:
    office = service.actor("office", channel="api")
    pending = asked(service, number, act(CONSULTING, since=at(20))).act_id
    with pytest.raises(NothingToResume, match="未获准许"):
        resume(service, office, pending, at(20))
    answered(service, pending, granted=True, by="openness_office")
    clock.move(days=1)
    for moment, says in ((at(19), "早于开始"), (at(22), "将来"), (NAIVE, "时区")):
        with pytest.raises(InvalidInput, match=says):
            resume(service, office, pending, moment)
    with pytest.raises(NotAllowed):
        resume(service, service.actor("section_head", channel="api"), pending, at(21))
    resume(service, office, pending, at(21))
    with pytest.raises(NothingToResume, match="已经结束"):
        resume(service, office, pending, at(21))
    extended = granted(service, number, act()).act_id
    with pytest.raises(NothingToResume, match="只有不计入"):
        resume(service, office, extended, at(21))


def test_what_does_not_exist_is_not_found(service: Service, number: str) -> None:
    office = service.actor("office", channel="api")
    with pytest.raises(ClockNotFound):
        ask(service, office, 99, act())
    with pytest.raises(ClockActNotFound):
        resume(service, office, 99, at(20))


def test_words_about_a_limit_are_no_way_round_a_claimed_secret(service: Service, bureau: Bureau) -> None:
    case = launch_case(service, state_secret=True).number
    target = clock_of(service, case, "step:drafting").id
    with pytest.raises((ClassifiedContentRefused, InvalidInput), match="涉及国家秘密"):
        ask(service, bureau.actor("drafter"), target, AskedAct(CONSULTING, "密" * 201, ART_33, since=at(20)))
