"""Which part is killed when: drawn from a seed, the same for the same seed."""

import os
import random
from dataclasses import dataclass
from enum import StrEnum


class Target(StrEnum):
    """Who is killed with ``kill -9``."""

    WORKER = "worker"
    PORTAL = "portal"
    PREFECT = "prefect"
    POSTMASTER = "postgres"
    BACKEND = "postgres-backend"
    UP = "up"


class Moment(StrEnum):
    """When."""

    ANY = "any"
    IN_FLIGHT = "in-flight"  # a client waits for the answer to a launch or decision
    LEASED = "leased"  # the worker holds a lease and the website keeps its request open


@dataclass(frozen=True)
class Kill:
    """One kill.

    ``pause_seconds`` pass after the last recovery; ``aim_seconds`` between seeing the moment and the kill, so
    that it falls before, into and after the transaction; ``stage`` is where the website holds the request.
    ``also`` is killed while ``up`` is down and nobody restarts it.
    """

    target: Target
    moment: Moment
    pause_seconds: float
    aim_seconds: float
    stage: str
    also: Target | None = None


MIX = {
    (Target.WORKER, Moment.LEASED): 5,
    (Target.WORKER, Moment.IN_FLIGHT): 1,
    (Target.WORKER, Moment.ANY): 3,
    (Target.PORTAL, Moment.IN_FLIGHT): 7,
    (Target.PORTAL, Moment.ANY): 2,
    (Target.PREFECT, Moment.LEASED): 2,
    (Target.PREFECT, Moment.ANY): 2,
    (Target.POSTMASTER, Moment.LEASED): 1,
    (Target.POSTMASTER, Moment.IN_FLIGHT): 2,
    (Target.BACKEND, Moment.IN_FLIGHT): 3,
    (Target.BACKEND, Moment.ANY): 1,
    (Target.UP, Moment.LEASED): 1,
    (Target.UP, Moment.IN_FLIGHT): 1,
    (Target.UP, Moment.ANY): 1,
}
ALONE = (Target.WORKER, Target.POSTMASTER)
"""Killed as well while ``up`` is down: once each."""

SEED = "20260420"


def seed_from_environment() -> str:
    """``GONGKAI_KILL_SEED`` or the usual one."""
    return os.environ.get("GONGKAI_KILL_SEED") or SEED


def make_schedule(seed: str) -> tuple[Kill, ...]:
    """Thirty-two kills and two more of parts that nobody supervises at that moment."""
    chance = random.Random(f"schedule:{seed}")
    drawn = [pair for pair, times in MIX.items() for _ in range(times)]
    chance.shuffle(drawn)
    alone = list(ALONE)
    return tuple(
        Kill(
            target,
            moment,
            pause_seconds=round(chance.uniform(0.1, 1.5), 3),
            aim_seconds=round(chance.uniform(0.0, 0.02), 4),
            stage=chance.choice(("before", "after")),
            also=alone.pop() if target is Target.UP and alone else None,
        )
        for target, moment in drawn
    )
