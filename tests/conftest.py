"""Fixtures every tier shares: one embedded PostgreSQL per run, a migrated database as new for each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

import flows  # noqa: F401  installs every procedure
from deployments.instance import Instance
from deployments.postgres import EmbeddedPostgres
from engine.service import Service
from engine.settings import Settings
from models.database import connect, migrate
from tests.builders import Bureau, MovableClock, load_bureau
from tests.page_site import PageSite, page_site
from tests.reused_database import TEMPLATE, ReusedDatabase
from tests.website_process import WebsiteProcess


@pytest.hookimpl(tryfirst=True)  # before the processes are told what is grouped
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one whole installation stay in one process; all others are shared out among the processes."""
    for item in items:
        for whole in {"installation", "running"}.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(whole))


def clean_environment() -> dict[str, str]:
    """The caller's environment without any installation or Prefect it may point to."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("GONGKAI_", "PREFECT_"))}


@pytest.fixture(scope="session")
def postgres_instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An installation in a temporary home whose embedded PostgreSQL runs and is migrated; no other part."""
    made = Instance(tmp_path_factory.mktemp("gongkai") / "home", environ=clean_environment())
    made.prepare()
    server = EmbeddedPostgres(made)
    try:
        server.start()
        forgo_durability(made)
        migrate(made.environment()["GONGKAI_OWNER_DATABASE_URL"])
        yield made
    finally:
        server.destroy()


def forgo_durability(made: Instance) -> None:
    """These databases live for one run: nothing of them needs to survive a power cut."""
    url = made.cluster.url("postgresql", "postgres", made.credentials.superuser_password, database="postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")  # type: ignore[arg-type]
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def instance(postgres_instance: Instance) -> Instance:
    """The running installation."""
    return postgres_instance


@pytest.fixture(scope="session")
def reused_database(postgres_instance: Instance) -> Iterator[ReusedDatabase]:
    """The database all tests of this run share, one after the other; use ``environment``."""
    made = ReusedDatabase(postgres_instance)
    yield made
    made.destroy()


@pytest.fixture
def environment(
    postgres_instance: Instance, reused_database: ReusedDatabase, tmp_path: Path
) -> dict[str, str]:
    """``GONGKAI_*`` and ``PREFECT_*`` of a fresh, migrated, empty database: for child processes too."""
    name = reused_database.as_new()
    values = postgres_instance.environment()
    for key, value in values.items():
        if key.startswith("GONGKAI_") and key.endswith("DATABASE_URL"):
            values[key] = value.replace(f"/{TEMPLATE}?", f"/{name}?")
    return values | {"GONGKAI_HOME": str(tmp_path)}


@pytest.fixture
def settings(environment: dict[str, str], tmp_path: Path) -> Settings:
    """Settings of that database; the home is the test's own folder."""
    return Settings(
        home=tmp_path,
        database_url=SecretStr(environment["GONGKAI_DATABASE_URL"]),
        owner_database_url=SecretStr(environment["GONGKAI_OWNER_DATABASE_URL"]),
        public_database_url=SecretStr(environment["GONGKAI_PUBLIC_DATABASE_URL"]),
    )


@pytest.fixture
def clock() -> MovableClock:
    """Stands still at Monday 2026-04-20 09:00 in Shanghai until it is moved."""
    return MovableClock()


@pytest.fixture
def service(settings: Settings, clock: MovableClock) -> Iterator[Service]:
    """An empty installation under the movable clock."""
    engine = connect(settings.database_url.get_secret_value(), pool_size=4)
    yield Service(engine, settings, clock)
    engine.dispose()


@pytest.fixture
def bureau(service: Service) -> Bureau:
    """青岭县应急管理局 in small: one unit, one person per position, each named after the position."""
    return load_bureau(service)


@pytest.fixture
def site() -> Iterator[PageSite]:
    """The bureau's website, as far as the server looks at pages there."""
    with page_site() as made:
        yield made


@pytest.fixture(scope="session")
def website_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebsiteProcess]:
    """The local website of this run; use ``website``."""
    made = WebsiteProcess(tmp_path_factory.mktemp("website"))
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="session")
def website_address(website_process: WebsiteProcess) -> str:
    """Where it takes publications."""
    return website_process.url


@pytest.fixture
def website(website_process: WebsiteProcess) -> Iterator[WebsiteProcess]:
    """A bureau's website as a local process, behaving well until it is told otherwise."""
    website_process.behave("well")
    yield website_process
    website_process.behave("well")
    website_process.kill()
    website_process.start()
