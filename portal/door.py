"""The outermost layer: what arrives is measured and looked through before anything reads it as a request,
and whatever goes wrong inside leaves as a problem document that tells nothing.

A plain ASGI layer: it is on the path of every decision.
"""

import json
import math
import re
from collections.abc import Iterator, MutableMapping
from itertools import islice
from typing import Any, NamedTuple

from anyio import CapacityLimiter, to_thread
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.forms import Text, invalid
from portal.errors import BodyTooSlow, MalformedRequest, RequestTooLarge, UnsupportedContent
from portal.files import Metered, takes_file
from portal.patience import Patient
from portal.problems import answer_problem, unforeseen
from rules.errors import GongkaiError
from rules.time import TimeSource

MAX_BODY = 4_000_000
MAX_BODY_WITHOUT_DOCUMENT = 8_000
MAX_BODY_WITH_CALENDAR = 256_000
"""A year's table as a form sends it: three characters for each byte that is not ASCII."""

MAX_BODY_WITH_COMMENT = 40_000
"""A comment of the public as a form sends it: at most nine bytes for a character."""

MAX_VALUES = 10_000
MAX_DEPTH = 16
MAX_NUMBER = 2**53
_CARRIES_DOCUMENTS = (
    "/api/v1/cases",
    "/api/v1/assignments/",
    "/todo/",
    "/launch",
    "/api/v1/bulk-launches",
    "/bulk",
)
_CARRIES_CALENDARS = ("/api/v1/calendar", "/calendar", "/api/v1/what-if", "/what-if", "/catalogue/import")
_CARRIES_COMMENTS = ("/register/", "/cases/")
_FORM = b"application/x-www-form-urlencoded"
_LOOKED_THROUGH_IN_PLACE = 64_000
"""Bytes; anything larger is looked through in a thread, so that nobody else waits for it."""
_THREADS = 2
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
# Possessive, and the closing quote may be missing: it never goes back over what it has read.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{,]', re.DOTALL)
_TOKENS_PER_VALUE = 3  # a field's name, its value's text or bracket, a comma
_TEXT = TypeAdapter(Text)
_UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


