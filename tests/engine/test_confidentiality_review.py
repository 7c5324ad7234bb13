"""The confidentiality review in the database: its sample cases, its clocks, and what it keeps others from."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from deployments.launch_form import launch_form
from deployments.samples import Sample, read_sample
from engine.activities import publish_document
from engine.acts.launch import LaunchRequest, launch
from engine.clocks.service import ClockService
from engine.confidentiality import require_settled
from engine.doctor import examine
from engine.going_on import go_on
from engine.invariants import Severity
from engine.leases import claim
from engine.procedures import procedure
from engine.publication import request_for
from engine.service import Service
from rules.errors import (
    ClassifiedContentRefused,
    GroundMissing,
    InterestOverridden,
    InvalidInput,
    PublicationUnderReview,
    WiderThanDetermined,
)
from rules.positions import Position
from tests.builders import (
    UNIT,
    Bureau,
    MovableClock,
    add_person,
    case_row,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    todo_of,
    todos_of,
)
from tests.walking import load_sample_bureau, walk

pytestmark = pytest.mark.thorough

RELEASE: dict[str, Any] = {"items": [{"item": "全文", "finding": "release"}]}
SECRET: dict[str, Any] = {
    "items": [{"item": "点位图", "finding": "unsure_whether_secret", "reason": "可能涉密"}]
}
SUITABLE: dict[str, Any] = {
    "items": [{"item": "名单", "finding": "unsure_whether_suitable", "reason": "可能引发恐慌"}]
}
THIRD: dict[str, Any] = {
    "items": [
        {"item": "正文", "finding": "release"},
        {"item": "工艺参数", "finding": "third_party", "ground": "15a", "reason": "企业称属商业秘密"},
    ]
}


def start(service: Service, **intake: Any) -> str:
    fields = {"drafter": "drafter", "unit": UNIT, "subject": "能否公开的审查", **intake}
    request = LaunchRequest("confidentiality-review", fields)
    return launch(service, service.actor("administrator", channel="api"), request).number


def until(service: Service, number: str, items: dict[str, Any], step: str) -> None:
    """The unit's review, then everybody agrees until this step is open."""
    decide_next(service, number, answers=items)
    decide_all(service, number, until=step)


def milestone(service: Service, number: str) -> dict[str, Any]:
    query = (
        "SELECT m.facts FROM milestone m JOIN cases c ON c.id = m.case_id"
        " WHERE c.number = :n AND m.name = 'decided'"
    )
    [facts] = scalars(service, query, n=number)
    return dict(facts)


def sound(service: Service) -> bool:
    return [f for f in examine(service) if f.severity is Severity.BROKEN] == []


# --- the sample cases ---------------------------------------------------------------------------


@pytest.fixture
def ran(
    request: pytest.FixtureRequest, service: Service, bureau: Bureau, clock: MovableClock
) -> Iterator[tuple[Sample, str]]:
    sample = read_sample(request.param, today=service.today)
    assert sample.begins is not None
    clock.now = sample.begins.astimezone(UTC)
    load_sample_bureau(service)
    yield sample, walk(service, clock, sample)
    assert sound(service)


def steps(service: Service, number: str) -> list[str]:
    query = (
        "SELECT key FROM step s JOIN cases c ON c.id = case_id"
        " WHERE number = :n AND kind = 'review' ORDER BY s.id"
    )
    return scalars(service, query, n=number)


def due_dates(service: Service, number: str) -> dict[str, str]:
    query = (
        "SELECT json_build_array(k.key, k.due_on, k.met_late, k.closed_because) FROM clock k"
        " JOIN cases c ON c.id = k.case_id WHERE c.number = :n AND k.step_id IS NULL ORDER BY k.id"
    )
    return {key: due for key, due, late, _ in scalars(service, query, n=number) if not late}


def parts(service: Service, number: str) -> list[list[str]]:
    query = (
        "SELECT json_build_array(w.part, w.ground, w.reason) FROM withheld_part w"
        " JOIN cases c ON c.id = w.case_id WHERE c.number = :n ORDER BY w.id"
    )
    return scalars(service, query, n=number)


