"""Dates of documents are the bureau's, not the server's."""

from datetime import UTC, date, datetime

import pytest

from rules.time import local_date, system_time


@pytest.mark.parametrize(
    ("instant", "on"),
    [
        (datetime(2026, 4, 20, 15, 59, 59, tzinfo=UTC), date(2026, 4, 20)),
        (datetime(2026, 4, 20, 16, 0, tzinfo=UTC), date(2026, 4, 21)),  # midnight in Shanghai
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), date(2026, 1, 1)),  # a new series of numbers begins
    ],
)
def test_date_changes_at_midnight_of_the_bureau(instant: datetime, on: date) -> None:
    assert local_date(instant, "Asia/Shanghai") == on


def test_instant_without_a_zone_has_no_date() -> None:
    with pytest.raises(ValueError, match="naive"):
        local_date(datetime(2026, 4, 20, 9, 0), "Asia/Shanghai")  # noqa: DTZ001  what must be refused


def test_the_clock_gives_aware_instants() -> None:
    assert system_time().tzinfo is UTC
