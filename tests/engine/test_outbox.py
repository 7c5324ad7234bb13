"""The outbox: told once, never content, never in anyone's way."""

import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pydantic import ValidationError
from sqlalchemy import text

from engine import deliveries
from engine.links import hash_of
from engine.outbox import send_due
from engine.routing import route_due
from engine.service import Service
from engine.settings import Settings
from notifications.addresses import AddressUnusable
from notifications.channels import ChannelUnavailable, MailboxFolder, MailServer
from tests.builders import (
    Bureau,
    MovableClock,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    todo_of,
)

SECRET_WORDS = ("安全生产检查", "各镇人民政府")  # of the draft's title and body


def mails(service: Service) -> list[EmailMessage]:
    """What lies in the mailbox folder."""
    folder = service.settings.home / "mailbox"
    return [_parsed(file.read_bytes()) for file in sorted(folder.glob("*.eml"))]


def _parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[return-value]


def words(mail: EmailMessage) -> str:
    """Both parts of a message, as its reader's program decodes them."""
    return "\n".join(part.get_content() for part in mail.iter_parts())  # type: ignore[attr-defined]


def drain(service: Service, channel: Any = None) -> None:
    """Send until nothing more moves."""
    while send_due(service, channel):
        pass


def waiting(service: Service) -> int:
    """Messages neither sent nor dropped."""
    return len(keys_waiting(service))


def keys_waiting(service: Service) -> list[str]:
    """Their keys."""
    query = (
        "SELECT key FROM notification n WHERE routed_at IS NULL OR EXISTS (SELECT 1 FROM delivery d"
        " WHERE d.notification_id = n.id AND d.sent_at IS NULL AND d.dropped_at IS NULL)"
    )
    return scalars(service, query)


