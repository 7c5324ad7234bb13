"""Bodies made to be expensive: refused for little, before anybody is known, without holding up others."""

import json
import re
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

import portal.door
from engine.forms import _BLOCKS_WITH_MARKS, MAX_MARKS, is_mark
from portal.door import MAX_BODY, MAX_BODY_WITHOUT_DOCUMENT, MAX_VALUES, look_through
from portal.errors import MalformedRequest
from rules.errors import InvalidInput
from tests.portal.conftest import Client

JSON = {"Content-Type": "application/json"}
MANY = {
    "small integers": b'{"a":[' + b"1," * (MAX_BODY // 2 - 10) + b"1]}",
    "empty texts": b'{"a":[' + b'"",' * (MAX_BODY // 3 - 10) + b'""]}',
    "empty lists": b'{"a":[' + b"[]," * (MAX_BODY // 3 - 10) + b"[]]}",
    "quotes": b'"' * MAX_BODY,
}


@pytest.mark.parametrize("body", MANY.values(), ids=MANY)
def test_millions_of_values_are_refused_before_an_object_is_made_for_any(
    body: bytes, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal.door, "json", SimpleNamespace(loads=_never))
    answer = stranger("POST", "/api/v1/cases", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")
    assert str(MAX_VALUES) in answer.json()["why"]


def _never(*_: Any, **__: Any) -> Any:
    raise AssertionError("parsed")


def test_the_cap_on_values_is_exact() -> None:
    look_through(json.dumps({"a": [1] * (MAX_VALUES - 2)}).encode())
    with pytest.raises(MalformedRequest):
        look_through(json.dumps({"a": [1] * (MAX_VALUES - 1)}).encode())
    fields = {f"f{number}": "x" for number in range(MAX_VALUES - 1)}
    look_through(json.dumps(fields).encode())


def test_commas_and_brackets_inside_text_are_no_values() -> None:
    look_through(json.dumps({"a": 'so [it] says, {"quoted": "\\"}, ' * 20_000}).encode())


def test_a_fault_deep_inside_is_named_by_its_place() -> None:
    with pytest.raises(InvalidInput) as refused:
        look_through(json.dumps({"draft": {"attachments": [{}, {"name": "a\u0007"}]}}).encode())
    assert refused.value.where == "draft.attachments.1.name"


def test_a_text_that_takes_hours_to_normalise_is_refused() -> None:
    for marks in ("\u0301\u0323", "\u0f73"):
        with pytest.raises(InvalidInput) as refused:
            look_through(json.dumps({"a": "a" + marks * 500_000}, ensure_ascii=False).encode())
        assert str(MAX_MARKS) in refused.value.message("en")
    look_through(json.dumps({"a": ("a" + "\u0301" * MAX_MARKS) * 100}).encode())


def test_no_mark_escapes_the_search_for_marks() -> None:
    block = re.compile(_BLOCKS_WITH_MARKS)
    text = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    assert [
        hex(ord(character)) for character in text if is_mark(character) and not block.match(character)
    ] == []


def test_a_large_body_is_looked_through_in_a_thread(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def noting(body: bytes) -> None:
        seen.append(threading.current_thread() is threading.main_thread())

    monkeypatch.setattr(portal.door, "look_through", noting)
    for size in (1_000, 100_000):
        Client(app).post("/api/v1/cases", {"procedure": "x" * size})
    assert seen == [True, False]


def test_only_what_carries_documents_may_be_large(stranger: Client) -> None:
    small = {"username": "office", "password": "x" * MAX_BODY_WITHOUT_DOCUMENT}
    for method, path in (
        ("POST", "/api/v1/session"),
        ("POST", "/api/v1/tokens"),
        ("PUT", "/api/v1/people/office/password"),
        ("POST", "/nowhere"),
    ):
        answer = stranger(method, path, json=small)
        assert (answer.status_code, answer.json()["code"]) == (413, "request-too-large"), path
        assert "8 KB" in answer.json()["why"]
    longest = {"username": "\U00020000" * 64, "password": "\U00020000" * 256}  # 12 bytes each in JSON
    assert stranger.post("/api/v1/session", longest).status_code == 401
