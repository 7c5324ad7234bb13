"""The process that opens what somebody sent: one file on standard input, findings on standard output.

It is a process of its own because what it reads was made by others: it has no database, no network address,
no secrets in its environment, little memory and little time, and its end is nobody else's.

First line: ``{"media_type": …}`` or ``{"refused": [zh, en]}``. Second line: what is hidden in it,
counted, or null where it could not be looked through. Then the text in pieces, a JSON string a line.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

from engine.files import archives, docx, images, ofd, pdf
from engine.files.hidden import Found
from engine.files.kinds import DOCX, ENDINGS, MAX_TEXT, OFD, PDF, FileKind, kind_named
from engine.files.refusal import Unacceptable

MEMORY_BYTES = 1_500_000_000
PROCESSOR_SECONDS = 40
TEXT_SECONDS = 10.0


def main() -> int:
    """Examine standard input under the name given; 0 whatever was found."""
    _confine()
    file = os.fdopen(os.dup(0), "rb")
    file.seek(0)
    try:
        kind = claimed_kind(file, sys.argv[1])
        text, hidden = _checked(file, kind)
    except Unacceptable as refusal:
        _say({"refused": [refusal.zh, refusal.en]})
        return 0
    except MemoryError:
        _say({"refused": ["结构过于复杂", "it is too complex"]})
        return 0
    _say({"media_type": kind.media_type})
    _say(_looked_through(hidden))
    _say_text(text)
    return 0


def claimed_kind(file: IO[bytes], name: str) -> FileKind:
    """The kind the name claims, if the content begins like it.

    Raises:
        Unacceptable: another kind of file, or other content than the name says.
    """
    kind = kind_named(name)
    if kind is None:
        said = "、".join(ENDINGS)
        raise Unacceptable(f"只接收 {said}", f"only {', '.join(ENDINGS)} are taken")
    if file.read(len(kind.begins)) != kind.begins:
        raise Unacceptable(
            f"内容不是 {kind.name}，与文件名不符", f"its content is not {kind.name}, as its name says"
        )
    file.seek(0)
    return kind


def _checked(file: IO[bytes], kind: FileKind) -> tuple[Iterator[str], Callable[[], Found]]:
    """Check the file; gives its text, still unread, and how to look for what is hidden in it."""
    if kind is PDF:
        reader = pdf.open_pdf(file)
        return pdf.text(reader), partial(pdf.hidden, reader)
    if kind in (DOCX, OFD):
        archive = archives.open_archive(file, size=os.fstat(0).st_size)
        form = docx if kind is DOCX else ofd
        form.check(archive)
        return form.text(archive), partial(form.hidden, archive)
    images.check(file, kind)
    return iter(()), partial(images.hidden, file)


def _looked_through(hidden: Callable[[], Found]) -> Found | None:
    try:
        return hidden()
    except Exception:  # whatever it is: told as "nobody looked", never as "nothing is there"
        return None


def _say_text(pieces: Iterator[str]) -> None:
    """What can be read in the time there is; a file without text is fine."""
    until, left = time.monotonic() + TEXT_SECONDS, MAX_TEXT
    try:
        for piece in pieces:
            _say(piece[:left])
            left -= len(piece)
            if left <= 0 or time.monotonic() > until:
                return
    except (Unacceptable, MemoryError):
        return


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
