"""What is taken down leaves the website too: by a signed request where it takes them, else by hand."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from engine.activities import withdraw_document
from engine.doctor import examine
from engine.leases import Lease, claim, give_up, settle
from engine.reading import read_path_ahead
from engine.service import Service
from rules.errors import WebsiteCannotWithdraw, WebsiteRefused, WebsiteUnavailable
from rules.time import system_time
from tests.builders import (
    Bureau,
    MovableClock,
    case_row,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    todo_of,
)
from tests.engine.test_doctor import history_unlocked, publish
from tests.engine.test_publication_change import REASON, TITLE, moved, propose
from tests.page_site import PageSite
from tests.website_process import WebsiteProcess

pytestmark = pytest.mark.thorough

SECRET = "a shared secret 共享密钥"


def with_settings(service: Service, **changes: object) -> Service:
    return replace(service, settings=service.settings.model_copy(update=changes))


@pytest.fixture
def service(service: Service, website: WebsiteProcess) -> Service:
    """An installation whose website is told by signed requests."""
    changes = {
        "website_url": website.url,
        "website_secret": SecretStr(SECRET),
        "website_timeout_seconds": 1.0,
    }
    return with_settings(service, **changes)


@pytest.fixture
def document(service: Service, bureau: Bureau) -> str:
    """The case number of a document that stands on the website."""
    return published(service)


def published(service: Service) -> str:
    number = launch_case(service).number
    decide_all(service, number)
    publish(service)
    decide_all(service, number)
    return number


@pytest.fixture
def number(service: Service, document: str) -> str:
    """A signed take-down of it."""
    made = propose(service, document)
    decide_all(service, made)
    return made


@pytest.fixture
def lease(service: Service, number: str) -> Lease:
    """The right to have it taken down."""
    return claimed(service, number)


def claimed(service: Service, number: str) -> Lease:
    (step,) = scalars(service, "SELECT step_id FROM activity WHERE settled_at IS NULL")
    lease = claim(service, step, holder="test")
    assert lease is not None
    assert (lease.case_number, lease.activity) == (number, "withdraw")
    return lease


@pytest.fixture
def strict(website: WebsiteProcess) -> Iterator[WebsiteProcess]:
    """A website that takes signed requests only."""
    website.expect_signature(SECRET)
    yield website
    website.expect_signature(None)


def test_a_signed_take_down_is_sent_to_the_website_once_with_its_reason(
    service: Service, document: str, number: str, lease: Lease, strict: WebsiteProcess
) -> None:
    now = service.at(system_time)  # the website refuses what was signed long ago
    first = withdraw_document(now, lease)
    assert withdraw_document(now, lease) == first
    assert strict.withdrawn(lease.idempotency_key) == 1
    assert strict.content(lease.idempotency_key) == {
        "action": "withdraw",
        "key": f"{number}:withdrawal:1",
        "slug": document.lower(),
        "doc_no": "青应急〔2026〕1号",
        "title": TITLE,
        "url": scalars(service, "SELECT url FROM publication")[0],
        "reason": REASON,
        "decided_at": scalars(service, "SELECT changed_at FROM publication_change")[0].isoformat(),
    }
    assert settle(service, lease, first) is True
    assert case_row(service, number).outcome == "已撤下"
    assert examine(service) == []


@pytest.mark.parametrize("trouble", ["down", "slow", "forgets-to-answer", "killed", "nonsense", "naive-time"])
def test_an_unclear_answer_is_asked_again_and_the_document_withdrawn_once(
    service: Service, lease: Lease, website: WebsiteProcess, trouble: str
) -> None:
    key = f"{trouble}:withdrawal:1"
    asked = replace(lease, idempotency_key=key)
    website.kill() if trouble == "killed" else website.behave(trouble)
    with pytest.raises(WebsiteUnavailable):
        withdraw_document(service, asked)
    if trouble == "killed":
        website.start()
    website.behave("well")
    assert withdraw_document(service, asked) == withdraw_document(service, asked)
    assert website.withdrawn(key) == 1


def test_repeated_failure_becomes_one_incident_while_the_register_no_longer_shows_the_document(
    service: Service, clock: MovableClock, number: str, lease: Lease
) -> None:
    assert scalars(service, "SELECT kind FROM publication_change") == ["take_down"]  # it does not wait
    for _ in range(service.settings.activity_attempts - 1):
        give_up(service, lease, "HTTP 503")
        clock.move(seconds=service.settings.activity_retry_seconds)
        lease = claimed(service, number)
    give_up(service, lease, "HTTP 503")
    assert scalars(service, "SELECT kind FROM incident") == ["activity-failed"]
    assert case_row(service, number).closed_at is None


def test_a_refusal_is_told_apart_from_trouble(
    service: Service, lease: Lease, website: WebsiteProcess
) -> None:
    website.behave("refuses")
    with pytest.raises(WebsiteRefused):
        withdraw_document(service, lease)


@pytest.mark.parametrize("lost", [{"website_url": ""}, {"website_secret": SecretStr("")}])
def test_a_take_down_that_waits_is_never_sent_unsigned_or_taken_for_done(
    service: Service, lease: Lease, website: WebsiteProcess, lost: dict[str, object]
) -> None:
    key = f"{'-'.join(lost)}:withdrawal:1"
    with pytest.raises(WebsiteCannotWithdraw):
        withdraw_document(with_settings(service, **lost), replace(lease, idempotency_key=key))
    assert website.asked(key) == []


def test_a_website_that_takes_no_signed_requests_is_the_publishers_to_change(
    service: Service, document: str
) -> None:
    unsigned = with_settings(service, website_secret=SecretStr(""))
    by_publisher(unsigned, propose(unsigned, document))


def test_what_was_put_there_by_hand_is_taken_down_by_hand(service: Service, document: str) -> None:
    with history_unlocked(service) as connection:
        connection.execute(text("UPDATE publication SET adapter = 'by-hand'"))
    by_publisher(service, propose(service, document))


def test_a_document_that_moved_is_the_publishers_to_see_to(
    service: Service, document: str, site: PageSite
) -> None:
    site.page = TITLE
    looking = with_settings(service, **site.permitted)
    by_publisher(looking, propose(looking, document, moved(site)))


def test_what_moved_before_is_taken_down_where_it_was_moved_to_by_hand(
    service: Service, document: str, site: PageSite
) -> None:
    site.page = TITLE
    looking = with_settings(service, **site.permitted)
    by_publisher(looking, propose(looking, document, moved(site)))
    by_publisher(looking, propose(looking, document))  # at its old address nothing may stand any more


def test_what_is_in_the_register_alone_needs_nothing_more(service: Service, bureau: Bureau) -> None:
    alone = with_settings(service, website_url="", website_secret=SecretStr(""))
    document = published(alone)
    number = propose(service, document)  # a website was set since
    decide_all(service, number)
    assert case_row(service, number).outcome == "已撤下"


def by_publisher(service: Service, number: str) -> None:
    """The change waits for the publisher, who ends it."""
    decide_all(service, number, until="carried-out")
    assert todo_of(service, number).position == "publisher"
    assert scalars(service, "SELECT count(*) FROM activity WHERE name = 'withdraw'") == [0]
    decide_next(service, number, answers={"done_on": "2026-04-20"})
    assert case_row(service, number).closed_at is not None


@pytest.mark.parametrize(
    ("kind", "secret", "step"),
    [
        ("take_down", SECRET, "withdrawal"),
        ("take_down", "", "carried-out"),
        ("url_change", SECRET, "carried-out"),
        ("url_change", "", "carried-out"),
    ],
)
def test_what_is_foretold_names_the_way_of_the_website(
    service: Service, document: str, site: PageSite, kind: str, secret: str, step: str
) -> None:
    site.page = TITLE
    looking = with_settings(service, **site.permitted, website_secret=SecretStr(secret))
    number = propose(looking, document, moved(site)) if kind == "url_change" else propose(looking, document)
    ahead = read_path_ahead(looking, looking.actor("openness_office", channel="api"), number)
    assert [each.step.key for each in ahead if each.step][-1] == step
