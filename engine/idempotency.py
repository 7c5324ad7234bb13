"""Idempotency keys: chosen by whoever acts, one per act. The same bounds hold on every way in."""

import re

from rules.errors import InvalidInput

SHORTEST, LONGEST = 8, 128
"""Characters. Shorter ones meet by chance; longer ones no index has to take."""

_CHARACTERS = r"[\x21-\x7e]+"
PATTERN = f"^{_CHARACTERS}$"
"""Printable ASCII without blanks: what a header can carry unchanged."""


def checked_key(key: str | None) -> str | None:
    """The key, if it is one.

    Raises:
        InvalidInput: too short, too long, or with other characters.
    """
    if key is None or (SHORTEST <= len(key) <= LONGEST and re.fullmatch(_CHARACTERS, key)):
        return key
    raise InvalidInput(
        where="key",
        field="Idempotency-Key",
        why_zh=f"须为{SHORTEST}至{LONGEST}个可见的 ASCII 字符，不含空格",
        why_en=f"it has {SHORTEST} to {LONGEST} printable ASCII characters and no blank",
    )
