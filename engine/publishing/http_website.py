"""A bureau's website behind HTTP: a document's files first, then one POST of JSON; one POST to take it down.
Idempotent by ``Idempotency-Key``.

What the website must do: keep what is PUT to ``…/files/{sha256}`` (raw bytes, the same again changes
nothing, answer 200, 201 or 204); publish the POSTed document once per key, with the files it lists by their
hashes, and answer every repeat like the first, with status 200 or 201 and
``{"url": "https://…", "published_at": "2026-04-22T08:00:00+08:00"}``; take it down when told so, and answer
``{"withdrawn_at": "2026-05-12T08:00:00+08:00"}``. docs/website.md says it whole.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx

from engine.publication import PublishedFile, PublishRequest, Receipt, Withdrawal
from engine.publishing.signature import Signer
from rules.errors import WebsiteCannotWithdraw, WebsiteRefused, WebsiteUnavailable

_DONE = {200, 201}
_KEPT = {200, 201, 204}
_ASK_AGAIN = {408, 409, 423, 425, 429}
"""Refusals that say "not now" rather than "not so"; 409: the first request with this key is still at work."""

SLOWEST_BYTES_A_SECOND = 100_000
"""A large document gets as much more time as a line this slow takes to carry it."""

LONGEST_ANSWER_BYTES = 64 * 1024
"""A receipt has some hundred; nobody's error page must fill our memory."""

ReadFile = Callable[[int], Iterator[bytes]]
"""The content of a stored file, a chunk at a time."""


class HttpWebsite:
    """Trusts nothing but a complete answer: anything else is asked again with the same key."""

    def __init__(
        self,
        url: str,
        *,
        timeout_seconds: float,
        read: ReadFile,
        signer: Signer | None = None,
        statutory: Callable[[datetime], datetime] = lambda instant: instant,
    ) -> None:
        """``statutory`` takes the instants of the website's own clock over into cases."""
        self.url, self.timeout_seconds, self.read, self.signer = url, timeout_seconds, read, signer
        self.statutory = statutory

    @property
    def name(self) -> str:
        """``webhook`` when it is signed."""
        return "webhook" if self.signer else "http"

    def publish(self, request: PublishRequest) -> Receipt:
        """Send the files, then the document.

        Raises:
            WebsiteUnavailable: no complete answer; it may or may not have been published.
            WebsiteRefused: the website says that it will never take it so.
        """
        receipt = _receipt(_answer(self._publish(request)), pair=request.interpretation is not None)
        return replace(receipt, published_at=self.statutory(receipt.published_at))

    def withdraw(self, withdrawal: Withdrawal) -> datetime:
        """Tell the website to take a document down.

        Raises:
            WebsiteCannotWithdraw: unsigned, this would ask of the website what it must refuse.
            WebsiteUnavailable: no complete answer; the document may still stand.
            WebsiteRefused: the website says that it will not.
        """
        if self.signer is None:
            raise WebsiteCannotWithdraw(where=withdrawal.key)
        answer = _answer(self._post(withdrawal.key, {"action": "withdraw", **withdrawal.told()}))
        return self.statutory(_withdrawn_at(answer))

    async def _publish(self, request: PublishRequest) -> bytes:
        for file in {file.sha256: file for file in request.all_files}.values():
            await self.send_file(request.key, file)
        return await self._post(request.key, {"action": "publish", **request.metadata()})

    async def _post(self, key: str, told: dict[str, Any]) -> bytes:
        content = json.dumps(told, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key} | self._signed(content)
        return await self._send("POST", httpx.URL(self.url), content, headers, size=len(content))

    async def send_file(self, key: str, file: PublishedFile) -> None:
        """Send the content of one file; the same again changes nothing at the website."""
        url = httpx.URL(self.url)
        url = url.copy_with(path=f"{url.path.rstrip('/')}/files/{file.sha256}")
        headers = {
            "Content-Type": file.media_type,
            "Content-Length": str(file.size),
            "Idempotency-Key": f"{key}:{file.sha256}",
            **self._signed(file.sha256.encode()),  # which stands for the bytes: they are not held in memory
        }
        await self._send("PUT", url, self._pieces(file), headers, size=file.size)

    def _signed(self, content: bytes) -> dict[str, str]:
        return self.signer.headers(content) if self.signer else {}

    async def _pieces(self, file: PublishedFile) -> AsyncIterator[bytes]:
        for piece in self.read(file.attachment_id):
            yield piece

    async def _send(
        self,
        method: str,
        url: httpx.URL,
        content: bytes | AsyncIterator[bytes],
        headers: dict[str, str],
        *,
        size: int,
    ) -> bytes:
        """The content of the answer, all of it in time: a bound on each read would bound nothing."""
        headers = headers | {"Accept-Encoding": "identity"}  # what is counted below is what there is
        seconds = self.timeout_seconds + size / SLOWEST_BYTES_A_SECOND
        async with asyncio.timeout(seconds), httpx.AsyncClient(timeout=seconds) as client:
            asked = client.stream(method, url, content=content, headers=headers, follow_redirects=False)
            async with asked as answer:
                _require_taken(answer.status_code, _DONE if method == "POST" else _KEPT, headers)
                said = bytearray()
                async for piece in answer.aiter_raw():
                    said += piece
                    if len(said) > LONGEST_ANSWER_BYTES:
                        raise _unavailable("an answer too long for a receipt")
                return bytes(said)


def _require_taken(status: int, taken: set[int], headers: dict[str, str]) -> None:
    """The status says all; the page that comes with a refusal may be long and is not read."""
    if status in taken:
        return
    if status >= 500 or status in _ASK_AGAIN:
        raise _unavailable(f"HTTP {status}")
    raise WebsiteRefused(where=headers["Idempotency-Key"], status=status)


def _answer(asked: Coroutine[Any, Any, bytes]) -> bytes:
    # No words of the website's answer are quoted: they end up in places that see no content.
    try:
        return asyncio.run(asked)
    except (httpx.HTTPError, TimeoutError) as error:
        raise _unavailable(type(error).__name__) from None


def _receipt(content: bytes, *, pair: bool) -> Receipt:
    """Of a pair it names both addresses: a website that knows no pairs may have published one half."""
    published_at = _instant(content, "published_at")
    return Receipt(
        _address(content, "url"), published_at, _address(content, "interpretation_url") if pair else ""
    )


def _address(content: bytes, name: str) -> str:
    url = _said(content, name)
    if not url.startswith(("http://", "https://")) or not url.isprintable():
        raise _unavailable("a receipt without a usable address")
    return url


def _withdrawn_at(content: bytes) -> datetime:
    """A website that does not know take-downs cannot answer so, whatever else it makes of one."""
    return _instant(content, "withdrawn_at")


def _instant(content: bytes, name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(_said(content, name))
    except ValueError:
        raise _unavailable("a receipt without a usable instant") from None
    if instant.tzinfo is None:
        raise _unavailable("a receipt without a usable instant")
    return instant


def _said(content: bytes, name: str) -> str:
    try:
        return str(json.loads(content)[name])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unavailable("an answer that is not a receipt") from None


def _unavailable(why: str) -> WebsiteUnavailable:
    return WebsiteUnavailable(where="website", why=why)
