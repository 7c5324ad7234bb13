"""The table at the end of a campaign."""

from collections import Counter
from dataclasses import dataclass
from statistics import median

from tests.kill.campaign import Killed
from tests.kill.evidence import Asked, in_flight


@dataclass(frozen=True)
class Report:
    """What happened, counted."""

    seed: str
    kills: Counter[str]
    with_request: int
    with_lease: int
    with_either: int
    cases: int
    decisions: int
    retries: int
    duplicates: int
    answers_lost: int
    recovery_p50: float
    recovery_max: float
    seconds: float

    def __str__(self) -> str:
        targets = " · ".join(f"{name} {times}" for name, times in sorted(self.kills.items()))
        lines = {
            "seed (GONGKAI_KILL_SEED)": self.seed,
            "kill -9": f"{self.kills.total()}: {targets}",
            "with a request in flight": self.with_request,
            "with a lease held": self.with_lease,
            "with either": self.with_either,
            "cases launched and ended": self.cases,
            "decisions acknowledged": self.decisions,
            "requests sent again": self.retries,
            "duplicates answered as repeats": self.duplicates,
            "stored, but its answer was lost": self.answers_lost,
            "time to recover": f"p50 {self.recovery_p50:.1f} s, max {self.recovery_max:.1f} s",
            "campaign": f"{self.seconds:.0f} s",
        }
        return "\n".join(f"  {name:<32}{value}" for name, value in lines.items())


def make_report(seed: str, kills: list[Killed], acts: dict[str, Asked], seconds: float) -> Report:
    """Counted from the client's log and what was seen at the instant of each kill."""
    requests = [bool(in_flight(acts, kill.before, kill.after)) for kill in kills]
    leases = [bool(kill.leases) for kill in kills]
    recovery = [kill.recovered_seconds for kill in kills]
    acks = [(act.kind, attempt) for act in acts.values() for attempt in act.acks]
    return Report(
        seed=seed,
        kills=Counter(kill.target for kill in kills),
        with_request=sum(requests),
        with_lease=sum(leases),
        with_either=sum(a or b for a, b in zip(requests, leases, strict=True)),
        cases=sum(act.kind == "launch" and bool(act.acks) for act in acts.values()),
        decisions=sum(act.kind == "decide" and bool(act.acks) for act in acts.values()),
        retries=sum(max(0, len(act.attempts) - 1) for act in acts.values()),
        duplicates=sum(bool(attempt.said.get("repeated")) for _, attempt in acks),
        answers_lost=sum(
            bool(act.acks) and all(attempt.said["repeated"] for attempt in act.acks) for act in acts.values()
        ),
        recovery_p50=median(recovery),
        recovery_max=max(recovery),
        seconds=seconds,
    )
