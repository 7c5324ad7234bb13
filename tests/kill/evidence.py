"""The client's log as acts: what was asked under a key, how often, and what was answered."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.kill.durable_log import read_log


@dataclass
class Attempt:
    """One request. ``ended_at`` is absent while there is no answer."""

    n: int
    asked_at: float
    ended_at: float | None = None
    end: str = ""  # acked, refused, unavailable, broken
    status: int = 0
    code: str = ""
    said: dict[str, Any] = field(default_factory=dict)


@dataclass
class Asked:
    """Everything under one key."""

    key: str
    kind: str
    by: str
    todo: int | None
    step: str
    action: str
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def acks(self) -> list[Attempt]:
        """The acknowledgements, repeated ones included."""
        return [attempt for attempt in self.attempts if attempt.end == "acked"]

    @property
    def refusals(self) -> list[Attempt]:
        """What was refused for good."""
        return [attempt for attempt in self.attempts if attempt.end == "refused"]


def read_client_log(path: Path) -> dict[str, Asked]:
    """All acts by key."""
    acts: dict[str, Asked] = {}
    attempts: dict[int, Attempt] = {}
    for event in read_log(path):
        if event["event"] == "asked":
            facts = {name: event[name] for name in ("key", "kind", "by", "todo", "step", "action")}
            attempt = attempts[event["n"]] = Attempt(event["n"], event["at"])
            acts.setdefault(event["key"], Asked(**facts)).attempts.append(attempt)
        else:
            attempt = attempts[event["n"]]
            attempt.ended_at, attempt.end = event["at"], event["event"]
            attempt.status, attempt.code = event.get("status", 0), event.get("code", "")
            attempt.said = event.get("said", {})
    return acts


def in_flight(acts: dict[str, Asked], before: float, after: float) -> list[Attempt]:
    """The requests that had been sent and not answered while this happened."""
    return [
        attempt
        for act in acts.values()
        for attempt in act.attempts
        if attempt.asked_at < before and (attempt.ended_at is None or attempt.ended_at > after)
    ]
