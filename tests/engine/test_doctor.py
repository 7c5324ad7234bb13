"""The doctor finds nothing in health, and each broken promise by its name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import psycopg
import pytest
from sqlalchemy import create_engine, text

from engine.activities import ACTIVITIES
from engine.acts.law import import_calendar
from engine.doctor import YEAR_IS_ARRANGED, Finding, examine
from engine.invariants import CHECKS, Severity
from engine.leases import claim, settle
from engine.ledger import seal
from engine.routing import route_due
from engine.service import Service
from engine.virtual_time import stamp
from tests.builders import (
    Bureau,
    MovableClock,
    decide_all,
    decide_next,
    launch_case,
    load_bureau,
    scalars,
)
from tests.engine.law_files import NEXT_YEAR
from tests.engine.limit_damage import LIMIT_DAMAGE
from tests.engine.test_doctor_of_participation import PARTICIPATION_DAMAGE
from tests.versions import launch_version_1

pytestmark = pytest.mark.thorough


def publish(service: Service) -> None:
    """Execute the open automated step, as the worker does."""
    (step,) = scalars(service, "SELECT step_id FROM activity WHERE settled_at IS NULL")
    lease = claim(service, step, holder="test")
    assert lease is not None
    settle(service, lease, ACTIVITIES[lease.activity](service, lease))


def broken(service: Service) -> set[str]:
    return {f.check for f in examine(service) if f.severity is Severity.BROKEN}


@contextmanager
def history_unlocked(service: Service) -> Iterator[psycopg.Connection]:  # type: ignore[type-arg]
    """As the owner, with the triggers that protect history switched off: what only an intruder would do."""
    url = service.settings.owner_database_url.get_secret_value()
    engine = create_engine(url)
    with engine.begin() as connection:
        tables = (
            "ledger_entry",
            "decision",
            "document_version",
            "ledger_seal",
            "ledger_seal_head",
            "publication",
            "register_entry",
            "register_text",
            "publication_change",
            "law_change",
        )
        for table in tables:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield connection  # type: ignore[misc]
        for table in tables:
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    engine.dispose()


@pytest.fixture
def published(service: Service, bureau: Bureau) -> str:
    """A case that ran whole, and one that waits."""
    number = launch_case(service).number
    decide_all(service, number)
    publish(service)
    decide_all(service, number)
    waiting = launch_case(service).number
    decide_next(service, waiting)
    import_calendar(service, bureau.actor("administrator"), NEXT_YEAR)
    return number


def test_a_healthy_installation_yields_nothing(service: Service, published: str) -> None:
    assert examine(service) == []


def test_a_waiting_publication_and_a_stopped_case_are_not_called_broken(
    service: Service, bureau: Bureau
) -> None:
    publishing = launch_case(service).number
    decide_all(service, publishing)
    unsure = launch_version_1(service).number
    decide_all(service, unsure, until="confidentiality-review")
    decide_next(service, unsure, answers={"finding": "unsure_whether_secret"})
    assert [(f.check, f.severity, f.where) for f in examine(service)] == [
        ("cases-stopped", Severity.WARNING, unsure)
    ]


LOST_FILE = '[{"name": "a.pdf", "media_type": "application/pdf", "sha256": "00", "size": 1}]'
DAMAGE = {
    "pair-published-together": "UPDATE step SET call = jsonb_set(call, '{beside}', '[0]')"
    " WHERE call->>'signs' = 'true'",
    "withheld-parts-are-told": """UPDATE register_entry SET withheld = '["15b"]'""",
    "message-has-a-channel": "UPDATE notification SET routed_at = created_at WHERE routed_at IS NULL",
    "decided-todo-is-closed": "UPDATE assignment SET closed_at = NULL WHERE id = 1",
    "closed-as-decided-has-decision": "DELETE FROM decision WHERE id = (SELECT max(id) FROM decision)",
    "open-review-has-todo": "UPDATE assignment SET closed_at = now() WHERE closed_at IS NULL",
    "open-todo-has-open-step": "UPDATE step SET settled_at = now() WHERE settled_at IS NULL",
    "open-case-waits-for-something": "UPDATE step SET settled_at = now() WHERE settled_at IS NULL",
    "record-settles-at-once": "UPDATE step SET settled_at = NULL WHERE kind = 'record'",
    "closed-case-has-no-open-step": "UPDATE cases SET closed_at = now()",
    "open-activity-has-open-step": "UPDATE activity SET settled_at = NULL",
    "decision-has-entry": "DELETE FROM ledger_entry WHERE action = 'decision-recorded'",
    "decision-is-what-the-ledger-says": "UPDATE decision SET opinion = '另一意见' WHERE id = 1",
    "issue-is-what-the-ledger-says": "UPDATE document_issue SET doc_no = '青应急〔2026〕99号'",
    "step-has-entry": "DELETE FROM ledger_entry WHERE action = 'step-opened'",
    "activity-has-entry": "DELETE FROM ledger_entry WHERE action = 'activity-settled'",
    "version-has-entry": "DELETE FROM ledger_entry WHERE action = 'version-stored'",
    "case-has-entries": "DELETE FROM ledger_entry WHERE action = 'case-closed'",
    "ledger-verifies": "UPDATE ledger_entry SET actor = 'someone-else' WHERE chain = 1 AND seq = 2",
    "nothing-shown-ahead": "INSERT INTO shown_case (case_id, generation, shown_seq, pause_key, label,"
    " message, finished) VALUES (1, 1, 999, '', '', '', false)",
    "publication-settled-has-record": "DELETE FROM publication",
    "published-once": "INSERT INTO publication (case_id, document_version_id, adapter, idempotency_key, url,"
    " content_hash, published_at) SELECT case_id, document_version_id, adapter, 'again', url, content_hash,"
    " published_at FROM publication",
    "register-holds-what-was-published": "DELETE FROM register_entry",
    "register-holds-nothing-else": "INSERT INTO register_entry (slug, idempotency_key, organ, unit, doc_no,"
    " title, body, marking, formed_on, issued_on, attachments, content_hash, published_at) SELECT 'smuggled',"
    " 'smuggled', organ, unit, doc_no, title, body, marking, formed_on, issued_on, attachments, content_hash,"
    " published_at FROM register_entry",
    "files-of-versions-are-stored": f"UPDATE document_version SET attachments = '{LOST_FILE}'",
    "register-files-are-whole": f"UPDATE register_entry SET attachments = '{LOST_FILE}'",
    "register-shows-the-signed-version": "UPDATE register_entry SET body = '另一内容'",
    "register-finds-what-stands": "DELETE FROM register_text",
    "change-was-decided": "INSERT INTO publication_change (case_id, publication_id, slug, kind, title,"
    " doc_no, reason, old_url, new_url, changed_at) SELECT case_id, id, 'zd-2026-0001', 'take_down', '', '',"
    " '擅自', '', '', now() FROM publication",
    "decided-change-is-recorded": "UPDATE cases SET procedure = 'publication-change', outcome = '已撤下'",
    "version-is-what-was-hashed": "UPDATE document_version SET body = '另一内容' WHERE id = 1",
    "published-was-reviewed-and-signed": "UPDATE decision SET answers = '{}'",
    "law-is-what-the-ledger-says": "UPDATE law_change SET content = content || '{\"papers\": []}'",
}


@pytest.mark.parametrize("check", DAMAGE)
def test_each_broken_promise_is_found_by_its_name(service: Service, published: str, check: str) -> None:
    with history_unlocked(service) as connection:
        connection.execute(text(DAMAGE[check]))  # type: ignore[arg-type]
    assert check in broken(service)


def test_two_decisions_on_one_todo_are_found_even_if_the_constraint_was_dropped(
    service: Service, published: str
) -> None:
    with history_unlocked(service) as connection:
        connection.execute(text("ALTER TABLE decision DROP CONSTRAINT decision_assignment_id_key"))  # type: ignore[arg-type]
        connection.execute(
            text(  # type: ignore[arg-type]
                "INSERT INTO decision (assignment_id, case_id, step_id, person_id, action, opinion, answers,"
                " channel, request_digest, received_at, decided_at) SELECT assignment_id, case_id, step_id,"
                " person_id, action, opinion, answers, channel, request_digest, received_at, decided_at"
                " FROM decision WHERE id = 1"
            )
        )
    assert "one-decision-per-todo" in broken(service)


def test_an_activity_nobody_will_run_is_found(service: Service, bureau: Bureau) -> None:
    decide_all(service, launch_case(service).number)
    with service.database.begin() as connection:
        connection.execute(text("UPDATE activity SET next_try_at = NULL"))
    assert broken(service) == {"open-activity-is-queued"}


def test_incidents_and_their_todos_belong_together(service: Service, bureau: Bureau) -> None:
    number = launch_version_1(service).number
    decide_all(service, number, until="confidentiality-review")
    decide_next(service, number, answers={"finding": "unsure_whether_secret"})
    with service.database.begin() as connection:
        connection.execute(text("UPDATE assignment SET closed_at = now() WHERE incident_id IS NOT NULL"))
    assert broken(service) == {"open-incident-has-todo"}
    with service.database.begin() as connection:
        connection.execute(text("UPDATE assignment SET closed_at = NULL WHERE incident_id IS NOT NULL"))
        connection.execute(text("UPDATE incident SET resolved_at = now()"))
    assert broken(service) == {
        "incident-todo-has-open-incident",
        "open-hold-has-incident",
    }


def test_a_cut_tail_shows_against_the_seal(service: Service, published: str) -> None:
    with service.database.begin() as connection:
        seal(connection, day=service.today, at=service.now)
    with history_unlocked(service) as connection:
        connection.execute(text("DELETE FROM ledger_entry WHERE chain = 2 AND seq > 3"))  # type: ignore[arg-type]
        connection.execute(  # type: ignore[arg-type]
            text(
                "UPDATE cases SET ledger_seq = 3, ledger_head = (SELECT hash FROM ledger_entry"
                " WHERE chain = 2 AND seq = 3) WHERE id = 2"
            )
        )
    assert "ledger-verifies" in broken(service)


def test_a_missing_deputy_head_is_a_warning_with_its_article(service: Service, bureau: Bureau) -> None:
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-01-01' WHERE position = 'deputy_head'"))
    (finding,) = examine(service)
    assert (finding.severity, finding.where) == (Severity.WARNING, "deputy_head")
    assert "五(一)" in finding.zh


@pytest.mark.parametrize(
    ("website", "asked"),
    [({}, False), ({"website_url": "https://www.qingling.example"}, True), ({"website": "by-hand"}, True)],
)
def test_a_missing_publisher_is_a_warning_where_there_is_a_website(
    service: Service, bureau: Bureau, website: dict[str, str], asked: bool
) -> None:
    with service.database.begin() as connection:
        connection.execute(text("DELETE FROM holding WHERE position = 'publisher'"))
    settings = service.settings.model_copy(update=website)
    assert ("publisher" in {f.where for f in examine(replace(service, settings=settings))}) == asked


def test_an_import_that_is_gone_or_was_never_told_is_found(service: Service, published: str) -> None:
    with history_unlocked(service) as connection:
        connection.execute(  # type: ignore[arg-type]
            text(
                "INSERT INTO law_change (kind, key, content, imported_by, imported_at)"
                " SELECT kind, '2028', content, imported_by, imported_at FROM law_change"
            )
        )
        connection.execute(text("DELETE FROM law_change WHERE key = '2027'"))  # type: ignore[arg-type]
    assert [f.where for f in examine(service) if f.severity is Severity.BROKEN] == [
        "calendar 2027 #1",
        "calendar 2028 #2",
    ]


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        ("2026-11-30", []),
        ("2026-12-01", ["2027"]),
        ("2026-12-31", ["2027"]),
        ("2027-01-01", ["2027"]),
        ("2027-12-01", ["2027", "2028"]),
    ],
)
def test_a_year_without_its_arrangement_is_a_warning_when_its_days_are_near(
    service: Service, bureau: Bureau, clock: MovableClock, today: str, missing: list[str]
) -> None:
    clock.now = datetime.fromisoformat(f"{today}T00:30+08:00")
    found = examine(service)
    assert [(f.check, f.severity, f.where) for f in found] == [
        (YEAR_IS_ARRANGED, Severity.WARNING, year) for year in missing
    ]
    import_calendar(service, bureau.actor("administrator"), NEXT_YEAR)
    assert [f.where for f in examine(service)] == [year for year in missing if year != "2027"]


def test_a_unit_that_drafts_without_a_section_head_is_a_warning(service: Service, bureau: Bureau) -> None:
    with service.database.begin() as connection:
        connection.execute(text("INSERT INTO unit (code, name) VALUES ('whjg', '危险化学品监管股')"))
        connection.execute(
            text("INSERT INTO holding (person_id, position, unit_id) SELECT 1, 'drafter', max(id) FROM unit")
        )
    assert [f.where for f in examine(service)] == ["section_head 危险化学品监管股"]


def test_mail_that_does_not_leave_and_a_ledger_unsealed_for_days_are_warnings(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    launch_case(service)
    route_due(service)
    with service.database.begin() as connection:
        connection.execute(text("UPDATE delivery SET attempts = 9, last_error = 'ConnectionRefused'"))
    clock.move(days=3)
    found: list[Finding] = examine(service)
    assert {f.check for f in found} == {"mail-does-not-leave", "ledger-is-sealed"}
    assert {f.severity for f in found} == {Severity.WARNING}


def test_a_demonstration_in_virtual_time_is_a_warning(service: Service, clock: MovableClock) -> None:
    assert stamp(service.settings.owner_database_url.get_secret_value(), now=clock.now)
    load_bureau(service)
    (finding,) = examine(service)
    assert (finding.check, finding.severity) == ("time-is-real", Severity.WARNING)


def test_every_check_that_can_find_something_is_tried_here() -> None:
    tried = (
        set(DAMAGE)
        | set(LIMIT_DAMAGE)
        | set(PARTICIPATION_DAMAGE)
        | {
            "one-decision-per-todo",
            "open-activity-is-queued",
            "open-hold-has-incident",
            "open-incident-has-todo",
            "incident-todo-has-open-incident",
            "cases-stopped",
            "mail-does-not-leave",
            "ledger-is-sealed",
            "time-is-real",
            "open-await-names-cases",
            "await-is-over",
            "participation-has-response-plan",
            "catalogue-is-what-its-history-says",
            "published-page-is-there",
        }
    )
    assert {check.name for check in CHECKS} <= tried
