"""What is refused, with its reason: nothing is stored then, and nobody judges their own work."""

from typing import Any

import pytest
from sqlalchemy import insert

from engine.acts.decide import DecisionRequest, decide
from engine.service import Service
from models import Holding
from rules.errors import (
    AssignmentNotFound,
    AssignmentStale,
    ClassifiedContentRefused,
    DatesOutOfOrder,
    GongkaiError,
    GroundMissing,
    InvalidInput,
    NotAllowed,
    OpinionRequired,
)
from tests.builders import (
    Bureau,
    case_row,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    snapshot,
    todo_of,
)


def refused_inputs() -> list[Any]:
    """Table of bad decisions: step reached, request fields, who, expected error, field named."""
    dates = {"formed_on": "2026-04-20", "issued_on": "2026-04-19"}
    return [
        pytest.param(
            "drafting", {"answers": {"attribute": "半公开"}}, None, GongkaiError, "attribute", id="attribute"
        ),
        pytest.param("drafting", {"answers": {"ground": "99z"}}, None, GongkaiError, "ground", id="ground"),
        pytest.param("drafting", {"answers": {"title": "一\x00二"}}, None, InvalidInput, "title", id="nul"),
        pytest.param(
            "drafting", {"answers": {"title": "题\u202e目"}}, None, InvalidInput, "title", id="bidi"
        ),
        pytest.param("drafting", {"answers": {"title": "长" * 201}}, None, InvalidInput, "title", id="long"),
        pytest.param(
            "drafting", {"answers": {"colour": "red"}}, None, InvalidInput, "colour", id="unknown-field"
        ),
        pytest.param(
            "drafting",
            {"answers": {"__prefect_kind": "jinja"}},
            None,
            InvalidInput,
            "__prefect_kind",
            id="prefect",
        ),
        pytest.param("drafting", {"action": "return"}, None, InvalidInput, "action", id="drafter-returns"),
        pytest.param("section-review", {"action": "explode"}, None, InvalidInput, "action", id="action"),
        pytest.param(
            "section-review", {"action": "return", "opinion": ""}, None, OpinionRequired, "opinion", id="why"
        ),
        pytest.param(
            "section-review",
            {"action": "return", "return_to": "signature"},
            None,
            InvalidInput,
            "return_to",
            id="return-to-later",
        ),
        pytest.param(
            "section-review", {"opinion": "字" * 2001}, None, InvalidInput, "opinion", id="long-opinion"
        ),
        pytest.param("section-review", {}, "office", NotAllowed, "", id="someone-elses"),
        pytest.param("section-review", {}, "administrator", NotAllowed, "", id="administrator"),
        pytest.param("section-review", {"document_version": 7}, None, AssignmentStale, "", id="stale"),
        pytest.param(
            "confidentiality-review", {"answers": {}}, None, InvalidInput, "finding", id="no-finding"
        ),
        pytest.param(
            "confidentiality-review", {"opinion": ""}, None, OpinionRequired, "opinion", id="secrecy-opinion"
        ),
        pytest.param(
            "issue", {"answers": dates}, None, DatesOutOfOrder, "issued_on", id="issue-before-formation"
        ),
        pytest.param(
            "issue",
            {"answers": {"formed_on": "2026-04-20", "issued_on": "2027-01-01"}},
            None,
            InvalidInput,
            "issued_on",
            id="future",
        ),
    ]


@pytest.mark.parametrize(("step", "request_", "by", "error", "field"), refused_inputs())
def test_bad_decision_is_refused_with_a_reason_and_nothing_is_stored(
    service: Service,
    bureau: Bureau,
    step: str,
    request_: dict[str, Any],
    by: str | None,
    error: Any,
    field: str,
) -> None:
    case = launch_case(service)
    decide_all(service, case.number, until=step)
    before = snapshot(service)
    with pytest.raises(error) as refused:
        decide_next(service, case.number, by=by, **request_)
    assert snapshot(service) == before
    for language in ("zh", "en"):
        said = refused.value.said(language)
        assert all(said), said
        assert "?" not in "".join(said)
    if field:
        assert field in (refused.value.where, refused.value.facts.get("field"))


def test_unknown_todo_is_not_found(service: Service, bureau: Bureau) -> None:
    with pytest.raises(AssignmentNotFound):
        decide(service, bureau.actor("drafter"), DecisionRequest(4711, "approve"))


def test_nobody_reviews_their_own_draft(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    decide_next(service, case.number)
    drafter = bureau.actor("drafter")
    with service.database.begin() as connection:
        connection.execute(insert(Holding.__table__).values(person_id=drafter.person_id, position="office"))
    decide_next(service, case.number)
    with pytest.raises(NotAllowed) as refused:
        decide_next(service, case.number, by="drafter")
    assert "自己起草" in refused.value.message()


def test_nobody_signs_what_they_reviewed(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    decide_all(service, case.number, until="signature")
    deputy = bureau.actor("deputy_head")
    with service.database.begin() as connection:
        connection.execute(insert(Holding.__table__).values(person_id=deputy.person_id, position="head"))
    with pytest.raises(NotAllowed) as refused:
        decide_next(service, case.number, by="deputy_head")
    assert "不得签发" in refused.value.message()


def test_nothing_is_signed_as_withheld_without_a_ground(service: Service, bureau: Bureau) -> None:
    case = launch_case(service, draft={"title": "暗访通知", "body": "正文", "attribute": "不予公开"})
    decide_all(service, case.number, until="openness-review")
    with pytest.raises(GroundMissing):
        decide_next(service, case.number)
    decide_next(service, case.number, action="return", opinion="须写明条款", return_to="drafting")
    decide_next(service, case.number, answers={"ground": "16-1"})
    decide_all(service, case.number)
    assert scalars(service, "SELECT marking FROM document_issue") == ["（此件不公开）"]
    assert case_row(service, case.number).outcome == "已印发并标注"


def test_classified_content_is_refused_before_storage_and_leaves_no_trace(
    service: Service, bureau: Bureau
) -> None:
    secret = "绝不可入库的内容"
    case = launch_case(service, state_secret=True)
    for answers in ({"body": secret}, {"title": secret}, {"attachments": [{"name": secret}]}):
        with pytest.raises(ClassifiedContentRefused) as refused:
            decide_next(service, case.number, answers={"handed_over_on": "2026-04-20", **answers})
        assert secret not in str(refused.value) + repr(refused.value)
    for table in scalars(service, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        assert scalars(service, f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%{secret}%'") == [0]
    register_line = {"handed_over_on": "2026-04-20", "source_unit": "上级机关"}
    decide_next(service, case.number, opinion="", answers=register_line)
    decide_next(service, case.number)
    assert case_row(service, case.number).outcome == "线上终止，仅留登记"
    assert scalars(service, "SELECT count(*) FROM document_version") == [0]


def test_secret_claimed_after_text_was_stored_alerts_the_administrator(
    service: Service, bureau: Bureau
) -> None:
    case = launch_case(service)
    claim = {"state_secret": True, "handed_over_on": "2026-04-20"}
    decide_next(service, case.number, opinion="", answers=claim)
    assert todo_of(service, case.number).step == "secrecy-review-first"
    assert case_row(service, case.number).title == ""
    assert scalars(service, "SELECT kind FROM incident") == ["classified-content-stored"]
