"""Carries out a schedule of kills against a whole installation at work, and writes down what it saw."""

import random
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.kill.durable_log import DurableLog
from tests.kill.installation import Installation
from tests.kill.office import Office
from tests.kill.schedule import Kill, Moment, Target
from tests.kill.website_process import WebsiteProcess
from tests.waiting import wait_until

RECOVERY_SECONDS = 90.0
MOMENT_SECONDS = 60.0
_LEASES = "SELECT case_id, epoch FROM activity WHERE settled_at IS NULL AND leased_until > now()"


@dataclass
class Killed:
    """A kill that was carried out. ``before`` and ``after`` enclose its instant (monotonic seconds)."""

    target: str
    before: float
    after: float
    leases: list[Any] = field(default_factory=list)
    recovered_seconds: float = 0.0


class Campaign:
    """``kills`` are in order; ``log`` tells the same to whoever looks when it failed."""

    def __init__(
        self,
        installation: Installation,
        office: Office,
        website: WebsiteProcess,
        *,
        log: DurableLog,
        seed: str,
    ) -> None:
        self.installation, self.office, self.website, self.log = installation, office, website, log
        self.kills: list[Killed] = []
        self._chance = random.Random(f"campaign:{seed}")

    def carry_out(self, schedule: tuple[Kill, ...]) -> None:
        """Every kill of the schedule, each after the recovery from the one before."""
        for number, kill in enumerate(schedule, 1):
            self._wait_until_well()
            time.sleep(kill.pause_seconds)
            self.log.write("next", number=number, target=kill.target, moment=kill.moment)
            leases = self._reach(kill)
            self._kill(kill.target, leases)
            if kill.target is Target.UP:
                self._start_up_again(kill)
            if kill.moment is Moment.LEASED:
                self.website.release()
            self._wait_until_well()
        self.log.write("last", at_kill=len(self.kills))

    # --- the moment --------------------------------------------------------------------------

    def _reach(self, kill: Kill) -> list[Any]:
        """Wait for the moment. Returns the leases that are held then."""
        if kill.moment is Moment.IN_FLIGHT:
            assert self.office.wait_for_request(MOMENT_SECONDS), "nobody sends anything any more"
            time.sleep(kill.aim_seconds)
        elif kill.moment is Moment.LEASED:
            self.website.hold(kill.stage)
            wait_until(self.website.is_holding, seconds=MOMENT_SECONDS, what="a publication to hold")
            return self._leases() if self.website.is_holding() else []
        return []

    def _leases(self) -> list[Any]:
        try:
            return self.installation.rows(_LEASES)
        except psycopg.Error:
            return []

    # --- the kill ----------------------------------------------------------------------------

    def _kill(self, target: Target, leases: list[Any]) -> None:
        pid = self._victim(target)
        before = time.monotonic()
        self.installation.kill(pid)
        killed = Killed(target, before, time.monotonic(), leases)
        self.kills.append(killed)
        self.log.write("killed", target=target, pid=pid, before=before, after=killed.after, leases=leases)
        if target is not Target.UP:
            name = "postgres" if target is Target.BACKEND else target.value
            self._wait_for(killed, name, pid)

    def _victim(self, target: Target) -> int:
        if target is Target.BACKEND:
            at_work = wait_until(self.installation.backends, what="a backend of our application")
            return self._chance.choice(at_work[:3]).pid
        return int(wait_until(lambda: self.installation.pid(target.value), what=f"{target} to run"))

    def _start_up_again(self, kill: Kill) -> None:
        """As an operator would, a moment later; what the dead ``up`` left goes on or is gone."""
        killed = self.kills[-1]
        if kill.also is not None:
            alone = self.installation.pid(kill.also.value)
            if alone is not None:
                before = time.monotonic()
                self.installation.kill(alone)
                self.kills.append(Killed(f"{kill.also} without up", before, time.monotonic()))
        time.sleep(kill.pause_seconds)
        self.installation.start_up()
        self.installation.wait_until_up()
        for unrecovered in {id(k): k for k in (killed, self.kills[-1])}.values():
            unrecovered.recovered_seconds = time.monotonic() - unrecovered.before

    # --- the recovery ------------------------------------------------------------------------

    def _wait_for(self, killed: Killed, name: str, pid: int) -> None:
        installation = self.installation

        def back() -> bool:
            return installation.pid(name) not in (None, pid) or killed.target == Target.BACKEND

        def well() -> bool:
            return back() and installation.is_answering(name)

        wait_until(well, seconds=RECOVERY_SECONDS, what=f"{name} to recover")
        killed.recovered_seconds = time.monotonic() - killed.before
        self.log.write("recovered", target=killed.target, seconds=killed.recovered_seconds)

    def _wait_until_well(self) -> None:
        for name in ("postgres", "prefect", "worker", "portal"):
            wait_until(
                lambda name=name: self.installation.is_answering(name),
                seconds=RECOVERY_SECONDS,
                what=f"{name} to answer",
            )
