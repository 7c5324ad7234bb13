"""The mailbox viewer: everybody's own messages, an administrator's all, and a box nothing gets out of."""

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from engine.service import Service
from portal.app import create_app
from tests.builders import Bureau, decide_next, launch_case
from tests.engine.test_outbox import drain
from tests.portal.conftest import Client, SignIn

HTML = {"Accept": "text/html"}


@pytest.fixture
def told(service: Service, bureau: Bureau) -> str:
    """A case whose drafter and section head were told."""
    number = launch_case(service).number
    drain(service)
    decide_next(service, number)
    drain(service)
    return number


def listed(client: Client, query: str = "") -> list[str]:
    """The ids of the messages a person sees."""
    answer = client.get(f"/mailbox{query}", headers=HTML)
    assert answer.status_code == 200
    return re.findall(r'href="/mailbox/(\d+)"', answer.text)


def files(service: Service) -> list[Path]:
    """What lies in the folder."""
    return sorted((service.settings.home / "mailbox").glob("*.eml"))


def test_everybody_sees_their_own_messages_and_the_administrator_all(told: str, signed_in: SignIn) -> None:
    administrator, drafter, head = (signed_in(p) for p in ("administrator", "drafter", "section_head"))
    every = set(listed(administrator))
    (to_drafter,), (to_head,) = listed(drafter), listed(head)
    assert every == {to_drafter, to_head}
    assert listed(signed_in("manager")) == []
    assert drafter.get(f"/mailbox/{to_head}", headers=HTML).status_code == 403
    assert drafter.get(f"/mailbox/{to_head}/html", headers=HTML).status_code == 403
    assert administrator.get(f"/mailbox/{to_head}", headers=HTML).status_code == 200


def test_the_administrator_filters_by_recipient(told: str, signed_in: SignIn) -> None:
    administrator = signed_in("administrator")
    assert listed(administrator, "?to=section_HEAD@") == listed(signed_in("section_head"))
    assert listed(administrator, "?to=nobody") == []


def test_a_message_shows_headers_text_with_its_link_and_html_in_a_box(told: str, signed_in: SignIn) -> None:
    head = signed_in("section_head")
    (mail,) = listed(head)
    page = head.get(f"/mailbox/{mail}", headers=HTML).text
    assert "Message-ID" in page
    assert re.search(r'<a href="http://127.0.0.1:8390/t/[\w-]{43}">', page)
    assert f'src="/mailbox/{mail}/html" sandbox=' in page
    box = head.get(f"/mailbox/{mail}/html", headers=HTML)
    assert "default-src 'none'" in box.headers["content-security-policy"]
    assert box.headers["content-security-policy"].startswith("sandbox allow-popups")
    assert "allow-scripts" not in box.headers["content-security-policy"]
    assert box.headers["x-frame-options"] == "SAMEORIGIN"
    assert "登录并办理" in box.text


@pytest.mark.parametrize("mail_id", ["999999", "0", "-1", "9" * 30, "..%2f..%2fsecrets", "secrets", "0" * 32])
def test_no_other_file_can_be_named(service: Service, told: str, signed_in: SignIn, mail_id: str) -> None:
    (service.settings.home / "mailbox" / f"{mail_id[:32]}.eml").write_text("To: x\n\nsecret")
    for path in (f"/mailbox/{mail_id}", f"/mailbox/{mail_id}/html"):
        answer = signed_in("administrator").get(path, headers=HTML)
        assert answer.status_code in (404, 422)
        assert "secret\n" not in answer.text


def test_a_message_is_its_persons_whoever_has_the_address_now(
    service: Service, told: str, signed_in: SignIn
) -> None:
    (mail,) = listed(signed_in("section_head"))
    with service.database.begin() as connection:
        connection.execute(text("UPDATE person SET email = '' WHERE username = 'section_head'"))
        connection.execute(
            text("UPDATE person SET email = 'section_head@qingling.example' WHERE username = 'manager'")
        )
    assert listed(signed_in("section_head")) == [mail]
    assert listed(signed_in("manager")) == []
    assert signed_in("manager").get(f"/mailbox/{mail}", headers=HTML).status_code == 403


