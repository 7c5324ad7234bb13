"""The outermost layer: headers, sizes, faults that tell nothing, and content that leaves no trace."""

import asyncio
import logging
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter
from sqlalchemy.exc import DataError

import portal.api.todos
from engine import reading
from engine.service import Service
from models.database import connect
from portal.api.access import Me, Opened, Tokens
from portal.api.todos import Recorded
from portal.app import create_app
from tests.builders import UNIT, decide_next, launch_case, scalars, todo_of
from tests.portal.conftest import PASSWORD, Client, SignIn, everything_stored, rows_of_every_table

SECRET = "绝密内容不得留痕"
"""Stands in for classified text."""


def test_every_answer_carries_the_security_headers(stranger: Client) -> None:
    for path in ("/", "/api/v1/me", "/register", "/nothing", "/healthz"):
        _assert_secure(stranger.get(path).headers)


def _assert_secure(headers: httpx.Headers) -> None:
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script" not in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers


def test_other_sites_are_not_invited(stranger: Client) -> None:
    answer = stranger(
        "OPTIONS",
        "/api/v1/session",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_only_json_is_read_so_a_foreign_form_cannot_sign_anyone_in(
    content_type: str, stranger: Client
) -> None:
    body = f'{{"username": "office", "password": "{PASSWORD}"}}'.encode()
    answer = stranger("POST", "/api/v1/session", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-content")


def test_a_body_without_declared_length_is_cut_off_at_the_limit(app: FastAPI) -> None:
    read = 0

    async def endless() -> Any:
        nonlocal read
        while True:
            read += 1
            yield b" " * 100_000

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            headers = {"Content-Type": "application/json"}
            return await client.post("/api/v1/session", content=endless(), headers=headers)

    answer = asyncio.run(send())
    assert (answer.status_code, answer.json()["code"]) == (413, "request-too-large")
    assert read <= 42


def test_a_body_declared_too_large_is_refused_before_a_byte_is_read(app: FastAPI) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("read")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": "POST",
        "path": "/api/v1/session",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"20000000")],
    }
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 413
    assert (b"connection", b"close") in sent[0]["headers"]


def test_unprintable_text_never_reaches_what_cannot_take_it(stranger: Client, service: Service) -> None:
    for text in ("\\ud800", "\\u0000", "\\u001b[2J"):
        body = f'{{"username": "office", "password": "{text}"}}'.encode()
        answer = stranger(
            "POST", "/api/v1/session", content=body, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
        assert "password" in answer.json()["what"]
    assert scalars(service, "SELECT count(*) FROM sign_in_failure") == [0]


def test_an_unknown_address_and_method_are_problems_too(stranger: Client) -> None:
    assert stranger.get("/api/v1/nowhere").json()["code"] == "address-not-found"
    answer = stranger.delete("/api/v1/inbox")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-offered")


def test_a_bug_shows_a_reference_and_neither_answer_nor_log_quotes_the_request(
    service: Service,
    signed_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    number = launch_case(service).number
    browser = signed_in("drafter")
    before = rows_of_every_table(service)

    def broken(*_: Any) -> Any:
        raise DataError(f"INSERT … {SECRET}", {"opinion": SECRET}, ValueError(SECRET))

    monkeypatch.setattr(portal.api.todos, "decide", broken)
    caplog.set_level(logging.DEBUG)
    answer = browser.post(
        f"/api/v1/assignments/{todo_of(service, number).id}/decision",
        {"action": "approve", "opinion": SECRET},
    )
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-fault")
    logged = "".join(capfd.readouterr()) + caplog.text
    assert answer.json()["where"] in logged
    assert "DataError" in logged
    assert SECRET not in answer.text + logged
    assert "Traceback" not in answer.text + logged
    assert rows_of_every_table(service) == before


@pytest.mark.parametrize("place", ["title", "body", "ground_text", "attachments"])
def test_refused_classified_text_leaves_no_trace_anywhere(
    place: str,
    service: Service,
    signed_in: SignIn,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    file = {"name": f"{SECRET}.pdf", "media_type": "application/pdf", "content_base64": "QQ=="}
    sent = {place: [file] if place == "attachments" else SECRET}
    administrator = signed_in("administrator")
    intake = {"drafter": "drafter", "unit": UNIT, "state_secret": True}
    answers = [administrator.post("/api/v1/cases", _launch(intake, sent))]
    number = administrator.post("/api/v1/cases", _launch(intake, {})).json()["number"]
    path = f"/api/v1/assignments/{todo_of(service, number).id}/decision"
    claim = {"state_secret": True, "handed_over_on": "2026-04-20"}
    answers.append(signed_in("drafter").post(path, {"action": "approve", "answers": claim | sent}))
    answers.append(
        signed_in("drafter").post(path, {"action": "approve", "answers": {"ground": "14a"} | sent})
    )
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "classified-content-refused")
        assert SECRET not in answer.text
    assert SECRET not in everything_stored(service)
    assert SECRET not in "".join(capfd.readouterr()) + caplog.text
    assert scalars(service, "SELECT count(*) FROM document_version") == [0]


def test_a_database_that_is_away_is_told_as_such(service: Service, bureau: Any) -> None:
    nowhere = connect("postgresql+psycopg://nobody@/nowhere?host=/nonexistent", pool_size=1)
    app = create_app(Service(nowhere, service.settings, service.time))
    for path in ("/healthz", "/api/v1/tokens"):
        answer = Client(app, headers={"Authorization": "Bearer x"}).get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "database-away")
    app.state.public.dispose()


def test_health_touches_the_database_and_needs_nobody(stranger: Client) -> None:
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"healthy": True})


def test_answers_have_the_shape_the_description_declares(service: Service, signed_in: SignIn) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    browser = signed_in("section_head")
    todo = todo_of(service, number).id
    shapes: dict[str, Any] = {
        "/api/v1/me": Me,
        "/api/v1/tokens": Tokens,
        "/api/v1/inbox": reading.Inbox,
        f"/api/v1/assignments/{todo}": reading.Todo,
        f"/api/v1/cases/{number}": reading.CaseView,
        f"/api/v1/cases/{number}/timeline": reading.Timeline,
        f"/api/v1/cases/{number}/documents/1": reading.VersionContent,
        f"/api/v1/cases/{number}/ledger": reading.CaseLedger,
        "/api/v1/procedures/主动公开/schema": reading.ProcedureSchema,
    }
    for path, shape in shapes.items():
        TypeAdapter(shape).validate_json(browser.get(path).content)
    decided = browser.post(f"/api/v1/assignments/{todo}/decision", {"action": "approve"})
    TypeAdapter(Recorded).validate_json(decided.content)
    opened = Client(browser.app).post("/api/v1/session", {"username": "office", "password": PASSWORD})
    TypeAdapter(Opened).validate_json(opened.content)


def test_the_description_documents_every_error_as_a_problem(stranger: Client) -> None:
    described = stranger.get("/api/v1/openapi.json").json()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"], (method, path)
    assert "HTTPValidationError" not in described["components"]["schemas"]


def _launch(intake: dict[str, Any], draft: dict[str, Any]) -> dict[str, Any]:
    return {"procedure": "proactive-disclosure", "intake": intake, "draft": draft}
