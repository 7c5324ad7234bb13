"""The parts a supervisor runs besides PostgreSQL: which command, which port, how one sees that they work."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import psutil

from deployments.health import answers
from deployments.heartbeat import BEAT_VARIABLE, Heartbeat
from deployments.instance import Instance
from deployments.processes import describe, end_child, end_processes, find_marked, write_record

STOP_SECONDS = 5.0


class Part(Protocol):
    """What the supervisor needs to know of anything it keeps running."""

    @property
    def name(self) -> str: ...
    @property
    def port(self) -> int | None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def is_alive(self) -> bool: ...
    def is_healthy(self) -> bool: ...
    def repair(self) -> None: ...


@dataclass(frozen=True)
class Component:
    """One program to keep running.

    ``{port}`` in the command stands for the chosen port. Asked over HTTP where there is a ``health_path``;
    ``health_body`` makes the question a POST, ``asks_as_operator`` adds Prefect's auth string. One that
    ``beats`` tells of itself by its heartbeat. Without either, running is healthy enough.
    """

    name: str
    command: tuple[str, ...]
    wants_port: bool = False
    health_path: str = ""
    health_body: bytes | None = None
    asks_as_operator: bool = False
    beats: bool = False
    ready_seconds: float = 120.0


def _uvicorn(application: str, *extra: str) -> tuple[str, ...]:
    address = ("--host", "127.0.0.1", "--port", "{port}", "--log-level", "warning")
    patience = ("--timeout-graceful-shutdown", "3")
    return (sys.executable, "-m", "uvicorn", application, "--factory", *address, *patience, *extra)


PREFECT = Component(
    # What `prefect server start` does, background services and UI included, without its command line; we add
    # a bound on the shutdown, which would otherwise wait for open browser tabs.
    name="prefect",
    command=_uvicorn("prefect.server.api.server:create_app"),
    wants_port=True,
    # Touches a table: /api/ready is content with an empty database that was made anew by hand.
    health_path="/api/flows/count",
    health_body=b"{}",
    asks_as_operator=True,
)
WORKER = Component(name="worker", command=(sys.executable, "-m", "deployments.worker"), beats=True)
PORTAL = Component(
    name="portal",
    # A proxy's header counts only where the settings name it (GONGKAI_CLIENT_ADDRESS_HEADER).
    command=_uvicorn("portal.app:create_app", "--no-server-header", "--no-proxy-headers"),
    wants_port=True,
    health_path="/healthz",
)
ALL = (PREFECT, WORKER, PORTAL)


class ChildPart:
    """A component as a child process in a session of its own."""

    def __init__(
        self,
        component: Component,
        instance: Instance,
        *,
        port: int | None = None,
        repair: Callable[[], None] = lambda: None,
    ) -> None:
        self.component = component
        self.name = component.name
        self.port = port
        self.instance = instance
        self.log = instance.logs / f"{component.name}.log"
        self._heartbeat = Heartbeat(instance.run / f"{component.name}.beat")
        self._repair = repair
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def exit_code(self) -> int | None:
        """How the child ended; negative for a signal."""
        return None if self._child is None else self._child.poll()

    def start(self) -> None:
        """Starts the child, after ending whatever its predecessor left behind.

        The working folder holds nothing that could be imported or read as a settings file by mistake.
        """
        self._end_leftovers()
        self._heartbeat.forget()
        command = [part.replace("{port}", str(self.port)) for part in self.component.command]
        with open(self.log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as log:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.instance.run,
                env=self.instance.child_environment(self.name) | self._asked_to_beat(),
                start_new_session=True,
            )
        write_record(self.instance.run, describe(self.name, self._child.pid, self.port))

    def stop(self) -> None:
        """Asks the child to end, then makes it."""
        if self._child is not None:
            end_child(self._child, signal.SIGTERM, grace_seconds=STOP_SECONDS)
        self._end_leftovers()
        self._heartbeat.forget()
        with contextlib.suppress(FileNotFoundError):
            (self.instance.run / f"{self.name}.json").unlink()

    def is_alive(self) -> bool:
        """Whether the child runs; a dead one is reaped by asking."""
        return self._child is not None and self._child.poll() is None

    def is_healthy(self) -> bool:
        """Whether the child answers as it should, or beats; costs a request of a few milliseconds at most."""
        if self.component.beats:
            return self.is_alive() and self._heartbeat.is_recent()
        if not self.component.health_path or self.port is None:
            return self.is_alive()
        if not self._listens():  # another program on our port must not answer in our place
            return False
        secret = self.instance.credentials.prefect_auth_string if self.component.asks_as_operator else ""
        path, body = self.component.health_path, self.component.health_body
        return answers(self.port, path, body=body, auth_string=secret)

    def _asked_to_beat(self) -> dict[str, str]:
        return {BEAT_VARIABLE: str(self._heartbeat.file)} if self.component.beats else {}

    def _listens(self) -> bool:
        """Whether the child, or a child of it, holds the port."""
        if self._child is None or not self.is_alive():
            return False
        with contextlib.suppress(psutil.Error):
            child = psutil.Process(self._child.pid)
            for process in (child, *child.children(recursive=True)):
                held = {
                    c.laddr.port for c in process.net_connections("tcp") if c.status == psutil.CONN_LISTEN
                }
                if self.port in held:
                    return True
        return False

    def repair(self) -> None:
        """What must be right before a restart can help."""
        self._repair()

    def _end_leftovers(self) -> None:
        end_processes(find_marked(self.instance.mark(self.name)), signal.SIGTERM, grace_seconds=STOP_SECONDS)
