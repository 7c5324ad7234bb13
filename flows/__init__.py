"""The procedures of the notice, one file each. Read these first.

Importing this package installs them all.
"""

from flows import (
    participation_outcome,
    proactive_disclosure,
    public_participation,
    publication_change,
)

__all__ = ["participation_outcome", "proactive_disclosure", "public_participation", "publication_change"]
