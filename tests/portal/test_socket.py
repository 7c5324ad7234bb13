"""Over a real socket: uvicorn as the supervisor starts it, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from engine.service import Service
from tests.builders import Bureau, launch_case, todo_of
from tests.free_ports import free_port
from tests.portal.conftest import PASSWORD
from tests.waiting import wait_until

pytestmark = pytest.mark.thorough


@pytest.fixture
def address(environment: dict[str, str], app: object) -> Iterator[str]:
    """A running portal of the test's database."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "portal.app:create_app", "--factory", "--no-server-header"]
    child = subprocess.Popen([*command, "--port", str(port)], env=os.environ | environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _healthy(url), what="the portal")
        yield url
    finally:
        child.terminate()
        assert child.wait(20) is not None


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_sign_in_decide_and_sign_out_over_a_socket(address: str, service: Service, bureau: Bureau) -> None:
    number = launch_case(service).number
    with httpx.Client(base_url=f"{address}/api/v1") as browser:
        opened = browser.post("/session", json={"username": "drafter", "password": PASSWORD})
        browser.headers["X-CSRF-Token"] = opened.json()["csrf_token"]
        (todo,) = browser.get("/inbox").json()["todos"]
        assert todo["id"] == todo_of(service, number).id
        decided = browser.post(f"/assignments/{todo['id']}/decision", json={"action": "approve"})
        assert decided.status_code == 201
        assert decided.json()["case_number"] == number
        assert browser.delete("/session").status_code == 204
        assert browser.get("/inbox").status_code == 401


def test_twenty_megabytes_are_refused_over_a_socket_without_being_read(address: str) -> None:
    answer = httpx.post(
        f"{address}/api/v1/session",
        content=b'{"username": "' + b"x" * 20_000_000,
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "request-too-large")
    alive = httpx.get(f"{address}/healthz")
    assert alive.status_code == 200
    assert "server" not in alive.headers
