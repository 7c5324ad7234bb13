"""How far a demonstration's time leaps: as written, by the organ's clock, and never back."""

from datetime import UTC, datetime, timedelta

import pytest

from rules.errors import InvalidInput
from rules.leaps import NEXT_WORKING_DAY, destination
from rules.working_calendar import WorkingCalendar

NOW = datetime(2026, 4, 30, 9, 30, tzinfo=UTC)  # Thursday 17:30 in Shanghai, the eve of 劳动节
CALENDAR = WorkingCalendar()


def leap(by: str = "", to: str = "") -> datetime:
    return destination(NOW, by=by, to=to, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("by", "length"),
    [("3d", timedelta(days=3)), ("12h", timedelta(hours=12)), ("30m", timedelta(minutes=30))],
)
def test_by_a_stretch(by: str, length: timedelta) -> None:
    assert leap(by) == NOW + length


@pytest.mark.parametrize(
    ("to", "utc"),
    [
        ("2026-12-21T09:00", "2026-12-21T01:00"),
        ("2026-12-21T09:00+00:00", "2026-12-21T09:00"),
        ("2026-12-21", "2026-12-20T16:00"),
    ],
)
def test_to_an_instant_by_the_organs_clock_unless_it_has_a_zone(to: str, utc: str) -> None:
    assert leap(to=to) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_to_the_next_working_morning_over_a_holiday() -> None:
    assert leap(to=NEXT_WORKING_DAY) == datetime(2026, 5, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("by", "to", "why"),
    [
        ("", "", "one of the two"),
        ("1d", "2026-12-21", "one of the two"),
        ("0d", "", "only moves forward"),
        ("-3d", "", "write 3d"),
        ("3 d", "", "write 3d"),
        ("3w", "", "write 3d"),
        ("３d", "", "write 3d"),
        ("999999d", "", "write 3d"),
        ("99999d", "", "year"),
        ("", "2026-04-30T17:30", "only moves forward"),
        ("", "2026-04-29T09:00", "only moves forward"),
        ("", "0001-01-01T00:00", "only moves forward"),
        ("", "9999-12-31T23:59", "year"),
        ("", "9999-12-31T23:59-12:00", "year"),
        ("", "next week", "2026-12-21T09:00"),
    ],
)
def test_anything_else_is_refused_in_words(by: str, to: str, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        leap(by, to)
    assert why in caught.value.message("en")
