"""Which ports the parts listen on, and who is in the way."""

import enum
import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from deployments.errors import PortInUse

LOOPBACK = "127.0.0.1"


class PortChoice(enum.Enum):
    """What to do when the preferred port is taken."""

    EXACT = "exact"
    """Say so: the port was configured, and links and bookmarks depend on it."""

    NEXT_FREE = "next-free"
    """Take the next free one: a demonstration or a test."""


@dataclass(frozen=True)
class Ports:
    """Ports of one instance; also what ``run/ports.json`` holds."""

    prefect: int = 4390
    portal: int = 8390


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port right now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def describe_holder(port: int) -> str:
    """Names the program listening on the port, as far as this account may see it."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
                command = " ".join(psutil.Process(connection.pid).cmdline())[:120]
                return f"process {connection.pid} ({command}) listens on it"
    except psutil.Error:
        pass  # The message is still right without the name.
    if port < 1024 and os.geteuid() != 0:
        return "ports below 1024 are reserved for root"
    return "another program, which this account may not see, listens on it"


def choose_port(
    preferred: int, component: str, *, choice: PortChoice, taken: frozenset[int] = frozenset()
) -> int:
    """The port this component will listen on.

    Raises:
        PortInUse: exactly this port was wanted, or none of the hundred from it on is free.
    """
    last = preferred if choice is PortChoice.EXACT else min(preferred + 100, 65535)
    for port in range(preferred, last + 1):
        if port not in taken and is_free(port):
            return port
    raise PortInUse(preferred, component, describe_holder(preferred))


def write_ports(path: Path, ports: Ports) -> None:
    """Remembers the chosen ports for the commands that talk to the running instance."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(ports)), encoding="utf-8")
    os.replace(draft, path)


def read_ports(path: Path) -> Ports:
    """The ports chosen at the last start; the preferred ones before the first."""
    try:
        return Ports(
            **{name: int(port) for name, port in json.loads(path.read_text(encoding="utf-8")).items()}
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return Ports()
