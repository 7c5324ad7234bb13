"""Uploads: taken in pieces, of one person and one to-do, gone when unused or a secret is claimed."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import pytest
from fastapi import FastAPI

from engine.acts import uploads
from engine.acts.uploads import remove_unused_uploads
from engine.files.kinds import MAX_FILE_BYTES
from engine.service import Service
from portal.files import MAX_AT_ONCE
from rules.positions import Position
from tests import sample_files as samples
from tests.builders import MovableClock, add_person, decide_next, launch_case, scalars, todo_of
from tests.portal.conftest import Client, SignIn
from tests.portal.files.conftest import DRAFT, submit, upload

CLAIM = {"state_secret": True, "handed_over_on": "2026-04-20"}


@pytest.mark.parametrize("declares", [True, False])
def test_one_byte_over_the_limit_is_refused_and_read_no_further(
    declares: bool, service: Service, drafter: Client, place: str
) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(60):
            sent += 1_000_000
            yield b"x" * 1_000_000

    headers = {"Content-Length": str(MAX_FILE_BYTES + 1)} if declares else {}
    answer = upload(drafter, place, body(), "a.pdf", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "request-too-large")
    assert answer.headers["connection"] == "close"
    assert sent <= (1_000_000 if declares else MAX_FILE_BYTES + 1_000_000)
    assert scalars(service, "SELECT count(*) FROM upload") == [0]


def test_a_large_file_goes_through_in_pieces(
    service: Service, drafter: Client, number: str, place: str
) -> None:
    content = samples.pdf(padding=20_000_000)
    told = upload(drafter, place, content, "大.pdf").json()
    assert submit(drafter, place, {"upload": told["upload"]}, body="正文").status_code == 201
    sizes = scalars(service, "SELECT octet_length(content) FROM attachment_chunk ORDER BY seq")
    assert max(sizes) == 1 << 20
    assert sum(sizes) == len(content)
    got = drafter.get(f"/api/v1/cases/{number}/documents/1/attachments/{told['sha256']}")
    assert sha256(got.content).hexdigest() == told["sha256"]


def test_an_upload_cut_off_leaves_nothing(
    service: Service, app: FastAPI, drafter: Client, place: str
) -> None:
    path = f"{place}/uploads"
    cookie = "; ".join(f"{name}={value}" for name, value in drafter.cookies.items())
    headers = {"cookie": cookie, "host": "127.0.0.1:8390", **drafter.headers}
    scope = {
        "type": "http",
        "method": "PUT",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"name=a.pdf",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 4711),
        "server": ("127.0.0.1", 8390),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
    }
    coming = iter(
        [
            {"type": "http.request", "body": samples.pdf(), "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    answered: list[Any] = []

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        answered.append(message)

    asyncio.run(app(scope, receive, send))
    assert next(coming, None) is None  # it was read up to where it ended
    assert answered == []
    assert scalars(service, "SELECT count(*) FROM upload") == [0]
    assert app.state.uploads._counts == {}


def test_nobody_but_the_holder_of_the_open_draft_uploads(
    service: Service, signed_in: SignIn, stranger: Client, drafter: Client, place: str, number: str
) -> None:
    content = samples.pdf()
    assert upload(stranger, place, content, "a.pdf").status_code == 401
    for someone in ("section_head", "administrator"):
        assert upload(signed_in(someone), place, content, "a.pdf").status_code == 403
    forged = Client(drafter.app, drafter.cookies)
    assert upload(forged, place, content, "a.pdf").json()["code"] == "request-forged"
    assert upload(drafter, place.rpartition("/")[0] + "/999999", content, "a.pdf").status_code == 404
    decide_next(service, number, answers={**DRAFT, "body": "正文"})
    assert upload(drafter, place, content, "a.pdf").json()["code"] == "assignment-closed"
    review = f"/api/v1/assignments/{todo_of(service, number).id}"
    assert upload(signed_in("section_head"), review, content, "a.pdf").json()["code"] == "invalid-input"
    assert scalars(service, "SELECT count(*) FROM upload") == [0]


def test_an_upload_belongs_to_its_person_and_its_todo(
    service: Service, signed_in: SignIn, drafter: Client, place: str
) -> None:
    told = upload(drafter, place, samples.pdf(), "a.pdf").json()
    other = launch_case(service, draft={}).number
    elsewhere = f"/api/v1/assignments/{todo_of(service, other).id}"
    assert (
        submit(drafter, elsewhere, {"upload": told["upload"]}, body="正文").json()["code"]
        == "upload-not-found"
    )
    assert drafter.delete(f"{elsewhere}/uploads/{told['upload']}").status_code == 404
    assert signed_in("office").delete(f"{place}/uploads/{told['upload']}").status_code == 404
    assert scalars(service, "SELECT count(*) FROM upload") == [1]
    assert drafter.delete(f"{place}/uploads/{told['upload']}").status_code == 204
    assert scalars(service, "SELECT count(*) FROM upload_chunk") == [0]


def test_a_claimed_state_secret_takes_no_file_and_forgets_those_waiting(
    service: Service, drafter: Client, number: str, place: str
) -> None:
    secret = launch_case(service, state_secret=True).number
    refused = upload(drafter, f"/api/v1/assignments/{todo_of(service, secret).id}", samples.pdf(), "a.pdf")
    assert refused.json()["code"] == "classified-content-refused"
    assert scalars(service, "SELECT count(*) FROM upload") == [0]
    told = upload(drafter, place, samples.pdf(), "a.pdf").json()
    with_file = {"action": "approve", "answers": CLAIM | {"attachments": [{"upload": told["upload"]}]}}
    assert drafter.post(f"{place}/decision", with_file).json()["code"] == "classified-content-refused"
    assert drafter.post(f"{place}/decision", {"action": "approve", "answers": CLAIM}).status_code == 201
    assert scalars(service, "SELECT count(*) FROM upload_chunk") == [0]
    assert scalars(service, "SELECT count(*) FROM attachment") == [0]


def test_a_secret_claimed_while_a_file_is_on_its_way_keeps_it_out(
    service: Service, drafter: Client, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window: the claim commits between the question at the door and the storing."""
    examined = uploads.examine

    def claim_meanwhile(*arguments: Any) -> Any:
        drafter.post(f"{place}/decision", {"action": "approve", "answers": CLAIM})
        return examined(*arguments)

    monkeypatch.setattr(uploads, "examine", claim_meanwhile)
    assert upload(drafter, place, samples.pdf(), "a.pdf").status_code in (409, 422)
    assert scalars(service, "SELECT count(*) FROM upload") == [0]