@pytest.mark.parametrize("ran", ["BM-01"], indirect=True)
def test_bm_01_is_released_without_what_is_private_by_the_deputy_head(
    service: Service, ran: tuple[Sample, str]
) -> None:
    sample, number = ran
    assert steps(service, number) == [
        "item-review",
        "section-review",
        "office-review",
        "deputy-head-approval",
    ]
    assert case_row(service, number).outcome == sample.outcome
    assert due_dates(service, number) == {"publication": "2026-06-12"}
    [starts] = scalars(service, "SELECT starts FROM clock WHERE key = 'publication'")
    assert [each["rule"] for each in starts] == ["licence-or-penalty", "publication-from-formation"]
    assert [part[:2] for part in parts(service, number)] == [
        ["法定代表人身份证号、住址", "15b"],
        ["含人像的现场照片", "15b"],
    ]
    assert milestone(service, number) == {"result": "partial", "ground": "37"}


@pytest.mark.parametrize("ran", ["BM-02"], indirect=True)
def test_bm_02_is_sent_upward_and_answered_in_time_and_nothing_is_published_meanwhile(
    service: Service, ran: tuple[Sample, str]
) -> None:
    sample, number = ran
    assert steps(service, number) == [
        "item-review",
        "section-review",
        "secrecy-office",
        "referral",
        "secrecy-authority",
        "handing-over",
    ]
    assert due_dates(service, number) == {"secrecy-referral": "2026-03-26", "secrecy-answer": "2026-03-30"}
    assert case_row(service, number).outcome == sample.outcome
    assert milestone(service, number) == {"result": "withhold", "ground": "14a"}
    assert scalars(service, "SELECT count(*) FROM publication") == [0]
    assert scalars(service, "SELECT outcome FROM secrecy_register_line") == ["按答复转涉密渠道办理"]


@pytest.mark.parametrize("ran", ["BM-03"], indirect=True)
def test_bm_03_is_released_in_part_as_the_county_office_determined_with_the_reasons(
    service: Service, ran: tuple[Sample, str]
) -> None:
    sample, number = ran
    assert steps(service, number) == [
        "item-review",
        "section-review",
        "secrecy-office",
        "competent-department",
        "county-office",
        "final-word",
    ]
    assert case_row(service, number).outcome == sample.outcome
    assert parts(service, number) == [["厂区及周边敏感目标平面图", "14c", "公开后可能被利用，危及公共安全"]]


# --- while it is open, nothing is published ------------------------------------------------------


@pytest.fixture
def document(service: Service, bureau: Bureau) -> str:
    """A signed document that only has to be published."""
    number = launch_case(service).number
    decide_all(service, number)
    return number


def try_to_publish(service: Service, number: str) -> None:
    case = case_row(service, number)
    with service.read() as connection:
        request_for(
            connection, case_id=case.id, version_id=case.document_version_id, key=f"{number}:publication:1"
        )


def test_nothing_is_published_while_a_review_of_it_is_open_and_the_error_names_that_review(
    service: Service, document: str
) -> None:
    try_to_publish(service, document)
    review = start(service, document=document)
    with pytest.raises(PublicationUnderReview, match=review):
        try_to_publish(service, document)
    until(service, review, RELEASE, step="deputy-head-approval")
    with pytest.raises(PublicationUnderReview, match=review):
        try_to_publish(service, document)
    decide_next(service, review)
    assert milestone(service, review) == {"result": "release", "ground": ""}
    try_to_publish(service, document)


def test_what_the_last_review_withheld_is_not_published(service: Service, document: str) -> None:
    first = start(service, document=document)
    withheld = {"items": [{"item": "全文", "finding": "withhold", "ground": "14c", "reason": "危及公共安全"}]}
    until(service, first, withheld, step="final-word")
    decide_next(service, first, answers={"result": "withhold", "ground": "14c"})
    with pytest.raises(PublicationUnderReview, match="决定不予公开"):
        try_to_publish(service, document)
    second = start(service, document=document)
    until(service, second, RELEASE, step="")
    try_to_publish(service, document)