class MailHost:
    """A real SMTP conversation; ``answer`` decides what the server says to a message."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.answer = "250 OK"
        self.answer_to_recipient = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.answer_to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_to_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.received.append(_parsed(envelope.content))
        return self.answer


@pytest.fixture
def mail_host() -> Iterator[tuple[MailHost, MailServer]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    host = MailHost()
    controller = Controller(host, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield host, MailServer("127.0.0.1", port, timeout_seconds=5)
    finally:
        controller.stop(no_assert=True)


def test_each_holder_is_told_once_and_the_link_only_opens_the_todo(service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    drain(service)
    drain(service)
    (mail,) = mails(service)
    assert mail["To"] == "拟稿人 <drafter@qingling.example>"
    assert number in mail["Subject"]
    assert "拟稿" in mail["Subject"]
    body = words(mail)
    (link,) = {word for word in body.split() if word.startswith(service.settings.base_url)}
    assert scalars(
        service, "SELECT assignment_id FROM todo_link WHERE token_hash = :h", h=hash_of(link.split("/t/")[1])
    ) == [todo_of(service, number).id]
    assert body.index("您有一项新的待办") < body.index("You have a new to-do")


def test_a_message_never_carries_the_title_before_it_is_public_nor_any_content(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service).number
    decide_all(service, number, until="issue")
    service_text = "".join(str(m["Subject"]) + words(m) for m in _all_sent(service))
    assert not any(word in service_text for word in SECRET_WORDS)


def test_the_title_appears_once_attribute_and_secrecy_are_settled_as_public(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    with service.database.begin() as connection:
        connection.execute(text("UPDATE cases SET title_is_public = true"))
    (told,) = _all_sent(service)
    assert SECRET_WORDS[0] in words(told)
    assert SECRET_WORDS[1] not in words(told)


def test_a_case_that_claims_a_state_secret_is_never_named_by_title(service: Service, bureau: Bureau) -> None:
    launch_case(service, state_secret=True)
    with service.database.begin() as connection:  # even if a title should ever get there
        connection.execute(text("UPDATE cases SET title = '涉密标题', title_is_public = true"))
    (told,) = _all_sent(service)
    assert "涉密标题" not in words(told)
    assert "涉密标题" not in told["Subject"]


def _all_sent(service: Service) -> list[EmailMessage]:
    drain(service)
    return mails(service)


def test_a_closed_todo_is_not_told_of(service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    drain(service)
    (mail,) = mails(service)
    assert "section_head@" in mail["To"]
    assert scalars(service, "SELECT last_error FROM delivery WHERE dropped_at IS NOT NULL") == [
        "the to-do is closed"
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE person SET email = '' WHERE username = 'section_head'", "the person has no e-mail address"),
        (
            "UPDATE person SET active = false WHERE username = 'section_head'",
            "the person is no longer active",
        ),
        (
            "UPDATE holding SET until = '2026-04-19' WHERE position = 'section_head'",
            "the person no longer holds the position",
        ),
        (
            "UPDATE person SET email = 'no address' WHERE username = 'section_head'",
            "the e-mail address cannot be used",
        ),
        (
            "UPDATE person SET email = '张@例.cn' WHERE username = 'section_head'",
            "the e-mail address cannot be used",
        ),
    ],
)
def test_a_message_that_cannot_reach_anyone_is_dropped_with_its_reason(
    service: Service, bureau: Bureau, change: str, reason: str
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    drain(service)
    count = len(mails(service))
    decide_next(service, number, action="return", return_to="drafting", opinion="请补充")
    decide_next(service, number)
    with service.database.begin() as connection:
        connection.execute(text(change))
    drain(service)
    assert len(mails(service)) == count
    assert scalars(
        service, "SELECT last_error FROM delivery WHERE dropped_at IS NOT NULL ORDER BY id DESC LIMIT 1"
    ) == [reason]
    assert waiting(service) == 0


@pytest.mark.parametrize("address", ["gongkai", "公开@qingling.example", "a@b, c@d", "a@b\r\nBcc: c@d", ""])
def test_a_sender_nothing_can_be_sent_from_is_refused_at_the_start(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_MAIL_FROM", address)
    with pytest.raises(ValidationError, match="mail_from"):
        Settings()


def test_a_wrong_sender_never_drops_a_message(service: Service, bureau: Bureau, clock: MovableClock) -> None:
    launch_case(service)
    misled = replace(service, settings=service.settings.model_copy(update={"mail_from": "nobody"}))
    with pytest.raises(AddressUnusable):
        send_due(misled)
    assert waiting(service) == 1
    clock.move(seconds=deliveries.LEASE_SECONDS + 1)
    assert len(_all_sent(service)) == 1


def test_a_name_with_line_ends_cannot_add_a_header(service: Service, bureau: Bureau) -> None:
    with service.database.begin() as connection:
        connection.execute(
            text("UPDATE person SET name = :n WHERE username = 'drafter'"),
            {"n": "张伟\r\nBcc: everyone@example.invalid\u2028X-Evil: 1"},
        )
    launch_case(service)
    (mail,) = _all_sent(service)
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert [name for name in mail if name.lower() == "to"] == ["To"]


def test_a_mail_server_that_is_down_delays_with_growing_pauses_and_then_delivers(
    service: Service, bureau: Bureau, clock: MovableClock, mail_host: tuple[MailHost, MailServer]
) -> None:
    host, channel = mail_host
    launch_case(service)
    dead = MailServer("127.0.0.1", 1, timeout_seconds=2)
    pauses = []
    for _ in range(4):
        assert send_due(service, dead) == 0
        pauses.append(_pause(service))
        assert send_due(service, channel) == 0, "not before its next try"
        clock.move(seconds=pauses[-1])
    assert pauses == [15, 30, 60, 120]
    assert send_due(service, channel) == 1
    assert len(host.received) == 1
    assert scalars(service, "SELECT attempts FROM delivery") == [5]


def _pause(service: Service) -> int:
    (at,) = scalars(service, "SELECT next_try_at FROM delivery")
    return int((at - service.now).total_seconds())


def test_a_pause_never_grows_beyond_an_hour(service: Service, bureau: Bureau, clock: MovableClock) -> None:
    launch_case(service)
    route_due(service)
    with service.database.begin() as connection:
        connection.execute(text("UPDATE delivery SET attempts = 5000"))
    send_due(service, _Dead())
    assert _pause(service) == 3600


class _Dead:
    def send(self, message: EmailMessage) -> None:
        raise ChannelUnavailable("down")


def test_a_server_that_says_later_keeps_the_message_and_one_that_says_never_drops_it(
    service: Service, bureau: Bureau, clock: MovableClock, mail_host: tuple[MailHost, MailServer]
) -> None:
    host, channel = mail_host
    launch_case(service)
    host.answer_to_recipient = "450 greylisted"
    assert send_due(service, channel) == 0
    assert waiting(service) == 1
    clock.move(hours=1)
    host.answer_to_recipient = "550 no such mailbox"
    assert send_due(service, channel) == 1
    assert waiting(service) == 0
    (said,) = scalars(service, "SELECT last_error FROM delivery")
    assert "no such mailbox" in said
    assert host.received == []


def test_worker_killed_between_send_and_mark_sends_again_with_the_same_message_id(
    service: Service,
    bureau: Bureau,
    clock: MovableClock,
    mail_host: tuple[MailHost, MailServer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host, channel = mail_host
    launch_case(service)
    _kill_before_mark(service, channel, monkeypatch)
    assert send_due(service, channel) == 0, "the dead worker's lease still holds"
    clock.move(seconds=deliveries.LEASE_SECONDS + 1)
    assert send_due(service, channel) == 1
    first, second = host.received
    assert first["Message-ID"] == second["Message-ID"]
    assert scalars(service, "SELECT count(*) FROM delivery WHERE sent_at IS NOT NULL") == [1]


def test_worker_killed_between_send_and_mark_leaves_one_file_in_the_mailbox(
    service: Service, bureau: Bureau, clock: MovableClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = MailboxFolder(service.settings.home / "mailbox")
    launch_case(service)
    _kill_before_mark(service, channel, monkeypatch)
    clock.move(seconds=deliveries.LEASE_SECONDS + 1)
    assert send_due(service, channel) == 1
    assert len(mails(service)) == 1
    assert not list((service.settings.home / "mailbox").glob(".*")), "no half-written file is left"


def _kill_before_mark(service: Service, channel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "mark", die)
        with pytest.raises(KeyboardInterrupt):
            send_due(service, channel)


def test_two_workers_at_once_never_take_the_same_message(
    service: Service, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first holds its rows locked, uncommitted, the second passes over them."""
    for _ in range(3):
        launch_case(service)
    sent = _Counting()
    route_due(service)
    with service.database.begin() as first:
        first.execute(text("SELECT id FROM delivery ORDER BY id LIMIT 2 FOR UPDATE"))
        assert send_due(service, sent) == 1
    drain(service, sent)
    assert len(sent.ids) == len(set(sent.ids)) == 3


class _Counting:
    def __init__(self) -> None:
        self.ids: list[str] = []

    def send(self, message: EmailMessage) -> None:
        self.ids.append(message["Message-ID"])


def test_an_unwritable_mailbox_delays_and_does_not_block_decisions(
    service: Service, bureau: Bureau, tmp_path: Path
) -> None:
    blocked = tmp_path / "occupied"
    blocked.write_text("a file, no folder")
    number = launch_case(service).number
    assert send_due(service, MailboxFolder(blocked)) == 0
    decide_next(service, number)
    assert todo_of(service, number).step == "section-review"


def test_an_incident_tells_the_administrators_its_kind_but_not_its_text(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service).number
    decide_all(service, number, until="office-review")
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-01-01' WHERE position = 'openness_office'"))
    decide_next(service, number)
    mail = next(m for m in _all_sent(service) if "administrator@" in m["To"])
    assert "no-holder" in words(mail)
    assert number in mail["Subject"]
