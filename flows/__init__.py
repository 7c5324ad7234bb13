"""The procedures of the notice, one file each. Read these first.

Importing this package installs them all.
"""

from flows import (
    earlier,
    participation_outcome,
    policy_interpretation,
    proactive_disclosure,
    public_participation,
    publication_change,
)

__all__ = [
    "earlier",
    "participation_outcome",
    "policy_interpretation",
    "proactive_disclosure",
    "public_participation",
    "publication_change",
]
