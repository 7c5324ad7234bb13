"""Deciding: one effective decision per to-do, stored with all that follows, or not at all."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert, text, update

from engine import advance as advance_module
from engine import ledger
from engine.acts.decide import DecisionRequest, decide
from engine.acts.retry import retry_case, retry_stuck
from engine.incidents import open_incident
from engine.service import Service
from engine.work import work_on_case
from models import Holding, Person
from rules.errors import (
    AssignmentNotFound,
    AssignmentStale,
    ClassifiedContentRefused,
    DatesOutOfOrder,
    DecisionAlreadyRecorded,
    GongkaiError,
    GroundMissing,
    HoldAwaitsAnswer,
    IdempotencyKeyReused,
    InvalidInput,
    NotAllowed,
    NumberTaken,
    OpinionRequired,
)
from rules.positions import Position
from tests.builders import (
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


def snapshot(service: Service) -> dict[str, int]:
    """How many rows every table holds."""
    tables = scalars(service, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {table: scalars(service, f"SELECT count(*) FROM {table}")[0] for table in tables}


def test_decision_next_todo_ledger_and_message_commit_together(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    before = snapshot(service)
    decide_next(service, case.number)
    after = snapshot(service)
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {"decision": 1, "step": 1, "assignment": 1, "notification": 1, "ledger_entry": 2}
    assert todo_of(service, case.number).step == "section-review"


def test_second_decision_is_refused_and_the_first_stands(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    todo = todo_of(service, case.number)
    actor = bureau.actor("drafter")
    decide(service, actor, DecisionRequest(todo.id, "approve"))
    with pytest.raises(DecisionAlreadyRecorded) as refused:
        decide(service, actor, DecisionRequest(todo.id, "approve", opinion="再来"))
    assert "拟稿人" in refused.value.message("zh")
    assert scalars(service, "SELECT count(*) FROM decision") == [1]


def test_twenty_decisions_at_once_leave_one_effective(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    todo = todo_of(service, case.number)
    actor = bureau.actor("drafter")

    def attempt(n: int) -> str:
        try:
            decide(service, actor, DecisionRequest(todo.id, "approve", opinion=str(n)))
        except DecisionAlreadyRecorded:
            return "refused"
        return "recorded"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(20)))
    assert sorted(said) == ["recorded"] + ["refused"] * 19
    assert scalars(service, "SELECT count(*) FROM step WHERE key = 'section-review'") == [1]


def test_same_key_gives_the_same_answer_again(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    todo = todo_of(service, case.number)
    request = DecisionRequest(todo.id, "approve", idempotency_key="k1")
    first = decide(service, bureau.actor("drafter"), request)
    again = decide(service, bureau.actor("drafter"), request)
    assert (again.decision_id, again.repeated) == (first.decision_id, True)


def test_same_key_with_other_content_is_refused(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    todo = todo_of(service, case.number)
    actor = bureau.actor("drafter")
    decide(service, actor, DecisionRequest(todo.id, "approve", idempotency_key="k1"))
    with pytest.raises(IdempotencyKeyReused):
        decide(service, actor, DecisionRequest(todo.id, "approve", opinion="另", idempotency_key="k1"))
    other = todo_of(service, launch_case(service).number)
    with pytest.raises(IdempotencyKeyReused):
        decide(service, actor, DecisionRequest(other.id, "approve", idempotency_key="k1"))


def test_document_circulates_to_publication_and_every_hash_verifies(service: Service, bureau: Bureau) -> None:
    case = launch_case(service, legality_review=True)
    assert decide_all(service, case.number)[-1] == "issue"
    with service.snapshot() as connection:
        assert ledger.verify(connection).chains == 1
    assert scalars(service, "SELECT marking FROM document_issue") == ["（此件公开发布）"]
    assert scalars(service, "SELECT name FROM activity WHERE settled_at IS NULL") == ["publish"]


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


def test_refused_signature_closes_the_case_for_good(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    decide_all(service, case.number, until="signature")
    late = todo_of(service, case.number)
    decide_next(service, case.number, action="reject", opinion="不同意签发")
    assert case_row(service, case.number).outcome == "未予签发"
    with pytest.raises(DecisionAlreadyRecorded):
        decide(service, bureau.actor("head"), DecisionRequest(late.id, "approve"))


def test_number_taken_is_refused_and_stated_numbers_are_skipped(service: Service, bureau: Bureau) -> None:
    day = {"formed_on": "2026-04-20", "issued_on": "2026-04-20"}
    numbers = []
    for answers in ({"doc_no": "青应急〔2026〕2号"}, {}, {}):
        case = launch_case(service)
        decide_all(service, case.number, until="issue")
        decide_next(service, case.number, answers={**day, **answers})
        numbers += scalars(service, "SELECT doc_no FROM document_issue WHERE case_id = :id", id=case.case_id)
    assert numbers == ["青应急〔2026〕2号", "青应急〔2026〕1号", "青应急〔2026〕3号"]
    case = launch_case(service)
    decide_all(service, case.number, until="issue")
    with pytest.raises(NumberTaken):
        decide_next(service, case.number, answers={**day, "doc_no": "青应急〔2026〕2号"})


def leave(service: Service, position: Position) -> None:
    """Everyone leaves a position."""
    with service.database.begin() as connection:
        connection.execute(text("DELETE FROM holding WHERE position = :p"), {"p": position.value})


def test_vacant_position_costs_nobody_a_decision(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    decide_next(service, case.number)
    leave(service, Position.OFFICE)
    decide_next(service, case.number)
    assert scalars(service, "SELECT count(*) FROM decision") == [2]
    assert scalars(service, "SELECT kind FROM incident WHERE blocking") == ["no-holder"]
    assert todos_of(service, case.number) == []
    assert not retry_stuck(service, case.case_id)
    with service.database.begin() as connection:
        add_person(connection, "new.office", Position.OFFICE)
    assert retry_stuck(service, case.case_id)
    assert todo_of(service, case.number).step == "office-review"
    with service.snapshot() as connection:
        ledger.verify(connection)


def test_bug_in_a_consequence_leaves_the_decision_and_an_incident(
    service: Service, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = launch_case(service)

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(advance_module, "open_step", broken)
        decide_next(service, case.number)
    assert scalars(service, "SELECT kind FROM incident") == ["advance-failed"]
    retried = retry_case(service, bureau.actor("administrator"), case.number)
    assert retried.moving
    assert todo_of(service, case.number).step == "section-review"


def test_connection_lost_while_the_next_step_opens_is_told_as_such_and_stores_nothing(
    service: Service, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crash window: the decision is written, PostgreSQL dies before its consequence is."""
    case = launch_case(service)
    before = snapshot(service)

    def lose_the_connection(work: Any, *_: Any) -> None:
        pid = work.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with service.read() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        work.connection.execute(text("SELECT 1"))

    with monkeypatch.context() as patch:
        patch.setattr(advance_module, "open_step", lose_the_connection)
        with pytest.raises(psycopg.OperationalError):
            decide_next(service, case.number)
    assert snapshot(service) == before
    decide_next(service, case.number)


