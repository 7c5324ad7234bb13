"""The disclosure procedure's paths, read off its journal: which desks are asked, in which order."""

from typing import Any

import pytest

import flows  # noqa: F401  installs the procedures
from engine.calls import Action, ReturnMode, ReviewCall
from engine.outcomes import ReviewOutcome
from engine.procedures import procedure
from tests.engine.driver import Drive, Office, returned

PROACTIVE = {"state_secret": False, "attribute": "主动公开", "ground": ""}
WITHHELD = {"state_secret": False, "attribute": "不予公开", "ground": "16-1"}
ON_REQUEST = {"state_secret": False, "attribute": "依申请公开", "ground": ""}
SECRET = {"state_secret": True, "source_unit": "上级机关", "handed_over_on": "2026-06-02"}


def drive(**intake: Any) -> Drive:
    chosen = procedure("proactive-disclosure")
    fields = {"drafter": "d", "unit": "u", **intake}
    return Drive(chosen.body, chosen.intake.model_validate(fields))


def test_a_public_document_passes_every_desk_and_ends_in_the_reading_room() -> None:
    run = drive(legality_review=True)
    assert run.run(Office(PROACTIVE)) == "办结"
    assert [label.split(":")[0] for label in run.opened] == [
        "drafting",
        "section-review",
        "legality-review",
        "office-review",
        "confidentiality-review",
        "deputy-head-review",
        "signature",
        "issue",
        "numbering",
        "marking",
        "publication-clock",
        "publication",
        "publication-clock-end",
        "paper-copy",
    ]


def test_legal_office_is_asked_only_where_needed() -> None:
    run = drive(legality_review=False)
    run.run(Office(PROACTIVE))
    assert "legality-review:1" not in run.opened


@pytest.mark.parametrize("draft", [WITHHELD, ON_REQUEST])
def test_a_document_that_is_not_public_is_marked_and_never_published(draft: dict[str, Any]) -> None:
    run = drive()
    assert run.run(Office(draft)) == "已印发并标注"
    assert "marking:1" in run.opened
    assert "publication:1" not in run.opened


def test_every_withheld_document_passes_the_openness_office_before_signature() -> None:
    run = drive()
    run.run(Office(WITHHELD))
    assert run.opened.index("openness-review:1") < run.opened.index("signature:1")


def test_a_claimed_state_secret_goes_to_the_secrecy_office_first_and_ends_with_a_register_line() -> None:
    run = drive()
    assert run.run(Office(SECRET)) == "线上终止，仅留登记"
    assert run.opened == ["drafting:1", "secrecy-review-first:1", "secrecy-register:1"]


def test_a_return_opens_a_new_round_from_the_chosen_step() -> None:
    run = drive()
    run.run(Office(PROACTIVE, {"deputy-head-review:1": returned("section-review")}))
    again = run.opened.index("deputy-head-review:1") + 1
    assert run.opened[again : again + 4] == [
        "section-review:2",
        "office-review:2",
        "confidentiality-review:2",
        "deputy-head-review:2",
    ]


def test_come_back_to_me_jumps_straight_back_when_nothing_was_edited() -> None:
    run = drive()
    back = returned("section-review", ReturnMode.COME_BACK)
    run.run(Office(PROACTIVE, {"deputy-head-review:1": back}))
    again = run.opened.index("deputy-head-review:1") + 1
    assert run.opened[again : again + 3] == ["section-review:2", "deputy-head-review:2", "signature:1"]


def test_an_edit_asks_everyone_again_even_with_come_back_to_me() -> None:
    run = drive()
    back = returned("drafting", ReturnMode.COME_BACK)
    run.run(Office(PROACTIVE, {"deputy-head-review:1": back}))
    again = run.opened.index("deputy-head-review:1") + 1
    assert run.opened[again : again + 5] == [
        "drafting:2",
        "section-review:2",
        "office-review:2",
        "confidentiality-review:2",
        "deputy-head-review:2",
    ]


def test_the_signature_is_about_the_version_every_reviewer_approved() -> None:
    run = drive()
    run.run(Office(PROACTIVE, {"signature:1": returned("drafting")}))
    last_version = 2
    for (key, round_), row in run.journal.items():
        if round_ == 2 and key != "drafting":
            assert row.call["document_version_id"] == last_version, key
    assert run.journal[("publication", 1)].call["arguments"] == {"document_version_id": last_version}


UNSURE = ReviewOutcome(Action.APPROVE, 1, {"finding": "unsure_whether_secret"})
REFERRED = ["confidentiality-review:1", "referral-opened:1", "referral:1"]


def test_an_unsure_review_opens_a_case_of_its_own_and_asks_the_reviewer_again() -> None:
    run = drive()
    assert run.run(Office(PROACTIVE, {"confidentiality-review:1": UNSURE})) == "办结"
    begun = run.opened.index("confidentiality-review:1")
    assert run.opened[begun : begun + 4] == [*REFERRED, "confidentiality-review:2"]
    assert run.journal["referral-opened", 1].call["arguments"]["intake"] == {"doubt": "whether_secret"}


def test_what_the_confidentiality_case_withholds_goes_back_to_drafting() -> None:
    office, run = Office(PROACTIVE, {"confidentiality-review:1": UNSURE}), drive()
    office.answered = {"result": "withhold", "ground": "15b"}
    run.run(office)
    begun = run.opened.index("confidentiality-review:1")
    assert run.opened[begun : begun + 4] == [*REFERRED, "drafting:2"]


