"""The procedures of the notice, one file each. Read these first.

Importing this package installs them all.
"""

from flows import (
    earlier,
    opinion_response,
    participation_outcome,
    policy_interpretation,
    proactive_disclosure,
    public_participation,
    publication_change,
    response_plan,
)

__all__ = [
    "earlier",
    "opinion_response",
    "participation_outcome",
    "policy_interpretation",
    "proactive_disclosure",
    "public_participation",
    "publication_change",
    "response_plan",
]
