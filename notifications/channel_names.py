"""What channels are called."""

import re

MAIL = "mail"
"""The channel every installation has."""

DIGEST = "digest"
"""No channel: what is held for the digest of the day stands under this name until the digest is made."""

_FITTING = re.compile(r"[\w-]{1,30}")


def fits(name: str) -> bool:
    """Whether an installation may call a group so."""
    return bool(_FITTING.fullmatch(name)) and name not in (MAIL, DIGEST)
