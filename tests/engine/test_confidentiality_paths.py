"""Every path through the decision tree of the confidentiality review, walked without a database."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

import flows  # noqa: F401  installs the procedures
from engine.calls import Action, Call, RecordCall, ReviewCall
from engine.outcomes import Done, Lapsed, Outcome, ReviewOutcome, encode
from engine.procedures import procedure
from engine.replay import Ended, Recorded, StepId, replay
from tests.engine.driver import returned

CHOSEN = procedure("confidentiality-review")
ARTICLE = "政府信息公开条例 第32条"


def items(*findings: str) -> dict[str, Any]:
    return {
        "items": [
            {"item": f"第{place}项", "finding": finding, "ground": "15b", "reason": "理由"}
            for place, finding in enumerate(findings)
        ]
    }


REVIEWS = [
    items("release"),
    items("withhold"),
    items("release", "withhold"),
    items("third_party"),
    items("release", "third_party", "third_party"),
    items("withhold", "third_party"),
    items("unsure_whether_secret", "third_party"),
    items("unsure_whether_suitable"),
    items("release", "unsure_whether_secret", "unsure_whether_suitable"),
]
PART = [{"part": "附图", "ground": "14c", "reason": "可能引发风险"}]
RESULTS = [
    {"result": "release", "ground": None, "parts": []},
    {"result": "partial", "ground": None, "parts": PART},
    {"result": "withhold", "ground": "14c", "parts": []},
]
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "item-review": REVIEWS,
    "secrecy-office": [
        {"finding": "not_secret"},
        {"finding": "not_secret_but_unsure"},
        {"finding": "classified_already"},
        {"finding": "unsure", "proposed_on": "2026-03-12"},
    ],
    "referral": [{"sent_at": "2026-03-16T10:00:00+08:00", "received_on": "2026-03-16"}],
    "authority-answer": [
        {"finding": "not_secret"},
        {"finding": "not_secret_but_unsure"},
        {"finding": "state_secret"},
    ],
    "handed-over": [{"handed_over_on": "2026-03-30", "outcome": "已移交"}],
    "third-party-answer": [{"answer": "consent"}, {"answer": "refusal"}],
    "business-view": [*RESULTS, {"result": "unsure", "ground": None, "parts": []}],
    "determination": RESULTS,
    "final-word": RESULTS,
}


@dataclass
class Path:
    """One way through: every step in the order it was opened, with what came of it."""

    journal: dict[StepId, Recorded] = field(default_factory=dict)
    doubt: str = ""
    word: str = ""

    def outcomes(self, key: str) -> list[dict[str, Any]]:
        return [row.outcome for (k, _), row in self.journal.items() if k == key and row.outcome]

    def answer(self, key: str, name: str) -> Any:
        found = self.outcomes(key)
        return found[-1].get("answers", {}).get(name) if found else None

    def findings(self) -> list[str]:
        return [each["finding"] for each in self.answer("item-review", "items")]

    @property
    def results(self) -> list[str]:
        return [o["facts"]["result"] for o in self.outcomes("decided")]


def possible(call: Call, round_: int) -> Iterator[Outcome]:
    if isinstance(call, RecordCall):
        yield Done(dict(call.arguments.get("facts", {})))
        return
    assert isinstance(call, ReviewCall)
    for answers in ANSWERS.get(call.form, [{}]):
        yield ReviewOutcome(Action.APPROVE, None, answers)
    if call.silence:
        yield Lapsed(ARTICLE)
    if call.key == "deputy-head-approval" and round_ == 1:
        yield returned("item-review")


def walk(path: Path, intake: Any) -> Iterator[Path]:
    position = replay(CHOSEN.body, intake, path.journal)
    if isinstance(position, Ended):
        yield Path(path.journal, path.doubt, position.outcome)
        return
    at = position.waiting[0]
    for outcome in possible(at.call, at.round):
        row = Recorded(at.call.kind, at.call.as_json(), encode(outcome))
        yield from walk(Path({**path.journal, (at.call.key, at.round): row}, path.doubt), intake)


@cache
def every_path() -> list[Path]:
    found = []
    for doubt in ("", "whether_secret", "whether_suitable"):
        intake = CHOSEN.intake.model_validate({"drafter": "d", "unit": "u", "subject": "s", "doubt": doubt})
        found += list(walk(Path(doubt=doubt), intake))
    return found


def test_every_path_ends_with_exactly_one_result() -> None:
    assert len(every_path()) > 500
    said = {"release": "可以公开", "partial": "部分公开，理由已记录"}
    for path in every_path():
        [result] = path.results
        secret = path.word == "属于国家秘密，仅留登记"
        assert path.word == said.get(result, "不予公开") or (secret and result == "withhold"), path.word
        assert list(path.journal)[-1] == ("decided", 1)  # nothing more happens once it is known


def entitled(path: Path) -> str:
    """What the head said; without any doubt, what the deputy head approved of the unit's findings."""
    if path.outcomes("final-word"):
        return str(path.answer("final-word", "result"))
    no_doubt = not path.doubt and not any(f.startswith("unsure") for f in path.findings())
    approved = path.outcomes("deputy-head-approval")[-1]["action"] == "approve"
    consented = all(
        path.answer(f"third-party-{place}", "answer") == "consent"
        for place in range(1, path.findings().count("third_party") + 1)
    )
    assert (no_doubt, approved, consented) == (True, True, True), path.journal
    return "partial" if "withhold" in path.findings() else "release"


