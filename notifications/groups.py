"""What a group is told: whom a message is for, its subject, its link. Never a title, never any content."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Note:
    """One message as a group gets it. ``kind`` is its folder; ``mobile`` may be empty."""

    key: str
    kind: str
    case_number: str
    urgent: bool
    username: str
    name: str
    mobile: str
    subject: str
    link: str
    queued_at: str


class Group(Protocol):
    """Tells several messages at once or raises.

    Only a program recognises a message it had before, by its key; people in a group see it twice.
    """

    @property
    def at_once(self) -> int:
        """As many messages go into one."""

    @property
    def pause_seconds(self) -> float:
        """So long nothing more is told after that."""

    def tell(self, notes: Sequence[Note]) -> None:
        """Tell them.

        Raises:
            ChannelUnavailable: nothing was taken at present.
            MessageRefused: it will never be taken.
        """
