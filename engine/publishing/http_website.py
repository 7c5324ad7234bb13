"""A bureau's website behind HTTP: one POST of JSON, made idempotent by its ``Idempotency-Key``.

What the website must do: publish once per key, and answer every repeat like the first, with status 200 or
201 and ``{"url": "https://…", "published_at": "2026-04-22T08:00:00+08:00"}``. docs/website.md says it whole.
"""

import base64
import json
from datetime import datetime
from typing import Any

import httpx

from engine.publication import PublishRequest, Receipt
from engine.publishing.signature import Signer
from rules.errors import WebsiteRefused, WebsiteUnavailable

_ASK_AGAIN = {408, 409, 423, 425, 429}
"""Refusals that say "not now" rather than "not so"; 409: the first request with this key is still at work."""


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
        body = json.dumps(_content(request), ensure_ascii=False).encode()
        headers = {"Idempotency-Key": request.key, "Content-Type": "application/json"}
        if self.signer is not None:
            headers |= self.signer.headers(body)
        try:
            answer = httpx.post(
                self.url,
                content=body,
                headers=headers,
                timeout=self.timeout_seconds,
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            raise _unavailable(f"{type(error).__name__}") from None
        if answer.status_code in (200, 201):
            return _receipt(answer)
        if answer.status_code >= 500 or answer.status_code in _ASK_AGAIN:
            raise _unavailable(f"HTTP {answer.status_code}")
        raise WebsiteRefused(where=request.key, status=answer.status_code)


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
