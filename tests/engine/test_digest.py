"""The digest of the day: on working days, once, also with two workers and after a restart."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from engine import digest, message_facts
from engine.acts.law import import_calendar
from engine.chores import Chores
from engine.clocks.firing import fire_due
from engine.digest import make_digests, release_held
from engine.doctor import examine
from engine.invariants import Severity
from engine.reading.due import TodoDue
from engine.service import Service
from notifications.channel_names import DIGEST, MAIL
from rules.working_calendar import WorkingCalendar
from tests.builders import Bureau, MovableClock, decide_next, launch_case, scalars
from tests.engine.law_files import NEXT_YEAR
from tests.engine.test_groups import installed, outbox, server, states, wish
from tests.engine.test_outbox import drain, mails, waiting, words
from tests.engine.test_wishes import GROUP, at, make_urgent
from tests.group_server import GroupServer

__all__ = ["installed", "server"]

CALENDAR = WorkingCalendar()
MONDAY = "2026-04-20"


@pytest.fixture
def number(service: Service, bureau: Bureau, clock: MovableClock) -> str:
    """A case that came to a drafter who wishes the digest, on Sunday night."""
    at(clock, "2026-04-19 20:00")
    wish(service, "drafter", MAIL, digest=True)
    return launch_case(service).number


def made(service: Service) -> list[str]:
    """Keys of all digests ever queued."""
    return scalars(service, "SELECT key FROM notification WHERE template = 'digest' ORDER BY id")


def test_a_new_todo_waits_for_the_digest_which_lists_it(
    service: Service, number: str, clock: MovableClock
) -> None:
    drain(service)
    assert mails(service) == []
    assert states(service, number, DIGEST) == ["held"]
    at(clock, f"{MONDAY} 08:30")
    assert make_digests(service, CALENDAR) == 1
    drain(service)
    (mail,) = mails(service)
    assert mail["Subject"] == f"待办摘要：{MONDAY}，1 项 / 1 open to-do"
    said = words(mail)
    assert f"{number}  拟稿，2026-04-19 20:00 到达" in said
    assert f"{service.settings.base_url}/inbox" in said
    assert "安全生产检查" not in said
    assert states(service, number, DIGEST) == ["digested"]
    assert waiting(service) == 0


def test_what_is_due_first_stands_first_with_its_date(
    service: Service, number: str, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = launch_case(service).number
    (todo,) = scalars(service, "SELECT max(id) FROM assignment")
    found = {todo: TodoDue(date(2026, 4, 22), provisional=True)}
    monkeypatch.setattr(message_facts, "due_of_todos", lambda *_: found)
    at(clock, f"{MONDAY} 08:30")
    make_digests(service, CALENDAR)
    drain(service)
    said = words(mails(service)[0])
    assert "2026-04-22 到期（暂定）" in said
    assert said.index(second) < said.index(number)


@pytest.mark.parametrize(
    ("local", "due"),
    [
        (f"{MONDAY} 08:29:59", False),
        (f"{MONDAY} 08:30:00", True),
        (f"{MONDAY} 17:00:00", True),  # the worker was down in the morning
        ("2026-04-25 09:00:00", False),  # Saturday
        ("2026-05-01 09:00:00", False),  # 劳动节
        ("2026-05-09 09:00:00", True),  # a Saturday that makes up for it
    ],
)
def test_it_comes_at_half_past_eight_on_days_that_work(
    service: Service, number: str, clock: MovableClock, local: str, due: bool
) -> None:
    at(clock, local)
    assert make_digests(service, CALENDAR) == int(due)


def test_it_comes_once_a_day_whoever_asks_how_often_and_again_the_next_day(
    service: Service, number: str, clock: MovableClock
) -> None:
    at(clock, f"{MONDAY} 08:30")
    for _ in range(3):
        Chores(service).make_digests()  # each a worker begun anew
        clock.move(minutes=1)
    (person,) = scalars(service, "SELECT id FROM person WHERE username = 'drafter'")
    assert made(service) == [f"digest:{person}:2026-04-20"]
    at(clock, "2026-04-22 08:30")  # a day nobody's worker ran is not made up for
    Chores(service).make_digests()
    assert made(service) == [f"digest:{person}:2026-04-20", f"digest:{person}:2026-04-22"]


@pytest.mark.thorough
def test_two_workers_at_once_make_it_once(service: Service, number: str, clock: MovableClock) -> None:
    for day in range(20, 25):
        at(clock, f"2026-04-{day} 08:30")
        with ThreadPoolExecutor(4) as workers:
            counts = list(workers.map(lambda _: make_digests(service, CALENDAR), range(4)))
        assert sum(counts) == 1
    assert len(made(service)) == len(set(made(service))) == 5


def test_a_worker_killed_while_making_it_leaves_nothing_half_done(
    service: Service, number: str, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(clock, f"{MONDAY} 08:30")
    drain(service)

    make = digest._make

    def make_and_die(*arguments: Any) -> bool:
        make(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(digest, "_make", make_and_die)
        with pytest.raises(KeyboardInterrupt):
            make_digests(service, CALENDAR)
    assert made(service) == []
    assert make_digests(service, CALENDAR) == 1
    assert states(service, number, DIGEST) == ["digested"]


def test_with_nothing_open_there_is_none(service: Service, number: str, clock: MovableClock) -> None:
    drain(service)
    decide_next(service, number)
    at(clock, f"{MONDAY} 08:30")
    assert make_digests(service, CALENDAR) == 0
    assert made(service) == []
    drain(service)
    assert [mail["To"] for mail in mails(service)] == ["股室负责人 <section_head@qingling.example>"]
    assert states(service, number, DIGEST) == ["moot"]


def test_one_that_could_not_leave_until_everything_was_done_is_not_sent(
    service: Service, number: str, clock: MovableClock
) -> None:
    at(clock, f"{MONDAY} 08:30")
    make_digests(service, CALENDAR)
    decide_next(service, number)
    drain(service)
    assert not [mail for mail in mails(service) if "drafter@" in mail["To"]]


def test_what_is_urgent_does_not_wait_for_it(service: Service, number: str) -> None:
    make_urgent(service)
    drain(service)
    (mail,) = mails(service)
    assert mail["Subject"].startswith(f"待办：{number}")


def test_it_keeps_quiet_hours_and_goes_by_the_channels_its_person_chose(
    installed: Service, bureau: Bureau, clock: MovableClock, server: GroupServer
) -> None:
    wish(installed, "drafter", GROUP, digest=True, quiet_from="20:00", quiet_until="09:00")
    number = launch_case(installed).number
    at(clock, "2026-04-21 08:30")
    make_digests(installed, CALENDAR)
    group = outbox(installed, GROUP)
    assert group.tell_due() == 0
    at(clock, "2026-04-21 09:00")
    assert group.tell_due() == 1
    (said,) = server.texts()
    assert "待办摘要：2026-04-21，1 项" in said
    assert number not in said, "a group learns how many, not which"


def test_whoever_asks_for_it_in_the_afternoon_gets_the_first_one_tomorrow(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    at(clock, f"{MONDAY} 15:00")
    launch_case(service)
    wish(service, "drafter", MAIL, digest=True)
    assert make_digests(service, CALENDAR) == 0
    wish(service, "drafter", MAIL, digest=True)  # saved once more
    assert make_digests(service, CALENDAR) == 0
    at(clock, "2026-04-21 08:30")
    assert make_digests(service, CALENDAR) == 1


def test_switching_it_off_and_on_brings_no_second_one(
    service: Service, number: str, clock: MovableClock
) -> None:
    at(clock, f"{MONDAY} 08:30")
    assert make_digests(service, CALENDAR) == 1
    wish(service, "drafter", MAIL)
    wish(service, "drafter", MAIL, digest=True)
    assert make_digests(service, CALENDAR) == 0


def test_whoever_wishes_none_any_more_gets_what_was_held(
    service: Service, number: str, clock: MovableClock
) -> None:
    drain(service)
    assert release_held(service) == 0
    wish(service, "drafter", MAIL)
    Chores(service).make_digests()
    drain(service)
    (mail,) = mails(service)
    assert mail["Subject"].startswith(f"待办：{number}")
    assert [f for f in examine(service) if f.severity is Severity.BROKEN] == []


def test_an_escalation_and_a_limit_stand_in_it_as_what_they_are(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    wish(service, "section_head", MAIL, digest=True)
    wish(service, "deputy_head", MAIL, digest=True)
    number = launch_case(service).number
    decide_next(service, number)
    at(clock, "2026-04-27 08:30")
    fire_due(service)
    assert make_digests(service, CALENDAR) == 2
    drain(service)
    said = {
        mail["To"].addresses[0].username: words(mail) for mail in mails(service) if "摘要" in mail["Subject"]
    }
    assert f"{number}  股室审核，2026-04-20 09:00 到达，2026-04-23 到期" in said["section_head"]
    assert f"{number}  督办" in said["deputy_head"]


def test_days_off_are_those_of_the_site(
    service: Service, number: str, bureau: Bureau, clock: MovableClock
) -> None:
    day_off = {"name": "地方假日", "date": "2027-04-19", "is_off_day": True}  # a Monday
    table = NEXT_YEAR | {"days": [*NEXT_YEAR["days"], day_off]}
    import_calendar(service, bureau.actor("administrator"), table)
    at(clock, "2027-04-19 09:00")
    Chores(service).make_digests()
    assert made(service) == []
    at(clock, "2027-04-20 09:00")
    Chores(service).make_digests()
    assert len(made(service)) == 1


def test_a_person_who_left_gets_none(service: Service, number: str, clock: MovableClock) -> None:
    with service.database.begin() as connection:
        connection.execute(text("UPDATE person SET active = false WHERE username = 'drafter'"))
    at(clock, f"{MONDAY} 08:30")
    assert make_digests(service, CALENDAR) == 0
