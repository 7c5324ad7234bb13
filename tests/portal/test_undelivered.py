"""Messages that reached nobody: seen with the reason, sent again by the administrator, told once."""

import re

import pytest
from sqlalchemy import text

from engine.ledger import verify
from engine.outbox import send_due
from engine.service import Service
from tests.builders import Bureau, MovableClock, decide_next, launch_case, scalars
from tests.engine.test_outbox import _Dead, drain, mails
from tests.portal.conftest import Client, SignIn

HTML = {"Accept": "text/html"}
DROPPED = "SELECT id FROM delivery WHERE dropped_at IS NOT NULL"


@pytest.fixture
def number(service: Service, bureau: Bureau) -> str:
    """A case whose section head has no address, so that the message was dropped."""
    _set_address(service, "")
    made = launch_case(service).number
    drain(service)
    decide_next(service, made)
    drain(service)
    return made


def _set_address(service: Service, address: str) -> None:
    with service.database.begin() as connection:
        connection.execute(
            text("UPDATE person SET email = :a WHERE username = 'section_head'"), {"a": address}
        )


def press(client: Client, message: int) -> int:
    """Send the form of the page."""
    page = client.get("/people", headers=HTML).text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    return client("POST", f"/messages/{message}/resend", data={"csrf": csrf}).status_code


def test_the_administrator_sees_why_and_sends_it_again(
    service: Service, number: str, signed_in: SignIn
) -> None:
    administrator = signed_in("administrator")
    page = administrator.get("/messages", headers=HTML).text
    assert "该人员没有邮箱地址" in page
    (message,) = scalars(service, DROPPED)
    assert f"/messages/{message}/resend" in administrator.get(f"/cases/{number}", headers=HTML).text
    _set_address(service, "head@qingling.example")
    before = len(mails(service))
    assert press(administrator, message) == 303
    drain(service)
    assert len(mails(service)) == before + 1
    assert "全部通知均已送达" in administrator.get("/messages", headers=HTML).text
    assert scalars(service, "SELECT actor FROM ledger_entry WHERE action = 'message-resent'") == [
        "administrator"
    ]
    with service.database.connect() as connection:
        verify(connection)


def test_a_message_that_left_is_not_sent_again(service: Service, number: str, signed_in: SignIn) -> None:
    (sent,) = scalars(service, "SELECT id FROM delivery WHERE sent_at IS NOT NULL")
    assert press(signed_in("administrator"), sent) == 409
    assert press(signed_in("administrator"), 999_999) == 404


def test_a_message_the_server_did_not_take_is_tried_at_once_when_asked(
    service: Service, bureau: Bureau, clock: MovableClock, signed_in: SignIn
) -> None:
    launch_case(service)
    send_due(service, _Dead())
    administrator = signed_in("administrator")
    assert "邮件服务器暂未接收" in administrator.get("/messages", headers=HTML).text
    (message,) = scalars(service, "SELECT id FROM delivery")
    assert press(administrator, message) == 303
    assert send_due(service) == 1


def test_messages_nobody_needs_any_more_are_not_listed(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    drain(service)
    assert scalars(service, DROPPED)
    administrator = signed_in("administrator")
    assert "全部通知均已送达" in administrator.get("/messages", headers=HTML).text
    assert "已无需发送" in administrator.get(f"/cases/{number}", headers=HTML).text


def test_nobody_else_sees_or_resends(service: Service, number: str, signed_in: SignIn) -> None:
    (message,) = scalars(service, DROPPED)
    for person in ("drafter", "manager"):
        client = signed_in(person)
        assert client.get("/messages", headers=HTML).status_code == 403
        assert press(client, message) == 403
        assert "/resend" not in client.get(f"/cases/{number}", headers=HTML).text
    assert scalars(service, DROPPED) == [message]
