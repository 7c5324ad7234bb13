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


def test_an_unsure_review_holds_the_case_and_asks_the_reviewer_again() -> None:
    unsure = ReviewOutcome(Action.APPROVE, 1, {"finding": "unsure_whether_secret"})
    run = drive()
    run.run(Office(PROACTIVE, {"confidentiality-review:1": unsure}))
    held = run.opened.index("referral:1")
    assert run.opened[held - 1 : held + 2] == [
        "confidentiality-review:1",
        "referral:1",
        "confidentiality-review:2",
    ]


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
