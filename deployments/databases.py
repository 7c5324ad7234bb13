"""Roles and databases: who may connect where. What a role may do inside is granted by the migrations."""

from typing import Literal, LiteralString

import psycopg
from psycopg import sql

from deployments.credentials import Credentials

OWNERS: dict[str, str] = {"gongkai": "gongkai_owner", "prefect": "prefect"}
GUESTS: dict[str, tuple[str, ...]] = {"gongkai": ("gongkai_app", "gongkai_public"), "prefect": ()}

Connection = psycopg.Connection[tuple[object, ...]]


def ensure_databases(url: str, secrets: Credentials, *, only: Literal["prefect"] | None = None) -> None:
    """Creates missing roles and databases and brings every password in step with the stored one.

    Idempotent, and safe while everything runs. Nobody may connect to a database unless named here: Prefect
    has no business in ours, and our application none in Prefect's.
    """
    passwords = {
        "gongkai_owner": secrets.owner_password,
        "gongkai_app": secrets.app_password,
        "gongkai_public": secrets.public_password,
        "prefect": secrets.prefect_password,
    }
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        for role, password in passwords.items():
            _ensure_role(connection, role, password)
        for database in [only] if only else OWNERS:
            _ensure_database(connection, database)
        _run(connection, "REVOKE ALL ON DATABASE postgres FROM PUBLIC")


def _ensure_role(connection: Connection, role: str, password: str) -> None:
    """Sends the hash, never the password: a failing statement ends up in the server's log."""
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    hashed = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    rights = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS")
    statement = sql.SQL("{} ROLE {} {} PASSWORD {}")
    connection.execute(statement.format(verb, sql.Identifier(role), rights, sql.Literal(hashed)))


def _ensure_database(connection: Connection, database: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    if not known:
        _run(
            connection,
            "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'",
            database,
            OWNERS[database],
        )
    _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    for guest in GUESTS[database]:
        _run(connection, "GRANT CONNECT ON DATABASE {} TO {}", database, guest)


def _run(connection: Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
