"""Acts on a running time limit: asked with a ground and a provision, granted by a named post, never by the
same person.
"""

from dataclasses import dataclass
from datetime import date, datetime

from engine.actor import Actor
from engine.service import Service


@dataclass(frozen=True)
class AskedAct:
    """What is asked of a limit, why, and by which provision.

    Args:
        kind: not-counted (``since`` until ``until``; none: it lasts), restarted (``since``: the new start),
            extended (by ``number`` of the limit's own units).
        basis: the instrument and the article.
    """

    kind: str
    ground: str
    basis: tuple[str, str]
    since: datetime | None = None
    until: datetime | None = None
    number: int | None = None


@dataclass(frozen=True)
class ActAsked:
    """What was asked, the to-do it opened, and the last day it would come to; null: none while it lasts."""

    act_id: int
    assignment_id: int
    case_number: str
    would_be_due_on: date | None


@dataclass(frozen=True)
class ActAnswered:
    """What became of it: the last day before and after; null: none while time is not counted."""

    act_id: int
    case_number: str
    due_before: date | None
    due_on: date | None


def ask(service: Service, actor: Actor, clock_id: int, asked: AskedAct) -> ActAsked:
    """Ask something of a running limit; the post that may grant it gets a to-do.

    Raises:
        ClockNotFound, NotAllowed, ClockEnded, ClockActPending, ExtensionRefused, InvalidInput,
        OpinionRequired: no ground; NobodyToGrant.
    """
    raise NotImplementedError


def answer(service: Service, actor: Actor, assignment_id: int, *, granted: bool, text: str) -> ActAnswered:
    """Grant or refuse what a to-do asks. A refusal needs a text.

    Raises:
        AssignmentNotFound, NotAllowed, AnotherKindOfTodo, AssignmentClosed, OpinionRequired;
        ExtensionRefused, InvalidInput: it can no longer be granted.
    """
    raise NotImplementedError


def resume(service: Service, actor: Actor, act_id: int, at: datetime) -> ActAnswered:
    """End, at that instant, a stretch that was not counted and had no end yet. Needs nobody's consent.

    Raises:
        ClockActNotFound, NotAllowed, ClockEnded, NothingToResume, InvalidInput.
    """
    raise NotImplementedError
