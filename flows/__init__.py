"""The procedures of the notice, one file each. Read these first.

Importing this package installs them all.
"""

from flows import (
    confidentiality_review,
    earlier,
    policy_interpretation,
    proactive_disclosure,
    publication_change,
)

__all__ = [
    "confidentiality_review",
    "earlier",
    "policy_interpretation",
    "proactive_disclosure",
    "publication_change",
]
