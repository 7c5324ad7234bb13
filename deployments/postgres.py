"""The embedded PostgreSQL: created whole, started after any kind of death, stopped cleanly.

Only the programs of the wheel are used, never its server class: that one widens the permissions of every
parent folder and trusts any local user. Ours listens on a private unix socket and asks every role for its
password.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg

from deployments.binaries import as_account, find_binaries
from deployments.cluster_files import (
    create_cluster,
    leftover_backends,
    note_home,
    read_major_version,
    remove_stale_locks,
)
from deployments.databases import ensure_databases
from deployments.errors import ClusterUnusable, ComponentDidNotStart, HomeNotWritable
from deployments.instance import Instance
from deployments.logs import tail
from deployments.processes import MARK, describe, end_processes, find_process, read_record, write_record

START_SECONDS = 300
"""A large crash recovery is legitimate; a server that has ended is noticed at once."""

FAST_STOP_SECONDS = 20


class EmbeddedPostgres:
    """The PostgreSQL server of one instance. The caller holds the instance lock."""

    name = "postgres"
    port = None

    def __init__(self, instance: Instance, on_progress: Callable[[str], None] = lambda _: None) -> None:
        self.instance = instance
        self.cluster = instance.cluster
        self.log = instance.logs / "postgres.log"
        self.on_progress = on_progress
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Adopts a running server or starts one, then makes sure that roles and databases exist.

        Raises:
            ClusterUnusable: other major version, other passwords, no permission.
            ComponentDidNotStart: with the last lines of the server's log.
        """
        if self.postmaster() is None or not self._answers():
            self._end_everything()
            self._launch()
        self.ensure_databases()

    def stop(self) -> None:
        """Fast mode: open transactions are rolled back, everything is on disk, nothing is left running."""
        postmaster = self.postmaster()
        if postmaster is not None:
            end_processes([postmaster], signal.SIGINT, grace_seconds=FAST_STOP_SECONDS)
        self._end_everything()

    def destroy(self) -> None:
        """Stops the server and deletes its data: for demonstrations and tests only."""
        self.stop()
        shutil.rmtree(self.cluster.folder, ignore_errors=True)
        shutil.rmtree(self.cluster.socket_folder, ignore_errors=True)

    def is_alive(self) -> bool:
        """Whether the server process exists; asking also reaps a dead child."""
        if self._child is not None:
            return self._child.poll() is None
        return self.postmaster() is not None

    def is_healthy(self) -> bool:
        """Being alive is enough: a wedged disk is not cured by killing the server that is writing to it."""
        return self.is_alive()

    def repair(self) -> None:
        """Nothing to do before a restart: crash recovery is the server's own."""

    def ensure_databases(self) -> None:
        """Creates the roles and databases that are missing; safe at any time."""
        self._with_databases(ensure_databases)

    def ensure_prefect_database(self) -> None:
        """Only Prefect's: at run time an absent business database is a loss to report, not to paper over."""
        self._with_databases(lambda url, secrets: ensure_databases(url, secrets, only="prefect"))

    def postmaster(self) -> psutil.Process | None:
        """The running server: from our record, or from its own file if we died before writing ours."""
        process = find_process(read_record(self.instance.run, self.name))
        return process or self._from_pid_file()

    def _with_databases(self, action: Callable[..., None]) -> None:
        secrets = self.instance.credentials
        url = self.cluster.url("postgresql", "postgres", secrets.superuser_password, database="postgres")
        try:
            action(url, secrets)
        except psycopg.OperationalError as error:
            if "password authentication failed" not in str(error):
                raise
            advice = (
                f"Restore {self.instance.home / 'secrets.json'} as it was when this database was created."
            )
            raise ClusterUnusable(
                self.cluster.data, "it does not accept the stored passwords", advice
            ) from error

    def _from_pid_file(self) -> psutil.Process | None:
        try:
            pid = int((self.cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            ours = process.name() == "postgres" and Path(process.cwd()) == self.cluster.data
            return process if ours and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, psutil.Error):
            return None

    def _end_everything(self) -> None:
        """After this no process touches the data: backends of a dead server would block the next start."""
        postmaster = self.postmaster()
        if postmaster is not None:
            end_processes([postmaster], signal.SIGQUIT, grace_seconds=5)
        end_processes(leftover_backends(self.cluster), signal.SIGQUIT, grace_seconds=2)
        if self._child is not None:
            self._child.wait(10)
            self._child = None
        (self.instance.run / f"{self.name}.json").unlink(missing_ok=True)

    def _launch(self) -> None:
        binaries = find_binaries(self.cluster.account, self.on_progress)
        try:
            self.cluster.create_folders()
            note_home(self.cluster, self.instance.home)
            if not (self.cluster.data / "PG_VERSION").exists():
                self.on_progress("Creating the database cluster")
                create_cluster(self.cluster, binaries, password=self.instance.credentials.superuser_password)
            remove_stale_locks(self.cluster)
            major = read_major_version(self.cluster)
        except OSError as error:
            raise HomeNotWritable(self.cluster.folder, str(error)) from error
        if major != binaries.major:
            reason = f"it was written by PostgreSQL {major}, and the programs here are {binaries.major}"
            raise ClusterUnusable(
                self.cluster.data, reason, "Install that version, or move the data with pg_dump."
            )
        self._spawn(binaries.folder / "postgres")
        self._wait_until_ready()

    def _spawn(self, program: Path) -> None:
        command: list[str | Path] = [program, "-D", self.cluster.data, "-k", self.cluster.socket_folder]
        command += ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "port=5432"]
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.cluster.folder,
                env={"LC_ALL": "C", "TZ": "UTC", MARK: self.instance.mark(self.name)},
                start_new_session=True,
                **as_account(self.cluster.account),
            )
        write_record(self.instance.run, describe(self.name, self._child.pid))

    def _wait_until_ready(self) -> None:
        began = told = time.monotonic()
        while not self._reports_ready():
            if self._child is not None and self._child.poll() is not None:
                raise self._failure(f"it ended with code {self._child.returncode}")
            now = time.monotonic()
            if now - began > START_SECONDS:
                raise self._failure(f"it was not ready after {START_SECONDS} s")
            if now - told > 2:
                self.on_progress(
                    f"PostgreSQL is still starting, {now - began:.0f} s (after a crash it repairs itself)"
                )
                told = now
            time.sleep(0.02)

    def _failure(self, reason: str) -> ComponentDidNotStart:
        return ComponentDidNotStart("PostgreSQL", reason, self.log, tail(self.log))

    def _reports_ready(self) -> bool:
        try:
            lines = (self.cluster.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        ours = self._child is None or lines[:1] == [str(self._child.pid)]
        return ours and len(lines) > 7 and lines[7].strip() == "ready"

    def _answers(self) -> bool:
        """Whether a server found running is worth adopting."""
        try:
            self.ensure_databases()
        except psycopg.Error:
            return False
        return True
