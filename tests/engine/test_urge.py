"""Urging: whoever has the to-do is told once more, at most every four hours, and it is counted."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from engine import reading
from engine.acts.urge import NobodyToUrge, Urged, UrgedAlready, urge
from engine.clocks.firing import fire_due
from engine.ledger import verify
from engine.service import Service
from rules.errors import CaseNotFound, NotAllowed
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
)
from tests.engine.test_groups import wish
from tests.engine.test_messages import empty_mailbox, newest
from tests.engine.test_outbox import drain, mails, words


@pytest.fixture
def number(service: Service, bureau: Bureau) -> str:
    """A case that waits for the section head."""
    made = launch_case(service).number
    decide_next(service, made)
    empty_mailbox(service)
    return made


def second_head(service: Service) -> None:
    """One more holder of the post the case waits for."""
    with service.database.begin() as connection:
        unit = connection.execute(text("SELECT id FROM unit")).scalar_one()
        add_person(connection, "head2", Position.SECTION_HEAD, name="第二位", unit_id=unit)


def test_whoever_has_the_todo_is_told_by_whom_and_it_is_counted_everywhere(
    service: Service, bureau: Bureau, number: str
) -> None:
    done = urge(service, bureau.actor("drafter"), number)
    assert done == Urged(number, ["股室负责人"], 1)
    told = newest(service, "section_head")
    assert told["Subject"].startswith(f"催办：{number} 股室审核 / Urged:")
    assert "拟稿人催您办理一项待办" in words(told)
    assert "安全生产检查" not in words(told)
    assert f"{service.settings.base_url}/t/" in words(told)
    assert reading.read_case(service, bureau.actor("drafter"), number).urged == 1
    (todo,) = reading.inbox(service, bureau.actor("section_head")).todos
    assert todo.urged == 1
    (entry,) = scalars(service, "SELECT data FROM ledger_entry WHERE action = 'urged'")
    assert entry == {"people": ["section_head"]}
    with service.database.connect() as connection:
        verify(connection)


def test_it_changes_nothing_but_what_is_told(service: Service, bureau: Bureau, number: str) -> None:
    before = snapshot(service)
    urge(service, bureau.actor("drafter"), number)
    after = snapshot(service)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "notification": 1,
        "ledger_entry": 1,
    }
    decide_next(service, number)


def test_the_second_time_within_four_hours_is_refused_with_when_it_may_be_done_again(
    service: Service, bureau: Bureau, number: str, clock: MovableClock
) -> None:
    urge(service, bureau.actor("drafter"), number)
    empty_mailbox(service)
    clock.move(hours=3, minutes=59, seconds=59)
    for who in ("drafter", "manager", "administrator"):
        with pytest.raises(UrgedAlready) as refused:
            urge(service, bureau.actor(who), number)
        assert "2026-04-20 13:00" in refused.value.message("zh")
        assert "2026-04-20 13:00" in refused.value.message("en")
    clock.move(seconds=1)
    assert urge(service, bureau.actor("drafter"), number).times == 2
    told = newest(service, "section_head")
    assert "（第2次）" in told["Subject"]


def test_other_cases_and_the_next_desk_have_a_limit_of_their_own(
    service: Service, bureau: Bureau, number: str
) -> None:
    urge(service, bureau.actor("drafter"), number)
    other = launch_case(service).number
    decide_next(service, other)
    assert urge(service, bureau.actor("drafter"), other).people == ["股室负责人"]
    decide_next(service, number)
    assert urge(service, bureau.actor("drafter"), number).times == 2


def test_of_two_holders_only_the_one_not_yet_urged_is_told(
    service: Service, bureau: Bureau, number: str, clock: MovableClock
) -> None:
    urge(service, bureau.actor("drafter"), number)
    second_head(service)
    clock.move(hours=1)
    assert urge(service, bureau.actor("drafter"), number).people == ["第二位"]
    with pytest.raises(UrgedAlready) as refused:
        urge(service, bureau.actor("drafter"), number)
    assert "2026-04-20 13:00" in refused.value.message(), "when the first of them may be urged again"


@pytest.mark.thorough
def test_many_at_once_urge_each_holder_once(service: Service, bureau: Bureau, number: str) -> None:
    second_head(service)
    people = ["drafter", "manager", "administrator", "office"] * 3

    def attempt(who: str) -> str:
        try:
            return str(urge(service, bureau.actor(who), number).times)
        except UrgedAlready:
            return "refused"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, people))
    assert sorted(answers) == ["1"] + ["refused"] * 11
    assert scalars(service, "SELECT count(*) FROM notification WHERE template = 'urged'") == [2]
    with service.database.connect() as connection:
        verify(connection)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("drafter", None),
        ("office", None),
        ("manager", None),
        ("administrator", None),
        ("section_head", NotAllowed),  # takes part, but neither began nor oversees it
        ("legal_office", CaseNotFound),  # is not to know of it
    ],
)
def test_the_initiator_the_office_managers_and_administrators_may(
    service: Service, bureau: Bureau, number: str, who: str, refusal: Any
) -> None:
    if refusal is None:
        assert urge(service, bureau.actor(who), number).times == 1
        return
    with pytest.raises(refusal):
        urge(service, bureau.actor(who), number)
    assert scalars(service, "SELECT count(*) FROM notification WHERE template = 'urged'") == [0]


def test_whoever_launched_a_case_may_after_leaving_the_office_it_was_launched_in(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service, by="administrator").number
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-04-19' WHERE position = 'administrator'"))
    assert urge(service, bureau.actor("administrator"), number).people == ["拟稿人"]


def test_nobody_urges_a_case_that_waits_for_themselves_or_for_nobody(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service).number
    with pytest.raises(NobodyToUrge):
        urge(service, bureau.actor("drafter"), number)
    decide_all(service, number)
    with pytest.raises(NobodyToUrge):  # published by itself
        urge(service, bureau.actor("drafter"), number)
    with pytest.raises(CaseNotFound):
        urge(service, bureau.actor("drafter"), "ZD-2026-9999")


def test_an_incident_is_urged_too(service: Service, bureau: Bureau, number: str) -> None:
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-01-01' WHERE position = 'office'"))
    decide_next(service, number)
    empty_mailbox(service)
    assert urge(service, bureau.actor("drafter"), number).people == ["系统管理员"]
    assert "异常" in newest(service, "administrator")["Subject"]


def test_the_superior_a_limit_went_up_to_is_not_urged(
    service: Service, bureau: Bureau, number: str, clock: MovableClock
) -> None:
    clock.move(days=7)
    fire_due(service)
    assert reading.inbox(service, bureau.actor("deputy_head")).todos
    assert urge(service, bureau.actor("drafter"), number).people == ["股室负责人"]
    with pytest.raises(NotAllowed):  # knows of the case by the escalation
        urge(service, bureau.actor("deputy_head"), number)


def test_one_that_was_done_meanwhile_is_not_told_of(service: Service, bureau: Bureau, number: str) -> None:
    urge(service, bureau.actor("drafter"), number)
    decide_next(service, number)
    drain(service)
    assert not [mail for mail in mails(service) if "section_head@" in mail["To"]]


def test_it_does_not_wait_for_the_digest_but_keeps_quiet_hours(
    service: Service, bureau: Bureau, number: str, clock: MovableClock
) -> None:
    wish(service, "section_head", "mail", digest=True, quiet_from="08:00", quiet_until="10:00")
    urge(service, bureau.actor("drafter"), number)
    drain(service)
    assert mails(service) == []
    clock.move(hours=1)
    assert newest(service, "section_head")["Subject"].startswith("催办：")
