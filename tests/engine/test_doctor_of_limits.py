"""The doctor finds nothing wrong with limits in every state, and each broken promise by its name."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text

from engine.acts.clock_acts import AskedAct, answer, ask
from engine.clocks.firing import fire_due
from engine.clocks.guarding import guard
from engine.doctor import examine
from engine.service import Service
from tests.builders import Bureau, MovableClock, launch_case, scalars
from tests.engine.limit_damage import LIMIT_DAMAGE
from tests.engine.limits import (
    ART_33,
    answering_installed,
    clock_of,
    lapsing_installed,
    start,
    todo_of_act,
    waiting_installed,
)
from tests.engine.test_doctor import broken, history_unlocked

pytestmark = pytest.mark.thorough


@pytest.fixture
def limits(service: Service, bureau: Bureau, clock: MovableClock) -> Iterator[str]:
    """A limit that was extended, missed, escalated and is asked for more; one that lapsed; one waited for; a
    step within its time. Gives the first case's number.
    """
    with answering_installed(), lapsing_installed(), waiting_installed():
        number = start(service, "answering")
        start(service, "lapsing")
        asked = AskedAct("extended", "材料多", ART_33, number=2)
        limit, office = clock_of(service, number, "answer").id, service.actor("office", channel="api")
        act = ask(service, office, limit, asked).act_id
        deputy = service.actor("deputy_head", channel="api")
        answer(service, deputy, todo_of_act(service, act), granted=True, text="")
        clock.move(days=38)
        start(service, "waiting", received_on=date(2026, 5, 20))
        launch_case(service)
        fire_due(service)
        ask(service, office, limit, AskedAct("not-counted", "征求意见", ART_33, since=service.now))
        yield number


def test_limits_in_every_state_are_not_called_broken(service: Service, limits: str) -> None:
    assert broken(service) == set()
    states = "SELECT DISTINCT COALESCE(NULLIF(closed_because, ''), stage) FROM clock"
    assert set(scalars(service, states)) == {"running", "escalated", "lapsed"}


@pytest.mark.parametrize("check", LIMIT_DAMAGE)
def test_each_broken_promise_about_a_limit_is_found_by_its_name(
    service: Service, limits: str, check: str
) -> None:
    with history_unlocked(service) as connection:
        connection.execute(text(LIMIT_DAMAGE[check]))  # type: ignore[arg-type]
    assert check in broken(service)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE clock SET due_on = due_on + 30 WHERE closed_at IS NULL",
        "UPDATE clock SET late_from = late_from + interval '1 hour' WHERE closed_at IS NULL",
        "UPDATE clock_act SET granted = false WHERE granted",
        "UPDATE clock SET starts = jsonb_set(starts, '{0,at}', '\"2026-04-01\"') WHERE key = 'answer'",
    ],
)
def test_a_date_that_is_not_what_its_starts_and_acts_come_to_is_found(
    service: Service, limits: str, damage: str
) -> None:
    with service.database.begin() as connection:
        connection.exec_driver_sql(damage)
    found = [f.where for f in examine(service) if f.check == "stored-date-is-what-is-reckoned"]
    assert f"{limits} answer:1" in found


def test_a_step_whose_limit_was_not_armed_is_found_until_the_guard_has_armed_it(
    service: Service, bureau: Bureau
) -> None:
    launch_case(service)
    with service.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM rung")
        connection.exec_driver_sql("DELETE FROM clock")
    assert broken(service) == {"step-with-target-has-clock"}
    assert guard(service) == 1
    assert broken(service) == set()