def test_only_an_administrator_retries_and_never_decides(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    decide_all(service, case.number, until="confidentiality-review")
    unsure = {"finding": "unsure_whether_secret"}
    decide_next(service, case.number, answers=unsure, opinion="无法确定")
    with pytest.raises(NotAllowed):
        retry_case(service, bureau.actor("openness_office"), case.number)
    incident_todo = scalars(service, "SELECT id FROM assignment WHERE incident_id IS NOT NULL")[0]
    with pytest.raises(NotAllowed):
        decide(service, bureau.actor("administrator"), DecisionRequest(incident_todo, "approve"))
    with pytest.raises(HoldAwaitsAnswer):
        retry_case(service, bureau.actor("administrator"), case.number)
    retry_case(service, bureau.actor("administrator"), case.number, kind="hold")
    assert (todo_of(service, case.number).step, todo_of(service, case.number).round) == (
        "confidentiality-review",
        2,
    )


def test_acknowledging_a_flag_does_not_end_a_hold(service: Service, bureau: Bureau) -> None:
    case = launch_case(service)
    decide_all(service, case.number, until="confidentiality-review")
    decide_next(service, case.number, answers={"finding": "unsure_whether_secret"}, opinion="无法确定")
    with service.database.begin() as connection:
        work = work_on_case(service, connection, case.case_id, channel="reconciler")
        open_incident(work, "prefect-by-hand", zh="有人手工改动", en="by hand", blocking=False)
        work.finish()
    answered = retry_case(service, bureau.actor("administrator"), case.number)
    assert answered.incidents == ["prefect-by-hand"]
    assert scalars(service, "SELECT kind FROM incident WHERE resolved_at IS NULL") == ["hold"]
    assert todos_of(service, case.number) == []


def test_one_stated_number_asked_for_twice_at_once_goes_to_one_case(service: Service, bureau: Bureau) -> None:
    todos = []
    for _ in range(2):
        number = launch_case(service).number
        decide_all(service, number, until="issue")
        todos.append(todo_of(service, number).id)
    day = {"formed_on": "2026-04-20", "issued_on": "2026-04-20", "doc_no": "青应急〔2026〕7号"}
    actor, both = bureau.actor("office"), threading.Barrier(2)

    def issue(todo: int) -> str:
        both.wait()
        try:
            decide(service, actor, DecisionRequest(todo, "approve", answers=day))
        except NumberTaken:
            return "taken"
        return "numbered"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(issue, todos)) == ["numbered", "taken"]
    assert scalars(service, "SELECT count(*) FROM incident") == [0]


def test_ledger_cannot_be_changed_by_the_application(service: Service, bureau: Bureau) -> None:
    launch_case(service)
    for statement in (
        "UPDATE ledger_entry SET actor = 'x'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
    ):
        with (
            pytest.raises(Exception, match=r"permission denied|refused"),
            service.database.begin() as connection,
        ):
            connection.execute(text(statement))


def test_triggers_stop_even_the_owner(service: Service, bureau: Bureau) -> None:
    from models.database import connect

    launch_case(service)
    owner = connect(service.settings.owner_database_url.get_secret_value(), pool_size=1)
    for table in (
        "ledger_entry",
        "decision",
        "document_version",
        "ledger_seal",
        "attachment",
        "attachment_chunk",
    ):
        with pytest.raises(Exception, match="only grows"), owner.begin() as connection:
            connection.execute(text(f"TRUNCATE {table} CASCADE"))
    for statement in ("UPDATE ledger_entry SET actor = 'x'", "DELETE FROM ledger_entry"):
        with pytest.raises(Exception, match="only grows"), owner.begin() as connection:
            connection.execute(text(statement))
    owner.dispose()


def test_deactivated_person_is_not_asked(service: Service, bureau: Bureau, clock: MovableClock) -> None:
    case = launch_case(service)
    decide_next(service, case.number)
    with service.database.begin() as connection:
        connection.execute(update(Person.__table__).where(Person.username == "office").values(active=False))
        add_person(connection, "second.office", Position.OFFICE)
    decide_next(service, case.number)
    told = scalars(
        service,
        "SELECT username FROM notification n JOIN person p ON p.id = person_id ORDER BY n.id DESC LIMIT 1",
    )
    assert told == ["second.office"]