def test_ones_own_are_found_behind_any_number_of_others(
    service: Service, told: str, signed_in: SignIn
) -> None:
    drafter = signed_in("drafter")
    own = listed(drafter)
    with service.database.begin() as connection:
        connection.execute(
            text(
                "WITH made AS (INSERT INTO notification"
                " (key, template, case_id, person_id, created_at, routed_at)"
                " SELECT 'more:' || g, 'closed', case_id, person_id, created_at, routed_at"
                " FROM notification n JOIN person p ON p.id = n.person_id, generate_series(1, 5000) g"
                " WHERE p.username = 'section_head' RETURNING id, routed_at)"
                " INSERT INTO delivery (notification_id, channel, attempts, next_try_at, sent_at, last_error)"
                " SELECT id, 'mail', 1, routed_at, routed_at, '' FROM made"
            )
        )
    assert listed(drafter) == own
    page = signed_in("administrator").get("/mailbox", headers=HTML)
    assert page.text.count("ZD-2026-0001") == 100
    assert listed(signed_in("administrator"), "?to=drafter@") == own


def test_whatever_else_lies_in_the_folder_is_nobodys_mail(
    service: Service, told: str, signed_in: SignIn
) -> None:
    administrator = signed_in("administrator")
    before = listed(administrator)
    folder = service.settings.home / "mailbox"
    (folder / f"{'0' * 32}.eml").write_bytes(b"Subject: stray\n\nno recipient, no date")
    (folder / f"{'1' * 32}.eml").mkdir()
    (folder / "note.eml").write_bytes(b"")
    assert listed(administrator) == before
    assert "stray" not in administrator.get("/mailbox", headers=HTML).text


MEDDLED = [
    b"",
    b"Subject: neither recipient nor date\n\nx",
    b"To: ,,<>;;@\nDate: yesterday\nMessage-ID: <<<\n\nx",
    b"To: =?x-none?q?=ff?=\nSubject: =?utf-8?b?/w?=\nContent-Type: text/plain; charset=x-none\n\n\xff\xfe",
    b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/rfc822\n\nTo: y\n\nz\n--x--",
    b"Content-Type: text/html; charset=unicode_escape\nContent-Transfer-Encoding: base64\n\nXHVkODAw",
    bytes(range(256)) * 50,
]


@pytest.mark.parametrize("content", MEDDLED)
def test_a_file_that_was_meddled_with_breaks_no_page(
    service: Service, told: str, signed_in: SignIn, content: bytes
) -> None:
    administrator = signed_in("administrator")
    before = listed(administrator)
    for file in files(service):
        file.write_bytes(content)
    assert listed(administrator) == before
    for path in (f"/mailbox/{before[0]}", f"/mailbox/{before[0]}/html"):
        assert administrator.get(path, headers=HTML).status_code in (200, 404)


def test_a_message_whose_file_is_gone_is_listed_and_cannot_be_opened(
    service: Service, told: str, signed_in: SignIn
) -> None:
    head = signed_in("section_head")
    (mail,) = listed(head)
    for file in files(service):
        file.unlink()
    assert listed(head) == []
    assert told in head.get("/mailbox", headers=HTML).text
    for path in (f"/mailbox/{mail}", f"/mailbox/{mail}/html"):
        assert head.get(path, headers=HTML).status_code == 404


def test_where_a_mail_server_is_set_there_is_no_mailbox(
    service: Service, told: str, signed_in: SignIn
) -> None:
    client = signed_in("administrator")
    (mail, *_) = listed(client)
    with_server = replace(service, settings=service.settings.model_copy(update={"smtp_host": "mail.example"}))
    client.app = create_app(with_server)
    for path in ("/mailbox", f"/mailbox/{mail}", f"/mailbox/{mail}/html"):
        assert client.get(path, headers=HTML).status_code == 404
    assert "/mailbox" not in client.get("/inbox", headers=HTML).text


def test_who_is_not_signed_in_is_asked_to(told: str, app: FastAPI) -> None:
    answer: httpx.Response = Client(app).get("/mailbox", headers=HTML)
    assert answer.headers["location"].startswith("/sign-in?next=")
