"""Signing what is sent to the website, so that it can tell our publications from anybody else's.

HMAC-SHA256 over ``timestamp.body``; the website refuses old timestamps, so nothing can be sent again later.
docs/website.md tells the website how to check it.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from rules.time import TimeSource

TIMESTAMP, SIGNATURE = "Gongkai-Timestamp", "Gongkai-Signature"


@dataclass(frozen=True)
class Signer:
    """Holds the secret shared with the website."""

    secret: str
    time: TimeSource

    def headers(self, body: bytes) -> dict[str, str]:
        """The headers for this very body, sent now. The timestamp is in seconds since 1970, UTC."""
        timestamp = str(int(self.time().timestamp()))
        digest = hmac.new(self.secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
        return {TIMESTAMP: timestamp, SIGNATURE: f"sha256={digest}"}
