"""Ports nobody else asks for: other processes of this run and other runs start servers too."""

import random

from deployments.ports import Ports, is_free

_BELOW_THOSE_OF_CLIENTS = (10_000, 30_000)
_ANY = random.SystemRandom()


def free_port() -> int:
    """Any port of the loopback address that is free right now."""
    while True:
        port = _ANY.randrange(*_BELOW_THOSE_OF_CLIENTS)
        if is_free(port):
            return port


def free_ports() -> Ports:
    """A free one for each part that wants one."""
    return Ports(prefect=free_port(), portal=free_port())
