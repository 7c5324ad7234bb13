"""Every sample case of the bureau runs as its path says and ends as it says."""

import pytest

from deployments.samples import RUNNABLE, read_sample
from engine.service import Service
from tests.builders import Bureau, MovableClock
from tests.walking import load_sample_bureau, outcome_of, walk


@pytest.mark.parametrize("case_id", RUNNABLE)
def test_a_sample_runs_to_its_outcome(
    service: Service, bureau: Bureau, clock: MovableClock, case_id: str
) -> None:
    sample = read_sample(case_id, today=service.today)
    clock.now = sample.begins or clock.now  # people hold their posts from the day they are imported
    load_sample_bureau(service)
    assert outcome_of(service, walk(service, clock, sample)) == sample.outcome
