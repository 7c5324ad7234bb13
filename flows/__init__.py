"""The procedures of the notice, one file each. Read these first.

Importing this package installs them all.
"""

from flows import (
    confidentiality_review,
    earlier,
    opinion_response,
    policy_interpretation,
    proactive_disclosure,
    publication_change,
    response_plan,
)

__all__ = [
    "confidentiality_review",
    "earlier",
    "opinion_response",
    "policy_interpretation",
    "proactive_disclosure",
    "publication_change",
    "response_plan",
]
