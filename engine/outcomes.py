"""What came of a step, as typed values and as the versioned JSON the journal keeps."""

from dataclasses import asdict, dataclass, field
from typing import Any

from engine.calls import Action, ReturnMode

_VERSION = 1


@dataclass(frozen=True)
class ReviewOutcome:
    """A settled review: the action, the version it was about, the form's answers. No opinions."""

    action: Action
    document_version_id: int | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    return_to: str | None = None
    return_mode: ReturnMode = ReturnMode.RUN_AGAIN

    @property
    def returned(self) -> bool:
        """Whether the document goes back."""
        return self.action is Action.RETURN

    @property
    def rejected(self) -> bool:
        """Whether the signer or reviewer disagreed."""
        return self.action is Action.REJECT


@dataclass(frozen=True)
class Done:
    """A settled record, activity or hold, with the facts it produced."""

    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Lapsed:
    """Nobody decided, and the law gives that silence a meaning: the article says which. No decision."""

    article: str


Outcome = ReviewOutcome | Lapsed | Done

_KINDS: dict[type, str] = {ReviewOutcome: "review", Lapsed: "lapse", Done: "done"}


def encode(outcome: Outcome) -> dict[str, Any]:
    """JSON for the journal."""
    return {"v": _VERSION, "type": _KINDS[type(outcome)], **asdict(outcome)}


def decode(stored: dict[str, Any]) -> Outcome:
    """The value a procedure is sent on replay.

    Raises:
        ValueError: written by a newer version of this program.
    """
    if stored.get("v") != _VERSION:
        raise ValueError(f"journal value of version {stored.get('v')}, this program reads {_VERSION}")
    if stored["type"] == "done":
        return Done(stored["facts"])
    if stored["type"] == "lapse":
        return Lapsed(stored["article"])
    return ReviewOutcome(
        action=Action(stored["action"]),
        document_version_id=stored["document_version_id"],
        answers=stored["answers"],
        return_to=stored["return_to"],
        return_mode=ReturnMode(stored["return_mode"]),
    )
