"""Whether a state secret is claimed in a case: at launch, on the way, or no longer."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.calls import Action

NOT_A_STATE_SECRET = "not_a_state_secret"
"""What the secrecy office finds when it sends a claimed case back to be drafted in the open."""


def claimed(intake: Mapping[str, Any], outcomes: Iterable[Mapping[str, Any]]) -> bool:
    """A mere return clears nothing: only the office's finding that it is no state secret does.

    Args:
        outcomes: of the case's settled steps, in the order they were opened.
    """
    stands = bool(intake.get("state_secret"))
    for outcome in outcomes:
        answers = outcome.get("answers", {})
        if answers.get("state_secret"):
            stands = True
        elif outcome.get("action") == Action.RETURN and answers.get("finding") == NOT_A_STATE_SECRET:
            stands = False
    return stands
