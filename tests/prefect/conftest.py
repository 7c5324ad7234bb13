"""A whole installation without the portal: PostgreSQL, Prefect's server, our worker; real, once a run."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from deployments.components import PREFECT, WORKER
from deployments.instance import Instance
from deployments.supervisor import Supervisor
from engine.service import Service
from engine.settings import Settings
from models.database import connect, migrate
from rules.time import system_time
from tests.builders import Bureau, load_bureau
from tests.conftest import clean_environment
from tests.free_ports import free_ports
from tests.prefect.console import Console
from tests.prefect.window import Window

QUICK = {
    "GONGKAI_RECONCILE_SECONDS": "1",
    "GONGKAI_LEASE_SECONDS": "6",
    "GONGKAI_WAKE_PATIENCE_SECONDS": "6",
    "GONGKAI_ACTIVITY_RETRY_SECONDS": "1",
    "GONGKAI_ACTIVITY_ATTEMPTS": "3",
    "GONGKAI_WEBSITE_TIMEOUT_SECONDS": "1.5",
    "GONGKAI_WEBSITE_SECRET": "shared with the local website",
    "PREFECT_WORKER_QUERY_SECONDS": "0.5",
}


def supervisor_of(instance: Instance) -> Supervisor:
    """PostgreSQL, Prefect and worker of this installation, on free ports."""
    return Supervisor(
        instance,
        components=(PREFECT, WORKER),
        migrate=lambda environment: migrate(environment["GONGKAI_OWNER_DATABASE_URL"]),
        ports=free_ports(),
    )


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, website_address: str) -> Iterator[Supervisor]:
    """Everything but the portal, running; its website is the local one of ``website``."""
    extra = QUICK | {"GONGKAI_WEBSITE_URL": website_address}
    home = tmp_path_factory.mktemp("prefect") / "home"
    supervisor = supervisor_of(Instance(home, environ=clean_environment() | extra))
    supervisor.start()
    try:
        yield supervisor
    finally:
        kept = os.environ.get("KEEP_LOGS")
        if kept:
            shutil.copytree(supervisor.instance.logs, kept, dirs_exist_ok=True)
        postgres = supervisor.postgres
        supervisor.stop()
        assert postgres is not None
        postgres.destroy()


@pytest.fixture(scope="session")
def live(installation: Supervisor, website_address: str) -> Iterator[Service]:
    """The running installation, under the machine's clock, with the small bureau loaded."""
    environment = installation.instance.environment()
    settings = Settings(
        home=Path(installation.instance.home),
        database_url=SecretStr(environment["GONGKAI_DATABASE_URL"]),
        owner_database_url=SecretStr(environment["GONGKAI_OWNER_DATABASE_URL"]),
        base_url=environment["GONGKAI_BASE_URL"],
        website_url=website_address,
        website_secret=SecretStr(QUICK["GONGKAI_WEBSITE_SECRET"]),
    )
    service = Service(connect(settings.database_url.get_secret_value(), pool_size=4), settings, system_time)
    load_bureau(service)
    yield service
    service.database.dispose()


@pytest.fixture(scope="session")
def live_bureau(live: Service) -> Bureau:
    """The people of the running installation."""
    return Bureau(live)


@pytest.fixture
def window(installation: Supervisor, service: Service, bureau: Bureau) -> Iterator[Window]:
    """Prefect showing the test's own database under the movable clock, with numbers nobody else has."""
    with service.database.begin() as connection:
        connection.execute(text("INSERT INTO case_counter VALUES ('ZD-2026', 9000)"))
    made = Window(installation.instance, service)
    yield made
    made.close()


@pytest.fixture
def console(installation: Supervisor, live: Service) -> Iterator[Console]:
    """Prefect's API as its UI uses it: what an operator sees and does by hand."""
    made = Console(installation.instance, live)
    yield made
    made.close()