def test_what_may_be_public_in_part_is_published_as_a_copy_with_its_own_review_and_approval() -> None:
    office, run = Office(PROACTIVE, {"confidentiality-review:1": UNSURE}), drive()
    office.answered = {"result": "partial", "ground": "15b"}
    assert run.run(office) == "办结"
    copied = run.opened.index("redaction:1")
    assert run.opened[copied : copied + 4] == [
        "redaction:1",
        "redaction-review:1",
        "redaction-approval:1",
        "publication:1",
    ]
    copy = run.journal["redaction-review", 1].call["document_version_id"]
    assert run.journal["publication", 1].call["arguments"] == {"document_version_id": copy}
    assert run.journal["numbering", 1].call["arguments"]["document_version_id"] != copy


def test_a_document_of_the_county_goes_to_its_office_after_the_head_and_is_issued_there() -> None:
    run = drive(in_the_name_of="county_office")
    run.run(Office({**PROACTIVE, "circumstances": ["standing_meeting"]}))
    signed = run.opened.index("signature:1")
    assert run.opened[signed : signed + 4] == [
        "signature:1",
        "county-office-review:1",
        "standing-meeting:1",
        "issue:1",
    ]
    assert run.journal["issue", 1].call["signers"] == ["county_office"]


def test_what_the_county_office_sends_back_is_signed_anew() -> None:
    run = drive(in_the_name_of="county")
    run.run(Office(PROACTIVE, {"county-office-review:1": returned("drafting")}))
    assert [
        label for label in run.opened if label.endswith(":2") and label[:4] in ("draf", "sign", "coun")
    ] == ["drafting:2", "signature:2", "county-office-review:2"]


@pytest.mark.parametrize(
    ("decision", "then", "outcome"),
    [
        ("passed", "issue:1", "办结"),
        ("passed_with_changes", "drafting:2", "办结"),
        ("not_passed", None, "常务会议未通过"),
    ],
)
def test_the_standing_meeting_decides(decision: str, then: str | None, outcome: str) -> None:
    decided = ReviewOutcome(Action.APPROVE, 1, {"decision": decision, "held_on": "2026-05-08"})
    run = drive()
    draft = {**PROACTIVE, "circumstances": ["standing_meeting"]}
    assert run.run(Office(draft, {"standing-meeting:1": decided})) == outcome
    after = run.opened[run.opened.index("standing-meeting:1") + 1 :]
    assert next(iter(after), None) == then


def test_a_document_that_needs_it_waits_for_its_interpretation_and_both_are_signed_and_published() -> None:
    office, run = Office({**PROACTIVE, "circumstances": ["wide"]}), drive()
    office.answered = {"version": 77, "gate": False}
    assert run.run(office) == "办结"
    assert run.opened.index("interpretation:1") == 1
    assert run.opened[run.opened.index("signature:1") - 1] == "interpretation-ready:1"
    assert run.journal["signature", 1].call["beside"] == [77]
    assert run.journal["publication", 1].call["arguments"]["beside"] == 77
    assert run.opened[run.opened.index("publication:1") + 1] == "published-together:1"


def test_an_interpretation_goes_back_with_its_document_and_is_waited_for_again() -> None:
    office, run = (
        Office({**PROACTIVE, "circumstances": ["wide"]}, {"signature:1": returned("drafting")}),
        drive(),
    )
    office.answered = {"version": 77}
    assert run.run(office) == "办结"
    assert run.opened.count("interpretation:1") == 1
    again = run.opened.index("interpretation-sent-back:1")
    assert run.opened[again + 1 : again + 3] == ["interpretation-ready:2", "signature:2"]


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (ON_REQUEST, "非主动公开，不触发解读"),
        ({**ON_REQUEST, "circumstances": ["wide"]}, "非主动公开，不触发解读"),
        (PROACTIVE, "拟稿人未列明应当解读的情形，不需解读"),
    ],
)
def test_why_no_interpretation_is_needed_is_recorded(draft: dict[str, Any], why: str) -> None:
    run = drive()
    run.run(Office(draft))
    said = run.journal["marking", 1].call["arguments"]["interpretation"]
    assert (said["needed"], said["zh"]) == (False, why)


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ("licence", ["licence-or-penalty"]),
        ("penalty", ["licence-or-penalty"]),
        ("enforcement", ["other-enforcement"]),
    ],
)
def test_decisions_of_enforcement_have_a_start_of_their_own(kind: str, rules: list[str]) -> None:
    run = drive(kind=kind)
    run.run(Office(PROACTIVE))
    starts = run.journal["publication-clock", 1].call["arguments"]["starts"]
    assert [start["rule"] for start in starts] == ["publication", "publication-from-formation", *rules]


def test_a_disagreement_of_a_reviewer_is_left_to_the_signer() -> None:
    disagrees = ReviewOutcome(Action.REJECT, 1)
    run = drive()
    assert run.run(Office(PROACTIVE, {"office-review:1": disagrees})) == "办结"


def test_a_refused_signature_ends_the_case_without_a_number() -> None:
    refused = ReviewOutcome(Action.REJECT, 1)
    run = drive()
    assert run.run(Office(PROACTIVE, {"signature:1": refused})) == "未予签发"
    assert "numbering:1" not in run.opened


def test_a_reviewer_may_return_only_to_steps_that_have_been_decided_before() -> None:
    offered: dict[str, list[str]] = {}
    office = Office(PROACTIVE)

    def watch(call: Any, round_: int) -> Any:
        if isinstance(call, ReviewCall):
            offered[call.key] = call.returns_to
        return office(call, round_)

    drive().run(watch)
    assert offered["drafting"] == []
    assert offered["office-review"] == ["drafting", "section-review"]
    assert offered["issue"] == []
