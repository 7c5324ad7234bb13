"""Virtual time: in a database stamped for it and no other, forward only, by an administrator, on record."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError

from engine.acts.advance_clock import advance_clock, read_clock
from engine.ledger import verify
from engine.outbox import send_due
from engine.service import Service
from engine.settings import Settings
from engine.virtual_time import MovableTime, stamp
from models.database import connect
from rules.errors import InvalidInput, NotAllowed, TimeNotMovable
from tests.builders import Bureau, MovableClock, decide_next, launch_case, load_bureau, scalars
from tests.engine.test_outbox import mails

DAY = timedelta(days=1)


@pytest.fixture
def virtual(settings: Settings, clock: MovableClock) -> Iterator[Service]:
    """An empty installation stamped virtual, under a machine's clock that stands still."""
    assert stamp(settings.owner_database_url.get_secret_value(), now=clock.now)
    yield from _process(settings, clock)


@pytest.fixture
def another(virtual: Service, settings: Settings, clock: MovableClock) -> Iterator[Service]:
    """Another process of the same installation."""
    yield from _process(settings, clock)


def _process(settings: Settings, clock: MovableClock) -> Iterator[Service]:
    database = connect(settings.database_url.get_secret_value(), pool_size=4)
    service = Service(database, settings, clock, MovableTime(database))
    yield service
    service.close()


@pytest.fixture
def office(virtual: Service) -> Bureau:
    """The small bureau in it."""
    return load_bureau(virtual)


# --- where it is -----------------------------------------------------------------------------


def test_a_real_installation_is_never_advanced(service: Service, bureau: Bureau, clock: MovableClock) -> None:
    asking = replace(service, ahead=MovableTime(service.database))
    with pytest.raises(TimeNotMovable):
        advance_clock(asking, bureau.actor("administrator"), by="1d")
    assert read_clock(asking).virtual is False
    assert asking.now == clock.now


def test_a_real_installation_is_asked_once_for_the_clocks_sake(service: Service) -> None:
    asked: list[str] = []
    event.listen(service.database, "before_cursor_execute", lambda *said: asked.append(said[2]))
    asking = replace(service, ahead=MovableTime(service.database))
    for _ in range(5):
        assert asking.now == asking.machine_now
    assert len(asked) == 1


@pytest.mark.parametrize("first", ["a person", "a case", "a ledger entry"])
def test_a_database_that_holds_something_is_never_stamped(
    service: Service, settings: Settings, clock: MovableClock, first: str
) -> None:
    owner = settings.owner_database_url.get_secret_value()
    if first == "a ledger entry":
        with service.database.begin() as connection:
            connection.execute(
                text("INSERT INTO ledger_entry VALUES (0, 1, now(), 'x', 'x', 'x', '', '', '{}', '', 'x')")
            )
    else:
        load_bureau(service)
        if first == "a case":
            launch_case(service)
    assert stamp(owner, now=clock.now) is False
    forced = "INSERT INTO virtual_time VALUES (1, '0', now())"
    assert "never made movable" in refused(owner, forced)


def refused(url: str, statement: str) -> str:
    """What the database says to a statement it refuses."""
    engine = create_engine(url)
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    return str(caught.value.orig)


def test_the_stamp_is_made_once_and_stays(virtual: Service, settings: Settings, clock: MovableClock) -> None:
    owner = settings.owner_database_url.get_secret_value()
    load_bureau(virtual)
    assert stamp(owner, now=clock.move(days=1)) is True
    assert scalars(virtual, "SELECT stamped_at FROM virtual_time") == [clock.now - DAY]
    for statement in ("DELETE FROM virtual_time", "TRUNCATE virtual_time"):
        assert "refused" in refused(owner, statement)
    for change in ("stamped_at = now()", "ahead = '-1 day'"):
        assert "only moves forward" in refused(owner, f"UPDATE virtual_time SET {change}")


def test_the_applications_role_moves_it_forward_through_one_function_and_in_no_other_way(
    virtual: Service, settings: Settings
) -> None:
    role = settings.database_url.get_secret_value()
    for statement in (
        "UPDATE virtual_time SET ahead = '1 day'",
        "DELETE FROM virtual_time",
        "INSERT INTO virtual_time VALUES (1, '0', now())",
    ):
        assert "permission denied" in refused(role, statement)
    assert "only moves forward" in refused(role, "SELECT advance_virtual_time('-1 day')")
    public = settings.public_database_url.get_secret_value()
    assert "permission denied" in refused(public, "SELECT advance_virtual_time('1 day')")