def test_what_was_released_only_in_part_is_not_published_whole(service: Service, document: str) -> None:
    review = start(service, document=document)
    until(service, review, SUITABLE, step="competent-department")
    part = {"part": "附件2", "ground": "14c", "reason": "危及公共安全"}
    decide_next(service, review, answers={"result": "partial", "parts": [part]})
    decide_next(service, review, answers={"result": "partial"})
    with pytest.raises(PublicationUnderReview, match="未作区分处理"):
        try_to_publish(service, document)
    # What is drafted after the review has a review of its own.
    [reviewed] = scalars(service, "SELECT max(id) FROM document_version")
    case_id = case_row(service, document).id
    with service.read() as connection:
        require_settled(connection, case_id=case_id, case_number=document, version_id=reviewed + 1)


@pytest.mark.parametrize(
    ("result", "then"),
    [("release", "confidentiality-review"), ("partial", "confidentiality-review"), ("withhold", "drafting")],
)
def test_a_disclosure_in_doubt_opens_a_review_waits_for_it_and_goes_on_by_its_result(
    service: Service, bureau: Bureau, result: str, then: str
) -> None:
    document = launch_case(service).number
    decide_all(service, document, until="confidentiality-review")
    decide_next(service, document, answers={"finding": "unsure_whether_suitable"})
    assert todos_of(service, document) == []
    [review] = scalars(service, "SELECT number FROM cases WHERE procedure = 'confidentiality-review'")
    until(service, review, SUITABLE, step="competent-department")
    part = {"part": "附件2", "ground": "14c", "reason": "危及公共安全"}
    said: dict[str, dict[str, Any]] = {
        "release": {"result": "release"},
        "partial": {"result": "partial", "parts": [part]},
        "withhold": {"result": "withhold", "ground": "14c"},
    }
    decide_next(service, review, answers=said[result])
    assert go_on(service) == 0
    decide_next(service, review, answers=said[result] if result != "partial" else {"result": "partial"})
    assert go_on(service) == 1
    assert todo_of(service, document).step == then
    assert sound(service)


def test_the_step_that_publishes_reaches_no_website_before_the_review_has_decided(
    service: Service, document: str
) -> None:
    review = start(service, document=document, doubt="whether_suitable")
    [step] = scalars(service, "SELECT step_id FROM activity WHERE settled_at IS NULL")
    lease = claim(service, step, holder="worker")
    assert lease is not None
    with pytest.raises(PublicationUnderReview, match=review):
        publish_document(service, lease)
    until(service, review, SUITABLE, step="competent-department")
    decide_next(service, review, answers={"result": "release"})
    with pytest.raises(PublicationUnderReview, match=review):
        publish_document(service, lease)
    assert scalars(service, "SELECT count(*) FROM register_entry") == [0]
    decide_next(service, review, answers={"result": "release"})
    assert case_row(service, review).outcome == "可以公开"
    publish_document(service, lease)
    assert scalars(service, "SELECT slug FROM register_entry") == [document.lower()]


def test_the_doctor_finds_what_was_published_under_an_open_review(service: Service, document: str) -> None:
    review = start(service, document=document)
    with service.database.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO publication (case_id, document_version_id, adapter, idempotency_key, url,"
            " content_hash, published_at) SELECT id, document_version_id, 'x', 'x', 'x', 'x', '2027-01-01Z'"
            " FROM cases WHERE number = %s",
            (document,),
        )
    assert "nothing-published-under-review" in {f.check for f in examine(service)}
    assert case_row(service, review).closed_at is None


# --- the two chains ------------------------------------------------------------------------------


def test_a_document_found_to_be_secret_leaves_a_register_line_and_a_call_to_deal_with_what_is_stored(
    service: Service, document: str
) -> None:
    review = start(service, document=document, doubt="whether_secret")
    until(service, review, SECRET, step="secrecy-office")
    decide_next(service, review, answers={"finding": "classified_already"})
    assert todo_of(service, review).position == "secrecy_office"
    decide_next(service, review, answers={"handed_over_on": service.today.isoformat(), "outcome": "已移交"})
    assert case_row(service, review).outcome == "属于国家秘密，仅留登记"
    assert scalars(service, "SELECT kind FROM incident") == ["classified-content-stored"]
    assert scalars(service, "SELECT message_zh LIKE '%' || :n || '%' FROM incident", n=document) == [True]
    with pytest.raises(PublicationUnderReview):
        try_to_publish(service, document)
    assert sound(service)


