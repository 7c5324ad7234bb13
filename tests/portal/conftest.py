"""The portal over real ASGI and a real PostgreSQL; people sign in as they would."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text

from engine.service import Service
from portal.app import create_app
from tests.builders import Bureau, MovableClock, decide_all, decide_next, launch_case
from tests.engine.limits import answering_installed, clock_of, start

PASSWORD = "青岭-correct-horse-42"


@dataclass
class Client:
    """One browser or script: keeps cookies, sends the CSRF token once signed in."""

    app: FastAPI
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    headers: dict[str, str] = field(default_factory=dict)
    base_url: str = "http://127.0.0.1:8390"
    address: str = "127.0.0.1"

    def __call__(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One request. ``headers=`` are added to the client's own."""
        return asyncio.run(self._send(method, path, **request))

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {**self.headers, **request.pop("headers", {})}
        transport = httpx.ASGITransport(app=self.app, client=(self.address, 4711))
        async with httpx.AsyncClient(
            transport=transport, base_url=self.base_url, cookies=self.cookies
        ) as client:
            response = await client.request(method, path, headers=headers, **request)
            self.cookies = client.cookies
        return response

    def get(self, path: str, **request: Any) -> httpx.Response:
        return self("GET", path, **request)

    def post(self, path: str, body: Any = None, **request: Any) -> httpx.Response:
        return self("POST", path, json=body, **request)

    def put(self, path: str, body: Any = None, **request: Any) -> httpx.Response:
        return self("PUT", path, json=body, **request)

    def delete(self, path: str, **request: Any) -> httpx.Response:
        return self("DELETE", path, **request)


SignIn = Callable[[str], Client]


@pytest.fixture
def app(service: Service, bureau: Bureau) -> Iterator[FastAPI]:
    """The portal of the small bureau; everybody's password is set."""
    with service.database.begin() as connection:
        connection.execute(text("UPDATE person SET password_hash = :hash"), {"hash": password_hash()})
    made = create_app(service)
    yield made
    if made.state.public is not None:
        made.state.public.dispose()


@pytest.fixture
def stranger(app: FastAPI) -> Client:
    """Nobody in particular."""
    return Client(app)


@pytest.fixture
def signed_in(app: FastAPI) -> SignIn:
    """Signs a person in and gives back the browser."""

    def sign_in(username: str) -> Client:
        client = Client(app)
        answer = client.post("/api/v1/session", {"username": username, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client

    return sign_in


def password_hash() -> str:
    """Of the password everybody has in these tests."""
    # Cheap on purpose: the cost stands in the hash, what is checked is the same.
    return Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


def rows_of_every_table(service: Service) -> dict[str, int]:
    """How many rows each table holds."""
    with service.database.connect() as connection:
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        ).all()
        return {t: connection.scalar(text(f'SELECT count(*) FROM "{t}"')) for t in tables}


def everything_stored(service: Service) -> str:
    """The text of every row of every table, to look for what must not be there."""
    with service.database.connect() as connection:
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        ).all()
        return "\n".join(
            str(row) for t in tables for row in connection.scalars(text(f'SELECT t::text FROM "{t}" t'))
        )


@pytest.fixture
def request_case(service: Service, bureau: Bureau, clock: MovableClock) -> Iterator[str]:
    """A request received on Monday 20 April: due on Wednesday 20 May. Now it is Friday 24 April."""
    with answering_installed():
        number = start(service, "answering")
        clock.move(days=4)
        yield number


@pytest.fixture
def limit(service: Service, request_case: str) -> str:
    """The address of its limit."""
    return f"/cases/{request_case}/limits/{clock_of(service, request_case, 'answer').id}"


@pytest.fixture
def publishing(service: Service, bureau: Bureau, clock: MovableClock) -> str:
    """A document formed on 20 April and issued on 22, which waits for the publisher."""
    by_hand = replace(service, settings=service.settings.model_copy(update={"website": "by-hand"}))
    number = launch_case(by_hand).number
    decide_all(by_hand, number, until="issue")
    clock.move(days=2)
    decide_next(by_hand, number, answers={"formed_on": "2026-04-20", "issued_on": "2026-04-22"})
    return number
