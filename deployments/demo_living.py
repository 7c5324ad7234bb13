"""A demonstration that stays: 青岭县 with more than a dozen cases on their way, until Ctrl-C, data kept.

Started again it goes on with what it has; what a killed start left half done is finished, nothing is doubled.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

from deployments.commands.exits import Code
from deployments.commands.here import service_of, settings_from
from deployments.commands.running import tell_virtual
from deployments.commands.terminal import say, tell
from deployments.demo_cases import DemoCase, read_demo_cases
from deployments.demo_state import DemoState, obtain_state, start_over, write_state
from deployments.demo_temporary import environment_without_installation, quote_logs
from deployments.demo_visit import print_visit, visit_of
from deployments.demo_walk import Walk
from deployments.instance import Instance
from deployments.migrating import bring_up_to_date
from deployments.ports import Ports
from deployments.samples import read_bureau
from deployments.signals import signals_as_exit
from deployments.supervisor import LOG_EVERY_SECONDS, Supervisor
from engine.acts.passwords import operator, set_password
from engine.acts.people import import_people
from engine.reading.family import read_family
from engine.service import Service
from rules.positions import Position


@dataclass
class Living:
    """The installation, and what is remembered of it."""

    instance: Instance
    state: DemoState
    asked_password: str = field(default="", repr=False)
    virtual_time: bool = False
    began: float = field(default_factory=time.monotonic)

    def remember(self, state: DemoState) -> None:
        """From now on, also across a kill."""
        write_state(self.instance.home, state)
        self.state = state

    def progress(self, text: str) -> None:
        """One line on stderr, with the seconds since the start."""
        tell(f"{time.monotonic() - self.began:6.1f} s  {text}")

    def furnish(self, environment: Mapping[str, str]) -> None:
        """Schema, bureau and password, before the parts that use them start; once, so that what a visitor
        changed among the people stays."""
        bring_up_to_date(environment, virtual_time=self.virtual_time)
        self.state = obtain_state(self.instance.home)  # again: another start may have been first
        if self.asked_password and self.asked_password != self.state.password:
            self.remember(replace(self.state, password=self.asked_password, furnished=False))
        if self.state.furnished:
            return
        self.progress(say("导入青岭县应急管理局", "Loading the bureau of 青岭县"))
        with service_of(settings_from(environment)) as service:
            file = read_bureau()
            import_people(service, operator("demo"), file)
            for person in file.roster.people:
                set_password(service, operator("demo"), person.username, self.state.password)
        self.remember(replace(self.state, furnished=True))

    def place_cases(self) -> None:
        """Walk every case that is not yet where it belongs."""
        with service_of(settings_from(self.instance.environment())) as service:
            cases = read_demo_cases(service.now, service.settings.timezone)
        missing = [case for case in cases if case.sample.id not in self.state.cases]
        with service_of(settings_from(self.instance.environment())) as service, self._walk(service) as walk:
            for count, case in enumerate(missing, start=1):
                number = walk.until(case.sample, case.stands_at)["number"]
                self.remember(self.state.placed(case.sample.id, number))
                self.progress(f"{count:2}/{len(missing)}  {number}  {_said_of(case)}")

    def _walk(self, service: Service) -> Walk:
        people = read_bureau().roster.people
        launcher = next(p.username for p in people if p.positions[0].position is Position.ADMINISTRATOR)

        def family(number: str) -> list[str]:
            return [
                each.number for each in read_family(service, service.actor(launcher, channel="demo"), number)
            ]

        return Walk(
            f"http://127.0.0.1:{self.instance.ports.portal}",
            passwords={person.username: self.state.password for person in people},
            usernames={person.name: person.username for person in people},
            launcher=launcher,
            family=family,
        )


def _said_of(case: DemoCase) -> str:
    secret = case.sample.intake.get("state_secret")
    untold = say("（涉密登记，不录标题）", "(register line only, no title)") if secret else case.sample.id
    title = (
        case.sample.title or case.sample.intake.get("summary") or case.sample.intake.get("subject") or untold
    )
    return f"{title} · {case.stand.outcome or case.stand.step}"


def stay(
    home: Path, *, ports: Ports, password: str = "", fresh: bool = False, virtual_time: bool = False
) -> int:
    """Run the demonstration until a signal. Returns the exit code.

    Args:
        password: everybody's, from now on; empty keeps the one there is.
        fresh: begin with nothing.
        virtual_time: its time can be moved; only of a new one.

    Raises:
        InstallationError, GongkaiError: whichever fits; everything is stopped, the data stay.
    """
    instance = Instance(home, environ=environment_without_installation())
    if fresh:
        start_over(instance)
        instance = Instance(home, environ=environment_without_installation())
    here = Living(instance, obtain_state(instance.home), password, virtual_time)
    ready = False
    try:
        with (
            signals_as_exit(),
            Supervisor(instance, migrate=here.furnish, ports=ports, on_progress=here.progress) as supervisor,
        ):
            _open(here)
            ready = True
            _wait(supervisor)
    except SystemExit:
        tell(say("已全部停止，数据保留", "Everything is stopped; the data stay"))
        return Code.OK if ready else Code.INTERRUPTED


def _open(here: Living) -> None:
    try:
        here.place_cases()
    except Exception:
        quote_logs(here.instance)
        raise
    with service_of(settings_from(here.instance.environment())) as service:
        visit = visit_of(here.instance, service, password=here.state.password, cases=here.state.cases)
    print_visit(visit)
    tell_virtual(settings_from(here.instance.environment()))
    sys.stdout.flush()


def _wait(supervisor: Supervisor) -> NoReturn:
    """Until a signal, which arrives as SystemExit."""
    while True:
        time.sleep(LOG_EVERY_SECONDS)
        supervisor.bound_logs()
