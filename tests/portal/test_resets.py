"""A password reset or a deactivation is final: nothing that was in flight, and nothing old, outlives it.

Each test lets the reset happen in the window it names: between two halves of one request.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

import portal.api.access
from engine.acts import access
from engine.acts.access import operator, set_password
from engine.acts.passwords import verify_password
from engine.service import Service
from tests.builders import scalars
from tests.portal.conftest import PASSWORD, Client, SignIn
from tests.waiting import wait_until

SESSION = "/api/v1/session"
RIGHT = {"username": "office", "password": PASSWORD}
Ending = Callable[[Service], None]


def reset(service: Service) -> None:
    """Someone sets another password."""
    set_password(service, operator("root"), "office", "another-password-9")


def deactivate(service: Service) -> None:
    """The account is switched off."""
    with service.database.begin() as connection:
        connection.exec_driver_sql("UPDATE person SET active = false WHERE username = 'office'")


@pytest.mark.parametrize("end", [reset, deactivate])
def test_a_sign_in_whose_password_was_checked_before_the_reset_opens_no_session(
    end: Ending, app: FastAPI, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def checked_then_reset(password: str, stored: str) -> bool:
        fits = verify_password(password, stored)
        end(service)
        return fits

    monkeypatch.setattr(access, "verify_password", checked_then_reset)
    answer = Client(app).post(SESSION, RIGHT)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong-credentials")
    assert scalars(service, "SELECT count(*) FROM auth_session") == [0]


@pytest.mark.parametrize("end", [reset, deactivate])
def test_a_token_asked_for_before_the_reset_is_not_made_after_it(
    end: Ending, signed_in: SignIn, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = access.create_token

    def after_the_reset(*known: Any, **asked: Any) -> Any:
        end(service)
        return create(*known, **asked)

    browser = signed_in("office")
    monkeypatch.setattr(portal.api.access.access, "create_token", after_the_reset)
    answer = browser.post("/api/v1/tokens", {"name": "late", "days": 365})
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
    assert scalars(service, "SELECT count(*) FROM access_token") == [0]


def test_a_sign_in_or_token_that_meets_a_reset_waits_for_it_and_is_refused(
    app: FastAPI, signed_in: SignIn, service: Service
) -> None:
    """The reset has written but not committed: without the lock both would still see the old password."""
    browser = signed_in("office")

    def sign_in() -> int:
        return Client(app).post(SESSION, RIGHT).status_code

    def make_token() -> int:
        return browser.post("/api/v1/tokens", {"name": "late", "days": 365}).status_code

    with ThreadPoolExecutor(2) as pool:
        with service.database.begin() as connection:
            connection.execute(text("UPDATE person SET password_hash = 'x' WHERE username = 'office'"))
            late = [pool.submit(sign_in), pool.submit(make_token)]
            wait_until(lambda: scalars(service, _WAITING) == [2], what="both to wait for the reset")
            connection.execute(text("DELETE FROM auth_session"))
        assert [request.result(60) for request in late] == [401, 401]
    assert scalars(service, "SELECT count(*) FROM auth_session") == [0]
    assert scalars(service, "SELECT count(*) FROM access_token") == [0]


_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
