"""Comments drawn: how many came on each day, and what became of them by theme. Shares of the width."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.participation.comments import Theme
from rules.participation import Disposition

HEIGHT = 80
"""Pixels of the highest day."""


@dataclass(frozen=True)
class DayBar:
    """One day: where it stands, how wide and high it is."""

    on: date
    count: int
    x: str
    width: str
    y: int
    height: int


@dataclass(frozen=True)
class Part:
    """The comments of one theme with one disposition."""

    disposition: Disposition
    count: int
    x: str
    width: str


@dataclass(frozen=True)
class ThemeBar:
    """A theme's bar; the longest theme fills the width."""

    name: str
    total: int
    concentrated: bool
    parts: list[Part]


def days_of(days: Sequence[tuple[date, int]]) -> list[DayBar]:
    """A bar for each day with comments, in its place between the first and the last."""
    if not days:
        return []
    first, span = days[0][0], (days[-1][0] - days[0][0]) // timedelta(1) + 1
    most = max(count for _, count in days)
    share = 100 / span
    return [
        DayBar(
            on,
            count,
            _percent((on - first) // timedelta(1) * share),
            _percent(min(share * 0.8, 8)),
            HEIGHT - round(HEIGHT * count / most),
            round(HEIGHT * count / most),
        )
        for on, count in days
    ]


def themes_of(themes: Sequence[Theme]) -> list[ThemeBar]:
    """A bar for each theme that has comments, the longest first."""
    longest = max((theme.total for theme in themes), default=0)
    bars = []
    for theme in sorted(themes, key=lambda each: -each.total):
        at, parts = 0.0, []
        for disposition in Disposition:
            count = theme.counts.get(disposition, 0)
            if count:
                width = 100 * count / longest
                parts.append(Part(disposition, count, _percent(at), _percent(width)))
                at += width
        if parts:
            bars.append(ThemeBar(theme.name, theme.total, theme.concentrated, parts))
    return bars


def _percent(share: float) -> str:
    return f"{share:.2f}%"
