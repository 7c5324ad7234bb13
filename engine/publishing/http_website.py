"""A bureau's website behind HTTP: its files first, then one POST of JSON, idempotent by ``Idempotency-Key``.

What the website must do: keep what is PUT to ``…/files/{sha256}`` (raw bytes, the same again changes
nothing, answer 200, 201 or 204); publish the POSTed document once per key, with the files it lists by their
hashes, and answer every repeat like the first, with status 200 or 201 and
``{"url": "https://…", "published_at": "2026-04-22T08:00:00+08:00"}``.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx

from engine.publication import PublishedFile, PublishRequest, Receipt
from rules.errors import WebsiteRefused, WebsiteUnavailable

_ASK_AGAIN = {408, 409, 423, 425, 429}
"""Refusals that say "not now" rather than "not so"; 409: the first request with this key is still at work."""

ReadFile = Callable[[int], Iterator[bytes]]
"""The content of a stored file, a chunk at a time."""


class HttpWebsite:
    """Trusts nothing but a complete answer: anything else is asked again with the same key."""

    name = "http"

    def __init__(self, url: str, *, timeout_seconds: float, read: ReadFile) -> None:
        self.url, self.timeout_seconds, self.read = url, timeout_seconds, read

    def publish(self, request: PublishRequest) -> Receipt:
        """Send the files, then the document.

        Raises:
            WebsiteUnavailable: no complete answer; it may or may not have been published.
            WebsiteRefused: the website says that it will never take it so.
        """
        for file in {file.sha256: file for file in request.attachments}.values():
            self._send_file(request.key, file)
        said = request.metadata() | {"attachments": [file.told() for file in request.attachments]}
        answer = self._ask("POST", self.url, request.key, json=said)
        if answer.status_code not in (200, 201):
            raise _unavailable(f"HTTP {answer.status_code}")
        return _receipt(answer)

    def _send_file(self, key: str, file: PublishedFile) -> None:
        url = httpx.URL(self.url)
        url = url.copy_with(path=f"{url.path.rstrip('/')}/files/{file.sha256}")
        headers = {"Content-Type": file.media_type, "Content-Length": str(file.size)}
        self._ask("PUT", url, f"{key}:{file.sha256}", headers=headers, content=self.read(file.attachment_id))

    def _ask(
        self,
        method: str,
        url: str | httpx.URL,
        key: str,
        *,
        headers: dict[str, str] | None = None,
        **body: Any,
    ) -> httpx.Response:
        # No words of the website's answer are quoted: they end up in places that see no content.
        try:
            answer = httpx.request(
                method,
                url,
                headers={"Idempotency-Key": key, **(headers or {})},
                timeout=self.timeout_seconds,
                follow_redirects=False,
                **body,
            )
        except httpx.HTTPError as error:
            raise _unavailable(f"{type(error).__name__}") from None
        if answer.status_code >= 500 or answer.status_code in _ASK_AGAIN:
            raise _unavailable(f"HTTP {answer.status_code}")
        if not answer.is_success:
            raise WebsiteRefused(where=key, status=answer.status_code)
        return answer


def _receipt(answer: httpx.Response) -> Receipt:
    try:
        said = answer.json()
        url, published_at = str(said["url"]), datetime.fromisoformat(said["published_at"])
    except (ValueError, KeyError, TypeError):
        raise _unavailable("an answer that is not a receipt") from None
    if not url.startswith(("http://", "https://")) or not url.isprintable() or published_at.tzinfo is None:
        raise _unavailable("a receipt without a usable address and instant")
    return Receipt(url, published_at)


def _unavailable(why: str) -> WebsiteUnavailable:
    return WebsiteUnavailable(where="website", why=why)
