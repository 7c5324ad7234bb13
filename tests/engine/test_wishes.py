"""How people wish to be told: kept to the minute, never against what is urgent by law."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from engine import deliveries
from engine.acts.passwords import set_password
from engine.acts.wishes import Wishes, read_wishes, set_wishes
from engine.group_outbox import GroupOutbox
from engine.ledger import verify
from engine.reading import read_deliveries
from engine.routing import Event, Router, Wish, route_due
from engine.service import Service
from notifications.channel_names import DIGEST, MAIL
from rules.errors import InvalidInput
from tests.builders import Bureau, MovableClock, decide_next, launch_case, scalars
from tests.engine.test_groups import installed, outbox, server, states, wish, with_channels
from tests.engine.test_outbox import drain, mails, waiting
from tests.group_server import GroupServer

__all__ = ["installed", "server"]

GROUP = "科室群"


def make_urgent(service: Service) -> None:
    """What waits to be routed is urgent by law."""
    with service.database.begin() as connection:
        connection.execute(text("UPDATE notification SET urgent = true WHERE routed_at IS NULL"))


def at(clock: MovableClock, local: str) -> None:
    """Set the clock to a moment in Shanghai, which is eight hours ahead of UTC all year."""
    moment = datetime.fromisoformat(f"{local}+08:00")
    clock.now = moment.astimezone(UTC)


# --- by which channels -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "event", "channels"),
    [
        (Wish(), Event("todo"), [MAIL]),
        (Wish([GROUP]), Event("todo"), [GROUP]),
        (Wish([MAIL, GROUP]), Event("todo"), [MAIL, GROUP]),
        (Wish(["gone"]), Event("todo"), [MAIL]),
        (Wish([]), Event("todo"), [MAIL]),
        (Wish([GROUP]), Event("todo", urgent=True), [MAIL, GROUP]),
        (Wish(["gone"]), Event("todo", urgent=True), [MAIL]),
        (Wish([GROUP], digest=True), Event("todo"), [DIGEST]),
        (Wish([GROUP], digest=True), Event("todo", urgent=True), [MAIL, GROUP]),
        (Wish([GROUP], digest=True), Event("incident"), [GROUP]),
        (Wish([GROUP], digest=True), Event("urged"), [GROUP]),
        (Wish([GROUP], digest=True), Event(DIGEST, of_case=False), [GROUP]),
        (Wish([GROUP]), Event("password-set", urgent=True, of_case=False), [MAIL]),
    ],
)
def test_where_a_message_goes(wish: Wish, event: Event, channels: list[str]) -> None:
    assert Router([GROUP]).channels(wish, event) == channels


def test_whatever_is_wished_what_is_urgent_goes_by_mail_and_everything_goes_somewhere() -> None:
    for chosen in ([], [MAIL], [GROUP], ["gone"], [MAIL, GROUP], [GROUP, "gone"]):
        for digest in (False, True):
            for template in ("todo", "incident", "urged", "closed", DIGEST, "password-set"):
                for of_case in (False, True):
                    urgent = Router([GROUP]).channels(Wish(chosen, digest), Event(template, True, of_case))
                    assert MAIL in urgent
                    calm = Router([GROUP]).channels(Wish(chosen, digest), Event(template, False, of_case))
                    assert calm
                    assert len(set(calm)) == len(calm)


def test_two_workers_route_a_message_once(service: Service, bureau: Bureau) -> None:
    launch_case(service)
    launch_case(service)
    with service.database.begin() as first:
        first.execute(text("SELECT id FROM notification ORDER BY id LIMIT 1 FOR UPDATE"))
        assert route_due(service) == 1, "the locked one is passed over"
    assert route_due(service) == 1
    assert route_due(service) == 0
    assert scalars(service, "SELECT count(*) FROM delivery") == [2]


def test_a_decision_writes_one_row_and_chooses_no_channel(service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    assert scalars(service, "SELECT count(*) FROM delivery") == [0]
    assert [each.state for each in read_deliveries(service, bureau.actor("drafter"), number)] == [
        "waiting"
    ] * 2


# --- quiet hours -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quiet", "local", "leaves"),
    [
        (("22:00", "07:00"), "2026-04-20 21:59:59", True),
        (("22:00", "07:00"), "2026-04-20 22:00:00", False),
        (("22:00", "07:00"), "2026-04-20 23:59:59", False),
        (("22:00", "07:00"), "2026-04-21 00:00:00", False),
        (("22:00", "07:00"), "2026-04-21 06:59:59", False),
        (("22:00", "07:00"), "2026-04-21 07:00:00", True),
        (("12:00", "14:00"), "2026-04-20 11:59:59", True),
        (("12:00", "14:00"), "2026-04-20 12:00:00", False),
        (("12:00", "14:00"), "2026-04-20 13:59:59", False),
        (("12:00", "14:00"), "2026-04-20 14:00:00", True),
        # Shanghai keeps no summer time: the same hours the year round, also where Europe's clocks change.
        (("02:00", "03:00"), "2026-03-29 02:30:00", False),
        (("02:00", "03:00"), "2026-03-29 03:00:00", True),
        (("02:00", "03:00"), "2026-10-25 02:30:00", False),
        (("22:00", "07:00"), "2026-07-20 22:00:00", False),
        (("22:00", "07:00"), "2026-07-21 07:00:00", True),
    ],
)
def test_nothing_leaves_in_quiet_hours_and_everything_does_outside_them(
    service: Service, bureau: Bureau, clock: MovableClock, quiet: tuple[str, str], local: str, leaves: bool
) -> None:
    wish(service, "drafter", MAIL, quiet_from=quiet[0], quiet_until=quiet[1])
    at(clock, local)
    launch_case(service)
    drain(service)
    assert (len(mails(service)), waiting(service)) == ((1, 0) if leaves else (0, 1))


def test_what_waited_through_the_night_leaves_in_the_morning_untried(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    wish(service, "drafter", MAIL, quiet_from="22:00", quiet_until="07:00")
    at(clock, "2026-04-20 23:30:00")
    number = launch_case(service).number
    for _ in range(5):
        drain(service)
        clock.move(hours=1)
    assert states(service, number, MAIL) == ["waiting"], "not failing: nothing is wrong with it"
    at(clock, "2026-04-21 07:00:00")
    drain(service)
    assert states(service, number, MAIL) == ["sent"]


@pytest.mark.parametrize("channel", [MAIL, GROUP])
def test_what_is_urgent_passes_quiet_hours(
    installed: Service, bureau: Bureau, clock: MovableClock, server: GroupServer, channel: str
) -> None:
    wish(installed, "drafter", channel, quiet_from="22:00", quiet_until="07:00")
    at(clock, "2026-04-20 23:30:00")
    number = launch_case(installed).number
    make_urgent(installed)
    drain(installed)
    assert states(installed, number, MAIL) == ["sent"], "by mail, whatever was chosen"
    if channel == GROUP:
        assert outbox(installed, GROUP).tell_due() == 1


def test_that_another_set_ones_password_is_told_at_once_by_mail_and_to_no_group(
    installed: Service, bureau: Bureau, clock: MovableClock, server: GroupServer
) -> None:
    wish(installed, "drafter", GROUP, quiet_from="22:00", quiet_until="07:00", digest=True)
    at(clock, "2026-04-20 23:30:00")
    set_password(installed, bureau.actor("administrator"), "drafter", "given-by-another-1")
    drain(installed)
    assert len(mails(installed)) == 1
    assert outbox(installed, GROUP).tell_due() == 0
    assert server.asked == 0


def test_a_group_keeps_the_quiet_hours_of_each_person(
    installed: Service, bureau: Bureau, clock: MovableClock, server: GroupServer
) -> None:
    wish(installed, "drafter", GROUP, quiet_from="22:00", quiet_until="07:00")
    wish(installed, "section_head", GROUP)
    number = launch_case(installed).number
    decide_next(installed, number)
    quiet = launch_case(installed).number
    at(clock, "2026-04-20 23:30:00")
    while GroupOutbox(installed, GROUP, outbox(installed, GROUP).group).tell_due():
        pass
    (said,) = server.texts()
    assert number in said
    assert quiet not in said


def test_quiet_hours_that_are_changed_count_at_once_for_what_waits(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    wish(service, "drafter", MAIL, quiet_from="08:00", quiet_until="20:00")
    launch_case(service)
    drain(service)
    assert waiting(service) == 1
    wish(service, "drafter", MAIL)
    drain(service)
    assert waiting(service) == 0


def test_a_server_that_comes_back_at_night_is_not_given_what_waits_for_the_morning(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    from tests.engine.test_outbox import _Dead

    wish(service, "drafter", MAIL, quiet_from="22:00", quiet_until="07:00")
    at(clock, "2026-04-20 21:59:50")
    launch_case(service)
    assert deliveries.claim(service, MAIL, most=1) == []  # not routed yet
    drain(service, _Dead())
    clock.move(minutes=5)
    drain(service)
    assert mails(service) == []
    at(clock, "2026-04-21 07:00:00")
    drain(service)
    assert len(mails(service)) == 1


# --- what may be wished ------------------------------------------------------------------------


def test_without_a_wish_it_is_mail_at_once(service: Service, bureau: Bureau) -> None:
    own = read_wishes(service, bureau.actor("drafter"))
    assert own.wishes == Wishes([MAIL])
    assert own.installed == [MAIL]


def test_a_wish_is_kept_and_stands_in_the_ledger_without_the_mobile_number(
    installed: Service, bureau: Bureau
) -> None:
    wished = Wishes([GROUP], "13800000000", "22:00", "07:00", True)
    actor = installed.actor("drafter", channel="api")
    set_wishes(installed, actor, wished)
    own = read_wishes(installed, actor)
    assert own.wishes == wished
    assert own.installed == [MAIL, GROUP, "duty", "platform"]
    (entry,) = scalars(installed, "SELECT data FROM ledger_entry WHERE action = 'messages-chosen'")
    assert entry == {"channels": [GROUP], "digest": True, "quiet": "22:00-07:00"}
    with installed.database.connect() as connection:
        verify(connection)
    assert read_wishes(with_channels(installed, ""), actor).wishes.channels == [MAIL], "the group is gone"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"channels": []}, "channels"),
        ({"channels": [MAIL, MAIL]}, "channels"),
        ({"channels": ["https://evil.example/hook"]}, "channels"),
        ({"channels": [DIGEST]}, "channels"),
        ({"mobile": "110"}, "mobile"),
        ({"mobile": "１3800000000"}, "mobile"),
        ({"mobile": "13800000000\n"}, "mobile"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_until": "07:00"}, "quiet_until"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
        ({"quiet_from": "24:00", "quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "22:00", "quiet_until": "7"}, "quiet_until"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_stored(
    installed: Service, bureau: Bureau, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_wishes(installed, bureau.actor("drafter"), Wishes(**({"channels": [MAIL]} | wrong)))
    assert refused.value.facts["field"] == field
    assert scalars(installed, "SELECT count(*) FROM message_wish") == [0]
