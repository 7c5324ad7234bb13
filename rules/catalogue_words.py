"""Which row of the catalogue a document may belong to, guessed by words: a suggestion, never a decision."""

from collections.abc import Iterable, Mapping

_WEIGHTS = {"level2": 4, "level1": 2, "domain": 1}
"""What the row itself is called says more than the group it stands in."""


def suggest(said: str, rows: Iterable[tuple[int, Mapping[str, str]]]) -> int | None:
    """The id of the row whose names share most pairs of characters with the title and type of a document.

    None where no row's own name shares any; of equals the first.
    """
    pairs, best, most = _pairs(said), None, 0
    for number, row in rows:
        shared = {name: len(pairs & _pairs(row[name])) for name in _WEIGHTS}
        score = sum(weight * shared[name] for name, weight in _WEIGHTS.items())
        if shared["level2"] and score > most:
            best, most = number, score
    return best


def _pairs(text: str) -> set[str]:
    plain = "".join(character for character in text if character.isalnum())
    return {plain[at : at + 2] for at in range(len(plain) - 1)} - _EVERYWHERE


_EVERYWHERE = {"信息", "管理", "工作", "情况"}
"""Pairs that are in titles of every kind."""
