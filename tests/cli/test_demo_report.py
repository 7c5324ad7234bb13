"""What ends a demonstration, and what does not."""

from datetime import datetime

import pytest
from sqlalchemy import text

from deployments.demo_report import check_invariants
from deployments.demo_walk import DemonstrationFailed
from engine.doctor import YEAR_IS_ARRANGED, examine
from engine.service import Service
from tests.builders import Bureau, MovableClock, launch_case


def test_next_year_s_days_off_being_unknown_in_december_fails_no_demonstration(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    clock.now = datetime.fromisoformat("2026-12-01T09:00+08:00")
    assert [finding.check for finding in examine(service)] == [YEAR_IS_ARRANGED]
    assert check_invariants(service).check == "doctor"


def test_a_broken_invariant_does(service: Service, bureau: Bureau) -> None:
    launch_case(service)
    with service.database.begin() as connection:
        connection.execute(text("UPDATE assignment SET closed_at = now()"))
    with pytest.raises(DemonstrationFailed, match="open-review-has-todo"):
        check_invariants(service)
