"""The clock service: two at once, a crash, a spoilt clock, another law, a clock somebody dropped."""

from datetime import date, datetime
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import insert, text

from engine.clocks import firing
from engine.clocks.catching_up import Moved, catch_up_with_law, left_to_reckon, moved_by
from engine.clocks.firing import fire_due
from engine.clocks.guarding import guard
from engine.clocks.service import LONGEST_SLEEP_SECONDS, ClockService
from engine.service import Service
from models import LawChange
from tests.builders import Bureau, MovableClock, decide_all, launch_case, scalars


def execute(service: Service, sql: str, **values: Any) -> None:
    with service.database.begin() as connection:
        connection.execute(text(sql), values)


def fired(service: Service) -> list[str]:
    return scalars(
        service, "SELECT kind || ':' || place FROM rung WHERE fired_at IS NOT NULL ORDER BY case_id, due_at"
    )


def import_calendar(service: Service, *days: tuple[date, bool]) -> int:
    """A site table of 2026 with these days; what the import's own act stores. Returns the revision."""
    table = {
        "year": 2026,
        "papers": ["国办发明电〔2026〕1号"],
        "days": [{"name": "抗旱", "date": on.isoformat(), "is_off_day": off} for on, off in days],
    }
    with service.database.begin() as connection:
        person = connection.execute(text("SELECT min(id) FROM person")).scalar_one()
        made = connection.execute(
            insert(LawChange.__table__)
            .values(kind="calendar", key="2026", content=table, imported_by=person, imported_at=service.now)
            .returning(LawChange.__table__.c.id)
        )
        return int(made.scalar_one())