# --- who moves it, and what follows ----------------------------------------------------------


def test_every_process_moves_at_once_and_the_machines_clock_stays(
    virtual: Service, another: Service, office: Bureau, clock: MovableClock
) -> None:
    assert another.now == clock.now
    done = advance_clock(virtual, office.actor("administrator"), by="3d")
    assert (done.now, done.virtual) == (clock.now + 3 * DAY, True)
    for process in (virtual, another):
        assert (process.now, process.machine_now) == (clock.now + 3 * DAY, clock.now)


def test_an_advance_is_in_the_ledger_with_who_and_how_far_and_later_acts_follow_it(
    virtual: Service, office: Bureau, clock: MovableClock
) -> None:
    number = launch_case(virtual).number
    advance_clock(virtual, office.actor("administrator"), to="2026-12-21T09:00")
    decide_next(virtual, number)
    said = "concat_ws(' ', actor, channel, data->>'from', data->>'to', extract(epoch FROM at)::bigint)"
    assert scalars(virtual, f"SELECT {said} FROM ledger_entry WHERE action = 'clock-advanced'") == [
        "administrator api 2026-04-20T01:00:00+00:00 2026-12-21T01:00:00+00:00"
        f" {int(virtual.now.timestamp())}"
    ]
    assert scalars(virtual, "SELECT decided_at FROM decision") == [virtual.now]
    assert virtual.today.isoformat() == "2026-12-21"
    with virtual.snapshot() as connection:
        assert verify(connection).chains == 2
    ordered = "SELECT bool_and(at >= before) FROM (SELECT at, lag(at) OVER (PARTITION BY chain ORDER BY seq)"
    assert scalars(virtual, f"{ordered} AS before FROM ledger_entry) entries") == [True]


@pytest.mark.parametrize("position", ["manager", "office", "drafter", "head"])
def test_nobody_but_an_administrator_advances(virtual: Service, office: Bureau, position: str) -> None:
    before = virtual.now
    with pytest.raises(NotAllowed):
        advance_clock(virtual, office.actor(position), by="1d")
    assert virtual.now == before


def test_time_never_goes_back(virtual: Service, office: Bureau) -> None:
    administrator = office.actor("administrator")
    advance_clock(virtual, administrator, by="3d")
    before = virtual.now
    for asked in ({"to": "2026-04-22T09:00"}, {"by": "-1d"}, {"by": "0m"}):
        with pytest.raises(InvalidInput):
            advance_clock(virtual, administrator, **asked)
    assert virtual.now == before
    assert scalars(virtual, "SELECT count(*) FROM ledger_entry WHERE action = 'clock-advanced'") == [1]


def test_leaps_asked_for_at_once_are_made_one_after_the_other(virtual: Service, office: Bureau) -> None:
    began, administrator = virtual.now, office.actor("administrator")
    threads = [
        threading.Thread(target=advance_clock, args=(virtual, administrator), kwargs={"by": "1d"})
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert virtual.now == began + 8 * DAY
    chain = "SELECT data->>'from' FROM ledger_entry WHERE action = 'clock-advanced' ORDER BY seq"
    assert scalars(virtual, chain) == [(began + number * DAY).isoformat() for number in range(8)]


def test_while_the_database_is_away_the_clock_says_what_it_said_last(
    virtual: Service, office: Bureau, settings: Settings, clock: MovableClock
) -> None:
    advance_clock(virtual, office.actor("administrator"), by="3d")
    movable: Any = virtual.ahead
    assert virtual.now == clock.now + 3 * DAY
    movable._own.dispose()
    movable._own = connect("postgresql+psycopg://nobody@/none?host=/nowhere", pool_size=1)
    assert virtual.now == clock.now + 3 * DAY


# --- nobody takes it for real ----------------------------------------------------------------


def test_its_messages_say_so_in_the_subject_and_a_header(virtual: Service, office: Bureau) -> None:
    advance_clock(virtual, office.actor("administrator"), by="3d")
    launch_case(virtual)
    assert send_due(virtual) == 1
    (mail,) = mails(virtual)
    assert mail["Subject"].startswith("【虚拟时间 demonstration】")
    assert mail["X-Gongkai-Virtual-Time"] == virtual.now.isoformat()


def test_messages_of_a_real_installation_say_nothing_of_it(service: Service, bureau: Bureau) -> None:
    launch_case(service)
    assert send_due(service) == 1
    (mail,) = mails(service)
    assert "虚拟" not in mail["Subject"]
    assert mail["X-Gongkai-Virtual-Time"] is None
