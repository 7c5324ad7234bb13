"""What changed between two versions of a text, paragraph by paragraph and word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
MOST_WORDS = 4_000
"""Longer paragraphs are shown as removed and added whole: word by word would take too long."""


@dataclass(frozen=True)
class Piece:
    """A run of text: ``kind`` is kept, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Changed:
    """One paragraph of the comparison, in pieces; ``kept`` when nothing of it changed."""

    kept: bool
    pieces: list[Piece]


def differences(before: str, after: str) -> list[Changed]:
    """The paragraphs of both texts in order, with what was taken out and put in."""
    old, new = _paragraphs(before), _paragraphs(after)
    found: list[Changed] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Changed(True, [Piece("kept", text)]) for text in old[i1:i2]]
        elif kind == "replace" and i2 - i1 == j2 - j1:
            found += [Changed(False, _within(a, b)) for a, b in zip(old[i1:i2], new[j1:j2], strict=True)]
        else:
            found += [Changed(False, [Piece("removed", text)]) for text in old[i1:i2]]
            found += [Changed(False, [Piece("added", text)]) for text in new[j1:j2]]
    return found


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _within(before: str, after: str) -> list[Piece]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > MOST_WORDS:
        return [Piece("removed", before), Piece("added", after)]
    pieces = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("kept", "".join(old[i1:i2])))
            continue
        if i1 < i2:
            pieces.append(Piece("removed", "".join(old[i1:i2])))
        if j1 < j2:
            pieces.append(Piece("added", "".join(new[j1:j2])))
    return pieces
