"""Drives a procedure without a database, one step at a time, each time from a cold journal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.calls import Action, AwaitCall, Call, ReturnMode, ReviewCall
from engine.outcomes import Done, Outcome, ReviewOutcome, encode
from engine.replay import Body, Ended, Recorded, StepId, replay

PUBLIC = {"published_at": "2026-04-22T10:00:00+08:00"}
Answer = Callable[[Call, int], Outcome]


@dataclass
class Drive:
    """A journal in memory and the labels of the steps in the order they were opened."""

    body: Body
    intake: Any
    journal: dict[StepId, Recorded] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)

    def run(self, answer: Answer, *, at_most: int = 200) -> str:
        """Answer every step until the procedure ends; returns its closing word."""
        for _ in range(at_most):
            position = replay(self.body, self.intake, self.journal)
            if isinstance(position, Ended):
                return position.outcome
            at = position.waiting[0]
            step = (at.call.key, at.round)
            self.opened.append(f"{step[0]}:{step[1]}")
            outcome = answer(at.call, at.round)
            self.journal[step] = Recorded(at.call.kind, at.call.as_json(), encode(outcome))
        raise AssertionError(f"no end after {at_most} steps: {self.opened[-10:]}")


class Office:
    """Answers like an office where everybody agrees, except where ``exceptions`` says otherwise.

    A draft gets a new version number every time it is submitted.
    """

    def __init__(self, draft: dict[str, Any], exceptions: dict[str, Outcome] | None = None) -> None:
        self.draft = draft
        self.exceptions = exceptions or {}
        self.versions = 0
        self.answered: dict[str, Any] = {"result": "release", "says": "published", **PUBLIC}

    def __call__(self, call: Call, round_: int) -> Outcome:
        special = self.exceptions.get(f"{call.key}:{round_}")
        if special is not None:
            return special
        if isinstance(call, AwaitCall):
            come = {"outcome": "", "ended": False, "mark": round_, "facts": self.answered}
            return Done({"cases": [{"number": number, **come} for number in call.cases]})
        if not isinstance(call, ReviewCall):
            dates = {"formed_on": "2026-04-20", "issued_on": "2026-04-22"}
            moment = "2026-04-22T10:00:00+08:00"
            facts = {"doc_no": "1", "published_at": moment, "first_released_at": moment, **dates}
            case = {"number": "BS-2026-0001", "outcome": "已公布", "ended": True, "mark": 0, "facts": {}}
            facts |= {"number": "BS-2026-0001", "due": "2026-05-22", "cases": [case]}  # of a case it opens
            return Done(facts)
        if call.edits_document:
            self.versions += 1
            version = None if self.draft.get("state_secret") else self.versions
            return ReviewOutcome(Action.APPROVE, version, self.draft)
        answers = {
            "confidentiality": {"finding": "not_secret_and_suitable"},
            "issue": {"formed_on": "2026-04-20", "issued_on": "2026-04-22", "doc_no": "", "series": ""},
            "secrecy-finding": {"outcome": "已移交"},
            "assessment": {
                "truth": "false",
                "emergency": True,
                "beyond_capacity": True,
                "owner": "",
                "joint": ["u2"],
                "departments": [],
            },
            "releases": {"releases": []},
            "press-conference": {"held_at": "2026-03-19T09:00+08:00", "address": ""},
            "follow-up": {"next": "update" if round_ == 1 else "close"},
            "plan": {"forms": ["website", "hearing", "consultation"], "days": 30, "emergency_reason": ""},
            "event": {"held_on": "2026-05-10", "place": "会议室", "participants": "甲", "summary": "略"},
            "hearing-rules": {"held_on": "2026-05-20", "place": "会议室"},
            "hearing-list": {"participants": [{"name": "甲", "group": "居民"}]},
            "hearing-papers": {"delivered_on": "2026-05-10", "held_on": None},
            "hearing-record": {"summary": "略"},
            "submission": {"delivered_on": "2026-06-01", "discussed_on": "2026-06-20"},
        }.get(call.form, {})
        return ReviewOutcome(Action.APPROVE, call.document_version_id, answers)


def returned(to: str, mode: ReturnMode = ReturnMode.RUN_AGAIN) -> ReviewOutcome:
    """A return to an earlier step."""
    return ReviewOutcome(Action.RETURN, 1, {}, to, mode)
