"""What someone says about a to-do, and what is said back."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from engine.calls import ReturnMode


@dataclass(frozen=True)
class DecisionRequest:
    """What someone says about a to-do. ``document_version`` is the version number they saw."""

    assignment_id: int
    action: str
    opinion: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    return_to: str | None = None
    return_mode: str = ReturnMode.RUN_AGAIN.value
    document_version: int | None = None
    idempotency_key: str | None = None
    received_at: datetime | None = None

    def digest(self) -> str:
        """SHA-256 over the content: the same key must come with the same."""
        content = [
            self.assignment_id,
            self.action,
            self.opinion,
            self.answers,
            self.return_to,
            self.return_mode,
            self.document_version,
        ]
        return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class DecisionResult:
    """The decision as stored. ``late``: it was received when its step's time was over; it counts anyhow.

    ``repeated``: this answer was given before and is given again.
    """

    decision_id: int
    case_number: str
    step: str
    action: str
    decided_at: datetime
    repeated: bool = False
    late: bool = False
