"""The children's logs: plain files they append to themselves, kept from growing without end.

Files and not pipes: a pipe breaks when the supervisor is killed, and takes the children with it.
"""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

LARGEST_BYTES = 10 * 1024 * 1024


def bound_log(path: Path, largest_bytes: int = LARGEST_BYTES) -> None:
    """Keeps one older copy and empties the file in place, because the child goes on writing to it."""
    try:
        if path.stat().st_size <= largest_bytes:
            return
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
        os.truncate(path, 0)
    except FileNotFoundError:
        return


def tail(path: Path, lines: int = 12) -> str:
    """The end of a log, for the message about a part that did not start."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 8192))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def note(path: Path, text: str) -> None:
    """Adds one dated line to the supervisor's own log."""
    bound_log(path)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {text}\n")
