"""Having a file examined by a process of its own, and what it says made sure of."""

import json
import re
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from typing import IO

from engine.files.hidden import Found, Hidden
from engine.files.kinds import MAX_TEXT, MEDIA_TYPES
from engine.forms import MAX_MARKS, is_mark
from rules.errors import FileRefused

PATIENCE_SECONDS = 60
_NOT_TEXT = re.compile(
    r"[^\n\t\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)
_TOO_LONG = ("无法在限定的时间和内存内检查", "it cannot be checked in the time and memory there is")
_ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONUTF8": "1"}


@dataclass(frozen=True)
class Examined:
    """A file that may be taken: its true media type, what text could be read of it, what is hidden in it.

    ``hidden`` is ``None`` where it could not be looked through.
    """

    media_type: str
    text: str
    hidden: Found | None


def examine(file: IO[bytes], name: str) -> Examined:
    """Check an open, seekable file with a descriptor against the name it claims.

    Raises:
        FileRefused: saying why, quoting nothing of it.
    """
    command = [sys.executable, "-I", "-m", "engine.files.examiner", name]
    try:
        ended = subprocess.run(  # noqa: S603  our own module; the name is one argument
            command,
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        said = ended.stdout
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""
    first, _, rest = said.partition(b"\n")
    found = json.loads(first) if first else {"refused": _TOO_LONG}
    if found.get("media_type") not in MEDIA_TYPES:
        zh, en = found["refused"]
        raise FileRefused(where="file", why_zh=zh, why_en=en)
    hidden, _, text = rest.partition(b"\n")
    return Examined(str(found["media_type"]), _text(text), _hidden(hidden))


def _hidden(line: bytes) -> Found | None:
    try:
        said = json.loads(line)
        return {Hidden(kind).value: int(n) for kind, n in said.items()}
    except (ValueError, TypeError, AttributeError):  # null, or cut off where the process ended
        return None


def _text(lines: bytes) -> str:
    pieces = []
    for line in lines.split(b"\n"):
        try:
            pieces.append(str(json.loads(line)))
        except ValueError:  # cut off where the process ended
            break
    return clean_text("".join(pieces)[:MAX_TEXT])


def clean_text(raw: str) -> str:
    """Text as our own forms take it: NFC, printable, few combining marks in a row, no empty lines in rows."""
    kept, run = [], 0
    for character in _NOT_TEXT.sub("", raw):
        run = run + 1 if character > "\u02ff" and is_mark(character) else 0
        if run <= MAX_MARKS:
            kept.append(character)
    text = unicodedata.normalize("NFC", "".join(kept))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()
