"""The mailbox viewer: everybody's own messages, an administrator's all, and a box nothing gets out of."""

import re
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

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
    return re.findall(r'href="/mailbox/([0-9a-f]{32})"', answer.text)


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


@pytest.mark.parametrize("mail_id", ["0" * 32, "..%2f..%2fsecrets", "secrets", "0" * 31 + "G"])
def test_no_other_file_can_be_named(told: str, signed_in: SignIn, mail_id: str) -> None:
    for path in (f"/mailbox/{mail_id}", f"/mailbox/{mail_id}/html"):
        assert signed_in("administrator").get(path, headers=HTML).status_code == 404


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
