"""What is published is the signed, reviewed version, once, whatever the website does meanwhile."""

import base64
import time
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from engine.activities import publish_document
from engine.files.storing import attachment_chunks
from engine.leases import Lease, claim, give_up, renew, settle
from engine.publication import PublishRequest, request_for
from engine.publishing import HttpWebsite, PublicRegister
from engine.service import Service
from rules.errors import UnreviewedPublicationRefused, WebsiteRefused, WebsiteUnavailable
from tests import sample_files as samples
from tests.builders import (
    PROACTIVE_DRAFT,
    Bureau,
    MovableClock,
    case_row,
    decide_all,
    launch_case,
    scalars,
    todos_of,
)
from tests.website_process import WebsiteProcess

pytestmark = pytest.mark.thorough


@pytest.fixture
def number(service: Service, bureau: Bureau) -> str:
    """A case that waits to be published."""
    made = launch_case(service).number
    decide_all(service, made)
    return made


@pytest.fixture
def lease(service: Service, number: str) -> Lease:
    """The right to publish it."""
    return _claim(service, number)


def _claim(service: Service, number: str, holder: str = "worker-1") -> Lease:
    query = "SELECT s.id FROM step s JOIN cases c ON c.id = case_id WHERE number = :n AND kind = 'activity'"
    (step,) = scalars(service, query, n=number)
    claimed = claim(service, step, holder=holder)
    assert claimed is not None
    return claimed


def _request(service: Service, lease: Lease) -> PublishRequest:
    with service.database.connect() as connection:
        return request_for(
            connection,
            case_id=lease.case_id,
            version_id=lease.arguments["document_version_id"],
            key=lease.idempotency_key,
        )


def test_register_holds_the_signed_version_with_its_marking(
    service: Service, number: str, lease: Lease
) -> None:
    facts = publish_document(service, lease)
    with service.database.connect() as connection:
        entry = connection.execute(text("SELECT * FROM register_entry")).one()
    assert facts["url"] == f"{service.settings.base_url}/register/{number.lower()}"
    assert (entry.marking, entry.doc_no) == ("（此件公开发布）", "青应急〔2026〕1号")
    assert [entry.content_hash] == scalars(service, "SELECT content_hash FROM document_version")


def test_publishing_again_with_the_same_key_changes_nothing(
    service: Service, clock: MovableClock, lease: Lease
) -> None:
    first = publish_document(service, lease)
    clock.move(hours=1)
    assert publish_document(service, lease) == first
    assert scalars(service, "SELECT count(*) FROM register_entry") == [1]
    assert scalars(service, "SELECT count(*) FROM publication") == [1]


def test_version_without_its_own_review_is_refused(service: Service, number: str, lease: Lease) -> None:
    with service.database.begin() as connection:
        other = connection.execute(
            text(
                "INSERT INTO document_version (case_id, version, title, body, attribute, ground, ground_text,"
                " attachments, content_hash, created_by, created_at) SELECT case_id, version + 1, title,"
                " body, attribute, ground, ground_text, attachments, content_hash, created_by, created_at"
                " FROM document_version RETURNING id"
            )
        ).scalar_one()
    for version in (other, 10_000):
        with pytest.raises(UnreviewedPublicationRefused):
            publish_document(service, replace(lease, arguments={"document_version_id": version}))
    assert scalars(service, "SELECT count(*) FROM register_entry") == [0]


def test_lost_lease_makes_the_result_an_orphan_effect(
    service: Service, clock: MovableClock, number: str, lease: Lease
) -> None:
    """The window: a worker is frozen while it publishes; another takes over and settles."""
    facts = publish_document(service, lease)
    clock.move(seconds=service.settings.lease_seconds + 1)
    second = _claim(service, number, holder="worker-2")
    assert renew(service, lease) is False
    assert settle(service, second, publish_document(service, second)) is True
    assert settle(service, lease, facts) is False
    assert [todo.step for todo in todos_of(service, number)] == ["paper-copy"]
    actions = scalars(
        service,
        "SELECT action FROM ledger_entry WHERE chain = :c ORDER BY seq",
        c=case_row(service, number).id,
    )
    assert actions.count("activity-settled") == 1
    assert actions[-1] == "orphan-effect"
    assert scalars(service, "SELECT count(*) FROM register_entry") == [1]


def test_renewed_lease_is_not_taken_over(
    service: Service, clock: MovableClock, number: str, lease: Lease
) -> None:
    for _ in range(3):
        clock.move(seconds=service.settings.lease_seconds - 1)
        assert renew(service, lease) is True
    assert claim(service, lease.step_id, holder="worker-2") is None


def test_repeated_failure_becomes_one_incident_and_waits_for_the_administrator(
    service: Service, clock: MovableClock, number: str, lease: Lease
) -> None:
    for _ in range(service.settings.activity_attempts - 1):
        give_up(service, lease, "HTTP 503")
        assert scalars(service, "SELECT count(*) FROM incident") == [0]
        clock.move(seconds=service.settings.activity_retry_seconds)
        lease = _claim(service, number)
    give_up(service, lease, "HTTP 503")
    assert scalars(service, "SELECT kind FROM incident") == ["activity-failed"]
    clock.move(days=3)
    assert claim(service, lease.step_id, holder="worker-1") is None