def test_the_same_file_twice_is_one_upload_and_one_content(
    service: Service, drafter: Client, number: str, place: str
) -> None:
    content = samples.pdf()
    first, again = (upload(drafter, place, content, "a.pdf").json() for _ in range(2))
    assert first == again
    other = upload(drafter, place, content, "b.pdf").json()
    answer = submit(drafter, place, {"upload": first["upload"]}, {"upload": other["upload"]}, body="正文")
    assert answer.status_code == 201, answer.text
    files = drafter.get(f"/api/v1/cases/{number}/documents/1").json()["attachments"]
    assert [file["name"] for file in files] == ["a.pdf", "b.pdf"]
    assert scalars(service, "SELECT count(*) FROM attachment") == [1]


def test_what_waits_is_limited_per_person(
    service: Service, drafter: Client, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = samples.pdf()
    monkeypatch.setattr(uploads, "MAX_WAITING_BYTES", len(content))
    assert upload(drafter, place, content, "a.pdf").status_code == 201
    full = upload(drafter, place, samples.image("PNG"), "b.png")
    assert (full.status_code, full.json()["code"]) == (413, "uploads-full")
    drafter.app.state.uploads._counts[_person(service, "drafter")] = MAX_AT_ONCE
    assert upload(drafter, place, content, "a.pdf").status_code == 429


def test_uploads_nobody_submits_are_removed(
    service: Service, clock: MovableClock, drafter: Client, place: str, number: str
) -> None:
    upload(drafter, place, samples.pdf(), "a.pdf")
    assert remove_unused_uploads(service) == 0
    clock.move(days=uploads.KEPT_DAYS, hours=1)
    assert remove_unused_uploads(service) == 1
    assert scalars(service, "SELECT count(*) FROM upload_chunk") == [0]


def test_uploads_to_a_draft_handed_over_are_removed(
    service: Service, signed_in: SignIn, drafter: Client, place: str, number: str
) -> None:
    with service.database.begin() as connection:
        unit = scalars(service, "SELECT unit_id FROM cases")[0]
        add_person(connection, "second.drafter", Position.DRAFTER, unit_id=unit)
    upload(drafter, place, samples.pdf(), "a.pdf")
    given = {"drafter": "second.drafter", "reason": "离岗"}
    assert signed_in("administrator").put(f"/api/v1/cases/{number}/drafter", given).status_code == 200
    assert remove_unused_uploads(service) == 1


def _person(service: Service, username: str) -> int:
    return int(scalars(service, "SELECT id FROM person WHERE username = :u", u=username)[0])
