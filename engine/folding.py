"""Text as it is compared when people look for it: width, case, spaces and kinds of brackets do not matter.

The database folds the same way (``register_fold``), for the search of the public register.
"""

import unicodedata
from collections.abc import Iterator

_BRACKETS = str.maketrans("〔〕[]【】", "()()()")


def fold(text: str) -> str:
    """``青应急〔2026〕 12号`` and ``青应急[2026]１２号`` become the same."""
    return "".join(text_of for text_of, _place in _folded(text))


def occurrences(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Where ``word`` stands in ``text``, both folded: start and end in the text as it is written."""
    wanted = fold(word)
    if not wanted:
        return
    pieces = [(c, place) for folded, place in _folded(text) for c in folded]
    searched = "".join(c for c, _place in pieces)
    at = searched.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        yield pieces[at][1], pieces[end - 1][1] + 1
        at = searched.find(wanted, end)


def _folded(text: str) -> Iterator[tuple[str, int]]:
    """Each character as it is compared, with its place."""
    for place, character in enumerate(text):
        if character.isspace():
            continue
        plain = unicodedata.normalize("NFKC", character).lower().translate(_BRACKETS)
        yield "".join(plain.split()), place
