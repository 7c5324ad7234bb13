"""What the worker does for the database alone, and how often."""

import pytest

from engine.acts import desk
from engine.chores import Chores
from engine.service import Service
from tests.builders import Bureau, MovableClock, scalars


@pytest.mark.parametrize(("minutes", "left"), [(59, 1), (60, 0)])
def test_old_drafts_are_looked_for_at_the_start_and_once_an_hour(
    service: Service, bureau: Bureau, clock: MovableClock, minutes: int, left: int
) -> None:
    chores = Chores(service)
    save_long_ago(service, bureau, clock)
    chores.run()
    assert scalars(service, "SELECT count(*) FROM saved_draft") == [0]
    save_long_ago(service, bureau, clock)
    clock.move(minutes=minutes)
    chores.run()
    assert scalars(service, "SELECT count(*) FROM saved_draft") == [left]


def save_long_ago(service: Service, bureau: Bureau, clock: MovableClock) -> None:
    """A draft that was left for longer than any is kept."""
    then = MovableClock(clock.now)
    then.move(days=-desk.KEPT_DAYS - 1)
    desk.save_draft(service.at(then), bureau.actor("drafter"), "launch", {"body": "很久以前"})
