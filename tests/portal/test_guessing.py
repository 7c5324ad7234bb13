"""Guessing passwords slows the guesser down and never keeps out the person whose name is used for it."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from engine.acts import access
from engine.acts.access import operator, set_password
from engine.acts.attempts import FREE_ATTEMPTS, FREE_PER_NAME, new_device_key
from engine.service import Service
from portal.app import create_app
from portal.sign_ins import LONGEST_LINE
from portal.visitor import network_of
from rules.errors import WrongCredentials
from tests.builders import scalars
from tests.portal.conftest import PASSWORD, Client

SESSION, DEVICE = "/api/v1/session", "gongkai-device"
RIGHT = {"username": "office", "password": PASSWORD}
WRONG = {"username": "office", "password": "not-the-password"}


def guess(app: FastAPI, *addresses: str) -> list[int]:
    """The statuses of as many wrong guesses as are free from each address."""
    browsers = [Client(app, address=address) for address in addresses]
    return [browser.post(SESSION, WRONG).status_code for browser in browsers for _ in range(FREE_ATTEMPTS)]


def elsewhere(count: int) -> list[str]:
    """Addresses in as many networks."""
    return [f"203.0.{number}.7" for number in range(count)]


def test_guessing_from_elsewhere_keeps_nobody_out(app: FastAPI) -> None:
    guess(app, "203.0.113.7")
    assert Client(app, address="203.0.113.7").post(SESSION, RIGHT).status_code == 429
    assert Client(app, address="198.51.100.9").post(SESSION, RIGHT).status_code == 201


def test_a_guesser_with_a_whole_network_of_addresses_is_one_guesser(app: FastAPI) -> None:
    guess(app, "203.0.113.7", "2001:db8:1:2::1")
    for neighbour in ("203.0.113.250", "::ffff:203.0.113.9", "2001:db8:1:2:ffff::9"):
        assert Client(app, address=neighbour).post(SESSION, RIGHT).status_code == 429, neighbour
    assert network_of("no address") == "nowhere"


def test_many_networks_together_are_not_free_either_but_a_known_browser_gets_in(
    app: FastAPI, service: Service
) -> None:
    known = Client(app)
    known.post(SESSION, RIGHT)
    networks = FREE_PER_NAME // FREE_ATTEMPTS
    assert set(guess(app, *elsewhere(networks))) == {401}
    fresh = Client(app, address="198.51.100.9").post(SESSION, RIGHT)
    assert (fresh.status_code, fresh.json()["code"]) == (429, "too-many-attempts")
    assert "登录过的浏览器" in fresh.json()["todo"]
    known.cookies.delete("gongkai")
    assert known.post(SESSION, RIGHT).status_code == 201
    paused = "SELECT data->>'of' FROM ledger_entry WHERE action = 'sign-in-paused' ORDER BY seq"
    assert scalars(service, paused) == ["network"] * networks


def test_a_known_browser_has_to_wait_for_its_own_failures_only(app: FastAPI) -> None:
    known = Client(app)
    known.post(SESSION, RIGHT)
    device = known.cookies[DEVICE]
    assert [known.post(SESSION, WRONG).status_code for _ in range(6)] == [401] * 5 + [429]
    assert Client(app).post(SESSION, RIGHT).status_code == 201  # nobody else waits for it
    assert known.cookies[DEVICE] == device


def test_a_browser_is_known_only_to_the_person_who_signed_in_with_it(app: FastAPI, service: Service) -> None:
    head = Client(app)
    head.post(SESSION, {"username": "head", "password": PASSWORD})
    guess(app, "203.0.113.7")
    for device in (head.cookies[DEVICE], "x.y", new_device_key("office", ""), ""):
        forged = Client(app, address="203.0.113.7")
        forged.cookies.set(DEVICE, device, domain="127.0.0.1")
        assert forged.post(SESSION, RIGHT).status_code == 429
    for device in ("青.青", "\udce9.\udce9"):  # whatever a cookie may hold
        assert not access.is_known_browser(service, "office", access.Visitor("nowhere", device))


def test_before_a_password_was_ever_set_no_browser_is_known(app: FastAPI, service: Service) -> None:
    with service.database.begin() as connection:
        connection.exec_driver_sql("UPDATE person SET password_hash = '' WHERE username = 'office'")
    forged = access.Visitor("203.0.113.0/24", new_device_key("office", ""))
    assert not access.is_known_browser(service, "office", forged)


def test_a_new_password_makes_browsers_unknown_and_begins_with_a_clean_count(
    app: FastAPI, service: Service
) -> None:
    known = Client(app)
    known.post(SESSION, RIGHT)
    guess(app, "127.0.0.1", *elsewhere(FREE_PER_NAME // FREE_ATTEMPTS - 1))
    assert Client(app).post(SESSION, RIGHT).status_code == 429
    set_password(service, operator("root"), "office", "another-password-9")
    again = {"username": "office", "password": "another-password-9"}
    device = known.cookies[DEVICE]
    assert not access.is_known_browser(service, "office", access.Visitor("127.0.0.0/24", device))
    assert Client(app).post(SESSION, again).status_code == 201


def test_only_the_header_our_proxy_writes_says_where_a_request_comes_from(
    app: FastAPI, service: Service
) -> None:
    def forwarded(portal: FastAPI, stated: str) -> int:
        browser = Client(portal, headers={"X-Forwarded-For": stated})
        return browser.post(SESSION, WRONG).status_code

    assert [forwarded(app, f"203.0.{n}.7") for n in range(6)] == [401] * 5 + [429]
    settings = service.settings.model_copy(update={"client_address_header": "X-Forwarded-For"})
    behind_proxy = create_app(Service(service.database, settings, service.time))
    assert [forwarded(behind_proxy, f"203.0.{n}.7, 198.51.100.9") for n in range(6)] == [401] * 5 + [429]
    assert forwarded(behind_proxy, "198.51.100.9, 192.0.2.1") == 401
    behind_proxy.state.public.dispose()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Passwords are checked without end until the event is set; then none fits."""
    checked = threading.Event()

    def endless(*_: Any, **__: Any) -> Any:
        checked.wait(60)
        raise WrongCredentials(where="username")

    monkeypatch.setattr(access, "sign_in", endless)
    yield checked
    checked.set()


