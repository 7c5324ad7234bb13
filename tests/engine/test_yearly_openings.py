"""What is done once a year: opened on its day, once; where it was not, somebody is told."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from engine.acts.open_year import open_year
from engine.chores import Chores
from engine.doctor import examine
from engine.law import law_of
from engine.outbox import send_due
from engine.procedures import procedure
from engine.service import Service
from engine.visits import arrive
from engine.yearly import opening_cron, opening_day, yearly_openings
from engine.yearly_watch import tell_missed_openings
from rules.errors import AlreadyOpened, NotAllowed, UnknownProcedure
from rules.positions import Position
from tests.builders import Bureau, MovableClock, add_person, case_row, launch_case, scalars
from tests.engine.test_outbox import mails

DECEMBER = datetime(2026, 12, 2, 1, tzinfo=UTC)


def test_each_opens_so_long_before_the_year_ends(service: Service, bureau: Bureau) -> None:
    with service.read() as connection:
        law = law_of(connection, service.settings.timezone)
        opens = {each.procedure: each.opens for each in yearly_openings(service, connection)}
    assert opens == {
        "attribute-review": date(2026, 12, 1),
        "yearly-evaluation": date(2026, 12, 15),
        "yearly-report": date(2026, 11, 1),
    }
    assert opening_day(law, "attribute-review-opens", 2027) == date(2027, 12, 1)
    assert opening_cron(service, procedure("attribute-review")) == "0 9 1 12 *"
    assert opening_cron(service, procedure("proactive-disclosure")) == ""


def scheduled(service: Service, key: str) -> str:
    """What a run does that a schedule made: it brings nothing along."""
    return arrive(service, procedure(key), {}, flow_run_id=uuid4(), idempotency_key="scheduled x").number


def test_a_schedule_opens_it_in_the_first_holder_s_charge_and_once(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    with service.database.begin() as connection:
        add_person(connection, "second", Position.OPENNESS_OFFICE)
    clock.now = DECEMBER
    number = scheduled(service, "attribute-review")
    intake = case_row(service, number).intake
    assert (intake["drafter"], intake["year"]) == ("openness_office", 2026)
    with pytest.raises(AlreadyOpened, match=number):
        scheduled(service, "attribute-review")
    with pytest.raises(AlreadyOpened, match=number):
        open_year(service, bureau.actor("openness_office"), "attribute-review")
    assert scalars(service, "SELECT count(*) FROM cases") == [1]


def test_a_missed_opening_is_told_once_to_the_openness_office_and_the_administrators(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    launch_case(service)  # in April: the installation ran on the day
    clock.now = datetime(2026, 12, 1, 1, tzinfo=UTC)  # its own day is not over
    open_year(service, bureau.actor("openness_office"), "yearly-report")
    Chores(service).look_at_the_year()
    assert scalars(service, "SELECT count(*) FROM notification WHERE template = 'opening-missed'") == [0]
    clock.now = DECEMBER
    Chores(service).look_at_the_year()
    Chores(service).look_at_the_year()
    told = scalars(
        service,
        "SELECT p.username FROM notification n JOIN person p ON p.id = n.person_id"
        " WHERE n.template = 'opening-missed' ORDER BY p.username",
    )
    assert told == ["administrator", "openness_office"]
    assert [f.where for f in examine(service) if f.check == "yearly-case-is-opened"] == [
        "attribute-review 2026"
    ]
    open_year(service, bureau.actor("openness_office"), "attribute-review")
    assert tell_missed_openings(service) == []
    assert [f.where for f in examine(service) if f.check == "yearly-case-is-opened"] == []


def test_the_message_says_how_to_open_it_and_none_leaves_once_it_is(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    launch_case(service)
    clock.now = DECEMBER
    assert tell_missed_openings(service) == ["attribute-review", "yearly-report"]
    open_year(service, bureau.actor("openness_office"), "yearly-report")
    send_due(service)
    said = [mail.get_body(("plain",)).get_content() for mail in mails(service)]
    about = [each for each in said if "gongkai year open" in each]
    assert len(about) == 2, "to the openness office and the administrator, of the one still missing"
    assert all("attribute-review" in mail for mail in about)


def test_an_installation_that_came_later_has_missed_nothing(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    clock.now = DECEMBER
    launch_case(service)
    assert tell_missed_openings(service) == []
    assert "yearly-case-is-opened" not in {f.check for f in examine(service)}


def test_only_the_openness_office_and_administrators_open_one(service: Service, bureau: Bureau) -> None:
    with pytest.raises(NotAllowed):
        open_year(service, bureau.actor("head"), "yearly-report")
    with pytest.raises(UnknownProcedure):
        open_year(service, bureau.actor("administrator"), "proactive-disclosure")
    open_year(service, bureau.actor("administrator"), "yearly-report")
