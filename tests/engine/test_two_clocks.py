"""Statutory time may be moved for a demonstration; what is no case's business keeps to the machine's."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from engine import deliveries
from engine.acts import desk
from engine.acts.access import actor_of_session, actor_of_token, create_token, operator, set_password, sign_in
from engine.acts.attempts import FREE_ATTEMPTS
from engine.acts.hand_over import hand_over_draft
from engine.acts.uploads import KEPT_DAYS, remove_unused_uploads
from engine.chores import Chores
from engine.incidents import open_incident
from engine.leases import claim, give_up
from engine.ledger import verify
from engine.outbox import send_due
from engine.projection import record
from engine.publishing import HttpWebsite, website_of
from engine.publishing.signature import TIMESTAMP
from engine.roster_watch import RosterWatch
from engine.routing import route_due
from engine.service import Service
from engine.work import work_on_case
from notifications.channel_names import MAIL
from rules.errors import NotSignedIn, TooManyAttempts, WrongCredentials
from rules.positions import Position
from tests.builders import (
    Bureau,
    MovableClock,
    add_person,
    decide_all,
    decide_next,
    launch_case,
    load_bureau,
    scalars,
    todo_of,
)
from tests.engine.test_messages import publish

PASSWORD = "青岭-correct-horse-42"
UNIT_ID = "SELECT id FROM unit WHERE code = 'zfjd'"


class Moved:
    """How far statutory time was moved."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def __call__(self) -> timedelta:
        return self.by

    def forward(self, **by: float) -> None:
        self.by += timedelta(**by)


@pytest.fixture
def moved() -> Moved:
    """Not yet."""
    return Moved()


@pytest.fixture
def service(service: Service, moved: Moved) -> Service:
    """The installation, with movable statutory time over a movable machine's clock."""
    return replace(service, ahead=moved)


@pytest.fixture
def bureau(service: Service) -> Bureau:
    return load_bureau(service)


@pytest.fixture
def step_id(service: Service, bureau: Bureau) -> int:
    """The publication step of a signed, numbered case."""
    decide_all(service, launch_case(service).number)
    return int(scalars(service, "SELECT step_id FROM activity")[0])


# --- statutory time --------------------------------------------------------------------------


def test_statutory_time_moves_and_the_machine_does_not(
    service: Service, moved: Moved, clock: MovableClock
) -> None:
    moved.forward(days=30)
    assert service.now == clock.now + timedelta(days=30)
    assert (service.machine_now, service.today) == (clock.now, date(2026, 5, 20))


def test_what_is_decided_after_a_move_carries_statutory_time_and_the_ledger_verifies(
    service: Service, bureau: Bureau, moved: Moved
) -> None:
    number = launch_case(service).number
    before = service.now
    moved.forward(days=3)
    decide_next(service, number)
    after = service.now
    assert scalars(service, "SELECT decided_at FROM decision") == [after]
    assert scalars(service, "SELECT opened_at FROM step ORDER BY id") == [before, after]
    assert scalars(service, "SELECT DISTINCT at FROM ledger_entry ORDER BY at") == [before, after]
    with service.snapshot() as connection:
        assert verify(connection).entries > 0


def test_a_new_statutory_year_numbers_anew_and_ends_terms(
    service: Service, bureau: Bureau, moved: Moved
) -> None:
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-12-31' WHERE position = 'manager'"))
    assert service.actor("manager", channel="api").holdings
    moved.forward(days=365)
    assert launch_case(service, doc_type="公告").number == "ZD-2027-0001"
    assert not service.actor("manager", channel="api").holdings


# --- what stays on the machine's clock -------------------------------------------------------


def test_an_automated_step_stays_leased_when_statutory_time_moves(
    service: Service, step_id: int, moved: Moved, clock: MovableClock
) -> None:
    assert claim(service, step_id, holder="first") is not None
    moved.forward(days=30)
    assert claim(service, step_id, holder="second") is None
    clock.move(seconds=service.settings.lease_seconds + 1)
    assert claim(service, step_id, holder="second") is not None


def test_a_failed_step_waits_its_real_pause(
    service: Service, step_id: int, moved: Moved, clock: MovableClock
) -> None:
    lease = claim(service, step_id, holder="worker")
    assert lease is not None
    moved.forward(days=30)
    give_up(service, lease, "网站无法连接")
    moved.forward(days=30)
    with service.read() as connection:
        due = record.due_cases(connection, service.machine_now, stale=timedelta(minutes=1), limit=9)
    assert (due, claim(service, step_id, holder="too early")) == ([], None)
    clock.move(seconds=service.settings.activity_retry_seconds + 1)
    assert claim(service, step_id, holder="now") is not None


