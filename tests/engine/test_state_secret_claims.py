"""A claimed state secret: no way in for its text, and only the secrecy office ends the claim."""

import pytest

from engine.service import Service
from rules.errors import ClassifiedContentRefused, InvalidInput
from tests.builders import (
    PROACTIVE_DRAFT,
    Bureau,
    decide_next,
    launch_case,
    scalars,
    todo_of,
)

CLAIM = {"state_secret": True, "handed_over_on": "2026-04-20"}


def claimed(service: Service, **launched: object) -> str:
    """A case whose drafter has claimed a state secret; the secrecy office is asked."""
    number = launch_case(service, **launched).number
    decide_next(service, number, opinion="", answers=CLAIM)
    assert todo_of(service, number).step == "secrecy-review-first"
    return number


def send_back(service: Service, number: str, finding: str) -> None:
    decide_next(
        service,
        number,
        action="return",
        return_to="drafting",
        opinion="移交日期请核对",
        answers={"finding": finding},
    )


def test_a_return_with_the_claim_standing_still_refuses_the_text(service: Service, bureau: Bureau) -> None:
    number = claimed(service, state_secret=True)
    send_back(service, number, "claim_stands")
    with pytest.raises(ClassifiedContentRefused):
        decide_next(service, number, opinion="", answers=PROACTIVE_DRAFT)
    assert scalars(service, "SELECT count(*) FROM document_version") == [0]
    decide_next(service, number, opinion="", answers=CLAIM)
    decide_next(service, number)
    assert scalars(service, "SELECT outcome FROM cases") == ["线上终止，仅留登记"]


def test_the_secrecy_office_must_say_whether_the_claim_stands(service: Service, bureau: Bureau) -> None:
    number = claimed(service, state_secret=True)
    with pytest.raises(InvalidInput) as refused:
        decide_next(service, number, action="return", return_to="drafting", opinion="请核对", answers={})
    assert refused.value.facts["field"] == "finding"


def test_a_cleared_claim_lets_the_drafter_bring_the_text_also_after_text_was_stored(
    service: Service, bureau: Bureau
) -> None:
    number = claimed(service, draft=PROACTIVE_DRAFT)
    send_back(service, number, "not_a_state_secret")
    decide_next(service, number, answers=PROACTIVE_DRAFT)
    assert todo_of(service, number).step == "section-review"
    assert scalars(service, "SELECT version FROM document_version ORDER BY id") == [1, 2]


def test_a_claim_made_on_the_way_stands_until_it_is_cleared(service: Service, bureau: Bureau) -> None:
    number = claimed(service)
    send_back(service, number, "claim_stands")
    with pytest.raises(ClassifiedContentRefused):
        decide_next(service, number, opinion="", answers=PROACTIVE_DRAFT)


def test_an_opinion_is_no_way_round_the_refusal(service: Service, bureau: Bureau) -> None:
    number = launch_case(service, state_secret=True).number
    with pytest.raises(ClassifiedContentRefused) as refused:
        decide_next(service, number, opinion="正文如下：……", answers=CLAIM)
    assert "……" not in refused.value.message("zh")
    decide_next(service, number, opinion="", answers=CLAIM)
    with pytest.raises(InvalidInput):
        decide_next(service, number, opinion="字" * 201)
    assert scalars(service, "SELECT count(*) FROM decision") == [1]


def test_a_claim_at_launch_takes_no_draft_at_all(service: Service, bureau: Bureau) -> None:
    with pytest.raises(ClassifiedContentRefused):
        launch_case(service, state_secret=True, draft=PROACTIVE_DRAFT)
    with pytest.raises(InvalidInput):
        launch_case(service, state_secret=True, draft={"source_unit": "上级机关"})
    assert scalars(service, "SELECT count(*) FROM cases") == [0]


def test_a_date_of_hand_over_cannot_lie_in_the_future(service: Service, bureau: Bureau) -> None:
    number = launch_case(service, state_secret=True).number
    with pytest.raises(InvalidInput) as refused:
        decide_next(service, number, opinion="", answers=CLAIM | {"handed_over_on": "2026-04-21"})
    assert refused.value.facts["field"] == "handed_over_on"
