"""Messages through a local mail server: how fast while it works, and that all arrive once after it failed.

The outbox is run as the worker runs it, one sender, by the machine's clock: its pauses are in the figure.
"""

import time
from dataclasses import dataclass

from sqlalchemy import text

from benchmarks.cases import Desk
from benchmarks.figures import Figures
from benchmarks.installation import tell
from benchmarks.mail_server import LocalMailServer, Mood, local_mail_server
from engine.outbox import send_due
from notifications.rendering import message_id

OUTAGES = (Mood.DOWN, Mood.BUSY, Mood.BREAKING, Mood.FORGETFUL)
LOOK_SECONDS = 1.0
"""What the worker waits when nothing could be sent."""

_PATIENCE_SECONDS = 300.0
_WAITING = text(
    "SELECT key FROM notification n WHERE routed_at IS NULL OR EXISTS (SELECT 1 FROM delivery d"
    " WHERE d.notification_id = n.id AND d.sent_at IS NULL AND d.dropped_at IS NULL)"
)


@dataclass(frozen=True)
class Extent:
    """How many messages, and for how long the server fails."""

    messages: int
    outage_seconds: float


def measure(desk: Desk, figures: Figures, extent: Extent) -> None:
    """Both figures.

    Raises:
        RuntimeError: a message was lost, or came twice as two different ones.
    """
    tell(f"{extent.messages} messages through a mail server that works, then through one that fails")
    with local_mail_server() as server:
        _queue(desk, server, extent.messages)
        began = time.monotonic()
        _send_until_empty(desk, server)
        how = "queued messages rendered and handed to a local SMTP server, a connection each, one sender"
        figures.add_rate(
            "mail.messages_per_second", extent.messages, time.monotonic() - began, "messages/s", how
        )
        keys = _queue(desk, server, extent.messages)
        for mood in OUTAGES:
            server.turn(mood)
            _send_for(desk, server, extent.outage_seconds / len(OUTAGES))
        server.turn(Mood.WELL)
        began = time.monotonic()
        _send_until_empty(desk, server)
        lasted = time.monotonic() - began
        _verify(desk, server, keys)
    moods = ", ".join(mood.value for mood in OUTAGES)
    how = f"after {extent.outage_seconds:g} s in which the server, in turn: {moods}; until the last was taken"
    figures.add("mail.recovery_seconds", lasted, "s", how, samples=extent.messages)
    how = "of those, how many distinct messages the server took; every one of them queued"
    figures.add("mail.delivered_once", len(server.taken), "", how, samples=extent.messages)


def _queue(desk: Desk, server: LocalMailServer, count: int) -> set[str]:
    """Keys of new messages, one for each new case's drafter; what waited before is sent and forgotten."""
    _send_until_empty(desk, server)
    server.taken.clear()
    server.copies.clear()
    for _ in range(count):
        desk.launch()
    return _waiting(desk)


def _waiting(desk: Desk) -> set[str]:
    with desk.service.read() as connection:
        return set(connection.scalars(_WAITING))


def _send_for(desk: Desk, server: LocalMailServer, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not send_due(desk.service, server.client):
            time.sleep(LOOK_SECONDS)


def _send_until_empty(desk: Desk, server: LocalMailServer) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while _waiting(desk):
        while send_due(desk.service, server.client):
            pass
        if time.monotonic() > until:
            raise RuntimeError("messages still wait")
        if _waiting(desk):
            time.sleep(LOOK_SECONDS)


def _verify(desk: Desk, server: LocalMailServer, keys: set[str]) -> None:
    expected = {message_id(key, desk.service.settings.mail_from) for key in keys}
    if set(server.taken) != expected:
        raise RuntimeError(f"{len(expected ^ set(server.taken))} messages lost or not ours")
    if any(len(copies) > 1 for copies in server.taken.values()):
        raise RuntimeError("a message came twice as two different ones")
