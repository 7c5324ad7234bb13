"""The website can tell our publications from anybody else's: they are signed over time and content."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import httpx
import pytest
from pydantic import SecretStr

from engine.publication import PublishedFile, PublishRequest
from engine.publishing import HttpWebsite, Signer, website_of
from engine.publishing.signature import SIGNATURE, TIMESTAMP
from engine.service import Service
from rules.errors import WebsiteRefused
from rules.time import system_time
from tests.website_process import WebsiteProcess

CONTENT_HASH = sha256(b"x").hexdigest()
SECRET = "a shared secret 共享密钥"
REQUEST = PublishRequest(
    key="webhook:publication:1",
    slug="zd-2026-0001",
    organ="青岭县应急管理局",
    unit="执法监督股",
    doc_type="通知",
    doc_no="青应急〔2026〕1号",
    title="关于消防检查的通知",
    body="正文",
    marking="（此件公开发布）",
    formed_on=date(2026, 4, 20),
    issued_on=date(2026, 4, 20),
    content_hash="0" * 64,
    attachments=(PublishedFile("附件.txt", "text/plain", CONTENT_HASH, 1, "attachment", 7),),
)


@pytest.fixture
def strict(website: WebsiteProcess) -> Iterator[WebsiteProcess]:
    """A website that takes signed publications only."""
    website.expect_signature(SECRET)
    yield website
    website.expect_signature(None)


def adapter(website: WebsiteProcess, signer: Signer | None) -> HttpWebsite:
    return HttpWebsite(website.url, timeout_seconds=2.0, read=lambda _: iter([b"x"]), signer=signer)


def test_a_signed_publication_is_taken_and_published_once(strict: WebsiteProcess) -> None:
    signed = adapter(strict, Signer(SECRET, system_time))
    assert signed.publish(REQUEST) == signed.publish(REQUEST)
    assert strict.published(REQUEST.key) == 1
    assert strict.content(REQUEST.key)["doc_type"] == "通知"
    assert signed.name == "webhook"


@pytest.mark.parametrize(
    "signer",
    [
        None,
        Signer("another secret", system_time),
        Signer(SECRET, lambda: datetime.now(UTC) - timedelta(minutes=6)),
        Signer(SECRET, lambda: datetime.now(UTC) + timedelta(minutes=6)),
    ],
    ids=["unsigned", "other secret", "old", "from the future"],
)
def test_what_is_not_signed_by_us_just_now_is_refused(strict: WebsiteProcess, signer: Signer | None) -> None:
    request = replace(REQUEST, key="refused:publication:1")
    with pytest.raises(WebsiteRefused):
        adapter(strict, signer).publish(request)
    assert strict.published(request.key) == 0


def test_a_signature_fits_its_body_and_its_time_alone(strict: WebsiteProcess) -> None:
    headers = Signer(SECRET, system_time).headers(b"{}")
    later = {**headers, TIMESTAMP: str(int(time.time()) + 1)}
    for body, sent in ((b"{ }", headers), (b"{}", later), (b"{}", {**headers, SIGNATURE: ""})):
        answer = httpx.post(strict.url, content=body, headers={**sent, "Idempotency-Key": "x"})
        assert answer.status_code == 401


def test_settings_choose_the_way_of_publication(service: Service) -> None:
    def named(**changes: object) -> str:
        settings = service.settings.model_copy(update=changes)
        return website_of(Service(service.database, settings, service.time)).name

    assert named() == "public-register"
    assert named(website_url="https://www.example.com/publish") == "http"
    assert named(website_url="https://www.example.com/publish", website_secret=SecretStr(SECRET)) == "webhook"
