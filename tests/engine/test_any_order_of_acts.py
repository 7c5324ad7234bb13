"""Whatever is asked, granted and refused of a limit, in whatever order: one date, whenever it is reckoned."""

import contextlib
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.acts.clock_acts import AskedAct, answer, ask, resume
from engine.clocks.firing import fire_due
from engine.doctor import examine
from engine.invariants import Severity
from engine.law import built_in
from engine.service import Service
from rules.citation import Citation
from rules.clock_acts import Act, ActKind, Extended, NotCounted, Restarted
from rules.due import Due, reckon
from rules.errors import GongkaiError
from rules.ladder import Ending, RungKind, ladder_of, rungs
from rules.periods import Unit, WorkingDays
from tests.builders import Bureau, MovableClock
from tests.engine.limits import ART_33, answering_installed, armed_rung, clock_of, start, todo_of_act

pytestmark = pytest.mark.thorough

ZONE = "Asia/Shanghai"
BASIS = Citation(*ART_33)

MOVES = st.lists(
    st.tuples(
        st.sampled_from([*ActKind, "answer", "resume", "wait"]),
        st.integers(0, 22),  # days back, or forward, or units
        st.integers(0, 20),  # how long a stretch was; 0: it lasts
        st.sampled_from(["grant", "refuse", "leave open"]),
    ),
    min_size=3,
    max_size=14,
)


class Model:
    """What was asked and granted, kept beside the program."""

    def __init__(self) -> None:
        self.pending: tuple[int, str, Act] | None = None
        self.granted: dict[int, Act] = {}

    def due(self, received_on: date, order: Random) -> Due:
        law, acts = built_in(ZONE), list(self.granted.values())
        order.shuffle(acts)
        term = law.parameters.on("request-answer", received_on).term
        return reckon(term, received_on, acts, calendar=law.calendar)


def asked_of(kind: str, now: datetime, back: int, long: int) -> tuple[AskedAct, Act]:
    """The same act as it is asked, and as the law knows it."""
    since = now - timedelta(days=back)
    until = min(since + timedelta(days=long), now) if long else None
    if kind == ActKind.NOT_COUNTED:
        return AskedAct(kind, "征求意见", ART_33, since=since, until=until), NotCounted(since, until, BASIS)
    if kind == ActKind.RESTARTED:
        return AskedAct(kind, "收到补正", ART_33, since=since), Restarted(since, BASIS)
    return AskedAct(kind, "材料多", ART_33, number=back or 1), Extended(WorkingDays(back or 1), BASIS)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES, order=st.randoms(use_true_random=False))
def test_any_order_of_acts_gives_one_date_and_only_what_is_granted_moves_it(
    service: Service,
    bureau: Bureau,
    clock: MovableClock,
    moves: list[tuple[str, int, int, str]],
    order: Random,
) -> None:
    clock.now = MovableClock().now
    model = Model()
    with answering_installed():
        number = start(service, "answering")
        clock.move(days=20)
        for kind, days, long, verdict in moves:
            before = stored(service, number)
            if kind == "wait":
                clock.move(days=days / 4)
                fire_due(service)
            elif kind == "resume":
                end_a_stretch(service, model, clock.now - timedelta(days=long / 4))
            elif kind != "answer":
                ask_for(service, number, model, *asked_of(kind, clock.now, days, long))
                assert stored(service, number) == before
            before = stored(service, number)
            if model.pending and verdict != "leave open":
                answer_it(service, model, granted=verdict == "grant")
                assert verdict == "grant" or stored(service, number) == before
            agrees(service, number, model, order)
        assert [f for f in examine(service) if f.severity is Severity.BROKEN] == []


def ask_for(service: Service, number: str, model: Model, asked: AskedAct, act: Act) -> None:
    """Ask, if the law and an earlier request let one."""
    with contextlib.suppress(GongkaiError):
        office = service.actor("office", channel="api")
        made = ask(service, office, clock_of(service, number, "answer").id, asked)
        model.pending = made.act_id, asked.kind, act


def answer_it(service: Service, model: Model, *, granted: bool) -> None:
    """Answer what was asked, as the post that has to."""
    assert model.pending is not None
    act_id, kind, act = model.pending
    by = service.actor("deputy_head" if kind == ActKind.EXTENDED else "openness_office", channel="api")
    answer(service, by, todo_of_act(service, act_id), granted=granted, text="已阅")
    model.pending = None
    if granted:
        model.granted[act_id] = act


def end_a_stretch(service: Service, model: Model, at: datetime) -> None:
    """Resume, if something lasts and began before that."""
    act_id, since = lasting_of(model)
    with contextlib.suppress(GongkaiError):
        resume(service, service.actor("office", channel="api"), act_id, at)
        model.granted[act_id] = NotCounted(since, at, BASIS)


def lasting_of(model: Model) -> tuple[int, Any]:
    """A granted stretch that has no end yet; 0: there is none, and the program refuses to end it."""
    lasting = [
        (act_id, act.since)
        for act_id, act in model.granted.items()
        if isinstance(act, NotCounted) and act.until is None
    ]
    return lasting[0] if lasting else (0, None)


def stored(service: Service, number: str) -> tuple[Any, Any]:
    """The clock and its armed rung, as they stand."""
    row = clock_of(service, number, "answer")
    return row, armed_rung(service, row.id)


def agrees(service: Service, number: str, model: Model, order: Random) -> None:
    """The stored date is what the law makes of the granted acts in any order, and the armed rung fits it."""
    row, rung = stored(service, number)
    due = model.due(date(2026, 4, 20), order)
    assert (row.due_on, row.late_from) == (due.on, due.late_from)
    if due.late_from is None:
        assert rung.kind == RungKind.NOT_COUNTED
        return
    law, ladder = built_in(ZONE), ladder_of("", Unit.WORKING_DAYS)
    for known in rungs(ladder, due, Ending.MISSED, calendar=law.calendar, parameters=law.parameters):
        if (known.kind, known.place) == (rung.kind, rung.place):
            assert rung.due_at == known.at
            return
        if known.kind is RungKind.STILL_OVERDUE and known.place > rung.place:
            raise AssertionError(f"the armed rung {rung.kind} {rung.place} is none of the ladder")
