"""Prefect's server under supervision: closed to strangers, and back by itself when its database is gone."""

import urllib.error
import urllib.request

import psycopg
import pytest

from deployments import guard
from deployments.components import PREFECT
from deployments.health import answers
from deployments.instance import Instance
from deployments.supervisor import Supervisor
from tests.free_ports import free_ports
from tests.supervisor.conftest import wait_until


def _status(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_dropped_database_is_made_again_and_the_server_works_again(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "BAD_SECONDS", 1.0)
    monkeypatch.setattr(guard, "HEALTH_EVERY_SECONDS", 0.5)
    with Supervisor(instance, components=(PREFECT,), ports=free_ports()) as supervisor:
        port, secret = supervisor.ports.prefect, instance.credentials.prefect_auth_string
        assert _status(port, "/prefect/v2/") == 200
        assert _status(port, "/api/flows/0") == 401

        def counts() -> bool:
            return answers(port, "/api/flows/count", body=b"{}", auth_string=secret)

        assert counts()
        password = instance.credentials.superuser_password
        admin = instance.cluster.url("postgresql", "postgres", password, database="postgres")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("DROP DATABASE prefect WITH (FORCE)")
        assert not counts()
        wait_until(counts, seconds=40)
