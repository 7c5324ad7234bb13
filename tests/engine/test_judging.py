"""The verdict on a run, line by line: what is ours is never flagged, what is a person's always is."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import StateType

from engine.projection.judging import HAND_GRACE, Verdict, judge, patience_of
from engine.projection.runs import RunSeen
from engine.projection.snapshot import CaseSeen, StepSeen
from engine.settings import Settings

NOW = datetime(2026, 4, 20, 1, 0, tzinfo=UTC)
PATIENCE = timedelta(seconds=60)
LONG_AGO, JUST_NOW = NOW - timedelta(hours=1), NOW - timedelta(seconds=1)
RUN = uuid4()


def _case(**changed: Any) -> CaseSeen:
    values: dict[str, Any] = {
        "id": 1,
        "number": "ZD-2026-0001",
        "procedure": "proactive-disclosure",
        "intake": {},
        "seq": 3,
        "unit": "执法监督股",
        "title": "",
        "doc_no": "",
        "launched_at": LONG_AGO,
        "closed_at": None,
        "outcome": "",
        "blocked": False,
        "adopted_run": None,
        "generation": 1,
        "flow_run_id": RUN,
        "shown_seq": 3,
        "woken_at": None,
        "pause_key": "park",
        "label": "",
        "message": "",
        "sheet_id": None,
        "deadlines_id": None,
        "finished": False,
    }
    return CaseSeen(**values | changed)


def _run(state: StateType, since: datetime = LONG_AGO) -> RunSeen:
    return RunSeen(UUID(str(RUN)), state, state.value.title(), "", since)


WOKEN, CLOSED = {"woken_at": JUST_NOW}, {"closed_at": LONG_AGO}
STALE = {"woken_at": LONG_AGO}
NEW = {"pause_key": ""}


@pytest.mark.parametrize(
    ("case", "state", "since", "verdict"),
    [
        ({}, StateType.PAUSED, LONG_AGO, Verdict.PARKED),
        ({}, StateType.COMPLETED, JUST_NOW, Verdict.BY_HAND),
        ({}, StateType.FAILED, JUST_NOW, Verdict.BY_HAND),
        ({}, StateType.CANCELLED, JUST_NOW, Verdict.BY_HAND),
        ({}, StateType.CANCELLING, JUST_NOW, Verdict.BY_HAND),
        ({}, StateType.CRASHED, JUST_NOW, Verdict.BY_HAND),
        ({}, StateType.SCHEDULED, JUST_NOW, Verdict.UNDERWAY),  # the worker that takes it flags it
        ({}, StateType.SCHEDULED, NOW - HAND_GRACE, Verdict.BY_HAND),
        ({}, StateType.RUNNING, JUST_NOW, Verdict.UNDERWAY),
        ({}, StateType.RUNNING, LONG_AGO, Verdict.BY_HAND),
        (WOKEN, StateType.SCHEDULED, JUST_NOW, Verdict.UNDERWAY),
        (WOKEN, StateType.PENDING, JUST_NOW, Verdict.UNDERWAY),
        (WOKEN, StateType.RUNNING, JUST_NOW, Verdict.UNDERWAY),
        (WOKEN, StateType.FAILED, JUST_NOW, Verdict.UNDERWAY),
        (WOKEN, StateType.CANCELLED, JUST_NOW, Verdict.BY_HAND),
        (STALE, StateType.SCHEDULED, LONG_AGO, Verdict.LOST),
        (STALE, StateType.RUNNING, LONG_AGO, Verdict.LOST),
        (STALE, StateType.CRASHED, LONG_AGO, Verdict.LOST),
        (NEW, StateType.RUNNING, JUST_NOW, Verdict.LOST),
        (NEW, StateType.SCHEDULED, LONG_AGO, Verdict.LOST),
        (NEW | {"adopted_run": RUN}, StateType.RUNNING, JUST_NOW, Verdict.UNDERWAY),
        (NEW | {"adopted_run": RUN}, StateType.RUNNING, LONG_AGO, Verdict.LOST),
        (CLOSED, StateType.PAUSED, LONG_AGO, Verdict.PARKED),
        (CLOSED, StateType.COMPLETED, LONG_AGO, Verdict.ENDED),
        (CLOSED, StateType.CANCELLED, LONG_AGO, Verdict.LOST),
        (CLOSED | WOKEN, StateType.RUNNING, JUST_NOW, Verdict.UNDERWAY),
        (CLOSED | STALE, StateType.RUNNING, LONG_AGO, Verdict.LOST),
    ],
)
def test_verdict(case: dict[str, Any], state: StateType, since: datetime, verdict: Verdict) -> None:
    assert judge(_case(**case), _run(state, since), now=NOW, patience=PATIENCE) is verdict


def test_a_wake_that_never_began_is_found_although_its_case_was_launched_in_a_moved_future() -> None:
    step = dict.fromkeys(StepSeen.__dataclass_fields__) | {"kind": "activity"}
    case = _case(**STALE, launched_at=NOW + timedelta(days=30), steps=(StepSeen(**step),))  # type: ignore[arg-type]
    assert judge(case, _run(StateType.RUNNING), now=NOW, patience=PATIENCE) is Verdict.LOST


def test_absent_run_was_deleted() -> None:
    assert judge(_case(), None, now=NOW, patience=PATIENCE) is Verdict.DELETED


@pytest.mark.parametrize("lease_seconds", [2, 30, 600])
def test_a_wake_is_given_a_minute_however_short_leases_are(lease_seconds: int) -> None:
    assert patience_of(Settings(lease_seconds=lease_seconds)) == timedelta(seconds=60)
