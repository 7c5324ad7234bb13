"""``samples/demo.yaml`` read: the cases a living demonstration shows, and where each is left standing.

A case of 主动公开 is written in short; one of any other procedure names its ``procedure`` and its ``intake``.
A value ``today``, ``today-3d``, ``now`` or ``now-2h`` stands for that day or moment when the bureau opens.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import yaml

import flows  # noqa: F401  installs every procedure
from deployments.samples import FOLDER, PROCEDURE, Sample, Scripted, read_bureau
from engine.procedures import procedure
from engine.roster import Roster

CASES = FOLDER / "demo.yaml"
_DRAFT = ("title", "body", "attribute", "ground", "ground_text", "circumstances")
_MOMENT = re.compile(r"(today|now)(?:([+-]\d{1,3})([dhm]))?")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


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


@dataclass(frozen=True)
class _Opening:
    """When the bureau opens, by its own clock: what the moments in the file are told from."""

    roster: Roster
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    def told(self, value: Any) -> Any:
        """A value of the file with its moments replaced, however deep they are."""
        if isinstance(value, dict):
            return {name: self.told(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.told(each) for each in value]
        found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            return value
        word, number, unit = found.groups()
        moment = self.now + (timedelta(**{_UNITS[unit]: int(number)}) if number else timedelta())
        return (moment if word == "now" else moment.date()).isoformat()


def read_demo_cases(now: datetime, timezone: str = "Asia/Shanghai") -> list[DemoCase]:
    """All of them, in the order they are launched.

    Args:
        now: when desks set numbers, dates and receipts, and what moments are told from.
    """
    opening = _Opening(
        read_bureau().roster, now.astimezone(ZoneInfo(timezone)).replace(second=0, microsecond=0)
    )
    return [_case(raw, opening) for raw in yaml.safe_load(CASES.read_text(encoding="utf-8"))]


def _case(raw: dict[str, Any], opening: _Opening) -> DemoCase:
    unit, stands, chosen = raw["unit"], raw["stands"], procedure(raw.get("procedure", PROCEDURE))
    sample = Sample(
        id=raw["id"],
        title=raw.get("title", ""),
        intake={
            "drafter": _in_charge(raw, chosen.opened_by, opening.roster),
            "unit": unit,
            **_intake(raw, opening),
        },
        draft={name: raw[name] for name in _DRAFT if name in raw},
        script=_script(raw, opening),
        outcome=stands.get("outcome", ""),
        procedure=chosen.key,
        beside=tuple(_other(raw["id"], each, opening) for each in raw.get("beside", ())),
    )
    return DemoCase(sample, Stand(stands.get("at", ""), stands.get("round", 1), stands.get("outcome", "")))


def _in_charge(raw: dict[str, Any], position: Any, roster: Roster) -> str:
    """Who holds the post that opens such cases; of the unit, where the post is one of a unit."""
    wanted = (position.value, raw["unit"] if position.of_unit else "")
    return next(p.username for p in roster.people if wanted in {h.key for h in p.positions})


def _intake(raw: dict[str, Any], opening: _Opening) -> dict[str, Any]:
    if raw.get("procedure", PROCEDURE) != PROCEDURE:
        return dict(opening.told(raw.get("intake", {})))
    usual = {
        "doc_type": raw.get("doc_type", "通知"),
        "legality_review": raw.get("legality_review", False),
        "state_secret": raw.get("state_secret", False),
    }
    return {**usual, **opening.told(raw.get("intake", {}))}


def _other(case_id: str, raw: dict[str, Any], opening: _Opening) -> Sample:
    """What is decided in a case it opens, of this procedure."""
    key = procedure(raw["procedure"]).key
    return Sample(case_id, "", {}, {}, _script(raw, opening), outcome="", procedure=key)


def _script(raw: dict[str, Any], opening: _Opening) -> dict[tuple[str, int], Scripted]:
    said = {(s["at"], s.get("round", 1)): _said(s, opening) for s in raw.get("goes", ())}
    return _usual(opening.today) | said


def _said(said: dict[str, Any], opening: _Opening) -> Scripted:
    """One entry of ``goes``; ``dated`` names a date the desk fills in with today's."""
    dates = {said["dated"]: opening.today.isoformat()} if "dated" in said else {}
    return Scripted(
        action=said.get("does", "approve"),
        opinion=said.get("says", ""),
        answers={**opening.told(said.get("answers", {})), **dates},
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
