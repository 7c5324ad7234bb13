"""The installation that is measured: temporary, made as ``gongkai up`` makes any, removed afterwards."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ
from pathlib import Path

import psutil
import psycopg
from psycopg.rows import dict_row

import flows  # noqa: F401  installs every procedure
from deployments.components import Component
from deployments.instance import Instance
from deployments.ports import PortChoice, Ports
from deployments.postgres import EmbeddedPostgres
from deployments.processes import find_process, read_record
from deployments.samples import read_bureau
from deployments.supervisor import Supervisor
from engine.acts.access import operator
from engine.acts.people import import_people
from engine.service import Service
from engine.settings import Settings
from models.database import connect, migrate
from rules.time import system_time

_BEGAN = time.monotonic()


def tell(text: str) -> None:
    """One line of progress."""
    print(f"[{time.monotonic() - _BEGAN:5.0f} s] {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Installation:
    """A prepared home; parts are started for as long as they are measured."""

    instance: Instance

    @contextmanager
    def running(self, *components: Component) -> Iterator[Supervisor]:
        """PostgreSQL and these parts; all stopped again at the end."""
        supervisor = Supervisor(
            self.instance,
            components=components,
            migrate=lambda variables: migrate(variables["GONGKAI_OWNER_DATABASE_URL"]),
            ports=Ports(),
            port_choice=PortChoice.NEXT_FREE,
            on_progress=tell,
        )
        supervisor.start()
        try:
            yield supervisor
        finally:
            supervisor.stop()

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the installation is told."""
        return self.instance.environment()

    @property
    def hand_url(self) -> str:
        """The same database and role, as the driver without SQLAlchemy names them."""
        return driver_url(self.environment)

    @contextmanager
    def service(self) -> Iterator[Service]:
        """The engine in this process, with one connection."""
        variables = self.environment
        settings = Settings(home=self.instance.home, database_url=variables["GONGKAI_DATABASE_URL"])
        database = connect(variables["GONGKAI_DATABASE_URL"], pool_size=1)
        yield Service(database, settings, system_time)
        database.dispose()

    def query(self, statement: str, *arguments: object, database: str = "gongkai") -> list[dict[str, object]]:
        """What a database says, asked as its administrator."""
        cluster, secrets = self.instance.cluster, self.instance.credentials
        url = cluster.url("postgresql", "postgres", secrets.superuser_password, database=database)
        with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(statement, arguments)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []


def part(installation: Installation, name: str) -> psutil.Process:
    """The process of a running part."""
    process = find_process(read_record(installation.instance.run, name))
    if process is None:
        raise RuntimeError(f"{name} does not run")
    return process


def driver_url(variables: dict[str, str]) -> str:
    """The application's database address for psycopg."""
    return variables["GONGKAI_DATABASE_URL"].replace("postgresql+psycopg:", "postgresql:")


@contextmanager
def temporary_installation() -> Iterator[Installation]:
    """A home of its own with the sample bureau; another installation of the caller is left alone."""
    home = Path(tempfile.mkdtemp(prefix="gongkai-bench-"))
    foreign = ("GONGKAI_", "PREFECT_")
    caller = {name: value for name, value in environ.items() if not name.startswith(foreign)}
    instance = Instance(home / "home", environ=caller)
    made = Installation(instance)
    try:
        with made.running(), made.service() as service:
            import_people(service, operator("bench"), read_bureau())
        yield made
    finally:
        if (instance.home / "secrets.json").exists():
            EmbeddedPostgres(instance).destroy()
        shutil.rmtree(home, ignore_errors=True)
