"""Which bars a case's run draws of its limits, and how they end: what happened, posts and dates."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine.projection.bars import Bar, changed
from engine.projection.deadlines import stage_of
from engine.projection.snapshot import CaseSeen, ClockSeen, RungSeen, StepSeen
from rules.ladder import RungKind

ARMED = datetime(2026, 4, 20, 1, 0, tzinfo=UTC)
ENDED = {"closed_at": ARMED + timedelta(days=1), "closed_because": "met"}
ZONE = "Asia/Shanghai"


def clock(**changes: Any) -> ClockSeen:
    values: dict[str, Any] = {
        "id": 7,
        "step": None,
        "round": 1,
        "title": {"zh": "答复", "en": "Answer"},
        "starts": [],
        "governing": 0,
        "silence": "",
        "armed_at": ARMED,
        "basis": "条例 第33条",
        "due_on": date(2026, 5, 20),
        "late_from": datetime(2026, 5, 20, 16, 0, tzinfo=UTC),
        "provisional": False,
        "moves": 0,
        "stage": "running",
        "changed_seq": 3,
        "closed_at": None,
        "closed_because": "",
        "met_late": False,
    }
    return ClockSeen(**values | changes)


def rung(kind: RungKind, **changes: Any) -> RungSeen:
    fired_at = ARMED + timedelta(days=2)
    values: dict[str, Any] = {"id": 9, "kind": kind, "place": 1, "due_at": fired_at, "fired_at": fired_at}
    return RungSeen(**values | {"fired_seq": 4, "late": False, "asked": ()} | changes)


def step(**changes: Any) -> StepSeen:
    values: dict[str, Any] = {
        "key": "hearing",
        "round": 1,
        "kind": "review",
        "call": {"title": {"zh": "审查", "en": "Review"}, "signers": ["office"]},
        "opened_seq": 1,
        "opened_at": ARMED,
        "settled_seq": None,
        "settled_at": None,
        "action": None,
        "finding": "",
        "attempts": None,
        "next_try_at": None,
        "leased_until": None,
    }
    return StepSeen(**values | changes)


def seen(*clocks: ClockSeen, steps: tuple[StepSeen, ...] = (), shown_seq: int = 0) -> CaseSeen:
    of_no_matter = dict.fromkeys(CaseSeen.__dataclass_fields__)
    return CaseSeen(**of_no_matter | {"clocks": clocks, "steps": steps, "shown_seq": shown_seq})


def drawn(case: CaseSeen) -> list[Bar]:
    now = ARMED + timedelta(days=3)
    return changed(case, now, now, ZONE)


@pytest.mark.parametrize(
    ("changes", "state", "said"),
    [
        ({}, "RUNNING", "due 2026-05-20"),
        ({"late_from": datetime(2026, 5, 20, 1, 30, tzinfo=UTC)}, "RUNNING", "due 2026-05-20 09:30"),
        ({"due_on": None, "late_from": None}, "RUNNING", "not being counted 不计入期间"),
        (ENDED, "COMPLETED", "met 按期办结 · due 2026-05-20"),
        (ENDED | {"met_late": True}, "FAILED", "met late 逾期办结 · due 2026-05-20"),
        (ENDED | {"closed_because": "stopped"}, "CANCELLED", "stopped 不再计算 · due 2026-05-20"),
        (ENDED | {"closed_because": "arrived"}, "COMPLETED", "arrived 期限已到 · due 2026-05-20"),
        (
            ENDED | {"closed_because": "lapsed", "silence": "条例 第32条"},
            "COMPLETED",
            "lapsed by 条例 第32条 期满，依条例 第32条 · due 2026-05-20",
        ),
    ],
)
def test_a_cases_limit_ends_as_the_law_calls_it(changes: dict[str, Any], state: str, said: str) -> None:
    (bar,) = drawn(seen(clock(**changes)))
    assert (bar.state.type.value, bar.state.message) == (state, said)
    assert (bar.began, bar.ended) == (ARMED, changes.get("closed_at"))


def test_every_rung_of_a_cases_limit_is_drawn_but_the_arrival_which_is_its_end() -> None:
    kinds = [kind for kind in RungKind if drawn(seen(clock(rungs=(rung(kind),)), shown_seq=3))]
    assert set(kinds) == set(RungKind) - {RungKind.ARRIVE}


def test_of_a_steps_own_target_only_being_missed_escalated_or_lapsed_is_drawn() -> None:
    kinds = [
        kind
        for kind in RungKind
        if drawn(seen(clock(step="hearing:1", rungs=(rung(kind),)), steps=(step(),), shown_seq=3))
    ]
    assert kinds == [RungKind.LAPSE, RungKind.OVERDUE, RungKind.ESCALATE]


def test_what_was_shown_is_not_shown_again_and_after_a_loss_everything_is() -> None:
    limits = clock(rungs=(rung(RungKind.OVERDUE),)), clock(id=8, step="hearing:1")
    assert drawn(seen(*limits, steps=(step(),), shown_seq=4)) == []
    labels = [bar.label for bar in drawn(seen(*limits, steps=(step(),)))]
    assert labels == ["hearing:1", "clock:7", "rung:9"]


def test_a_limit_that_moved_is_told_anew_as_another_state() -> None:
    before, after = (
        drawn(seen(clock(moves=moves, due_on=on)))[0]
        for moves, on in ((0, date(2026, 5, 20)), (1, date(2026, 6, 18)))
    )
    assert after.state.message == "due 2026-06-18"
    assert after.at > before.at  # the server takes no second state of one instant
    assert after.began == before.began
    (bar,) = drawn(seen(clock(step="hearing:1", moves=1, changed_seq=5), steps=(step(),), shown_seq=4))
    assert (bar.label, bar.at > ARMED) == ("hearing:1", True)


def test_a_late_rung_says_so_and_lasts_from_when_it_was_due() -> None:
    late = rung(RungKind.OVERDUE, late=True, due_at=ARMED + timedelta(days=1))
    (bar,) = drawn(seen(clock(rungs=(late,)), shown_seq=3))
    assert (bar.state.type.value, bar.name) == ("FAILED", "Deadline missed 逾期 (late 迟发): Answer 答复")
    assert (bar.began, bar.ended) == (late.due_at, late.fired_at)


def test_an_escalation_names_the_posts_it_went_to() -> None:
    asked = rung(RungKind.ESCALATE, asked=("deputy_head", "head")), rung(RungKind.ESCALATE, id=10)
    names = [bar.name for bar in drawn(seen(clock(rungs=asked), shown_seq=3))]
    assert names == [
        "Escalated to deputy head, head 升级至分管负责人、主要负责人: Answer 答复",
        "Escalated 升级督办: Answer 答复",  # nobody holds a post above
    ]


def test_a_step_that_lapsed_says_by_which_article_and_not_that_anybody_approved() -> None:
    settled = step(settled_seq=2, settled_at=ARMED + timedelta(days=2), article="条例 第32条")
    (bar,) = drawn(seen(steps=(settled,)))
    assert bar.name == "Review 审查 · lapsed by 条例 第32条"


def test_the_tag_is_that_of_the_most_pressing_running_limit() -> None:
    stages = ["running", "escalated", "due-soon", "overdue"]
    assert stage_of(seen(*(clock(stage=stage) for stage in stages))) == "escalated"
    assert stage_of(seen(clock(stage="due-soon"), clock(stage="overdue"))) == "overdue"
    assert stage_of(seen(clock(stage="overdue", **ENDED), clock(stage="running"))) == ""