class Door:
    """Size, pace, form and arrival time of requests; security headers; the last catch."""

    def __init__(self, app: ASGIApp, time: TimeSource, *, secure: bool, patience: float) -> None:
        self.app, self.time, self.patience = app, time, patience
        self.headers = security_headers(secure=secure)
        self._threads = CapacityLimiter(_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["received_at"] = self.time()
        started, method = False, scope["method"]
        if method == "HEAD":
            # Answered like GET; the server leaves the body out. Of nothing no part can be asked.
            headers = [header for header in scope["headers"] if header[0] != b"range"]
            scope = {**scope, "method": "GET", "headers": headers}

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = self._headed(message["headers"])
                if isinstance(receive, Metered) and receive.broken_off:
                    message["headers"].append((b"connection", b"close"))  # the rest is never read
            await send(message)

        try:
            if takes_file(method, scope["path"]):
                receive = Metered(
                    Patient(receive, self.patience), scope["headers"]
                )  # the one body that is not held here
            elif method in _UNSAFE:
                body = await self._admitted_body(scope, Patient(receive, self.patience))
                # Received is what has come whole: beginning to send keeps no limit open.
                scope["state"]["received_at"] = self.time()
                receive = _replay(body, receive)
            await self.app(scope, receive, guarded)
        except ClientDisconnect:
            return
        except Exception as error:  # the boundary: nothing inside may be shown, nothing may be swallowed
            known = error if isinstance(error, GongkaiError) else unforeseen(error, method, scope["path"])
            if started:
                return
            response = answer_problem(known)
            if isinstance(known, RequestTooLarge | BodyTooSlow):
                response.headers["Connection"] = "close"  # the rest of the body is never read
            await response(scope, receive, guarded)

    async def _admitted_body(self, scope: Scope, receive: Receive) -> bytes:
        headers: MutableMapping[bytes, bytes] = dict(scope["headers"])
        limit = _limit(scope["path"])
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            raise _too_large(limit)
        body = await _read(receive, limit)
        if body:
            given = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
            if given == _FORM and not scope["path"].startswith("/api/"):
                return body  # a form of our pages: its CSRF token, or where it came from, is asked there
            if given != b"application/json":
                raise UnsupportedContent(where="Content-Type")
            if len(body) > _LOOKED_THROUGH_IN_PLACE:
                await to_thread.run_sync(look_through, body, limiter=self._threads)
            else:
                look_through(body)
        return body

    def _headed(self, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        named = {name for name, _ in given}
        return [*given, *((name, value) for name, value in self.headers if name not in named)]


def security_headers(*, secure: bool) -> list[tuple[bytes, bytes]]:
    """On every answer. A page that needs more (its own stylesheet) states its own policy."""
    headers = {
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'none'",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cache-control": "no-store",
    }
    if secure:
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _limit(path: str) -> int:
    if path.startswith(_CARRIES_DOCUMENTS):
        return MAX_BODY
    if path.startswith(_CARRIES_COMMENTS):
        return MAX_BODY_WITH_COMMENT
    return MAX_BODY_WITH_CALENDAR if path in _CARRIES_CALENDARS else MAX_BODY_WITHOUT_DOCUMENT


async def _read(receive: Receive, limit: int) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect()
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once more; what comes after it is the connection's: a streamed answer waits for its end."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed


def look_through(body: bytes) -> None:
    """Refuse what no form of ours could mean: not JSON, too many values, too deep, odd keys, unprintable
    text, huge numbers. Cheap also for a body made to be expensive: it runs before anybody is known.

    Raises:
        MalformedRequest, InvalidInput: naming the place, never quoting the content.
    """
    _count_tokens(body)
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _malformed("不是有效的 JSON", "it is not valid JSON") from None
    if not isinstance(value, dict):
        raise _malformed("须为一个 JSON 对象", "it must be a JSON object")
    seen, waiting = 1, [_Found(value, 0, None)]
    while waiting:
        found = waiting.pop()
        value = found.value
        if isinstance(value, str):
            _check_text(found)
        elif isinstance(value, (dict, list)):
            seen += len(value)
            if seen > MAX_VALUES:
                raise _too_many()
            if found.depth >= MAX_DEPTH:
                raise _malformed(f"嵌套超过{MAX_DEPTH}层", f"it is nested deeper than {MAX_DEPTH}")
            waiting += _inside(found)
        elif isinstance(value, (int, float)) and not (math.isfinite(value) and abs(value) <= MAX_NUMBER):
            raise _malformed("数字过大", "a number is too large")


class _Found(NamedTuple):
    """A value and where it stands: its name, and what it stands in."""

    value: Any
    depth: int
    within: "_Found | None"
    name: str | int = ""

    def place(self) -> str:
        if self.within is None:
            return ""
        return f"{self.within.place()}.{self.name}".lstrip(".")


def _count_tokens(body: bytes) -> None:
    """Refuse too many values before an object is made for any of them."""
    most = MAX_VALUES * _TOKENS_PER_VALUE + 1
    if sum(1 for _ in islice(_TOKEN.finditer(body), most + 1)) > most:
        raise _too_many()


def _inside(found: _Found) -> Iterator[_Found]:
    depth, value = found.depth + 1, found.value
    if isinstance(value, list):
        return (_Found(item, depth, found, index) for index, item in enumerate(value))
    if not all(_KEY.fullmatch(key) for key in value):
        raise _malformed("含有无法识别的字段名", "it has a field with an impossible name")
    return (_Found(item, depth, found, key) for key, item in value.items())


def _check_text(found: _Found) -> None:
    try:
        _TEXT.validate_python(found.value)
    except ValidationError as error:
        raise invalid(error, where=found.place()) from None


def _no_constant(_name: str) -> None:
    raise ValueError("NaN and Infinity are not JSON")


def _malformed(zh: str, en: str) -> MalformedRequest:
    return MalformedRequest(where="body", why_zh=zh, why_en=en)


def _too_many() -> MalformedRequest:
    return _malformed(f"超过{MAX_VALUES}个值", f"it has more than {MAX_VALUES} values")


def _too_large(limit: int) -> RequestTooLarge:
    said = f"{limit // 1_000_000} MB" if limit >= 1_000_000 else f"{limit // 1_000} KB"
    return RequestTooLarge(where="body", limit=said)
