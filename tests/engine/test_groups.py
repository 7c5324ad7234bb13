"""Groups: what robots and programs are told, that a refusal is one, and that nothing of theirs leaks."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from engine import deliveries
from engine.acts.resend import resend
from engine.acts.wishes import Wishes, set_wishes
from engine.chores import Chores
from engine.doctor import examine
from engine.group_outbox import GroupOutbox
from engine.groups import group_at, groups_of
from engine.reading import list_undelivered, read_deliveries
from engine.service import Service
from notifications.addresses import AddressUnusable
from notifications.channels import ChannelUnavailable
from notifications.groups import Note
from notifications.messages import Content
from notifications.rendering import subject_of
from rules.time import system_time
from tests.builders import Bureau, MovableClock, decide_next, launch_case, scalars
from tests.engine.test_mail_sign_in import authority
from tests.engine.test_messages import sample
from tests.engine.test_outbox import drain, mails, waiting
from tests.group_server import SECRETS, GroupServer, group_server

NAMES = {"科室群": "wecom", "duty": "dingtalk", "platform": "hook"}


@pytest.fixture
def server() -> Iterator[GroupServer]:
    with group_server() as made:
        yield made


@pytest.fixture
def installed(service: Service, server: GroupServer) -> Service:
    """The installation with one channel of each kind."""
    given = ", ".join(f"{name}={getattr(server, kind)}" for name, kind in NAMES.items())
    return with_channels(service, given)


def with_channels(service: Service, given: str) -> Service:
    """The same installation, told of other channels."""
    settings = service.settings.model_copy(update={"channels": SecretStr(given)})
    return replace(service, settings=settings)


def outbox(service: Service, name: str) -> GroupOutbox:
    """The outbox of one group."""
    return GroupOutbox(service, name, groups_of(service.settings, service.time)[name])


def wish(service: Service, person: str, *channels: str, **more: Any) -> None:
    """Somebody wishes to be told so."""
    set_wishes(service, service.actor(person, channel="api"), Wishes(list(channels), **more))


def states(service: Service, number: str, channel: str) -> list[str]:
    """How the messages of a case by one channel stand."""
    found = read_deliveries(service, service.actor("administrator", channel="api"), number)
    return [each.state for each in found if each.channel is not None and each.channel.key == channel]


@pytest.mark.parametrize("name", NAMES)
def test_whoever_chose_a_group_is_told_there_with_number_step_and_a_link_that_only_opens(
    installed: Service, bureau: Bureau, server: GroupServer, name: str
) -> None:
    wish(installed, "drafter", name)
    number = launch_case(installed).number
    assert outbox(installed, name).tell_due() == 1
    (told,) = server.taken
    said = json.dumps(told, ensure_ascii=False)
    assert number in said
    assert "拟稿人" in said
    assert f"{installed.settings.base_url}/t/" in said
    assert states(installed, number, name) == ["sent"]
    drain(installed)
    assert mails(installed) == [], "mail was not chosen"


@pytest.mark.parametrize("name", NAMES)
def test_what_a_demonstration_tells_a_group_says_that_its_time_is_not_real(
    installed: Service, bureau: Bureau, server: GroupServer, name: str
) -> None:
    virtual = replace(installed, ahead=lambda: timedelta(days=30))
    wish(virtual, "drafter", name)
    launch_case(virtual)
    assert outbox(virtual, name).tell_due() == 1
    assert "虚拟时间" in json.dumps(server.taken, ensure_ascii=False)


def test_a_robot_calls_its_person_by_mobile_number(
    installed: Service, bureau: Bureau, server: GroupServer
) -> None:
    for name in ("科室群", "duty"):
        wish(installed, "drafter", name, mobile="13800000000")
        launch_case(installed)
        assert outbox(installed, name).tell_due() == 1
    wecom, dingtalk = server.taken
    assert wecom["text"]["mentioned_mobile_list"] == ["13800000000"]
    assert "13800000000" not in wecom["text"]["content"]
    assert dingtalk["at"] == {"atMobiles": ["13800000000"], "isAtAll": False}
    assert "@13800000000" in dingtalk["text"]["content"]


def test_a_program_is_told_as_documented_and_can_tell_a_repeat(
    installed: Service, bureau: Bureau, server: GroupServer, clock: MovableClock
) -> None:
    wish(installed, "drafter", "platform")
    number = launch_case(installed).number
    server.forgets = True
    program = outbox(installed, "platform")
    assert program.tell_due() == 0
    server.forgets = False
    clock.move(seconds=deliveries.FIRST_PAUSE_SECONDS)
    assert program.tell_due() == 1
    first, again = server.taken
    assert first == again
    assert first["_key"] == first["key"]
    assert {name for name in first if name != "_key"} == {
        "key", "kind", "case", "urgent", "to", "subject", "link", "queued_at",
    }  # fmt: skip
    assert (first["kind"], first["case"], first["urgent"]) == ("todo", number, False)
    assert first["to"] == {"username": "drafter", "name": "拟稿人"}


def test_a_demonstration_says_that_its_time_is_not_real(
    installed: Service, bureau: Bureau, server: GroupServer
) -> None:
    virtual = replace(installed, ahead=lambda: timedelta(days=3))
    wish(virtual, "drafter", "科室群")
    launch_case(virtual)
    assert outbox(virtual, "科室群").tell_due() == 1
    assert "【虚拟时间 demonstration】" in server.texts()[0]


@pytest.mark.parametrize("kind", get_args(Content))
def test_a_group_never_learns_a_title(kind: Any) -> None:
    """All it is told beside names and links is the subject."""
    assert "«public_title»" not in subject_of(sample(kind))


def test_http_200_with_an_errcode_is_a_failure_seen_and_sent_again(
    installed: Service, bureau: Bureau, server: GroupServer
) -> None:
    for name, code in (("科室群", 45009), ("duty", 310000)):
        server.errcode = code
        wish(installed, "drafter", name)
        number = launch_case(installed).number
        robot = outbox(installed, name)
        assert robot.tell_due() == 0
        assert states(installed, number, name) == ["failing"]
        administrator = bureau.actor("administrator")
        (failing,) = list_undelivered(installed, administrator)
        assert failing.why is not None
        assert f"errcode {code}" in failing.why.zh
        server.errcode = 0
        assert failing.id is not None
        assert outbox(installed, name).tell_due() == 0, "its pause is not over"
        resend(installed, administrator, failing.id)
        assert outbox(installed, name).tell_due() == 1
        assert states(installed, number, name) == ["sent"]
    assert len(server.taken) == 2


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("wecombot://another-key", "errcode 93000"),
        ("dingtalk://SEC0badc0ffee0badc0ffee@anothertoken", "errcode 300001"),
        ("dingtalk://SECanother@566cc69da782ec33dfa6b0e8", "errcode 310000"),
    ],
)
def test_a_robot_of_another_key_token_or_secret_is_told_nothing(
    service: Service, bureau: Bureau, server: GroupServer, address: str, why: str
) -> None:
    wrong = with_channels(service, f"g={address}?server={server.base}")
    wish(wrong, "drafter", "g")
    launch_case(wrong)
    assert outbox(wrong, "g").tell_due() == 0
    assert server.taken == []
    assert scalars(wrong, "SELECT last_error FROM delivery") == [why]


@pytest.mark.parametrize(
    ("name", "fault", "value"),
    [
        *((name, fault, value) for name in NAMES for fault, value in (("broken", True), ("status", 503))),
        ("科室群", "nonsense", True),
        ("duty", "nonsense", True),
    ],
)
def test_a_group_that_fails_delays_with_growing_pauses_and_is_told_once_it_answers(
    installed: Service,
    bureau: Bureau,
    server: GroupServer,
    clock: MovableClock,
    name: str,
    fault: str,
    value: Any,
) -> None:
    wish(installed, "drafter", name)
    number = launch_case(installed).number
    group = outbox(installed, name)
    setattr(server, fault, value)
    pauses = []
    for _ in range(3):
        assert group.tell_due() == 0
        (due,) = scalars(installed, "SELECT next_try_at FROM delivery")
        pauses.append(int((due - installed.now).total_seconds()))
        assert group.tell_due() == 0
        clock.move(seconds=pauses[-1])
    assert pauses == [15, 30, 60]
    assert server.asked == 3, "not before its next try"
    server.status, server.broken, server.nonsense = 200, False, False
    assert group.tell_due() == 1
    assert states(installed, number, name) == ["sent"]
    assert len(server.taken) == 1


def test_what_a_program_says_it_never_takes_is_a_dead_letter_until_somebody_asks_again(
    installed: Service, bureau: Bureau, server: GroupServer
) -> None:
    wish(installed, "drafter", "platform")
    number = launch_case(installed).number
    server.status = 422
    program = outbox(installed, "platform")
    assert program.tell_due() == 1
    assert states(installed, number, "platform") == ["dropped"]
    (dead,) = list_undelivered(installed, bureau.actor("administrator"))
    assert dead.why is not None
    assert "HTTP 422" in dead.why.zh
    assert dead.id is not None
    server.status = 200
    resend(installed, bureau.actor("administrator"), dead.id)
    assert program.tell_due() == 1
    (entry,) = scalars(installed, "SELECT data FROM ledger_entry WHERE action = 'message-resent'")
    assert entry["channel"] == "platform"


def test_a_group_that_is_down_keeps_no_mail_and_no_other_group_waiting(
    installed: Service, bureau: Bureau, server: GroupServer
) -> None:
    wish(installed, "drafter", "mail", "科室群", "platform")
    number = launch_case(installed).number
    server.errcode = 45009
    assert outbox(installed, "科室群").tell_due() == 0
    assert outbox(installed, "platform").tell_due() == 1
    drain(installed)
    assert len(mails(installed)) == 1
    assert [states(installed, number, name) for name in ("mail", "科室群", "platform")] == [
        ["sent"],
        ["failing"],
        ["sent"],
    ]


def test_what_is_due_at_once_goes_in_few_messages_with_a_rest_between_them(
    installed: Service, bureau: Bureau, server: GroupServer, clock: MovableClock
) -> None:
    """Each robot takes twenty messages a minute; 钉钉 shuts out for ten minutes whoever sends more."""
    wish(installed, "drafter", "科室群")
    numbers = [launch_case(installed).number for _ in range(12)]
    robot = outbox(installed, "科室群")
    sent_at = []
    for _ in range(30):
        if robot.tell_due():
            sent_at.append(installed.now)
        clock.move(seconds=1)
    assert len(server.taken) == len(sent_at) == 3
    assert all((b - a).total_seconds() >= 3 for a, b in pairwise(sent_at))
    assert all("\n".join(server.texts()).count(number) == 1 for number in numbers)


def test_the_longest_messages_together_still_fit_into_one_of_wecom(server: GroupServer) -> None:
    note = Note(
        key="k",
        kind="todo",
        case_number="ZD-2026-0001",
        urgent=False,
        username="u",
        name="欧阳某某某某",
        mobile="13800000000",
        subject="汉" * 78,
        link="https://gongkai.qingling.gov.cn/t/" + "x" * 43,
        queued_at="",
    )
    robot = group_at(server.wecom, system_time)
    robot.tell([note] * robot.at_once)
    assert len(server.taken) == 1


def test_one_message_that_is_never_taken_does_not_hold_up_the_others(
    installed: Service, bureau: Bureau, server: GroupServer, clock: MovableClock
) -> None:
    wish(installed, "drafter", "科室群")
    poisoned = launch_case(installed).number
    for _ in range(5):
        launch_case(installed)
    robot = outbox(installed, "科室群")
    picky = _Picky(robot.group, poisoned)
    robot.group = picky
    for _ in range(120):
        robot.tell_due()
        clock.move(seconds=1)
    assert len(picky.taken) == 5
    assert waiting(installed) == 1


class _Picky:
    """A robot that takes nothing in which a word stands."""

    def __init__(self, behind: Any, word: str) -> None:
        self.at_once, self.pause_seconds = behind.at_once, behind.pause_seconds
        self.word, self.taken = word, []

    def tell(self, notes: Any) -> None:
        if any(self.word in note.subject for note in notes):
            raise ChannelUnavailable("errcode 1")
        self.taken += notes


def test_worker_killed_between_telling_and_marking_tells_again_and_loses_nothing(
    installed: Service,
    bureau: Bureau,
    server: GroupServer,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wish(installed, "drafter", "科室群")
    launch_case(installed)

    def die(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "mark", die)
        with pytest.raises(KeyboardInterrupt):
            outbox(installed, "科室群").tell_due()
    assert outbox(installed, "科室群").tell_due() == 0, "the dead worker's lease still holds"
    clock.move(seconds=deliveries.LEASE_SECONDS + 1)
    assert outbox(installed, "科室群").tell_due() == 1
    first, again = server.texts()
    assert first == again, "the same link, so both lead to the to-do"


def test_two_workers_at_once_tell_a_group_once(
    installed: Service, bureau: Bureau, server: GroupServer
) -> None:
    """While one has the row locked, uncommitted, the other passes over it; afterwards it is leased."""
    wish(installed, "drafter", "科室群")
    launch_case(installed)
    first, second = outbox(installed, "科室群"), outbox(installed, "科室群")
    tell = first.group.tell

    class Meanwhile:
        at_once, pause_seconds = first.group.at_once, first.group.pause_seconds

        def tell(self, notes: Any) -> None:
            assert second.tell_due() == 0
            tell(notes)

    first.group = Meanwhile()
    assert first.tell_due() == 1
    assert len(server.taken) == 1


def test_a_to_do_that_is_over_is_told_nowhere(
    installed: Service, bureau: Bureau, server: GroupServer
) -> None:
    wish(installed, "drafter", "科室群")
    number = launch_case(installed).number
    decide_next(installed, number)
    assert outbox(installed, "科室群").tell_due() == 1
    assert server.asked == 0
    assert states(installed, number, "科室群") == ["moot"]


def test_what_waits_for_a_channel_that_is_no_longer_installed_goes_by_mail(
    installed: Service, bureau: Bureau, server: GroupServer
) -> None:
    wish(installed, "drafter", "科室群")
    number = launch_case(installed).number
    server.errcode = 93000
    outbox(installed, "科室群").tell_due()
    without = with_channels(installed, "")
    Chores(without).make_digests()
    drain(without)
    assert len(mails(without)) == 1
    assert states(without, number, "科室群") == ["moot"]
    launch_case(without)
    drain(without)
    assert len(mails(without)) == 2, "and so does what comes later"


def test_no_secret_of_a_channel_is_logged_stored_or_shown(
    installed: Service,
    bureau: Bureau,
    server: GroupServer,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as lines:
        for name in NAMES:
            wish(installed, "drafter", name, mobile="13800000000")
            launch_case(installed)
            for fault in ({"status": 500}, {"broken": True}, {"errcode": 93000}, {}):
                server.status, server.broken, server.errcode = 200, False, 0
                for field, value in fault.items():
                    setattr(server, field, value)
                outbox(installed, name).tell_due()
                clock.move(hours=1)
        with pytest.raises(AddressUnusable) as refused:
            group_at(f"wecombot://{SECRETS[0]}%20x", system_time)
        found = [str(finding) for finding in examine(installed)]
    assert server.taken
    stored = scalars(installed, "SELECT last_error FROM delivery") + scalars(
        installed, "SELECT data::text FROM ledger_entry"
    )
    written = capsys.readouterr()
    everything = [caplog.text, str(lines), written.out, written.err, *stored, *found, str(refused.value)]
    everything += [repr(installed.settings), repr(groups_of(installed.settings, system_time))]
    assert not [secret for secret in SECRETS for said in everything if secret in said]


def test_a_robot_whose_certificate_nobody_vouches_for_is_told_nothing(
    service: Service, bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: MovableClock
) -> None:
    trusted, other = authority(tmp_path, "trusted"), authority(tmp_path, "other")
    with group_server(trusted.context(tmp_path)) as server:
        encrypted = with_channels(service, f"g={server.wecom}")
        wish(encrypted, "drafter", "g")
        launch_case(encrypted)
        robot = outbox(encrypted, "g")
        monkeypatch.setenv("SSL_CERT_FILE", str(other.file))
        assert robot.tell_due() == 0
        assert server.taken == []
        clock.move(minutes=1)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted.file))
        assert robot.tell_due() == 1


@pytest.mark.parametrize(
    "address",
    [
        "wecombot://",
        "wecombot://a key",
        "wecombot://key?server=ftp://x",
        "dingtalk://",
        "dingtalk://SEC@to-ken",
        "https://oa.example/hook",
        "https://user:secret@oa.example/hook",
        "https://secret@",
        "https://secret@oa.example:99999/hook",
        "mailto://user:secret@example",
        "file:///etc/passwd",
    ],
)
def test_an_address_nothing_can_be_told_at_is_refused_without_being_quoted(address: str) -> None:
    with pytest.raises(AddressUnusable) as refused:
        group_at(address, system_time)
    assert not any(part in str(refused.value) for part in ("key?", "SEC", "passwd", "oa.example"))
