"""A figure: value, unit, sample size, how it was measured, and its ratio to the hand-written transaction."""

from dataclasses import asdict, dataclass, field
from typing import Any

REQUIRED = (
    *(
        f"{name}.decision_to_next_ms.{share}"
        for name in ("floor", "engine", "http", "prefect_stock")
        for share in ("p50", "p95")
    ),
    *(
        f"{name}.{key}"
        for name in ("floor", "engine", "http")
        for key in ("decisions_per_second", "cpu_seconds_per_decision")
    ),
    *(
        f"{name}.{key}"
        for name in ("floor", "engine")
        for key in ("launches_per_second", "bytes_per_waiting_case", "statements_per_decision")
    ),
    "prefect_stock.cpu_seconds_per_decision",
    *(f"system.lag_ms.at_{rate}_per_second.{share}" for rate in (1, 5) for share in ("p50", "p95")),
    *(f"system.decision_to_next_ms.at_{rate}_per_second.p50" for rate in (1, 5)),
    *(f"system.cpu_seconds_per_decision.at_{rate}_per_second" for rate in (1, 5)),
    *(f"system.memory_mb.{part}" for part in ("postgres", "prefect", "worker", "portal")),
    *(f"system.idle_cpu_seconds_per_second.{when}" for when in ("empty", "waiting")),
    *(
        f"page.{page}.{what}"
        for page in (
            *("inbox", "todo", "cases", "case", "version", "case_file", "launch", "people"),
            *("mailbox", "mailbox_search", "mail", "messages", "me", "link"),
        )
        for what in ("ms.p50", "ms.p95")
    ),
    "bulk.looked_at_seconds",
    "bulk.stored_seconds",
    "clocks.all_due_seconds",
    "clocks.idle_cpu_seconds_per_second",
    "clocks.recompute_seconds",
    "clocks.explain_ms.p50",
    "clocks.decision_to_next_ms.meanwhile.p50",
    "system.rungs_caught_up_seconds",
    "system.cases_shown_per_second",
    "system.bytes_per_waiting_case",
)
"""What a run of all subjects always has; spelled out here, so that a figure cannot get lost unnoticed."""


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

    def missing(self) -> list[str]:
        """What a run of all subjects should have measured and did not."""
        return [key for key in REQUIRED if key not in self.known]

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
