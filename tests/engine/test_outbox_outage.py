"""A mail server that fails in every way it can, for a while: afterwards everybody was told, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from benchmarks.mail_server import Mood, local_mail_server
from engine.outbox import send_due
from engine.service import Service
from notifications.rendering import message_id
from tests.builders import Bureau, MovableClock, launch_case, scalars
from tests.engine.test_outbox import drain, keys_waiting, waiting

pytestmark = pytest.mark.thorough

OUTAGES = (Mood.DOWN, Mood.BUSY, Mood.FULL, Mood.BREAKING, Mood.FORGETFUL)


def queue(service: Service, count: int) -> None:
    """So many more drafters of the unit, each with a message waiting about one open to-do."""
    launch_case(service)
    drain(service)
    with service.database.begin() as connection:
        connection.execute(
            text(
                """
                WITH made AS (
                    INSERT INTO person (username, name, email, password_hash, active)
                    SELECT 'p' || n, '人员' || n, 'p' || n || '@qingling.example', '', true
                      FROM generate_series(1, :count) n RETURNING id),
                open AS (SELECT id, case_id, position, unit_id FROM assignment WHERE closed_at IS NULL),
                held AS (
                    INSERT INTO holding (person_id, position, unit_id)
                    SELECT made.id, h.position, h.unit_id FROM made,
                           (SELECT position, unit_id FROM holding WHERE position = 'drafter') h)
                INSERT INTO notification (key, template, case_id, assignment_id, person_id, created_at)
                SELECT 'todo:' || open.id || ':' || made.id, 'todo', open.case_id, open.id, made.id, :now
                  FROM made, open
                """
            ),
            {"count": count, "now": service.now},
        )
        connection.execute(text("UPDATE assignment SET person_id = NULL, unit_id = (SELECT id FROM unit)"))


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_all_queued_mails_are_delivered_once_by_a_server_that_fails_for_a_while(
    service: Service, bureau: Bureau, clock: MovableClock, count: int
) -> None:
    queue(service, count)
    keys = keys_waiting(service)
    assert len(keys) == count
    with local_mail_server() as server:
        for mood in OUTAGES:
            server.turn(mood)
            for _ in range(4):
                send_due(service, server.client)
                clock.move(seconds=20)
        assert waiting(service) == count, "nothing is taken for sent that was not answered"
        server.turn(Mood.WELL)
        for _ in range(count):
            with ThreadPoolExecutor(2) as workers:  # two workers at once
                list(workers.map(lambda _: drain(service, server.client), range(2)))
            if not waiting(service):
                break
            clock.move(minutes=1)
    assert waiting(service) == 0
    assert set(server.taken) == {message_id(key, service.settings.mail_from) for key in keys}
    assert all(len(copies) == 1 for copies in server.taken.values()), "a repeat is the same bytes"
    assert server.copies.total() <= count + 4, "only what the server took without saying so came twice"


def test_one_message_the_server_breaks_off_on_does_not_hold_up_the_others(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    """Such a message, at the head of the queue, used to take nine others back into the queue with it."""
    queue(service, 9)
    with local_mail_server() as server:
        poisoned = server.client
        first = scalars(service, "SELECT min(id) FROM notification WHERE routed_at IS NULL")[0]
        with service.database.begin() as connection:
            connection.execute(
                text(
                    "UPDATE person p SET name = '毒' FROM notification n"
                    " WHERE n.id = :i AND n.person_id = p.id"
                ),
                {"i": first},
            )
        take = server.handle_DATA

        async def picky(smtp: object, session: object, envelope: object) -> str:
            if "5q+S" in envelope.content.decode():  # type: ignore[attr-defined]  # 毒 in base64
                server.mood = Mood.BREAKING
            try:
                return await take(smtp, session, envelope)
            finally:
                server.mood = Mood.WELL

        server.handle_DATA = picky  # type: ignore[method-assign]
        for _ in range(3):
            drain(service, poisoned)
            clock.move(seconds=15)
    assert len(server.taken) == 8
    assert waiting(service) == 1
