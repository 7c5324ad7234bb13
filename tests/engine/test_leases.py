"""Leases on automated steps: one executor, only the current epoch's result counts, failures end as to-dos."""

import pytest

from engine.acts.retry import retry_case
from engine.leases import Lease, claim, give_up, settle
from engine.service import Service
from tests.builders import Bureau, MovableClock, case_row, decide_all, launch_case, scalars, todo_of

PUBLISHED = {"url": "u", "published_at": "2026-04-20T09:00:00+08:00"}


@pytest.fixture
def step_id(service: Service, bureau: Bureau) -> int:
    """The publication step of a signed, numbered case."""
    decide_all(service, launch_case(service).number)
    return int(scalars(service, "SELECT step_id FROM activity")[0])


def taken(service: Service, step_id: int, holder: str) -> Lease:
    lease = claim(service, step_id, holder=holder)
    assert lease is not None
    return lease


def test_claimed_step_is_not_claimed_again_while_its_lease_lasts(
    service: Service, step_id: int, clock: MovableClock
) -> None:
    taken(service, step_id, "first")
    clock.move(seconds=service.settings.lease_seconds - 1)
    assert claim(service, step_id, holder="second") is None


def test_late_result_of_a_lost_lease_is_noted_and_not_accepted(
    service: Service, step_id: int, clock: MovableClock
) -> None:
    slow = taken(service, step_id, "slow")
    clock.move(seconds=service.settings.lease_seconds + 1)
    quick = taken(service, step_id, "quick")
    assert settle(service, slow, {"url": "slow"}) is False
    assert settle(service, quick, {"url": "quick"}) is True
    assert settle(service, slow, {"url": "slow"}) is False
    assert scalars(service, "SELECT outcome->'facts'->>'url' FROM step WHERE key = 'publication'") == [
        "quick"
    ]
    assert scalars(service, "SELECT count(*) FROM ledger_entry WHERE action = 'orphan-effect'") == [2]


def test_settling_opens_what_follows_in_the_same_transaction(service: Service, step_id: int) -> None:
    lease = taken(service, step_id, "w")
    settle(service, lease, PUBLISHED)
    assert todo_of(service, lease.case_number).step == "paper-copy"


def test_result_is_settled_once_however_often_it_is_reported(service: Service, step_id: int) -> None:
    lease = taken(service, step_id, "w")
    assert settle(service, lease, PUBLISHED)
    assert not settle(service, lease, PUBLISHED)
    assert scalars(service, "SELECT count(*) FROM step WHERE key = 'paper-copy'") == [1]


def test_failing_step_is_tried_again_later_and_then_becomes_a_todo(
    service: Service, step_id: int, bureau: Bureau, clock: MovableClock
) -> None:
    for attempt in range(service.settings.activity_attempts):
        lease = taken(service, step_id, f"try {attempt}")
        give_up(service, lease, "网站无法连接")
        assert claim(service, step_id, holder="too early") is None
        clock.move(seconds=service.settings.activity_retry_seconds + 1)
    assert claim(service, step_id, holder="nobody asked") is None
    assert scalars(service, "SELECT kind FROM incident WHERE resolved_at IS NULL") == ["activity-failed"]
    number = case_row(service, lease.case_number).number
    retry_case(service, bureau.actor("administrator"), number)
    assert claim(service, step_id, holder="asked") is not None