def test_nothing_is_released_without_the_finding_of_somebody_entitled() -> None:
    for path in every_path():
        if path.word != "属于国家秘密，仅留登记":
            assert path.results == [entitled(path)]


def test_every_doubt_is_answered_by_whoever_may_answer_it() -> None:
    for path in every_path():
        secret_doubt = path.doubt == "whether_secret" or "unsure_whether_secret" in path.findings()
        assert bool(path.outcomes("secrecy-office")) == secret_doubt
        referred = path.answer("secrecy-office", "finding") == "unsure"
        assert bool(path.outcomes("referral")) == bool(path.outcomes("secrecy-authority")) == referred
        if path.answer("competent-department", "result") == "unsure":
            assert path.outcomes("county-office")
        if secret_doubt or path.outcomes("competent-department") or path.results == ["withhold"]:
            assert path.outcomes("final-word") or path.word == "属于国家秘密，仅留登记"


def test_what_is_a_state_secret_leaves_a_register_line_and_is_never_released() -> None:
    ends = 0
    for path in every_path():
        said = path.answer("secrecy-office", "finding"), path.answer("secrecy-authority", "finding")
        secret = "classified_already" in said or "state_secret" in said
        assert bool(path.outcomes("secrecy-register")) == secret
        if secret:
            ends += 1
            assert path.results == ["withhold"]
            assert path.outcomes("decided")[0]["facts"]["ground"] == "14a"
            assert path.outcomes("final-word") + path.outcomes("consultation-1") == []
    assert ends


def test_a_silent_third_party_releases_nothing_by_itself() -> None:
    silent = [p for p in every_path() if any(o["type"] == "lapse" for o in p.outcomes("third-party-1"))]
    assert silent
    assert all(path.outcomes("final-word") for path in silent)


def test_a_partial_release_names_every_part_withheld_by_anyone() -> None:
    partial = [path for path in every_path() if path.results == ["partial"]]
    assert partial
    for path in partial:
        parts = path.journal["conclusion", 1].call["arguments"]["parts"]
        named = [part["part"] for part in parts]
        assert all(part["ground"] and part["reason"] for part in parts)
        own = [e["item"] for e in path.answer("item-review", "items") if e["finding"] == "withhold"]
        for step in ("competent-department", "county-office", "final-word"):
            own += [part["part"] for part in path.answer(step, "parts") or []]
        assert named == own


def test_no_form_of_the_review_offers_to_classify() -> None:
    for name, form in CHOSEN.forms.items():
        text = str(form.model_json_schema())
        assert "'14a'" not in text, name
        assert "定密" not in text, name


@pytest.mark.parametrize("doubt", ["", "whether_secret", "whether_suitable"])
def test_office_and_deputy_head_are_asked_only_where_nobody_doubts(doubt: str) -> None:
    for path in (p for p in every_path() if p.doubt == doubt):
        doubtful = doubt or any(f.startswith("unsure") for f in path.findings())
        approved = [o["action"] for o in path.outcomes("deputy-head-approval")][-1:] == ["approve"]
        assert approved == (not doubtful)
