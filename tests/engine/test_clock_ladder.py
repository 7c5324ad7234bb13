"""A time limit's ladder: called to mind, missed, escalated; each rung once, in order, however late."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from engine.clocks.firing import fire_due
from engine.doctor import examine
from engine.service import Service
from tests.builders import Bureau, MovableClock, decide_next, launch_case, todos_of


def rows(service: Service, sql: str, **values: Any) -> list[Any]:
    with service.database.connect() as connection:
        return list(connection.execute(text(sql), values))


def fired(service: Service, number: str, key: str = "%") -> list[tuple[str, int, bool]]:
    """Kind, place and lateness of what fired, in order."""
    return [
        tuple(row)
        for row in rows(
            service,
            "SELECT r.kind, r.place, r.late FROM rung r JOIN clock k ON k.id = r.clock_id"
            " JOIN cases c ON c.id = k.case_id WHERE c.number = :number AND k.key LIKE :key"
            " AND r.fired_at IS NOT NULL ORDER BY r.fired_at, r.id",
            number=number,
            key=key,
        )
    ]


def run_for(service: Service, clock: MovableClock, days: float, *, step_hours: float = 1) -> None:
    """Move the clock on, firing what is due every so often."""
    until = clock.now + timedelta(days=days)
    while clock.now < until:
        clock.move(hours=step_hours)
        fire_due(service)


def test_a_step_is_called_to_mind_missed_and_escalated_in_order(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    # Opened on Monday 20 April; three working days: Thursday 23.
    number = launch_case(service).number
    run_for(service, clock, 14)
    assert fired(service, number) == [
        ("remind", 1, False),
        ("overdue", 0, False),
        ("escalate", 1, False),
        ("escalate", 2, False),
        ("escalate", 3, False),
    ]
    when = rows(service, "SELECT kind, place, due_at AT TIME ZONE 'Asia/Shanghai' FROM rung ORDER BY due_at")
    assert [f"{kind} {place} {at:%m-%d %H:%M}" for kind, place, at in when] == [
        "remind 1 04-22 09:00",
        "overdue 0 04-24 00:00",
        "escalate 1 04-24 09:00",
        "escalate 2 04-28 09:00",
        "escalate 3 04-30 09:00",
        "still-overdue 1 05-11 09:00",  # 1 to 5 May are holidays; Saturday 9 May is worked
    ]
    assert [finding.check for finding in examine(service)] == ["ledger-is-sealed"]  # nobody did that here


def test_after_a_day_of_downtime_late_rungs_fire_once_in_order_and_are_marked(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = launch_case(service).number
    clock.move(days=10)
    assert fire_due(service).rungs == 5
    assert fire_due(service).rungs == 0
    assert [kind for kind, _, late in fired(service, number) if late] == [
        "remind",
        "overdue",
        "escalate",
        "escalate",
    ]
    assert fired(service, number)[-1] == ("escalate", 3, False)  # this very morning


def test_a_decision_in_time_ends_the_clock_and_nothing_fires(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    state = rows(service, "SELECT key, closed_because, met_late FROM clock WHERE closed_at IS NOT NULL")
    assert [tuple(row) for row in state] == [("step:drafting", "met", False)]
    armed = rows(
        service, "SELECT k.key FROM rung r JOIN clock k ON k.id = r.clock_id WHERE r.fired_at IS NULL"
    )
    assert [row.key for row in armed] == ["step:section-review"]


def test_a_late_decision_counts_and_is_marked_late(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = launch_case(service).number
    clock.move(days=5)
    fire_due(service)
    decide_next(service, number)
    [row] = rows(service, "SELECT closed_because, met_late FROM clock WHERE closed_at IS NOT NULL")
    assert tuple(row) == ("met", True)
    [entry] = rows(service, "SELECT data FROM ledger_entry WHERE action = 'clock-met'")
    assert entry.data == {"late": True}
    assert todos_of(service, number)[0].step == "section-review"


def test_who_is_asked_twice_about_one_limit_has_one_todo_and_two_messages(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    """Above the legal office stands the deputy head: first as its superior, then as deputy head."""
    number = launch_case(service, legality_review=True).number
    decide_next(service, number)
    decide_next(service, number)
    run_for(service, clock, 9)
    assert fired(service, number, "step:legality-review")[-2:] == [
        ("escalate", 1, False),
        ("escalate", 2, False),
    ]
    asked = rows(service, "SELECT position FROM assignment WHERE rung_id IS NOT NULL")
    assert [row.position for row in asked] == ["deputy_head"]
    told = rows(service, "SELECT assignment_id FROM notification WHERE template = 'escalated'")
    assert len(told) == 2
    assert len({row.assignment_id for row in told}) == 1
