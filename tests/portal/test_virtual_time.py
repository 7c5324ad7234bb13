"""A demonstration whose time moves, at its pages: all say so, and the administrator lets time pass."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from engine.activities import publish_document
from engine.leases import claim
from engine.service import Service
from engine.settings import Settings
from engine.virtual_time import MovableTime, stamp
from tests.builders import MovableClock, decide_all, launch_case, scalars, todo_of
from tests.portal.conftest import Client, SignIn
from tests.portal.test_pages import HTML, field, post, submit

BAR = "虚拟时间 2026-04-20 09:00（演示用）"


@pytest.fixture
def service(service: Service, settings: Settings, clock: MovableClock) -> Iterator[Service]:
    """The installation, stamped virtual before anything is stored."""
    assert stamp(settings.owner_database_url.get_secret_value(), now=clock.now)
    made = replace(service, ahead=MovableTime(service.database))
    yield made
    made.close()


@pytest.fixture
def administrator(signed_in: SignIn) -> Client:
    return signed_in("administrator")


def advance(browser: Client, **asked: str) -> httpx.Response:
    """Press a button of the bar."""
    page = browser.get("/inbox", headers=HTML)
    return post(browser, "/clock/advance", {"csrf": field(page, "csrf"), "next": "/cases", **asked})


def test_every_page_says_so_to_whoever_looks(
    app: object, service: Service, administrator: Client, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    drafter, nobody = signed_in("drafter"), Client(administrator.app)
    for browser, path in (
        (nobody, "/sign-in"),
        (drafter, "/inbox"),
        (drafter, f"/todo/{todo_of(service, number).id}"),
        (drafter, f"/cases/{number}"),
        (drafter, f"/cases/{number}/sheet"),
        (drafter, "/cases/ZD-2026-9999"),
        (administrator, "/people"),
    ):
        assert BAR in browser.get(path, headers=HTML).text, path
    assert "/clock/advance" in administrator.get("/people", headers=HTML).text
    assert "/clock/advance" not in drafter.get("/inbox", headers=HTML).text


def test_the_public_register_says_so_too(app: object, service: Service, stranger: Client) -> None:
    decide_all(service, launch_case(service).number)
    (step,) = scalars(service, "SELECT step_id FROM activity")
    lease = claim(service, step, holder="worker")
    assert lease is not None
    publish_document(service, lease)
    for path in ("/register", "/register/zd-2026-0001", "/register/nothing"):
        assert "虚拟时间（演示用）" in stranger.get(path, headers=HTML).text, path


def test_the_administrator_lets_time_pass_and_nobody_is_signed_out(
    service: Service, administrator: Client, signed_in: SignIn, clock: MovableClock
) -> None:
    drafter = signed_in("drafter")
    for asked, shown in (
        ({"by": "1h"}, "2026-04-20 10:00"),
        ({"by": "30d"}, "2026-05-20 10:00"),
        ({"to": "next-working-day"}, "2026-05-21 09:00"),
    ):
        done = advance(administrator, **asked)
        assert (done.status_code, done.headers["location"]) == (303, "/cases")
        assert f"虚拟时间 {shown}" in drafter.get("/inbox", headers=HTML).text
    assert service.machine_now == clock.now


def test_waiting_grows_with_statutory_time(
    service: Service, administrator: Client, signed_in: SignIn
) -> None:
    launch_case(service)
    drafter = signed_in("drafter")
    advance(administrator, by="3d")
    assert "已等 3 天" in drafter.get("/inbox", headers=HTML).text


@pytest.mark.parametrize("by", ["", "-1d", "soon", "0d"])
def test_what_is_no_leap_is_told_on_a_page_and_nothing_moves(
    service: Service, administrator: Client, by: str
) -> None:
    before = service.now
    refused = advance(administrator, by=by)
    assert refused.status_code == 422
    assert BAR in refused.text
    assert service.now == before


def test_others_do_not_let_time_pass_at_the_page_or_through_the_api(
    service: Service, signed_in: SignIn
) -> None:
    before, head = service.now, signed_in("head")
    assert advance(head, by="1d").status_code == 403
    assert head.post("/api/v1/clock/advance", {"by": "1d"}).status_code == 403
    assert service.now == before


def test_the_api_shows_both_clocks_and_advances(service: Service, administrator: Client) -> None:
    first = administrator.get("/api/v1/clock").json()
    done = administrator.post("/api/v1/clock/advance", {"by": "3d"})
    assert done.status_code == 200
    assert (first["virtual"], first["now"]) == (True, first["machine_now"])
    assert done.json() == administrator.get("/api/v1/clock").json()
    assert service.now - service.machine_now == timedelta(days=3)


def test_a_decision_after_a_leap_was_received_in_statutory_time(
    service: Service, administrator: Client, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    drafter, todo = signed_in("drafter"), todo_of(service, number).id
    advance(administrator, by="3d")
    assert drafter.post(f"/api/v1/assignments/{todo}/decision", {"action": "approve"}).status_code == 201
    head, todo = signed_in("section_head"), todo_of(service, number).id
    assert submit(head, todo, {"action": "approve", "opinion": "同意"}).status_code == 303
    assert scalars(service, "SELECT received_at FROM decision") == [service.now] * 2


def test_a_real_installation_shows_no_bar_and_has_no_such_thing(
    service: Service, administrator: Client
) -> None:
    real = Client(administrator.app, cookies=administrator.cookies, headers=administrator.headers)
    real.app.state.service = replace(service, ahead=lambda: None)
    assert "虚拟" not in real.get("/inbox", headers=HTML).text
    assert real.get("/api/v1/clock").json()["virtual"] is False
