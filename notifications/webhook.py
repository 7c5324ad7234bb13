"""A program that is told of messages: one signed POST of JSON each (docs/messages.md)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from notifications.channels import ChannelUnavailable, MessageRefused
from notifications.groups import Note
from notifications.http_post import post

_ASK_AGAIN = {408, 409, 423, 425, 429}


@dataclass(frozen=True)
class Webhook:
    """Idempotent by ``Idempotency-Key``."""

    url: str
    sign: Callable[[bytes], Mapping[str, str]] = field(repr=False)
    at_once: int = 1
    pause_seconds: float = 0

    def tell(self, notes: Sequence[Note]) -> None:
        """Hand them over, one request each."""
        for note in notes:
            self._tell(note)

    def _tell(self, note: Note) -> None:
        told = {
            "key": note.key,
            "kind": note.kind,
            "case": note.case_number,
            "urgent": note.urgent,
            "to": {"username": note.username, "name": note.name},
            "subject": note.subject,
            "link": note.link,
            "queued_at": note.queued_at,
        }
        content = json.dumps(told, ensure_ascii=False).encode()
        status, _ = post(self.url, content, {"Idempotency-Key": note.key, **self.sign(content)})
        if status >= 500 or status in _ASK_AGAIN:
            raise ChannelUnavailable(f"HTTP {status}")
        if not 200 <= status < 300:
            raise MessageRefused(f"HTTP {status}")
