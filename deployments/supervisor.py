"""Starts the parts of one installation in order, keeps them running, stops them in reverse.

Used by ``gongkai up``, ``gongkai demo`` and the tests. If the supervisor itself is killed, its children go on
working; the next start takes the database over and stops and restarts the rest.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Self

from deployments.components import ALL, ChildPart, Component, Part
from deployments.errors import ComponentDidNotStart, HomeNotWritable, StartInterrupted
from deployments.guard import Guard
from deployments.instance import Instance
from deployments.logs import bound_log, note, tail
from deployments.ports import PortChoice, Ports, choose_port, write_ports
from deployments.postgres import EmbeddedPostgres
from deployments.signals import handling
from deployments.status import ComponentStatus, read_status
from deployments.takeover import stop_orphans

TELL_EVERY_SECONDS = 2.0
LOG_EVERY_SECONDS = 30.0


class Supervisor:
    """All parts of one instance; use it as a context manager, or ``serve()`` until a signal."""

    def __init__(
        self,
        instance: Instance,
        *,
        components: tuple[Component, ...] = ALL,
        migrate: Callable[[Mapping[str, str]], None] | None = None,
        ports: Ports | None = None,
        port_choice: PortChoice = PortChoice.EXACT,
        on_progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """
        Args:
            instance: The installation; its folders are created if need be.
            components: Which parts to run after PostgreSQL, in this order; none for the database alone.
            migrate: Called once PostgreSQL answers, with the variables the parts will get.
            ports: Preferred ports.
            port_choice: What to do when one is taken.
            on_progress: Told of every step, and every two seconds while one lasts.
        """
        self.instance = instance
        self.components = components
        self.migrate = migrate
        self.ports = ports or Ports()
        self.port_choice = port_choice
        self.on_progress = on_progress
        self.postgres: EmbeddedPostgres | None = None
        self._parts: list[Part] = []
        self._guards: list[Guard] = []
        self._stopping = threading.Event()
        self._asked_to_stop = False
        self._lock = instance.lock

    def start(self) -> None:
        """Starts everything and returns when all of it works; stops everything again if a part fails.

        Raises:
            InstallationError: whichever fits; nothing is left running.
        """
        self.instance.prepare()
        self._lock.acquire()
        try:
            stop_orphans(self.instance, self._progress)
            self._choose_ports()
            self._start_parts()
        except BaseException:
            self.stop()
            raise

    def serve(self) -> None:
        """Runs until SIGTERM, SIGINT or SIGHUP, also if one arrives during the start."""
        with handling(self._ask_to_stop), contextlib.suppress(StartInterrupted):
            self.start()
            last_look = time.monotonic()
            while not self._asked_to_stop:
                time.sleep(0.25)
                if time.monotonic() - last_look > LOG_EVERY_SECONDS:
                    last_look = time.monotonic()
                    self.bound_logs()
            self.stop()

    def stop(self) -> None:
        """Stops all parts in reverse order; one that resists does not keep the others running."""
        self._stopping.set()
        with handling(lambda: None):
            for guard in self._guards:
                guard.join()
            with contextlib.ExitStack() as stack:  # Unwinds in reverse, through every error.
                stack.callback(self._lock.release)
                for part in self._parts:
                    stack.callback(part.stop)
                    stack.callback(self.on_progress, f"Stopping {part.name}")
        self._guards, self._parts = [], []
        self._stopping.clear()

    def status(self) -> list[ComponentStatus]:
        """The parts as they are now; ``read_status`` says the same to any other process."""
        return read_status(self.instance)

    def bound_logs(self) -> None:
        """Cuts logs that have grown too large."""
        for log in self.instance.logs.glob("*.log"):
            bound_log(log)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _ask_to_stop(self) -> None:
        self._asked_to_stop = True

    def _tell(self, text: str) -> None:
        note(self.instance.logs / "supervisor.log", text)
        self.on_progress(text)

    def _progress(self, text: str) -> None:
        """Also the place where a long start notices that it should end."""
        if self._asked_to_stop:
            raise StartInterrupted
        self._tell(text)

    def _choose_ports(self) -> None:
        wanted = {component.name for component in self.components if component.wants_port}
        chosen = {"prefect": self.ports.prefect, "portal": self.ports.portal}
        for name in wanted & chosen.keys():
            taken = frozenset(port for other, port in chosen.items() if other != name)
            chosen[name] = choose_port(chosen[name], name, choice=self.port_choice, taken=taken)
        try:
            write_ports(self.instance.run / "ports.json", Ports(**chosen))
        except OSError as error:
            raise HomeNotWritable(self.instance.home, str(error)) from error
        self.ports = Ports(**chosen)

    def _start_parts(self) -> None:
        if not self.instance.has_managed_database:
            self._progress("Starting PostgreSQL")
            self.postgres = EmbeddedPostgres(self.instance, self._progress)
            self._parts.append(self.postgres)
            self.postgres.start()
            self._guard(self.postgres)
        if self.migrate is not None:
            self._progress("Bringing the database up to date")
            self.migrate(self.instance.environment())
        for component in self.components:
            self._progress(f"Starting {component.name}")
            part = ChildPart(
                component, self.instance, port=self._port_of(component), repair=self._repair(component)
            )
            self._parts.append(part)
            part.start()
            self._wait_until_healthy(part)
            self._guard(part)
        self._progress("Everything is running")

    def _guard(self, part: Part) -> None:
        """From now on, also while later parts are still starting."""
        guard = Guard(part, self._stopping, self._tell)
        self._guards.append(guard)
        guard.start()

    def _port_of(self, component: Component) -> int | None:
        return {"prefect": self.ports.prefect, "portal": self.ports.portal}.get(component.name)

    def _repair(self, component: Component) -> Callable[[], None]:
        if component.name == "prefect" and self.postgres is not None:
            return self.postgres.ensure_prefect_database
        return lambda: None

    def _wait_until_healthy(self, part: ChildPart) -> None:
        began = told = time.monotonic()
        while not part.is_healthy():
            now = time.monotonic()
            if part.exit_code is not None:
                raise ComponentDidNotStart(
                    part.name, f"it ended with code {part.exit_code}", part.log, tail(part.log)
                )
            if now - began > part.component.ready_seconds:
                reason = f"it did not answer within {part.component.ready_seconds:.0f} s"
                raise ComponentDidNotStart(part.name, reason, part.log, tail(part.log))
            if now - told > TELL_EVERY_SECONDS:
                self._progress(f"{part.name} is still starting, {now - began:.0f} s")
                told = now
            if self._asked_to_stop:
                raise StartInterrupted
            time.sleep(0.05)
