"""The sample bureau and cases that come with the program: how a raw sample becomes a launch and decisions.

``samples/cases.json`` holds them as they come; a module per procedure says what people would do with each.
"""

from datetime import date

from deployments.samples import policy_interpretation, proactive_disclosure
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

_SCRIPTS = {**proactive_disclosure.SCRIPTS, **policy_interpretation.SCRIPTS}
RUNNABLE = tuple(_SCRIPTS)


def read_sample(case_id: str, *, today: date) -> Sample:
    """One of the cases that can run: see ``RUNNABLE``.

    Args:
        today: a sample's date that has not come yet is replaced by this one.
    """
    return _SCRIPTS[case_id](raw_case(case_id), today)


__all__ = [
    "BUREAU",
    "CHANGES",
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
