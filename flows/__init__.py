"""The procedures of the notice, one file each. Read these first.

Importing this package installs them all.
"""

from flows import opinion_response, proactive_disclosure, publication_change, response_plan

__all__ = ["opinion_response", "proactive_disclosure", "publication_change", "response_plan"]