def test_who_finds_the_line_full_is_told_when_to_come_again_and_others_still_get_in(
    app: FastAPI, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One network fills its share, then many fill the line; a known browser has a line of its own."""
    monkeypatch.setattr(access, "is_known_browser", lambda _s, username, _v: username == "head")

    async def crowd() -> tuple[list[httpx.Response], list[asyncio.Task[httpx.Response]]]:
        share = [_sign_in(app, "203.0.113.7") for _ in range(LONGEST_LINE // 2 + 1)]
        refused = await _first(share)
        other = [_sign_in(app, address) for address in elsewhere(LONGEST_LINE // 2 + 1)]
        full = await _first(other)
        known = _sign_in(app, "203.0.113.7", username="head")
        held.set()
        everybody = [*share, *other, known]
        await asyncio.wait(everybody)
        return [refused, full], everybody

    refusals, everybody = asyncio.run(crowd())
    for refusal in refusals:
        assert (refusal.status_code, refusal.json()["code"]) == (429, "sign-in-crowded")
        assert int(refusal.headers["retry-after"]) > 0
    statuses = [task.result().status_code for task in everybody]
    assert statuses.count(429) == 2
    assert statuses[-1] == 401  # the known browser's password was looked at


def _sign_in(app: FastAPI, address: str, *, username: str = "office") -> asyncio.Task[httpx.Response]:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(address, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(SESSION, json=WRONG | {"username": username})

    return asyncio.get_running_loop().create_task(send())


async def _first(tasks: list[asyncio.Task[httpx.Response]]) -> httpx.Response:
    """The one that is answered while all others wait."""
    done, _waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    (only,) = done
    return only.result()
