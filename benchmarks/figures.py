"""A figure: value, unit, sample size, how it was measured, and its ratio to the hand-written transaction."""

from dataclasses import asdict, dataclass, field
from typing import Any

REQUIRED = (
    "engine.decision_to_next_ms.p50",
    "engine.decision_to_next_ms.p95",
    "http.decision_to_next_ms.p50",
    "http.decision_to_next_ms.p95",
    "engine.decisions_per_second",
    "http.decisions_per_second",
    "floor.decision_to_next_ms.p50",
    "prefect_stock.decision_to_next_ms.p50",
)
"""What a whole run always has."""


@dataclass(frozen=True)
class Figure:
    """One measured number.

    ``against`` names the floor's figure it is compared with; the ratio says how many times as much time,
    processor time, memory, disk or statements it takes, or how many times slower a rate is.
    """

    key: str
    value: float
    unit: str
    how: str
    samples: int
    against: str = ""


@dataclass
class Figures:
    """All figures of a run, in the order they were measured."""

    known: dict[str, Figure] = field(default_factory=dict)

    def add(self, key: str, value: float, unit: str, how: str, *, samples: int, against: str = "") -> None:
        """Keep one figure; four significant digits are more than the noise allows."""
        self.known[key] = Figure(key, float(f"{value:.4g}"), unit, how, samples, against)

    def add_times(self, key: str, seconds: list[float], how: str, *, against: str = "") -> None:
        """Median and 95th percentile of durations, in milliseconds."""
        for name, share in (("p50", 0.50), ("p95", 0.95)):
            beside = f"{against}.{name}" if against else ""
            value = percentile(seconds, share) * 1000
            self.add(f"{key}.{name}", value, "ms", how, samples=len(seconds), against=beside)

    def add_rate(
        self, key: str, items: int, seconds: float, unit: str, how: str, *, against: str = ""
    ) -> None:
        """Items per second."""
        self.add(key, items / seconds, unit, how, samples=items, against=against)

    def ratio(self, figure: Figure) -> float | None:
        """How many times the floor; the floor's own are 1; ``None`` where the floor was not measured."""
        if figure.key.startswith("floor."):
            return 1.0
        floor = self.known.get(figure.against)
        if floor is None or not floor.value or not figure.value:
            return None
        rate = figure.unit.endswith("/s") and floor.unit == figure.unit
        value = floor.value / figure.value if rate else figure.value / floor.value
        return float(f"{value:.4g}")

    def as_json(self) -> dict[str, Any]:
        """``values``: key to number; ``figures``: key to everything known of it."""
        return {
            "values": {key: figure.value for key, figure in self.known.items()},
            "figures": {
                key: {**asdict(figure), "ratio": self.ratio(figure)} for key, figure in self.known.items()
            },
        }


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least ``share`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]
