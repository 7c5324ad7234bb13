"""A temporary installation of 青岭县 for a demonstration: everything real, stopped and removed at the end."""

import os
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from deployments.commands.exits import Code
from deployments.commands.here import service_of, settings_from
from deployments.commands.terminal import say, tell
from deployments.demo_leftovers import PREFIX, clear_leftovers, remove_home
from deployments.demo_walk import Walk
from deployments.instance import Instance
from deployments.logs import tail
from deployments.migrating import bring_up_to_date
from deployments.ports import PortChoice, Ports
from deployments.samples import Sample, read_bureau, read_sample
from deployments.signals import handling, signals_as_exit
from deployments.supervisor import Supervisor
from engine.acts.passwords import operator, set_password
from engine.acts.people import import_people
from rules.positions import Position


@dataclass
class Demonstration:
    """One temporary installation and what is known of it."""

    instance: Instance
    virtual_time: bool = False
    begins: datetime | None = None
    """Where its virtual time begins."""
    today: date = date.min
    """The day on which it was furnished, in statutory time."""
    passwords: dict[str, str] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def furnish(self, environment: Mapping[str, str]) -> None:
        """Schema, bureau and passwords, before the parts that use them start."""
        bring_up_to_date(environment, virtual_time=self.virtual_time, begins=self.begins)
        with service_of(settings_from(environment)) as service:
            self.today = service.today
            import_people(service, operator("demo"), read_bureau())
            for username in self._acting():
                self.passwords[username] = secrets.token_urlsafe(12)
                set_password(service, operator("demo"), username, self.passwords[username])

    def _acting(self) -> list[str]:
        """The administrator, the manager, and who has a part in the sample case; of many cases, everybody."""
        if self.begins is not None:
            return [person.username for person in read_bureau().roster.people]
        unit, people = self.sample.intake["unit"], read_bureau().roster.people
        return [p.username for p in people if any(h.unit in (unit, "") for h in p.positions)]

    @property
    def sample(self) -> Sample:
        """The case that is walked whole."""
        return read_sample("ZD-01", today=self.today).issued_on(self.today)

    @property
    def base_url(self) -> str:
        """The portal's address."""
        return f"http://127.0.0.1:{self.instance.ports.portal}"

    def progress(self, text: str) -> None:
        """One line on stderr, with the seconds since the start."""
        tell(f"{time.monotonic() - self.began:6.1f} s  {text}")

    def walk(self) -> Walk:
        """The people of the sample case, ready to sign in."""
        people = read_bureau().roster.people
        return Walk(
            self.base_url,
            self.passwords,
            usernames={person.name: person.username for person in people},
            launcher=next(p.username for p in people if p.positions[0].position is Position.ADMINISTRATOR),
        )


def demonstrate(
    act: Callable[[Demonstration], None],
    *,
    virtual_time: bool = False,
    begins: datetime | None = None,
    **settings: str,
) -> int:
    """Run ``act`` while everything runs. Returns the exit code; an interruption stops and removes all too.

    Args:
        begins: where virtual time begins; everybody of the bureau has a password then.
        settings: ``GONGKAI_*`` variables of this installation.
    """
    home = Path(tempfile.mkdtemp(prefix=PREFIX))
    environ = environment_without_installation() | settings
    here = Demonstration(Instance(home, environ=environ), virtual_time, begins)
    try:
        with signals_as_exit():
            clear_leftovers(here.progress)
            _run(here, act)
        return Code.OK
    except SystemExit:
        tell(say("已中断", "Interrupted"))
        return Code.INTERRUPTED
    finally:
        with handling(lambda: None):
            remove_home(here.instance)


def _run(here: Demonstration, act: Callable[[Demonstration], None]) -> None:
    supervisor = Supervisor(
        here.instance,
        migrate=here.furnish,
        ports=_anywhere(),
        port_choice=PortChoice.NEXT_FREE,
        on_progress=here.progress,
    )
    with supervisor:
        try:
            act(here)
        except Exception:
            quote_logs(here.instance)
            raise
    here.progress(say("已全部停止并清除", "Everything is stopped and removed"))


def _anywhere() -> Ports:
    """Ports that no other demonstration started in the same minute is likely to choose."""
    first = 20_000 + secrets.randbelow(200) * 100
    return Ports(prefect=first, portal=first + 50)


def quote_logs(instance: Instance) -> None:
    """The end of every log, for whoever must find out why the demonstration failed."""
    for log in sorted(instance.logs.glob("*.log")):
        tell(f"--- {log.name}\n{tail(log, 15)}")


def environment_without_installation() -> dict[str, str]:
    """The caller's environment without any installation or Prefect it may point to."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("GONGKAI_", "PREFECT_"))
    }