def test_everything_queued_under_a_move_is_due_at_once_and_tells_of_statutory_time(
    service: Service, bureau: Bureau, moved: Moved
) -> None:
    moved.forward(days=30)
    with service.database.begin() as connection:
        add_person(
            connection,
            "other.drafter",
            Position.DRAFTER,
            unit_id=connection.execute(text(UNIT_ID)).scalar_one(),
        )
    first, second = launch_case(service).number, launch_case(service).number
    hand_over_draft(service, bureau.actor("administrator"), second, to="other.drafter", reason="离岗")
    decide_all(service, first)
    publish(service, first)
    decide_next(service, second, by="other.drafter")
    decide_all(service, second, until="signature")
    decide_next(service, second, action="reject", opinion="不宜印发")
    set_password(service, bureau.actor("administrator"), "office", "given-by-another-1")
    third = launch_case(service).number
    with service.database.begin() as connection:
        work = work_on_case(service, connection, third, channel="worker")
        open_incident(work, "activity-failed", zh="异常", en="incident", blocking=False)
        work.finish()
    decide_all(service, third, until="office-review")
    with service.database.begin() as connection:
        add_person(connection, "second.office", Position.OFFICE)
    watched = RosterWatch(service).run()
    assert watched is not None
    assert watched.told == 1
    queued = "SELECT DISTINCT template FROM notification"
    assert set(scalars(service, queued)) == {
        "todo", "incident", "published", "closed", "handed-over", "password-set",
    }  # fmt: skip
    assert scalars(service, queued + " WHERE created_at <> :now", now=service.now) == []
    route_due(service)
    off = "SELECT channel FROM delivery WHERE next_try_at <> :machine"
    assert scalars(service, off, machine=service.machine_now) == []
    assert send_due(service) > 0


def test_a_message_being_sent_is_not_sent_by_another_when_statutory_time_moves(
    service: Service, bureau: Bureau, moved: Moved
) -> None:
    launch_case(service)
    route_due(service)
    assert len(deliveries.claim(service, MAIL, most=10)) == 1
    moved.forward(days=30)
    assert deliveries.claim(service, MAIL, most=10) == []


def test_nobody_is_signed_out_by_a_move(
    service: Service, bureau: Bureau, moved: Moved, clock: MovableClock
) -> None:
    set_password(service, operator("root"), "office", PASSWORD)
    session = sign_in(service, "office", PASSWORD).session_token
    token = create_token(service, bureau.actor("office"), name="script", days=1).secret
    moved.forward(days=30)
    assert actor_of_session(service, session).actor.username == "office"
    assert actor_of_token(service, token).username == "office"
    clock.move(hours=service.settings.session_hours + 1)
    with pytest.raises(NotSignedIn):
        actor_of_session(service, session)


def test_a_move_is_no_way_round_the_pause_after_wrong_passwords(
    service: Service, bureau: Bureau, moved: Moved, clock: MovableClock
) -> None:
    def guess() -> None:
        sign_in(service, "office", "not-the-password")

    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(WrongCredentials):
            guess()
    moved.forward(days=30)
    with pytest.raises(TooManyAttempts):
        guess()
    clock.move(minutes=2)
    with pytest.raises(WrongCredentials):
        guess()


def test_drafts_and_uploads_grow_no_older_by_a_move(
    service: Service, bureau: Bureau, moved: Moved, clock: MovableClock
) -> None:
    number = launch_case(service, draft={}).number
    desk.save_draft(service, bureau.actor("drafter"), "launch", {"body": "未完"})
    _wait_with_a_file(service, number)
    moved.forward(days=200)
    Chores(service).run()
    assert desk.read_draft(service, bureau.actor("drafter"), "launch") is not None
    assert scalars(service, "SELECT count(*) FROM upload") == [1]
    clock.move(days=KEPT_DAYS + 1)
    assert remove_unused_uploads(service) == 1


def _wait_with_a_file(service: Service, number: str) -> None:
    with service.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO upload (assignment_id, case_id, person_id, name, media_type, sha256, size, text,"
                " uploaded_at) SELECT id, case_id, person_id, 'a.pdf', 'application/pdf', 'x', 1, '', :at"
                " FROM assignment WHERE id = :todo"
            ),
            {"at": service.machine_now, "todo": todo_of(service, number).id},
        )


def test_what_the_website_is_sent_is_signed_and_answered_on_the_real_clock(
    service: Service, bureau: Bureau, moved: Moved
) -> None:
    named = {"website_url": "https://www.qingling.example/publish", "website_secret": SecretStr("shared")}
    moved.forward(days=30)
    made = website_of(replace(service, settings=service.settings.model_copy(update=named)))
    assert isinstance(made, HttpWebsite)
    assert made.signer is not None
    assert made.signer.headers(b"")[TIMESTAMP] == str(int(service.machine_now.timestamp()))
    assert made.statutory(service.machine_now) == service.now