def test_two_services_at_once_fire_every_rung_once(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    for _ in range(12):
        launch_case(service)
    clock.move(days=10)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            while fire_due(service).rungs:
                pass
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    fire_due(service)  # what one of them had while the others passed it over
    assert fired(service) == ["remind:1", "overdue:0", "escalate:1", "escalate:2", "escalate:3"] * 12
    told = scalars(service, "SELECT key FROM notification WHERE rung_id IS NOT NULL")
    assert len(told) == len(set(told))


def test_a_crash_while_firing_fires_nothing_of_that_case_and_loses_nothing(
    service: Service, bureau: Bureau, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch_case(service)
    clock.move(days=10)

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(firing, "ask_superiors", crash)
        with pytest.raises(KeyboardInterrupt):
            fire_due(service)
    assert fired(service) == []
    assert fire_due(service).rungs == 5


def test_a_spoilt_clock_is_reported_and_keeps_no_other_from_firing(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    spoilt, other = launch_case(service).number, launch_case(service).number
    execute(
        service,
        "UPDATE clock SET ladder = 'no such ladder' WHERE case_id = (SELECT id FROM cases WHERE number = :n)",
        n=spoilt,
    )
    clock.move(days=10)
    clocks = ClockService(service, monotonic=lambda: 0.0)
    clocks.run()
    assert len(fired(service)) == 5
    [case] = scalars(
        service,
        "SELECT c.number FROM incident i JOIN cases c ON c.id = i.case_id WHERE i.kind = 'clock-failed'",
    )
    assert case == spoilt
    assert other != spoilt
    execute(service, "UPDATE clock SET ladder = 'step'")
    clocks.run()  # within its pause: passed over
    assert len(fired(service)) == 5
    ClockService(service).run()
    assert len(fired(service)) == 10


def test_an_imported_calendar_moves_open_limits_tells_and_lists_them(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    number = launch_case(service).number  # three working days from Monday 20 April: Thursday 23
    revision = import_calendar(service, (date(2026, 4, 22), True), (date(2026, 4, 25), False))
    with service.read() as connection:
        assert left_to_reckon(connection, revision) == 1
    assert catch_up_with_law(service) == 1
    assert catch_up_with_law(service) == 0
    assert scalars(service, "SELECT due_on FROM clock") == [date(2026, 4, 24)]
    with service.read() as connection:
        moved = moved_by(connection, revision)
        assert left_to_reckon(connection, revision) == 0
    midnights = [datetime.fromisoformat(f"2026-04-{day}T00:00+08:00") for day in (24, 25)]
    days = date(2026, 4, 23), date(2026, 4, 24)
    assert moved == [Moved(number, {"zh": "拟稿", "en": "Drafting"}, *days, *midnights)]
    armed = scalars(service, "SELECT due_at FROM rung WHERE fired_at IS NULL")
    assert armed == [datetime.fromisoformat("2026-04-23T09:00+08:00")]


def test_a_limit_whose_date_stays_is_marked_and_not_moved(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    launch_case(service)
    revision = import_calendar(service, (date(2026, 11, 2), True), (date(2026, 11, 7), False))
    assert catch_up_with_law(service) == 1
    assert scalars(service, "SELECT law_revision FROM clock") == [revision]
    assert scalars(service, "SELECT moves FROM clock") == [0]
    assert scalars(service, "SELECT 1 FROM ledger_entry WHERE action = 'clock-moved'") == []


def test_a_rung_due_under_an_old_law_does_not_fire_before_it_is_reckoned_again(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    launch_case(service)
    import_calendar(service, (date(2026, 4, 22), True), (date(2026, 4, 25), False))
    clock.move(days=2)  # the reminder of the old date, the 22nd at nine
    assert fired(service) == []
    fire_due(service)
    assert fired(service) == []
    clock.move(days=1)
    fire_due(service)
    assert fired(service) == ["remind:1"]


def test_a_limit_that_moves_out_of_lateness_begins_its_ladder_anew(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    launch_case(service)
    clock.move(days=4, hours=1)  # missed since midnight, escalated once
    fire_due(service)
    import_calendar(service, *[(date(2026, 4, day), True) for day in (21, 22)], (date(2026, 4, 25), False))
    catch_up_with_law(service)
    assert scalars(service, "SELECT stage FROM clock") == ["running"]
    assert scalars(service, "SELECT 1 FROM assignment WHERE rung_id IS NOT NULL AND closed_at IS NULL") == []
    clock.move(days=3)
    fire_due(service)
    assert fired(service)[-2:] == ["overdue:0", "escalate:1"]
    assert fired(service).count("escalate:1") == 2


def test_a_dropped_rung_or_clock_is_armed_again_and_reported(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    launch_case(service)
    launch_case(service)
    first, second = scalars(service, "SELECT id FROM cases ORDER BY id")
    execute(service, "DELETE FROM rung WHERE case_id = :case", case=first)
    execute(service, "DELETE FROM rung WHERE case_id = :case", case=second)
    execute(service, "DELETE FROM clock WHERE case_id = :case", case=second)
    clock.move(days=1)
    assert guard(service) == 2
    assert guard(service) == 0
    assert scalars(service, "SELECT due_on FROM clock") == [date(2026, 4, 23)] * 2
    assert scalars(service, "SELECT count(*) FROM incident WHERE kind = 'limit-was-not-armed'") == [2]


def test_a_case_that_ends_has_no_running_limit(service: Service, bureau: Bureau, clock: MovableClock) -> None:
    number = launch_case(service, draft={"title": "内部通知", "body": "略", "attribute": "依申请公开"}).number
    decide_all(service, number)
    assert scalars(service, "SELECT outcome FROM cases") == ["已印发并标注"]
    assert scalars(service, "SELECT key FROM clock WHERE closed_at IS NULL") == []
    assert scalars(service, "SELECT kind FROM rung WHERE fired_at IS NULL") == []


def test_a_clock_that_jumps_back_fires_nothing_twice_and_goes_on_where_it_was(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    launch_case(service)
    clock.move(days=5)
    fire_due(service)
    so_far = fired(service)
    clock.move(days=-4)
    assert fire_due(service).rungs == 0
    clock.move(days=4)
    assert fire_due(service).rungs == 0
    assert fired(service) == so_far
    clock.move(days=10)
    fire_due(service)
    assert fired(service) == ["remind:1", "overdue:0", "escalate:1", "escalate:2", "escalate:3"]


def test_the_service_sleeps_until_the_next_rung_but_never_past_one_that_is_armed_meanwhile(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    clocks = ClockService(service)
    assert clocks.sleep_seconds() == LONGEST_SLEEP_SECONDS  # nothing is armed
    launch_case(service)
    assert clocks.sleep_seconds() == LONGEST_SLEEP_SECONDS  # two days to go
    clock.move(days=2, seconds=-0.5)  # the reminder comes on the 22nd at nine
    assert clocks.sleep_seconds() == 0.5
    clock.move(seconds=0.5)
    assert clocks.run() == 1


def test_a_limit_that_cannot_be_reckoned_is_reported_once_and_keeps_no_other_from_being(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    launch_case(service)
    launch_case(service)
    first, second = scalars(service, "SELECT id FROM clock ORDER BY id")
    execute(
        service,
        "UPDATE clock SET starts = jsonb_set(starts, '{0,rule}', '\"gone\"') WHERE id = :id",
        id=first,
    )
    import_calendar(service, (date(2026, 4, 22), True), (date(2026, 4, 25), False))
    clocks = ClockService(service)
    for _ in range(3):
        clocks.run()
    assert scalars(service, "SELECT due_on FROM clock WHERE id = :id", id=second) == [date(2026, 4, 24)]
    assert scalars(service, "SELECT count(*) FROM incident WHERE kind = 'clock-failed'") == [1]
