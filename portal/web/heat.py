"""The board drawn: one strip per domain, one cell per row, places as shares of the width."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.reading.catalogue import BoardRow


@dataclass(frozen=True)
class Cell:
    """One row's cell. ``kind`` is its colour, ``mark`` says the same in a character."""

    row: BoardRow
    x: str
    width: str
    middle: str
    kind: str
    mark: str


def strip_of(rows: Sequence[BoardRow]) -> list[Cell]:
    """The cells from left to right, in the order of the catalogue."""
    share = 100 / max(1, len(rows))

    def cell(place: int, row: BoardRow) -> Cell:
        mark = {"nothing": "–", "late": "!", "earlier": "·", "this-year": str(row.this_year)}[row.state]
        kind = "many" if row.state == "this-year" and row.this_year > FEW else row.state
        return Cell(
            row,
            f"{place * share:.3f}%",
            f"{share * 0.94:.3f}%",
            f"{(place + 0.47) * share:.3f}%",
            kind,
            mark if len(mark) < 3 else "99",
        )

    return [cell(place, row) for place, row in enumerate(rows)]


FEW = 4
"""Documents a year up to which a cell has the lighter colour."""
