"""What follows from a decision may fail or wait: the decision stands, the administrator clears the way."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import text, update

from engine import advance as advance_module
from engine import ledger
from engine.acts.decide import DecisionRequest, decide
from engine.acts.retry import retry_case, retry_stuck
from engine.incidents import open_incident
from engine.service import Service
from engine.work import work_on_case
from models import Person
from rules.errors import (
    HoldAwaitsAnswer,
    NotAllowed,
)
from rules.positions import Position
from tests.builders import (
    Bureau,
    MovableClock,
    add_person,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    snapshot,
    todo_of,
    todos_of,
)
from tests.versions import launch_version_1


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
    case = launch_version_1(service)
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
    case = launch_version_1(service)
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
