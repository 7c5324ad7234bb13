"""The schedule of the kill campaign, without killing anything."""

import pytest

from tests.kill.schedule import SEED, Moment, Target, make_schedule


def test_the_same_seed_gives_the_same_schedule_and_another_seed_another() -> None:
    assert make_schedule(SEED) == make_schedule(SEED)
    assert make_schedule(SEED) != make_schedule("another")


@pytest.mark.parametrize("seed", [SEED, "1", "2", "another"])
def test_every_schedule_kills_every_part_and_aims_often_enough(seed: str) -> None:
    schedule = make_schedule(seed)
    assert len(schedule) + sum(kill.also is not None for kill in schedule) >= 30
    assert {kill.target for kill in schedule} == set(Target)
    assert sum(kill.moment is Moment.LEASED for kill in schedule) >= 8
    assert sum(kill.moment is Moment.IN_FLIGHT for kill in schedule) >= 12
