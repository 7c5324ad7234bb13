"""Receipt numbers 回执: told once to whoever commented, kept as a hash only."""

import base64
import secrets
from hashlib import sha256

BYTES = 10  # 80 bits


def new_receipt() -> str:
    """A receipt number, as it is told: four groups of four letters and digits."""
    return grouped(base64.b32encode(secrets.token_bytes(BYTES)).decode())


def grouped(letters: str) -> str:
    """Four by four, for people."""
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def receipt_hash(receipt: str) -> str:
    """What is kept of it; spaces, dashes and case make no difference."""
    plain = "".join(c for c in receipt.upper() if c.isascii() and c.isalnum())
    return sha256(f"receipt:{plain}".encode()).hexdigest()
