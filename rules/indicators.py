"""The indicators 指标 of the yearly evaluation, as data, and how a figure becomes points."""

from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

FILE = Path(__file__).parent / "data" / "indicators.yaml"

FULL = 100.0
"""Points of an indicator that reaches its target."""


class Group(StrEnum):
    """What the notice wants evaluated (五(二))."""

    DISCLOSURE = "disclosure"
    INTERPRETATION = "interpretation"
    RESPONSE = "response"
    PARTICIPATION = "participation"

    @property
    def chinese(self) -> str:
        """In the notice's words."""
        return {
            "disclosure": "信息公开",
            "interpretation": "政策解读",
            "response": "回应关切",
            "participation": "媒体参与",
        }[self.value]

    @property
    def english(self) -> str:
        """The same in English."""
        return {
            "disclosure": "Disclosure",
            "interpretation": "Interpretation",
            "response": "Response",
            "participation": "Participation and media",
        }[self.value]


@dataclass(frozen=True)
class Indicator:
    """One of them. ``target``: percent of a rate, otherwise in ``unit``; reaching it scores full points."""

    key: str
    zh: str
    en: str
    group: Group
    measure: str
    kind: str  # rate, mean
    better: str  # more, less
    target: float
    weight: int
    how_zh: str
    how_en: str
    unit: str = "percent"
    clocks: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()

    def points(self, figure: float | None) -> float | None:
        """Points of a figure; none where nothing was counted: that is neither good nor bad."""
        if figure is None:
            return None
        if self.better == "more":
            return min(FULL, FULL * figure / self.target)
        return FULL if figure <= self.target else FULL * self.target / figure


@cache
def indicators() -> tuple[Indicator, ...]:
    """All that come with the program, in their order."""
    found = tuple(_indicator(row) for row in yaml.safe_load(FILE.read_text(encoding="utf-8")))
    if len({each.key for each in found}) < len(found):
        raise ValueError(f"{FILE.name}: a key is given twice")
    return found


def _indicator(row: dict[str, Any]) -> Indicator:
    known = {each.name for each in fields(Indicator)}
    if unknown := row.keys() - known:
        raise ValueError(f"{FILE.name}: {row.get('key')}: unknown {sorted(unknown)}")
    lists = {name: tuple(row.get(name, ())) for name in ("clocks", "procedures")}
    made = Indicator(**{**row, **lists, "group": Group(row["group"])})
    if made.kind not in ("rate", "mean") or made.better not in ("more", "less") or made.target <= 0:
        raise ValueError(f"{FILE.name}: {made.key}: kind, better or target")
    return made


def mean_of(points: list[tuple[float | None, int]]) -> float | None:
    """The weighted mean of those that have points; none if none has."""
    counted = [(each, weight) for each, weight in points if each is not None and weight > 0]
    whole = sum(weight for _, weight in counted)
    return sum(each * weight for each, weight in counted) / whole if whole else None
