"""``samples/demo.yaml`` read: the cases a living demonstration shows, and where each is left standing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from deployments.samples import FOLDER, Sample, Scripted, read_bureau
from engine.roster import Roster
from rules.positions import Position

CASES = FOLDER / "demo.yaml"
_DRAFT = ("title", "body", "attribute", "ground", "ground_text")


@dataclass(frozen=True)
class Stand:
    """Where a case is when the demonstration opens: at a step round, or closed with an outcome."""

    step: str = ""
    round: int = 1
    outcome: str = ""


@dataclass(frozen=True)
class DemoCase:
    """A sample and how far it is walked; whoever visits the demonstration takes it on from there."""

    sample: Sample
    stand: Stand

    def stands_at(self, case: dict[str, Any]) -> bool:
        """Whether the case, as the API tells it, has come where it is to be left."""
        if self.stand.outcome:
            return bool(case["outcome"] == self.stand.outcome)
        return any(
            (at["step"]["key"], at["round"]) == (self.stand.step, self.stand.round) for at in case["at"]
        )


def read_demo_cases(today: date) -> list[DemoCase]:
    """All of them, in the order they are launched.

    Args:
        today: the local date on which desks set numbers, dates and receipts.
    """
    roster = read_bureau().roster
    return [_case(raw, roster, today) for raw in yaml.safe_load(CASES.read_text(encoding="utf-8"))]


def _case(raw: dict[str, Any], roster: Roster, today: date) -> DemoCase:
    unit, stands = raw["unit"], raw["stands"]
    wanted = (Position.DRAFTER.value, unit)
    sample = Sample(
        id=raw["id"],
        title=raw.get("title", ""),
        intake={
            "drafter": next(p.username for p in roster.people if wanted in {h.key for h in p.positions}),
            "unit": unit,
            "doc_type": raw.get("doc_type", "通知"),
            "legality_review": raw.get("legality_review", False),
            "state_secret": raw.get("state_secret", False),
        },
        draft={name: raw[name] for name in _DRAFT if name in raw},
        script=_usual(today) | {(s["at"], s.get("round", 1)): _said(s, today) for s in raw.get("goes", ())},
        outcome=stands.get("outcome", ""),
    )
    return DemoCase(sample, Stand(stands.get("at", ""), stands.get("round", 1), stands.get("outcome", "")))


def _said(said: dict[str, Any], today: date) -> Scripted:
    """One entry of ``goes``; ``dated`` names a date the desk fills in with today's."""
    dates = {said["dated"]: today.isoformat()} if "dated" in said else {}
    return Scripted(
        action=said.get("does", "approve"),
        opinion=said.get("says", ""),
        answers={**said.get("answers", {}), **dates},
        return_to=said.get("to"),
    )


def _usual(today: date) -> dict[tuple[str, int], Scripted]:
    """What a desk with a form of its own answers where ``goes`` is silent."""
    day = today.isoformat()
    return {
        ("confidentiality-review", 0): Scripted(
            opinion="逐项审查，不涉及国家秘密，适宜公开。", answers={"finding": "not_secret_and_suitable"}
        ),
        ("issue", 0): Scripted(opinion="已编号、用印、印发。", answers={"formed_on": day, "issued_on": day}),
        ("paper-copy", 0): Scripted(
            opinion="已移送。", answers={"moved_on": day, "receipt": "青岭县政务服务中心查阅点收据"}
        ),
    }
