"""The sample bureau and cases that come with the program: how a raw sample becomes a launch and decisions.

``samples/cases.json`` holds them as they come; a module per procedure says what people would do with each.
"""

from datetime import date

from deployments.samples import (
    opinion_response,
    policy_interpretation,
    proactive_disclosure,
    public_participation,
)
from deployments.samples.publication_change import CHANGES, read_change
from deployments.samples.story import (
    BUREAU,
    FOLDER,
    PROCEDURE,
    Sample,
    Scripted,
    raw_case,
    read_bureau,
)

_SCRIPTS = {
    **opinion_response.SCRIPTS,
    **policy_interpretation.SCRIPTS,
    **proactive_disclosure.SCRIPTS,
    **public_participation.SCRIPTS,
}
RUNNABLE = tuple(_SCRIPTS)


DAYS = {
    "ZD-01": date(2026, 4, 22),
    "ZD-02": date(2026, 4, 24),
    "JD-01": date(2026, 6, 12),
    "JD-04": date(2026, 1, 20),
}
"""The day a sample is walked from, where the dates it states as answers must have come."""


def read_sample(case_id: str, *, today: date) -> Sample:
    """One of the cases that can run: see ``RUNNABLE``.

    Args:
        today: a sample's date that has not come yet is replaced by this one.
    """
    return _SCRIPTS[case_id](raw_case(case_id), today)


__all__ = [
    "BUREAU",
    "CHANGES",
    "DAYS",
    "FOLDER",
    "PROCEDURE",
    "RUNNABLE",
    "Sample",
    "Scripted",
    "raw_case",
    "read_bureau",
    "read_change",
    "read_sample",
]
