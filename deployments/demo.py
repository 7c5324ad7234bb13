"""One case walked whole: a temporary installation, 青岭县, case ZD-01 from its draft to the reading room.

Everything is real but the people: PostgreSQL, Prefect, worker, portal; each decision is a request by the
person who has the to-do. At the end everything is stopped and removed.
"""

import os
import secrets
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from deployments.commands.exits import Code
from deployments.commands.here import service_of, settings_from
from deployments.commands.terminal import (
    print_json,
    say,
    speech,
    tell,
)
from deployments.demo_leftovers import PREFIX, clear_leftovers, remove_home
from deployments.demo_report import Report, make_report, print_report
from deployments.demo_walk import DemonstrationFailed, Walk
from deployments.instance import Instance
from deployments.logs import tail
from deployments.migrating import bring_up_to_date
from deployments.ports import PortChoice, Ports
from deployments.samples import Sample, read_bureau, read_sample
from deployments.signals import handling, signals_as_exit
from deployments.supervisor import Supervisor
from engine.acts.passwords import operator, set_password
from engine.acts.people import import_people
from engine.service import Service
from models import Case, ShownCase
from rules.positions import Position

PREFECT_SECONDS = 60.0


@dataclass
class Demonstration:
    """One temporary installation and what is known of it."""

    instance: Instance
    virtual_time: bool = False
    passwords: dict[str, str] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def furnish(self, environment: Mapping[str, str]) -> None:
        """Schema, bureau and passwords, before the parts that use them start."""
        bring_up_to_date(environment, virtual_time=self.virtual_time)
        with service_of(settings_from(environment)) as service:
            import_people(service, operator("demo"), read_bureau())
            for username in self._acting():
                self.passwords[username] = secrets.token_urlsafe(12)
                set_password(service, operator("demo"), username, self.passwords[username])

    def _acting(self) -> list[str]:
        """The administrator, the manager, and who has a part in the sample case."""
        unit, people = self.sample.intake["unit"], read_bureau().roster.people
        return [p.username for p in people if any(h.unit in (unit, "") for h in p.positions)]

    @property
    def sample(self) -> Sample:
        """The case that is walked whole."""
        return read_sample("ZD-01", today=datetime.now(UTC).date())

    @property
    def base_url(self) -> str:
        """The portal's address."""
        return f"http://127.0.0.1:{self.instance.ports.portal}"

    def progress(self, text: str) -> None:
        """One line on stderr, with the seconds since the start."""
        tell(f"{time.monotonic() - self.began:6.1f} s  {text}")


def show(*, virtual_time: bool = False) -> int:
    """Run the demonstration. Returns the exit code; an interruption stops and removes everything too."""
    home = Path(tempfile.mkdtemp(prefix=PREFIX))
    here = Demonstration(Instance(home, environ=environment_without_installation()), virtual_time)
    try:
        with signals_as_exit():
            clear_leftovers(here.progress)
            _run(here)
        return Code.OK
    except SystemExit:
        tell(say("已中断", "Interrupted"))
        return Code.INTERRUPTED
    finally:
        with handling(lambda: None):
            remove_home(here.instance)


def _run(here: Demonstration) -> None:
    supervisor = Supervisor(
        here.instance,
        migrate=here.furnish,
        ports=_anywhere(),
        port_choice=PortChoice.NEXT_FREE,
        on_progress=here.progress,
    )
    with supervisor:
        try:
            report = _walk_and_check(here)
        except Exception:
            quote_logs(here.instance)
            raise
        _tell_report(report)
    here.progress(say("已全部停止并清除", "Everything is stopped and removed"))


def _anywhere() -> Ports:
    """Ports that no other demonstration started in the same minute is likely to choose."""
    first = 20_000 + secrets.randbelow(200) * 100
    return Ports(prefect=first, portal=first + 50)


def _walk_and_check(here: Demonstration) -> Report:
    sample = here.sample
    roster = read_bureau().roster
    usernames = {person.name: person.username for person in roster.people}
    administrator = next(
        p.username for p in roster.people if p.positions[0].position is Position.ADMINISTRATOR
    )
    with Walk(here.base_url, here.passwords, usernames, administrator) as walk:
        here.progress(say(f"办理 {sample.id}：{sample.title}", f"Walking {sample.id}: {sample.title}"))
        case = walk.whole(sample)
        if case["outcome"] != sample.outcome:
            raise DemonstrationFailed(where=case["number"], why=f"it ended as {case['outcome']}")
        with service_of(settings_from(here.instance.environment())) as service:
            run = _wait_for_prefect(here, service, case["number"])
            letters = len(list(here.instance.mailbox.glob("*.eml")))
            report = make_report(service, case, walk, sample=sample, run=run, letters=letters)
    return report


def _wait_for_prefect(here: Demonstration, service: Service, number: str) -> dict[str, Any]:
    """The case's flow run, once Prefect shows it Completed."""
    api = f"http://127.0.0.1:{here.instance.ports.prefect}/api"
    user, _, word = here.instance.credentials.prefect_auth_string.partition(":")
    until = time.monotonic() + PREFECT_SECONDS
    seen = "no flow run yet"
    with httpx.Client(auth=(user, word), timeout=10, trust_env=False) as http:
        while time.monotonic() < until:
            flow_run_id = _flow_run_of(service, number)
            if flow_run_id is not None:
                run: dict[str, Any] = http.get(f"{api}/flow_runs/{flow_run_id}").json()
                seen = str(run.get("state_type"))
                if seen == "COMPLETED":
                    run["steps"] = _count_task_runs(http, api, flow_run_id)
                    return run
            time.sleep(0.1)
    raise DemonstrationFailed(where=number, why=f"Prefect did not show it Completed: {seen}")


def _flow_run_of(service: Service, number: str) -> UUID | None:
    cases, shown = Case.__table__, ShownCase.__table__
    query = select(shown.c.flow_run_id).join(cases, cases.c.id == shown.c.case_id)
    with service.database.connect() as connection:
        return connection.execute(query.where(cases.c.number == number)).scalar()


def _count_task_runs(http: httpx.Client, api: str, flow_run_id: UUID) -> int:
    wanted = {"flow_runs": {"id": {"any_": [str(flow_run_id)]}}}
    return int(http.post(f"{api}/task_runs/count", json=wanted).json())


def _tell_report(report: Report) -> None:
    """One JSON document, or tables."""
    if speech.as_json:
        print_json(report)
    else:
        print_report(report)
    sys.stdout.flush()


def quote_logs(instance: Instance) -> None:
    """The end of every log, for whoever must find out why the demonstration failed."""
    for log in sorted(instance.logs.glob("*.log")):
        tell(f"--- {log.name}\n{tail(log, 15)}")


def environment_without_installation() -> dict[str, str]:
    """The caller's environment without any installation or Prefect it may point to."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("GONGKAI_", "PREFECT_"))
    }
