"""A password set by another lets its person choose their own, and do nothing else."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from engine.acts.access import operator, set_password
from engine.ledger import verify
from engine.service import Service
from tests.builders import Bureau, launch_case, scalars, todo_of
from tests.engine.test_outbox import drain, mails, words
from tests.portal.conftest import PASSWORD, Client, SignIn
from tests.portal.test_pages import HTML, field, post
from tests.portal.test_policy_matrix import EXPECTED, Place, _ask

pytestmark = pytest.mark.thorough

GIVEN, OWN = "given-by-another-1", "known-to-nobody-else-2"
LET_IN = ("GET /password", "POST /password", "POST /sign-out", "DELETE /api/v1/session")


@pytest.fixture
def newcomer(app: FastAPI, signed_in: SignIn) -> Client:
    """The drafter, signed in with the password the administrator set."""
    given = signed_in("administrator").put("/api/v1/people/drafter/password", {"password": GIVEN})
    assert given.status_code == 204
    return sign_in(app, GIVEN)


def sign_in(app: FastAPI, password: str, username: str = "drafter") -> Client:
    client = Client(app)
    opened = client.post("/api/v1/session", {"username": username, "password": password})
    assert opened.status_code == 201
    client.headers["X-CSRF-Token"] = opened.json()["csrf_token"]
    return client


def choose(client: Client, *, now: str, new: str) -> httpx.Response:
    page = client.get("/password", headers=HTML)
    return post(client, "/password", {"csrf": field(page, "csrf"), "now": now, "new": new})


def test_no_route_lets_in_who_has_not_chosen_one(app: FastAPI, service: Service, newcomer: Client) -> None:
    number = launch_case(service).number
    place, nobody = Place(number, todo_of(service, number).id), Client(app)
    for route in EXPECTED:
        if route in LET_IN or route in ("POST /api/v1/session", "POST /sign-in"):
            continue
        if _ask(route, place, newcomer) != 403:  # open to everybody, and as much as to anybody
            assert _ask(route, place, newcomer) == _ask(route, place, nobody) != 401, route
            assert EXPECTED[route]["nobody"] == EXPECTED[route]["outsider"], route


def test_a_program_is_told_why_and_what_to_do(newcomer: Client) -> None:
    refused = newcomer.get("/api/v1/inbox")
    assert (refused.status_code, refused.json()["code"]) == (403, "own-password-first")
    assert "系统管理员" in refused.json()["why"]  # who set it, by name
    assert "portal in a browser" in refused.json()["en"]["todo"]


def test_a_person_is_led_to_choose_one_told_who_set_it_and_goes_on_with_it(
    app: FastAPI, service: Service, newcomer: Client
) -> None:
    for path in ("/inbox", "/cases", "/prefect/v2/runs", "/t/whatever"):
        assert newcomer.get(path, headers=HTML).headers["location"] == "/password"
    page = newcomer.get("/password", headers=HTML)
    assert "系统管理员" in page.text
    assert 'href="/cases"' not in page.text
    assert choose(newcomer, now=GIVEN, new=GIVEN).status_code == 422  # another knows it
    assert choose(newcomer, now="not-the-present-1", new=OWN).status_code == 401
    assert choose(newcomer, now=GIVEN, new=OWN).headers["location"] == "/sign-in?changed=1"
    assert sign_in(app, OWN).get("/api/v1/inbox").status_code == 200
    assert Client(app).post("/api/v1/session", {"username": "drafter", "password": GIVEN}).status_code == 401
    traces = scalars(
        service,
        "SELECT actor || ' ' || action FROM ledger_entry WHERE action LIKE 'password-%' ORDER BY chain, seq",
    )
    assert traces == ["administrator password-set", "drafter password-changed"]


def test_who_will_not_choose_can_sign_out(newcomer: Client) -> None:
    page = newcomer.get("/password", headers=HTML)
    assert post(newcomer, "/sign-out", {"csrf": field(page, "csrf")}).headers["location"] == "/sign-in"
    assert newcomer.get("/password", headers=HTML).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("by", ["operator", "administrator"])
def test_ones_own_and_those_set_on_the_server_need_no_other(
    app: FastAPI, service: Service, bureau: Bureau, by: str
) -> None:
    actor: Any = operator("root") if by == "operator" else service.actor("administrator", channel="api")
    set_password(service, actor, "administrator", OWN)
    browser = sign_in(app, OWN, "administrator")
    assert browser.get("/api/v1/inbox").status_code == 200
    assert browser.get("/password", headers=HTML).headers["location"] == "/me"


def test_the_server_can_hand_out_a_lasting_one_afterwards(
    app: FastAPI, service: Service, newcomer: Client
) -> None:
    set_password(service, operator("root"), "drafter", PASSWORD)
    assert sign_in(app, PASSWORD).get("/api/v1/inbox").status_code == 200


def test_who_did_not_ask_for_it_learns_of_it_even_if_another_chose_the_next(
    app: FastAPI, service: Service, newcomer: Client
) -> None:
    choose(newcomer, now=GIVEN, new=OWN)  # the administrator may have done so
    drain(service)
    (mail,) = [mail for mail in mails(service) if "密码" in mail["Subject"]]
    assert "<drafter@" in mail["To"]
    assert "设置人：系统管理员" in words(mail)
    assert "2026-04-20 09:00" in words(mail)
    assert not any(secret in words(mail) for secret in (GIVEN, OWN))


def test_that_message_is_sent_again_like_any_other(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    with service.database.begin() as connection:
        connection.execute(text("UPDATE person SET email = '' WHERE username = 'drafter'"))
    administrator = signed_in("administrator")
    administrator.put("/api/v1/people/drafter/password", {"password": GIVEN})
    drain(service)
    page = administrator.get("/messages", headers=HTML)
    assert "密码由他人设置" in page.text
    with service.database.begin() as connection:
        connection.execute(text("UPDATE person SET email = 'd@qingling.example' WHERE username = 'drafter'"))
    (message,) = scalars(service, "SELECT id FROM notification WHERE template = 'password-set'")
    csrf = field(administrator.get("/messages", headers=HTML), "csrf")
    assert post(administrator, f"/messages/{message}/resend", {"csrf": csrf}).status_code == 303
    drain(service)
    assert [mail["Subject"][:2] for mail in mails(service)] == ["您的"]
    resent = "SELECT chain FROM ledger_entry WHERE action = 'message-resent'"
    assert scalars(service, resent) == [0]
    with service.snapshot() as connection:
        verify(connection)


def test_what_the_server_set_is_told_to_nobody(service: Service, bureau: Bureau) -> None:
    set_password(service, operator("root"), "drafter", OWN)
    assert scalars(service, "SELECT count(*) FROM notification") == [0]
