"""The procedures of the notice, one file each. Read these first.

Importing this package installs them all.
"""

from flows import (
    attribute_review,
    attribute_review_item,
    earlier,
    follow_up,
    later_disclosure,
    policy_interpretation,
    proactive_disclosure,
    publication_change,
    yearly_evaluation,
    yearly_report,
)

__all__ = [
    "attribute_review",
    "attribute_review_item",
    "earlier",
    "follow_up",
    "later_disclosure",
    "policy_interpretation",
    "proactive_disclosure",
    "publication_change",
    "yearly_evaluation",
    "yearly_report",
]