# --- the website behind HTTP -----------------------------------------------------------------


@pytest.fixture
def http(service: Service, website: WebsiteProcess) -> HttpWebsite:
    """The adapter to the local website, with little patience."""
    return HttpWebsite(website.url, timeout_seconds=1.0, read=partial(attachment_chunks, service))


@pytest.mark.parametrize("trouble", ["down", "slow", "drips", "floods", "forgets-to-answer", "killed"])
def test_unclear_answer_is_asked_again_and_published_once(
    service: Service, lease: Lease, website: WebsiteProcess, http: HttpWebsite, trouble: str
) -> None:
    request = replace(_request(service, lease), key=f"{trouble}:publication:1")
    website.kill() if trouble == "killed" else website.behave(trouble)
    with pytest.raises(WebsiteUnavailable):
        http.publish(request)
    if trouble == "killed":
        website.start()
    website.behave("well")
    receipts = {http.publish(request), http.publish(request)}
    assert len(receipts) == 1
    assert website.published(request.key) == 1


def test_website_that_drips_its_answer_is_given_up_within_the_time_it_has(
    service: Service, lease: Lease, website: WebsiteProcess, http: HttpWebsite
) -> None:
    """No read waits longer than 0.2 s, so only a bound on the whole try ends it: the answer takes 30 s."""
    website.behave("drips")
    began = time.monotonic()
    with pytest.raises(WebsiteUnavailable):
        http.publish(_request(service, lease))
    assert time.monotonic() - began < 5


def test_refusal_is_told_apart_from_trouble_and_quotes_nothing(
    service: Service, lease: Lease, website: WebsiteProcess, http: HttpWebsite
) -> None:
    website.behave("refuses")
    with pytest.raises(WebsiteRefused) as caught:
        http.publish(_request(service, lease))
    assert "422" in str(caught.value)


@pytest.mark.parametrize("answer", ["nonsense", "other-scheme", "naive-time"])
def test_answer_that_is_no_receipt_is_not_believed(
    service: Service, lease: Lease, website: WebsiteProcess, http: HttpWebsite, answer: str
) -> None:
    website.behave(answer)
    with pytest.raises(WebsiteUnavailable):
        http.publish(_request(service, lease))


def test_register_and_website_are_given_the_same_document(
    service: Service, lease: Lease, website: WebsiteProcess, http: HttpWebsite
) -> None:
    request = replace(_request(service, lease), key="same:publication:1")
    http.publish(request)
    PublicRegister(service).publish(request)
    with service.database.connect() as connection:
        entry = connection.execute(text("SELECT * FROM register_entry")).one()
    sent = website.content(request.key)
    for name in ("title", "body", "doc_no", "marking", "content_hash", "organ", "unit", "slug"):
        assert sent[name] == getattr(entry, name)


# --- files -----------------------------------------------------------------------------------

FILES = {"通知.docx": samples.docx(), "大.pdf": samples.pdf(padding=1_500_000)}


@pytest.fixture
def lease_with_files(service: Service, bureau: Bureau) -> Lease:
    """The right to publish a document with two files, one of several chunks."""
    files = [
        {"name": name, "content_base64": base64.b64encode(content).decode()}
        for name, content in FILES.items()
    ]
    made = launch_case(service, draft=PROACTIVE_DRAFT | {"attachments": files}).number
    decide_all(service, made)
    return _claim(service, made)


def test_register_files_are_copies_made_once(service: Service, lease_with_files: Lease) -> None:
    first = publish_document(service, lease_with_files)
    assert publish_document(service, lease_with_files) == first
    pieces = "SELECT string_agg(content, ''::bytea ORDER BY seq) FROM register_file_chunk GROUP BY file_id"
    assert {bytes(content) for content in scalars(service, pieces)} == set(FILES.values())
    assert samples.WORDS in scalars(service, "SELECT text FROM register_file")
    [told] = scalars(service, "SELECT attachments FROM register_entry")
    assert [file["name"] for file in told] == list(FILES)
    with pytest.raises(ProgrammingError, match="permission denied"), service.database.begin() as connection:
        connection.execute(text("UPDATE register_file_chunk SET content = ''"))


def test_website_has_every_file_before_the_document_that_lists_it(
    service: Service, lease_with_files: Lease, website: WebsiteProcess, http: HttpWebsite
) -> None:
    request = replace(_request(service, lease_with_files), key="files:publication:1")
    website.behave("down")
    with pytest.raises(WebsiteUnavailable):
        http.publish(request)
    assert website.asked(request.key) == []  # a file failed: the document was not sent
    website.behave("well")
    assert http.publish(request) == http.publish(request)
    listed = website.content(request.key)["attachments"]
    assert [file["name"] for file in listed] == list(FILES)
    assert [website.file(file["sha256"]) for file in listed] == list(FILES.values())
    assert "attachment_id" not in listed[0]
    assert website.published(request.key) == 1
