"""``circulate`` 流转: a paper goes from desk to desk, and back where someone returns it.

One rule covers every return and every edit: an approval stands while it is about the current version
and was not reopened. The next desk is the first that applies and has no standing approval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine.calls import HoldCall, ReturnMode, ReviewCall
from engine.outcomes import Lapsed, ReviewOutcome


@dataclass
class Paper:
    """What is known of the circulating paper: the latest decision of every desk, the current version."""

    outcomes: dict[str, ReviewOutcome] = field(default_factory=dict)
    standing: dict[str, int | None] = field(default_factory=dict)
    version: int | None = None

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


Condition = Callable[[Paper], bool]


def always(_paper: Paper) -> bool:
    """The condition of a desk every paper passes."""
    return True


@dataclass(frozen=True)
class Desk:
    """A call that takes part only when its condition holds."""

    call: ReviewCall | HoldCall
    applies: Condition = always


def when(condition: Condition, call: ReviewCall | HoldCall) -> Desk:
    """The desk is asked only when ``condition`` holds for the paper."""
    return Desk(call, condition)


async def circulate(*stops: ReviewCall | HoldCall | Desk, ends: Condition) -> Paper:
    """Take the paper from desk to desk until every desk that applies has a standing approval.

    A return reopens the chosen desk and all after it (run again), or only that desk and the one that
    returned (come back to me); an edit on the way asks everyone again who approved the old version.
    ``ends`` stops the circulation early; a final signer's refusal stops it too. A desk that lapsed passes the
    paper on; nobody has decided there, so nobody returns it there.
    """
    desks = [stop if isinstance(stop, Desk) else Desk(stop) for stop in stops]
    paper = Paper()
    while (desk := _next(desks, paper)) is not None:
        if isinstance(desk.call, HoldCall):
            await desk.call
            paper.reopen([desk.call.asks_again])
            paper.outcomes.pop(desk.call.asks_again, None)
            continue
        outcome = await desk.call.on(paper.version, _earlier(desks, desk, paper))
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
