"""The procedures of the notice, one file each. Read these first.

Importing this package installs them all.
"""

from flows import (
    attribute_review,
    attribute_review_item,
    confidentiality_review,
    earlier,
    follow_up,
    later_disclosure,
    opinion_response,
    participation_outcome,
    policy_interpretation,
    proactive_disclosure,
    public_participation,
    publication_change,
    response_plan,
    yearly_evaluation,
    yearly_report,
)

__all__ = [
    "attribute_review",
    "attribute_review_item",
    "confidentiality_review",
    "earlier",
    "follow_up",
    "later_disclosure",
    "opinion_response",
    "participation_outcome",
    "policy_interpretation",
    "proactive_disclosure",
    "public_participation",
    "publication_change",
    "response_plan",
    "yearly_evaluation",
    "yearly_report",
]
