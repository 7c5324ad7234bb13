"""A bureau's website behind HTTP: one POST of JSON, made idempotent by its ``Idempotency-Key``.

What the website must do: publish once per key, and answer every repeat like the first, with status 200 or
201 and ``{"url": "https://…", "published_at": "2026-04-22T08:00:00+08:00"}``. docs/website.md says it whole.
"""

import asyncio
import base64
import json
from datetime import datetime
from typing import Any

import httpx

from engine.publication import PublishRequest, Receipt
from engine.publishing.signature import Signer
from rules.errors import WebsiteRefused, WebsiteUnavailable

_PUBLISHED = {200, 201}
_ASK_AGAIN = {408, 409, 423, 425, 429}
"""Refusals that say "not now" rather than "not so"; 409: the first request with this key is still at work."""

SLOWEST_BYTES_A_SECOND = 100_000
"""A large document gets as much more time as a line this slow takes to carry it."""

LONGEST_ANSWER_BYTES = 64 * 1024
"""A receipt has some hundred; nobody's error page must fill our memory."""


class HttpWebsite:
    """Trusts nothing but a complete answer: anything else is asked again with the same key."""

    def __init__(self, url: str, *, timeout_seconds: float, signer: Signer | None = None) -> None:
        self.url, self.timeout_seconds, self.signer = url, timeout_seconds, signer

    @property
    def name(self) -> str:
        """``webhook`` when it is signed."""
        return "webhook" if self.signer else "http"

    def publish(self, request: PublishRequest) -> Receipt:
        """Send the document.

        Raises:
            WebsiteUnavailable: no complete answer; it may or may not have been published.
            WebsiteRefused: the website says that it will never take it so.
        """
        # No words of the website's answer are quoted: they end up in places that see no content.
        content = json.dumps(_content(request), ensure_ascii=False).encode()
        try:
            status, said = asyncio.run(self._post(content, key=request.key))
        except (httpx.HTTPError, TimeoutError) as error:
            raise _unavailable(type(error).__name__) from None
        if status in _PUBLISHED:
            return _receipt(said)
        if status >= 500 or status in _ASK_AGAIN:
            raise _unavailable(f"HTTP {status}")
        raise WebsiteRefused(where=request.key, status=status)

    async def _post(self, content: bytes, *, key: str) -> tuple[int, bytes]:
        """Status and content of the answer, all of it in time: a bound on each read would bound nothing."""
        headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",  # what is counted below is what there is
            "Idempotency-Key": key,
        }
        if self.signer is not None:
            headers |= self.signer.headers(content)
        seconds = self.timeout_seconds + len(content) / SLOWEST_BYTES_A_SECOND
        async with asyncio.timeout(seconds), httpx.AsyncClient(timeout=seconds) as client:
            asked = client.stream("POST", self.url, content=content, headers=headers, follow_redirects=False)
            async with asked as answer:
                said = bytearray()
                if answer.status_code not in _PUBLISHED:  # the status says all; a page may be long
                    return answer.status_code, b""
                async for piece in answer.aiter_raw():
                    said += piece
                    if len(said) > LONGEST_ANSWER_BYTES:
                        raise _unavailable("an answer too long for a receipt")
                return answer.status_code, bytes(said)


def _content(request: PublishRequest) -> dict[str, Any]:
    files = [
        {
            "name": file.name,
            "media_type": file.media_type,
            "sha256": file.sha256,
            "content_base64": base64.b64encode(file.content).decode(),
        }
        for file in request.attachments
    ]
    return request.metadata() | {"attachments": files}


def _receipt(content: bytes) -> Receipt:
    try:
        said = json.loads(content)
        url, published_at = str(said["url"]), datetime.fromisoformat(said["published_at"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unavailable("an answer that is not a receipt") from None
    if not url.startswith(("http://", "https://")) or not url.isprintable() or published_at.tzinfo is None:
        raise _unavailable("a receipt without a usable address and instant")
    return Receipt(url, published_at)


def _unavailable(why: str) -> WebsiteUnavailable:
    return WebsiteUnavailable(where="website", why=why)