def test_a_referral_counts_from_the_proposal_and_the_answer_from_receipt(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = start(service)
    until(service, number, SECRET, step="secrecy-office")
    decide_next(service, number, answers={"finding": "unsure", "proposed_on": "2026-04-17"})
    assert due_dates(service, number) == {"secrecy-referral": "2026-05-06"}
    clock.move(days=20)  # late: sent on 10 May
    sent = {"sent_at": clock.now.isoformat(), "received_on": "2026-05-10"}
    decide_next(service, number, answers=sent)
    late = "SELECT met_late FROM clock WHERE key = 'secrecy-referral'"
    assert scalars(service, late) == [True]
    assert due_dates(service, number) == {"secrecy-answer": "2026-05-22"}
    assert todo_of(service, number).position == "secrecy_authority"


def test_the_secrecy_office_proposes_upward_with_a_day_and_classifies_nothing(
    service: Service, bureau: Bureau
) -> None:
    number = start(service)
    until(service, number, SECRET, step="secrecy-office")
    with pytest.raises(InvalidInput, match="拟定日期"):
        decide_next(service, number, answers={"finding": "unsure"})
    with pytest.raises(InvalidInput, match="finding"):
        decide_next(service, number, answers={"finding": "state_secret"})


def test_what_was_determined_is_narrowed_by_the_head_and_never_widened(
    service: Service, bureau: Bureau
) -> None:
    number = start(service)
    until(service, number, SUITABLE, step="competent-department")
    decide_next(service, number, answers={"result": "unsure"})
    part = {"part": "平面图", "ground": "14c", "reason": "危及公共安全"}
    decide_next(service, number, answers={"result": "partial", "parts": [part]})
    with pytest.raises(WiderThanDetermined, match="部分公开"):
        decide_next(service, number, answers={"result": "release"})
    with pytest.raises(GroundMissing):
        decide_next(service, number, answers={"result": "withhold"})
    decide_next(service, number, answers={"result": "partial"})
    assert parts(service, number) == [list(part.values())]


@pytest.mark.parametrize(
    ("ground", "refused"), [("14c", WiderThanDetermined), ("15b", InterestOverridden), ("16-1", None)]
)
def test_the_head_releases_nothing_the_unit_withheld_because_the_law_forbids_it(
    service: Service, bureau: Bureau, ground: str, refused: type[Exception] | None
) -> None:
    number = start(service)
    withheld = {"items": [{"item": "附件", "finding": "withhold", "ground": ground, "reason": "不宜公开"}]}
    until(service, number, withheld, step="final-word")
    if refused is None:
        decide_next(service, number, answers={"result": "release"})
        assert case_row(service, number).outcome == "可以公开"
        return
    with pytest.raises(refused):
        decide_next(service, number, answers={"result": "release"})
    assert todo_of(service, number).step == "final-word"


@pytest.mark.parametrize("missing", [{"parts": []}, {}])
def test_a_partial_release_without_a_named_part_is_refused(
    service: Service, bureau: Bureau, missing: dict[str, Any]
) -> None:
    number = start(service)
    until(service, number, SUITABLE, step="competent-department")
    with pytest.raises(InvalidInput, match="第37条"):
        decide_next(service, number, answers={"result": "partial", **missing})


# --- items and third parties ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "refused"),
    [
        ({"finding": "withhold", "ground": "14c"}, InvalidInput),
        ({"finding": "withhold", "reason": "不宜公开"}, GroundMissing),
        ({"finding": "third_party", "ground": "16-1", "reason": "企业信息"}, InvalidInput),
        ({"finding": "withhold", "ground": "14a", "reason": "机密内容"}, ClassifiedContentRefused),
    ],
)
def test_an_item_that_is_not_released_has_its_ground_and_reason_and_no_secret_is_written(
    service: Service, bureau: Bureau, item: dict[str, Any], refused: type[Exception]
) -> None:
    number = start(service)
    with pytest.raises(refused) as caught:
        decide_next(service, number, answers={"items": [{"item": "附件三的内容", **item}]})
    assert "附件三" not in str(caught.value)
    assert scalars(service, "SELECT count(*) FROM decision") == [0]


