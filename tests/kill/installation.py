"""An installation run by ``gongkai up`` in a process of its own: started, asked, killed, started again."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
from pydantic import SecretStr

from deployments.health import answers
from deployments.instance import Instance
from deployments.leadership import _LOCK as LEADER_LOCK
from deployments.postgres import EmbeddedPostgres
from deployments.processes import end_processes, find_marked, find_process, read_record
from engine.service import Service
from engine.settings import Settings
from models.database import connect
from rules.time import system_time
from tests.conftest import clean_environment
from tests.free_ports import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
GONGKAI = Path(sys.executable).with_name("gongkai")
"""The installed program."""

START_SECONDS = 120.0
RUNNING = "Everything is running"
QUICK = {
    "GONGKAI_LEASE_SECONDS": "8",
    "GONGKAI_WAKE_PATIENCE_SECONDS": "8",
    "GONGKAI_RECONCILE_SECONDS": "2",
    "GONGKAI_ACTIVITY_RETRY_SECONDS": "1",
    "GONGKAI_WEBSITE_TIMEOUT_SECONDS": "4",
}


_LEADING = (
    "SELECT extract(epoch FROM a.backend_start) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
    f" WHERE l.locktype = 'advisory' AND l.granted AND l.objid = {LEADER_LOCK} ORDER BY 1 DESC"
)


class Installation:
    """Everything really up, under one ``up`` process."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.home, self.output = folder / "home", folder / "up.log"
        self.environ = clean_environment() | QUICK | settings | {"GONGKAI_HOME": str(self.home)}
        self.instance = Instance(self.home, environ=self.environ)
        self.prefect_port, self.portal_port = free_port(), free_port()
        self.up: subprocess.Popen[bytes] | None = None

    # --- up ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start ``up`` and wait until it says that everything is running."""
        self.start_up()
        self.wait_until_up()

    def start_up(self) -> None:
        """Start ``up`` as an operator would."""
        ports = ("--prefect-port", str(self.prefect_port), "--portal-port", str(self.portal_port))
        with self.output.open("wb") as output:
            self.up = subprocess.Popen(
                [GONGKAI, "up", *ports],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_until_up(self) -> None:
        """Fails with the last words of ``up`` when it ends or stays silent."""

        def running() -> bool:
            assert self.up is not None
            said = self.output.read_text(errors="replace")
            assert self.up.poll() is None, f"up ended with {self.up.returncode}:\n{said[-3000:]}"
            return RUNNING in said

        wait_until(running, seconds=START_SECONDS, what="up to say that everything is running")

    def stop(self) -> None:
        """Stop whatever runs, whoever started it, and delete the database."""
        if self.up is not None and self.up.poll() is None:
            self.up.send_signal(signal.SIGTERM)
            try:
                self.up.wait(60)
            except subprocess.TimeoutExpired:
                self.up.kill()
                self.up.wait()
        if (self.home / "secrets.json").exists():
            mark = self.instance.mark
            end_processes(find_marked(mark(), besides=mark("postgres")), signal.SIGKILL, grace_seconds=1)
            EmbeddedPostgres(self.instance).destroy()

    # --- its processes -----------------------------------------------------------------------

    def pid(self, name: str) -> int | None:
        """The process of a part as recorded, while it runs."""
        if name == "up":
            return self.up.pid if self.up is not None and self.up.poll() is None else None
        process = find_process(read_record(self.instance.run, name))
        return process.pid if process else None

    def backends(self) -> list[psutil.Process]:
        """The database processes that serve our application, those at work first."""
        postmaster = self.pid("postgres")
        if postmaster is None:
            return []
        found = []
        for child in psutil.Process(postmaster).children():
            try:
                title = " ".join(child.cmdline())
            except psutil.Error:
                continue
            if "gongkai_app" in title:
                found.append((title.rstrip().endswith("idle"), child))
        return [child for _, child in sorted(found, key=lambda pair: pair[0])]

    def kill(self, pid: int) -> None:
        """``kill -9``; our own child is reaped."""
        os.kill(pid, signal.SIGKILL)
        if self.up is not None and pid == self.up.pid:
            self.up.wait()

    # --- asking it ---------------------------------------------------------------------------

    @property
    def portal(self) -> str:
        """The portal's address."""
        return f"http://127.0.0.1:{self.portal_port}"

    def is_answering(self, name: str) -> bool:
        """Whether a part does its work, asked from outside."""
        if name == "portal":
            return answers(self.portal_port, "/healthz")
        if name == "prefect":
            secret = self.instance.credentials.prefect_auth_string
            return answers(self.prefect_port, "/api/flows/count", body=b"{}", auth_string=secret)
        if name.startswith("postgres"):
            return self._database_answers()
        return self._worker_leads()

    def _worker_leads(self) -> bool:
        """Whether the worker that runs now has reached the database and taken the lead."""
        pid = self.pid("worker")
        if pid is None:
            return False
        try:
            leading = self.rows(_LEADING)
            return bool(leading) and float(leading[0][0]) >= psutil.Process(pid).create_time()
        except (psycopg.Error, psutil.Error):
            return False

    def _database_answers(self) -> bool:
        try:
            return self.rows("SELECT 1 FROM organ") is not None
        except psycopg.Error:
            return False

    def rows(self, query: str, *arguments: Any) -> list[Any]:
        """What SQL says, over a connection of its own."""
        with psycopg.connect(self.database_url("gongkai"), connect_timeout=5) as connection:
            return connection.execute(query, arguments).fetchall()  # type: ignore[call-overload]

    def database_url(self, database: str) -> str:
        """As the database's superuser."""
        secret = self.instance.credentials.superuser_password
        return self.instance.cluster.url("postgresql", "postgres", secret, database=database)

    def service(self) -> Service:
        """The engine on this installation's database, for setting up and for the doctor."""
        values = self.instance.environment()
        settings = Settings(
            home=self.home,
            database_url=SecretStr(values["GONGKAI_DATABASE_URL"]),
            owner_database_url=SecretStr(values["GONGKAI_OWNER_DATABASE_URL"]),
        )
        return Service(connect(values["GONGKAI_DATABASE_URL"], pool_size=2), settings, system_time)

    def prefect(self, method: str, path: str, body: Any = None) -> Any:
        """Prefect's API as an operator uses it; the answer's JSON."""
        username, _, password = self.instance.credentials.prefect_auth_string.partition(":")
        answer = httpx.request(
            method,
            f"http://127.0.0.1:{self.prefect_port}/api{path}",
            json=body,
            auth=(username, password),
            timeout=20,
            trust_env=False,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None
