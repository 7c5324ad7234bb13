"""Over a real socket: uvicorn as the supervisor starts it, in a process of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from engine.service import Service
from tests import sample_files as samples
from tests.builders import Bureau, launch_case, scalars, todo_of
from tests.free_ports import free_port
from tests.portal.conftest import PASSWORD
from tests.waiting import wait_until

pytestmark = pytest.mark.thorough


@pytest.fixture
def address(environment: dict[str, str], app: object) -> Iterator[str]:
    """A running portal of the test's database."""
    with running(environment) as url:
        yield url


@pytest.fixture
def hasty(environment: dict[str, str], app: object) -> Iterator[str]:
    """The same, soon out of patience with whoever sends slowly."""
    with running(environment | {"GONGKAI_BODY_PATIENCE_SECONDS": "0.5"}) as url:
        yield url


@contextmanager
def running(environment: dict[str, str]) -> Iterator[str]:
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


def drip(address: str, head: str, drop: bytes) -> tuple[bytes, int]:
    """Send a request's head, then a drop at a time until it is answered; the answer and the drops it took."""
    at, drops = urlsplit(address), 0
    with socket.create_connection((at.hostname, at.port), timeout=20) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        line.settimeout(0.05)  # the pace of the drops
        answer = b""
        while not answer:
            try:
                line.sendall(drop)
                drops += 1
                answer = line.recv(4096)
            except TimeoutError:
                assert drops < 400, "nobody stopped it"
        line.settimeout(20)
        try:
            while more := line.recv(4096):
                answer += more
        except ConnectionResetError:  # closed while a drop was on its way
            pass
    return answer, drops


@pytest.mark.parametrize("drop", [b"%PDF-1.7", b""])
def test_an_upload_in_drops_or_none_is_broken_off_and_leaves_nothing(
    hasty: str, service: Service, bureau: Bureau, drop: bytes
) -> None:
    todo = todo_of(service, launch_case(service, draft={}).number).id
    with httpx.Client(base_url=f"{hasty}/api/v1") as browser:
        opened = browser.post("/session", json={"username": "drafter", "password": PASSWORD})
        browser.headers["X-CSRF-Token"] = token = opened.json()["csrf_token"]
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        place = f"/assignments/{todo}/uploads?name=a.pdf"
        head = f"PUT /api/v1{place} HTTP/1.1\nHost: {urlsplit(hasty).netloc}\nX-CSRF-Token: {token}\n"
        answer, drops = drip(hasty, f"{head}Cookie: {cookies}\nContent-Length: 40000000", drop)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"body-too-slow" in answer
        assert drops > 1
        assert scalars(service, "SELECT count(*) FROM upload") == [0]
        assert browser.put(place, content=samples.pdf(padding=3_000_000)).status_code == 201


def test_any_other_body_in_drops_is_broken_off_before_anybody_is_asked_who_it_is(hasty: str) -> None:
    head = f"POST /api/v1/session HTTP/1.1\nHost: {urlsplit(hasty).netloc}\nContent-Type: application/json\n"
    answer, drops = drip(hasty, f"{head}Content-Length: 4000", b" ")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert drops > 1
    assert httpx.get(f"{hasty}/healthz").status_code == 200
