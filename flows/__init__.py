"""The procedures of the notice, one file each. Read these first.

Importing this package installs them all.
"""

from flows import proactive_disclosure

__all__ = ["proactive_disclosure"]
