"""A local SMTP server that can be told to fail in the ways mail servers do, and counts what it took."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from enum import Enum
from typing import Any

from aiosmtpd.controller import Controller

from notifications.channels import MailServer

HOST = "127.0.0.1"


class Mood(Enum):
    """What the server does with whatever comes."""

    DOWN = "nothing listens"
    BUSY = "says later to every recipient"
    FULL = "says later after the message"
    BREAKING = "drops the connection instead of answering"
    FORGETFUL = "takes the message and drops the connection before saying so"
    WELL = "takes everything"


class LocalMailServer:
    """Messages it took, by Message-ID; every copy's bytes are kept."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = int(probe.getsockname()[1])
        self.taken: dict[str, set[bytes]] = {}
        self.copies: Counter[str] = Counter()
        self.mood = Mood.DOWN
        self._controller: Controller | None = None

    @property
    def client(self) -> MailServer:
        """How the outbox reaches it."""
        return MailServer(HOST, self.port, timeout_seconds=5)

    def turn(self, mood: Mood) -> None:
        """Behave so from now on."""
        if (mood is Mood.DOWN) != (self._controller is None):
            if self._controller is None:
                self._controller = Controller(self, hostname=HOST, port=self.port)
                self._controller.start()
            else:
                self._controller.stop(no_assert=True)
                self._controller = None
        self.mood = mood

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Part of the conversation, called by the library."""
        if self.mood is Mood.BUSY:
            return "450 4.2.0 greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """The message itself."""
        if self.mood is Mood.FULL:
            return "452 4.3.1 no space left"
        if self.mood is not Mood.BREAKING:
            key = str(message_from_bytes(envelope.content)["Message-ID"])
            self.copies[key] += 1
            self.taken.setdefault(key, set()).add(envelope.content)
        if self.mood in (Mood.BREAKING, Mood.FORGETFUL):
            server.transport.abort()
        return "250 OK"


@contextmanager
def local_mail_server() -> Iterator[LocalMailServer]:
    """One while it is needed; it begins well."""
    server = LocalMailServer()
    server.turn(Mood.WELL)
    try:
        yield server
    finally:
        server.turn(Mood.DOWN)
