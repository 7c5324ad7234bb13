"""``circulate`` 流转: a paper goes from desk to desk, and back where someone returns it.

One rule covers every return and every edit: an approval stands while it is about the current version
and was not reopened. The next desk is the first that applies and has no standing approval.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.calls import HoldCall, ReturnMode, ReviewCall
from engine.outcomes import Lapsed, ReviewOutcome


@dataclass
class Paper:
    """What is known of the circulating paper: the latest decision of every desk, the current version.

    ``beside``: versions of other cases that are signed together with it; ``facts``: what was done on the way.
    """

    outcomes: dict[str, ReviewOutcome] = field(default_factory=dict)
    standing: dict[str, int | None] = field(default_factory=dict)
    version: int | None = None
    beside: list[int] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def said(self, key: str, answer: str) -> object:
        """One answer of a desk's latest form, or ``None``."""
        outcome = self.outcomes.get(key)
        return None if outcome is None else outcome.answers.get(answer)

    def stands(self, key: str) -> bool:
        """Whether the desk has decided on the current version and nobody reopened it."""
        return key in self.standing and self.standing[key] == self.version

    def pass_over(self, call: ReviewCall) -> None:
        """A desk whose silence has a meaning lets the paper pass, and has said nothing of this version."""
        self.outcomes.pop(call.key, None)
        self.standing[call.key] = self.version

    def note(self, call: ReviewCall, outcome: ReviewOutcome) -> None:
        """Take in a decision. A draft sets the current version, so earlier approvals of others fall."""
        self.outcomes[call.key] = outcome
        if outcome.returned:
            return
        if call.edits_document:
            self.version = outcome.document_version_id
        self.standing[call.key] = self.version

    def reopen(self, keys: Sequence[str]) -> None:
        """Ask these desks again."""
        for key in keys:
            self.standing.pop(key, None)

    def start_over(self) -> None:
        """Ask everyone again, from the first desk."""
        self.standing.clear()


Condition = Callable[[Paper], bool]


def always(_paper: Paper) -> bool:
    """The condition of a desk every paper passes."""
    return True


@dataclass(frozen=True)
class Aside:
    """What is done on the way without deciding about the paper: once for each version of it."""

    key: str
    does: Callable[[Paper], Awaitable[None]]


Stop = ReviewCall | HoldCall | Aside


@dataclass(frozen=True)
class Desk:
    """A stop that takes part only when its condition holds."""

    call: Stop
    applies: Condition = always


def aside(key: str, does: Callable[[Paper], Awaitable[None]]) -> Aside:
    """Await other words on the way, such as opening a case or waiting for one.

    ``does`` may note ``facts`` of the paper, or send it back by reopening desks.
    """
    return Aside(key, does)


def when(condition: Condition, call: Stop) -> Desk:
    """The desk is asked only when ``condition`` holds for the paper."""
    return Desk(call, condition)


async def circulate(*stops: Stop | Desk, ends: Condition, version: int | None = None) -> Paper:
    """Take the paper from desk to desk until every desk that applies has a standing approval.

    A return reopens the chosen desk and all after it (run again), or only that desk and the one that
    returned (come back to me); an edit on the way asks everyone again who approved the old version.
    ``ends`` stops the circulation early; a final signer's refusal stops it too. A desk that lapsed passes the
    paper on; nobody has decided there, so nobody returns it there.

    Args:
        version: the version it starts with, if there is one already.
    """
    desks = [stop if isinstance(stop, Desk) else Desk(stop) for stop in stops]
    paper = Paper(version=version)
    while (desk := _next(desks, paper)) is not None:
        if isinstance(desk.call, HoldCall):
            await desk.call
            paper.reopen([desk.call.asks_again])
            paper.outcomes.pop(desk.call.asks_again, None)
            continue
        if isinstance(desk.call, Aside):
            paper.standing[desk.call.key] = paper.version
            await desk.call.does(paper)
            if ends(paper):
                break
            continue
        call = desk.call.on(paper.version, _earlier(desks, desk, paper))
        outcome = await (replace(call, beside=paper.beside) if call.signs else call)
        if isinstance(outcome, Lapsed):
            paper.pass_over(desk.call)
            if ends(paper):
                break
            continue
        paper.note(desk.call, outcome)
        if outcome.returned:
            _send_back(desks, desk, outcome, paper)
        elif ends(paper) or (desk.call.signs and outcome.rejected):
            break
    return paper


def _next(desks: list[Desk], paper: Paper) -> Desk | None:
    return next((d for d in desks if d.applies(paper) and not paper.stands(d.call.key)), None)


def _earlier(desks: list[Desk], desk: Desk, paper: Paper) -> list[str]:
    """The desks a holder may return to: those before this one that have decided at least once."""
    before = desks[: desks.index(desk)]
    return [d.call.key for d in before if isinstance(d.call, ReviewCall) and d.call.key in paper.outcomes]


def _send_back(desks: list[Desk], desk: Desk, outcome: ReviewOutcome, paper: Paper) -> None:
    keys = [d.call.key for d in desks]
    assert outcome.return_to is not None
    if outcome.return_mode is ReturnMode.COME_BACK:
        paper.reopen([outcome.return_to, desk.call.key])
    else:
        paper.reopen(keys[keys.index(outcome.return_to) :])
