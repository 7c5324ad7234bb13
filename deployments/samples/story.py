"""What a sample case is: a launch, what each step round decides and when, and what it must come to."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.roster import Roster, RosterFile, read_roster
from engine.service import Service
from rules.positions import Position

FOLDER = Path(__file__).parent.parent.parent / "samples"
BUREAU = FOLDER / "qingling.yaml"
PROCEDURE = "proactive-disclosure"


@dataclass(frozen=True)
class Scripted:
    """What the holder of a step does in one round."""

    action: str = "approve"
    opinion: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    return_to: str | None = None
    return_mode: str = "run_again"
    at: datetime | None = None  # when it is done, aware: virtual time is moved there first
    before: Callable[[Service, str], None] | None = None  # what people do on the case's pages before


@dataclass(frozen=True)
class Sample:
    """A sample case: what is launched, what is refused before, and what each step round decides.

    A step round that is not scripted is approved with 同意.
    """

    id: str
    title: str
    intake: dict[str, Any]
    draft: dict[str, Any]
    script: dict[tuple[str, int], Scripted]
    outcome: str
    procedure: str = PROCEDURE
    beside: "tuple[Sample, ...]" = ()  # what is done in the cases it opens
    refused: dict[str, Any] | None = None  # a launch that must be refused first
    begins: datetime | None = None  # when it is launched, aware, where the hour matters

    def launch(self) -> dict[str, Any]:
        """The launch file: ``{"intake": …, "draft": …}``."""
        return {"intake": self.intake, "draft": self.draft}

    def decision(self, step: str, round_: int) -> Scripted:
        """What is decided at this step round."""
        return self.script.get((step, round_)) or self.script.get((step, 0)) or Scripted(opinion="同意。")

    def issued_on(self, day: date) -> "Sample":
        """The same, formed and issued on this day: its limits run from there."""
        issue = self.script["issue", 0]
        dates = {"formed_on": day.isoformat(), "issued_on": day.isoformat()}
        script = self.script | {("issue", 0): replace(issue, answers={**issue.answers, **dates})}
        return replace(self, script=script)


def at_ten(day: date) -> datetime:
    """Ten o'clock of that day, on the bureau's clock."""
    return datetime(day.year, day.month, day.day, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def read_bureau() -> RosterFile:
    """The roster of 青岭县应急管理局."""
    return read_roster(BUREAU.read_bytes(), name=BUREAU.name)


def raw_case(case_id: str) -> dict[str, Any]:
    """A sample case as ``samples/cases.json`` has it."""
    cases: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
    return next(case for case in cases if case["id"] == case_id)


def drafted(raw: dict[str, Any]) -> dict[str, Any]:
    """Unit and drafter of a sample, as an intake names them."""
    roster = read_bureau().roster
    unit = unit_code(raw, roster)
    return {"drafter": holder_of(roster, Position.DRAFTER, unit), "unit": unit}


def intake_of(raw: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The intake of a sample document."""
    return {
        **drafted(raw),
        "doc_type": raw["doc_type"].partition("(")[0],
        "legality_review": any(role.startswith("法规股") for role in raw["roles"]),
        **more,
    }


def unit_code(raw: dict[str, Any], roster: Roster) -> str:
    """The code of the unit a sample names."""
    assert roster.organ is not None
    assert roster.units is not None
    name = raw["drafting_unit"].removeprefix(roster.organ.name)
    return next(unit.code for unit in roster.units if unit.name == name)


def holder_of(roster: Roster, position: Position, unit: str) -> str:
    """The username of who holds a unit's post in the roster."""
    return next(p.username for p in roster.people if (position.value, unit) in {h.key for h in p.positions})


def draft_of(raw: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The draft of a sample document."""
    return {"title": raw["title"], "body": raw["body"], "attribute": raw["proposed_attribute"], **more}


def issue_of(raw: dict[str, Any], today: date) -> Scripted:
    """How a sample document is numbered and issued; what has not come yet is today."""
    dates = {name: min(date.fromisoformat(day), today).isoformat() for name, day in raw["dates"].items()}
    answers = {"formed_on": dates["成文日期"], "issued_on": dates["印发日期"], "doc_no": raw["doc_no"]}
    return Scripted(opinion="已编号、用印、印发。", answers=answers)