def consulted(service: Service) -> str:
    """A review whose third party was written to today."""
    number = start(service)
    until(service, number, THIRD, step="consultation-1")
    decide_next(service, number)
    assert [(t.step, t.position) for t in todos_of(service, number)] == [("third-party-1", "drafter")]
    return number


def test_a_third_party_has_fifteen_working_days_and_its_silence_leaves_the_decision_to_the_organ(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = consulted(service)
    query = "SELECT due_on FROM clock WHERE key = 'step:third-party-1'"
    assert scalars(service, query) == [date(2026, 5, 13)]
    clock.now = datetime(2026, 5, 13, 16, 2, tzinfo=UTC)
    ClockService(replace(service, time=clock)).run()
    assert todo_of(service, number).step == "final-word"
    with pytest.raises(InterestOverridden, match="工艺参数"):
        decide_next(service, number, answers={"result": "release"})
    part = {"part": "工艺参数", "ground": "15a", "reason": "第三方未同意"}
    decide_next(service, number, answers={"result": "partial", "parts": [part]})
    assert milestone(service, number) == {"result": "partial", "ground": "37"}
    assert sound(service)


def test_a_refusal_yields_only_to_a_grave_public_interest_said_in_words(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = consulted(service)
    today = service.today.isoformat()
    with pytest.raises(InvalidInput, match="应当说明理由"):
        decide_next(service, number, answers={"answer": "refusal", "received_on": today})
    clock.move(days=1)
    refusal = {"answer": "refusal", "received_on": today, "reason": "属商业秘密"}
    decide_next(service, number, answers=refusal)
    with pytest.raises(InterestOverridden):
        decide_next(service, number, answers={"result": "release"})
    interest = {"result": "release", "grave_interest": "事关周边居民安全，不公开将造成重大影响"}
    decide_next(service, number, answers=interest)
    assert case_row(service, number).outcome == "可以公开"


def test_with_consent_nobody_more_is_asked(service: Service, bureau: Bureau) -> None:
    number = consulted(service)
    decide_next(service, number, answers={"answer": "consent", "received_on": service.today.isoformat()})
    assert case_row(service, number).outcome == "可以公开"


def test_a_review_says_what_it_is_about(service: Service, bureau: Bureau) -> None:
    with pytest.raises(InvalidInput, match="一句话"):
        start(service, subject="")
    with pytest.raises(InvalidInput, match="没有编号"):
        start(service, document="ZD-2026-0099")


def test_nobody_who_launches_a_review_is_asked_which_doubt_another_procedure_had(
    service: Service, bureau: Bureau
) -> None:
    asked = launch_form(service, procedure("confidentiality-review"))["properties"]
    assert list(asked) == ["drafter", "unit", "document", "subject", "decided_on"]
    assert "doubt" not in asked


def test_only_the_unit_that_made_a_document_opens_its_review(service: Service, document: str) -> None:
    with service.database.begin() as connection:
        connection.exec_driver_sql("INSERT INTO unit (code, name) VALUES ('whjg', '危险化学品监管股')")
        other = connection.exec_driver_sql("SELECT id FROM unit WHERE code = 'whjg'").scalar_one()
        add_person(connection, "stranger", Position.DRAFTER, unit_id=other)
        add_person(connection, "strange_head", Position.SECTION_HEAD, unit_id=other)
    with pytest.raises(InvalidInput, match="其他股室"):
        start(service, document=document, drafter="stranger", unit="whjg")
    try_to_publish(service, document)


@pytest.mark.parametrize("passed", [timedelta(days=3), timedelta(days=40)])
def test_time_alone_never_closes_a_review(
    service: Service, bureau: Bureau, clock: MovableClock, passed: timedelta
) -> None:
    number = start(service)
    until(service, number, SUITABLE, step="competent-department")
    clock.move(seconds=passed.total_seconds())
    ClockService(replace(service, time=clock)).run()
    assert todo_of(service, number).step == "competent-department"
