"""The embedded PostgreSQL starts after any kind of death, and lets nobody in who has no business there."""

import asyncio
import signal
import subprocess
import sys
from dataclasses import replace

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from deployments.binaries import as_account
from deployments.errors import ClusterUnusable
from deployments.instance import Instance
from deployments.postgres import EmbeddedPostgres
from tests.supervisor.conftest import pids_of


def _execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", "").replace("+asyncpg", ""), autocommit=True) as connection:
        rows: list[tuple[object, ...]] = []
        for statement in statements:
            cursor = connection.execute(statement.encode())
            rows = cursor.fetchall() if cursor.description else []
        return rows


def test_fresh_start_in_a_private_parent_widens_nothing_and_listens_on_no_port(
    new_instance: Instance,
) -> None:
    instance = new_instance
    instance.prepare()
    postgres = EmbeddedPostgres(instance)
    postgres.start()
    assert instance.home.parent.stat().st_mode & 0o077 == 0
    assert instance.home.stat().st_mode & 0o777 == 0o700
    for folder in (postgres.cluster.data, postgres.cluster.socket_folder):
        assert folder.stat().st_mode & 0o777 == 0o700
    server = postgres.postmaster()
    assert server is not None
    assert server.uids().real != 0
    assert not [c for c in server.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    rows = _execute(
        instance.environment()["GONGKAI_DATABASE_URL"],
        "SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('TimeZone'),"
        " current_setting('server_encoding')",
    )
    assert rows == [("on", "on", "UTC", "UTF8")]


def test_every_address_works_with_the_driver_it_names(instance: Instance, postgres: EmbeddedPostgres) -> None:
    environment = instance.environment()
    for name in ("GONGKAI_DATABASE_URL", "GONGKAI_OWNER_DATABASE_URL", "GONGKAI_PUBLIC_DATABASE_URL"):
        with create_engine(environment[name]).connect() as connection:
            assert connection.scalar(text("SELECT current_database()")) == "gongkai"

    async def ask() -> object:
        engine = create_async_engine(environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"])
        async with engine.connect() as connection:
            answer = await connection.scalar(text("SELECT current_database()"))
        await engine.dispose()
        return answer

    assert asyncio.run(ask()) == "prefect"


def test_no_role_connects_where_it_has_no_business(instance: Instance, postgres: EmbeddedPostgres) -> None:
    environment = instance.environment()
    ours = ("GONGKAI_DATABASE_URL", "GONGKAI_OWNER_DATABASE_URL", "GONGKAI_PUBLIC_DATABASE_URL")
    strangers = [environment[name].replace("/gongkai?", "/prefect?") for name in ours]
    strangers.append(environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"].replace("/prefect?", "/gongkai?"))
    strangers.append(environment["GONGKAI_DATABASE_URL"].replace("/gongkai?", "/postgres?"))
    for url in strangers:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            _execute(url, "SELECT 1")
    wrong = environment["GONGKAI_DATABASE_URL"].replace(instance.credentials.app_password, "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        _execute(wrong, "SELECT 1")


def test_killed_server_starts_again_and_keeps_what_was_committed(
    instance: Instance, postgres: EmbeddedPostgres
) -> None:
    """The window: kill -9 of the server while its backends still live and its pid file lies about."""
    url = instance.environment()["GONGKAI_OWNER_DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE said (what text)")
        connection.execute("INSERT INTO said VALUES ('同意')")
        server = postgres.postmaster()
        assert server is not None
        server.kill()
        EmbeddedPostgres(instance).start()
    assert _execute(url, "SELECT what FROM said") == [("同意",)]


def test_half_finished_creation_is_replaced(new_instance: Instance) -> None:
    """The window: `up` killed while initdb runs leaves a draft, never a half cluster."""
    instance = new_instance
    instance.prepare()
    server = EmbeddedPostgres(instance)
    server.cluster.create_folders()
    draft = server.cluster.folder / "creating-dead"
    (draft / "data").mkdir(parents=True)
    (draft / "data" / "PG_VERSION").write_text("18\n")
    server.start()
    assert not draft.exists()
    assert _execute(instance.environment()["GONGKAI_DATABASE_URL"], "SELECT 1") == [(1,)]


def test_killed_initdb_leaves_a_home_that_starts(new_instance: Instance) -> None:
    instance = new_instance
    instance.prepare()
    code = "import sys; from deployments.instance import *; from deployments.postgres import *;"
    code += "EmbeddedPostgres(Instance(sys.argv[1], environ={})).start()"
    starter = subprocess.Popen([sys.executable, "-c", code, instance.home])
    while not list(instance.cluster.folder.glob("creating-*/data/PG_VERSION")):
        assert starter.poll() is None
    starter.kill()
    starter.wait()
    EmbeddedPostgres(instance).start()
    assert _execute(instance.environment()["GONGKAI_DATABASE_URL"], "SELECT 1") == [(1,)]


def test_pid_file_that_now_names_a_stranger_neither_blocks_nor_hurts(
    instance: Instance, postgres: EmbeddedPostgres
) -> None:
    """The window: the machine lost power, and after the boot the old process id belongs to someone else."""
    postgres.stop()
    with subprocess.Popen(["sleep", "100"], **as_account(postgres.cluster.account)) as stranger:
        pid_file = postgres.cluster.data / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{postgres.cluster.data}\n")
        postgres.cluster.give(pid_file)
        EmbeddedPostgres(instance).start()
        assert stranger.poll() is None
        stranger.kill()


def test_running_server_is_adopted_and_stop_leaves_nothing(
    instance: Instance, postgres: EmbeddedPostgres
) -> None:
    second = EmbeddedPostgres(instance)
    second.start()
    assert second.postmaster() == postgres.postmaster()
    second.stop()
    assert pids_of(instance) == set()


def test_missing_databases_are_created_again_and_present_ones_kept(
    instance: Instance, postgres: EmbeddedPostgres
) -> None:
    environment = instance.environment()
    _execute(environment["GONGKAI_OWNER_DATABASE_URL"], "CREATE TABLE kept ()")
    admin = postgres.cluster.url(
        "postgresql", "postgres", instance.credentials.superuser_password, database="postgres"
    )
    _execute(admin, "DROP DATABASE prefect WITH (FORCE)")
    postgres.ensure_databases()
    postgres.ensure_databases()
    assert _execute(environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"], "SELECT 1") == [(1,)]
    assert _execute(environment["GONGKAI_OWNER_DATABASE_URL"], "SELECT * FROM kept") == []


def test_other_passwords_than_the_stored_ones_are_explained(
    instance: Instance, postgres: EmbeddedPostgres
) -> None:
    postgres.stop()
    instance.__dict__["credentials"] = replace(instance.credentials, superuser_password="forgotten")
    with pytest.raises(ClusterUnusable, match="does not accept the stored passwords"):
        EmbeddedPostgres(instance).start()
    server = EmbeddedPostgres(instance).postmaster()
    if server is not None:
        server.send_signal(signal.SIGINT)
