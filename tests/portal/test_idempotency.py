"""A request sent again: the same answer, one effect. Another request under the same key: refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import anyio
from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from engine.service import Service
from portal.app import create_app
from portal.door import Door
from tests.builders import PROACTIVE_DRAFT, UNIT, MovableClock, launch_case, scalars, todo_of
from tests.portal.conftest import SignIn

LAUNCH = {
    "procedure": "主动公开",
    "intake": {"drafter": "drafter", "unit": UNIT},
    "draft": PROACTIVE_DRAFT,
}
KEY = {"Idempotency-Key": "key-0001"}


def test_a_launch_sent_again_gives_the_first_case(signed_in: SignIn, service: Service) -> None:
    browser = signed_in("administrator")
    first, again = (browser.post("/api/v1/cases", LAUNCH, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {"number": first.json()["number"], "repeated": True, "joined": False}
    assert first.headers["location"] == f"/api/v1/cases/{first.json()['number']}"
    other = browser.post("/api/v1/cases", LAUNCH | {"draft": {}}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    assert scalars(service, "SELECT count(*) FROM cases") == [1]


def test_a_decision_sent_again_gives_the_first_answer(signed_in: SignIn, service: Service) -> None:
    number = launch_case(service).number
    browser, path = signed_in("drafter"), f"/api/v1/assignments/{todo_of(service, number).id}/decision"
    first, again = (browser.post(path, {"action": "approve"}, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"repeated": True}
    other = browser.post(path, {"action": "approve", "opinion": "另"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    assert scalars(service, "SELECT count(*) FROM decision") == [1]


def test_one_key_for_two_to_dos_is_refused(signed_in: SignIn, service: Service) -> None:
    todos = [todo_of(service, launch_case(service).number).id for _ in range(2)]
    browser = signed_in("drafter")
    answers = [
        browser.post(f"/api/v1/assignments/{todo}/decision", {"action": "approve"}, headers=KEY)
        for todo in todos
    ]
    assert [a.status_code for a in answers] == [201, 409]
    assert scalars(service, "SELECT count(*) FROM decision") == [1]


def test_eight_at_once_with_one_key_decide_once(signed_in: SignIn, service: Service) -> None:
    number = launch_case(service).number
    path = f"/api/v1/assignments/{todo_of(service, number).id}/decision"
    browsers = [signed_in("drafter") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda b: b.post(path, {"action": "approve"}, headers=KEY), browsers))
    assert sorted(a.status_code for a in answers) == [200] * 7 + [201]
    assert len({a.json()["decision_id"] for a in answers}) == 1
    assert scalars(service, "SELECT count(*) FROM decision") == [1]


def test_a_decision_is_stored_with_the_instant_it_had_arrived_whole(
    app: FastAPI, signed_in: SignIn, service: Service, clock: MovableClock
) -> None:
    number = launch_case(service).number
    browser = signed_in("drafter")

    def slow() -> datetime:  # every look at the clock takes a second
        return clock.move(seconds=1)

    arrives = clock.now + timedelta(seconds=2)  # the first look is at the head, the second at the whole
    late = create_app(service.at(slow))
    browser.app = late
    browser.post(f"/api/v1/assignments/{todo_of(service, number).id}/decision", {"action": "approve"})
    late.state.public.dispose()
    assert scalars(service, "SELECT received_at FROM decision") == [arrives]
    assert scalars(service, "SELECT decided_at > received_at FROM decision") == [True]


def test_a_body_that_is_sent_slowly_was_received_when_its_last_part_was(clock: MovableClock) -> None:
    seen: list[datetime] = []

    async def inside(scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append(scope["state"]["received_at"])
        await Response(status_code=204)(scope, _receive, send)

    parts = [b'{"action": ', b'"approve"}']

    async def dripping() -> Message:
        clock.move(seconds=30)
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(_message: Message) -> None:
        return None

    began = clock.now
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/assignments/1/decision",
        "headers": [(b"content-type", b"application/json")],
    }
    door = Door(inside, clock, secure=False, patience=10)
    anyio.run(partial(door, scope, dripping, send))
    assert seen == [began + timedelta(seconds=60)]


def test_nobody_says_themselves_when_their_decision_was_received(signed_in: SignIn, service: Service) -> None:
    path = f"/api/v1/assignments/{todo_of(service, launch_case(service).number).id}/decision"
    browser = signed_in("drafter")
    said = {"received_at": "2026-01-01T00:00:00+08:00"}
    assert browser.post(path, {"action": "approve", **said}).status_code == 422
    assert (
        browser.post(path, {"action": "approve"}, headers={"received_at": said["received_at"]}).status_code
        == 201
    )
    assert scalars(service, "SELECT received_at FROM decision") == [service.now]
