"""The sample bureau and cases that come with the program: how a raw sample becomes a launch and decisions.

``samples/cases.json`` holds them as they come; here stands, per case, what a clerk would do with it.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from engine.roster import Roster, RosterFile, read_roster
from rules.positions import Position

FOLDER = Path(__file__).parent.parent / "samples"
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
    refused: dict[str, Any] | None = None  # a launch that must be refused first

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


def read_bureau() -> RosterFile:
    """The roster of 青岭县应急管理局."""
    return read_roster(BUREAU.read_bytes(), name=BUREAU.name)


def read_sample(case_id: str, *, today: date) -> Sample:
    """One of the cases that can run: ``ZD-01``, ``ZD-02``, ``ZD-05``.

    Args:
        today: a sample's date that has not come yet is replaced by this one.
    """
    return _SCRIPTS[case_id](_raw_case(case_id), today)


def read_change(case_id: str, *, document: str, new_url: str) -> Sample:
    """A take-down (``GB-01``) or a change of address (``GB-02``) of what a case has published.

    Args:
        document: the number of that case.
        new_url: where the document stands from now on; a take-down does not ask for it.
    """
    raw = _raw_case(case_id)
    moves = raw["doc_type"] == "变更网址"
    proposal = {
        "kind": "url_change" if moves else "take_down",
        "reason": raw["body"],
        "new_url": new_url if moves else "",
    }
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake=_drafted(raw) | {"document": document},
        draft={},
        script={
            ("proposal", 0): Scripted(opinion=f"拟{raw['doc_type']}，请审查。", answers=proposal),
            ("openness-review", 0): Scripted(opinion="理由属实，可以向社会公布，同意。"),
            ("signature", 0): Scripted(opinion=f"同意{raw['doc_type']}。"),
        },
        outcome=f"已{raw['doc_type']}",
        procedure=raw["procedure"],
    )


def _raw_case(case_id: str) -> dict[str, Any]:
    cases: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
    return next(case for case in cases if case["id"] == case_id)


def _drafted(raw: dict[str, Any]) -> dict[str, Any]:
    roster = read_bureau().roster
    unit = _unit_code(raw, roster)
    return {"drafter": _holder(roster, Position.DRAFTER, unit), "unit": unit}


def _intake(raw: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        **_drafted(raw),
        "doc_type": raw["doc_type"].partition("(")[0],
        "legality_review": any(role.startswith("法规股") for role in raw["roles"]),
        **more,
    }


def _unit_code(raw: dict[str, Any], roster: Roster) -> str:
    assert roster.organ is not None
    assert roster.units is not None
    name = raw["drafting_unit"].removeprefix(roster.organ.name)
    return next(unit.code for unit in roster.units if unit.name == name)


def _holder(roster: Roster, position: Position, unit: str) -> str:
    return next(p.username for p in roster.people if (position.value, unit) in {h.key for h in p.positions})


def _draft(raw: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": raw["title"], "body": raw["body"], "attribute": raw["proposed_attribute"], **more}


def _issue(raw: dict[str, Any], today: date) -> Scripted:
    dates = {name: min(date.fromisoformat(day), today).isoformat() for name, day in raw["dates"].items()}
    answers = {"formed_on": dates["成文日期"], "issued_on": dates["印发日期"], "doc_no": raw["doc_no"]}
    return Scripted(opinion="已编号、用印、印发。", answers=answers)


def _whole_way(raw: dict[str, Any], today: date) -> Sample:
    """ZD-01: from the draft to the reading room without a return."""
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake=_intake(raw),
        draft=_draft(raw),
        script={
            ("drafting", 0): Scripted(opinion="请审核。公开属性：主动公开。"),
            ("section-review", 0): Scripted(opinion="内容属实，同意送审。"),
            ("legality-review", 0): Scripted(opinion="未发现与上位法抵触，同意。"),
            ("office-review", 0): Scripted(opinion="格式、行文规则符合要求。"),
            ("confidentiality-review", 0): Scripted(
                opinion="逐项审查，不涉及国家秘密，适宜公开。", answers={"finding": "not_secret_and_suitable"}
            ),
            ("deputy-head-review", 0): Scripted(opinion="同意，报主要负责人签发。"),
            ("signature", 0): Scripted(opinion="同意印发。"),
            ("issue", 0): _issue(raw, today),
            ("paper-copy", 0): Scripted(
                opinion="已移送。",
                answers={"moved_on": today.isoformat(), "receipt": "青岭县政务服务中心查阅点收据"},
            ),
        },
        outcome="办结",
    )


def _returned_for_its_ground(raw: dict[str, Any], today: date) -> Sample:
    """ZD-02: withheld without a ground; the openness office returns it once; then 16-1, up to the marking."""
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake=_intake(raw),
        draft=_draft(raw, ground_text="涉及内部工作"),
        script={
            ("openness-review", 1): Scripted(
                action="return",
                opinion="拟不予公开须写明条例条款，请补充法定依据后重新送审。",
                return_to="drafting",
            ),
            ("drafting", 2): Scripted(
                opinion="已补充依据：条例第16条第1款。",
                answers={"ground": "16-1", "ground_text": "内部工作流程"},
            ),
            ("openness-review", 2): Scripted(opinion="依据充分，同意不予公开。"),
            ("issue", 0): _issue(raw, today),
        },
        outcome="已印发并标注",
    )


def _register_line_only(raw: dict[str, Any], today: date) -> Sample:
    """ZD-05: a state secret is claimed; the body is refused, then only the register line is taken."""
    handed_over = min(date.fromisoformat(raw["dates"]["登记"]), today).isoformat()
    intake = _intake(raw, state_secret=True, legality_review=False)
    return Sample(
        id=raw["id"],
        title=raw["title"],
        intake=intake,
        draft={},
        script={
            ("drafting", 0): Scripted(
                answers={"state_secret": True, "source_unit": "上级来文单位", "handed_over_on": handed_over},
            ),
            ("secrecy-review-first", 0): Scripted(
                opinion="来文为标密文件，属派生定密，线下办理。",
                answers={"outcome": "来文为标密文件，转涉密渠道办理"},
            ),
        },
        outcome="线上终止，仅留登记",
        refused={"intake": intake, "draft": _draft(raw)},
    )


_SCRIPTS = {"ZD-01": _whole_way, "ZD-02": _returned_for_its_ground, "ZD-05": _register_line_only}
RUNNABLE = tuple(_SCRIPTS)
CHANGES = ("GB-01", "GB-02")
