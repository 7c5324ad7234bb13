"""What is public is taken down or moved only by a signed decision with a reason; the register says so."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.acts.launch import LaunchRequest, launch
from engine.doctor import examine
from engine.reading import read_case
from engine.service import Service
from rules.errors import (
    InvalidInput,
    NotAllowed,
    OpinionRequired,
    PageAddressRefused,
    PageWithoutDocument,
    PublicationNotFound,
)
from tests.builders import UNIT, Bureau, case_row, decide_all, decide_next, launch_case, scalars, todo_of
from tests.engine.test_doctor import publish
from tests.page_site import PageSite

pytestmark = pytest.mark.thorough

REASON = "附件含有不应公开的个人信息"
TITLE = "关于开展安全生产检查的通知"
TAKE_DOWN = {"kind": "take_down", "reason": REASON}
MOVED = {"kind": "url_change", "reason": "网站栏目调整"}


@pytest.fixture
def service(service: Service, site: PageSite) -> Service:
    """An installation whose server may look at that website; the document stands there."""
    site.page = f"<h1>{TITLE}</h1>"
    return replace(service, settings=service.settings.model_copy(update=site.permitted))


def moved(site: PageSite, page: str = "/new.html") -> dict[str, Any]:
    return MOVED | {"new_url": site.base + page}


@pytest.fixture
def document(service: Service, bureau: Bureau) -> str:
    """The case number of a document that is public."""
    number = launch_case(service).number
    decide_all(service, number)
    publish(service)
    decide_all(service, number)
    return number


def launch_change(service: Service, document: str) -> str:
    """A case whose drafter is asked what to change."""
    fields = {"drafter": "drafter", "unit": UNIT, "document": document}
    actor = service.actor("administrator", channel="api")
    return launch(service, actor, LaunchRequest("publication-change", fields)).number


def propose(service: Service, document: str, proposal: dict[str, Any] = TAKE_DOWN) -> str:
    """A case that proposes the change; the openness office is asked."""
    number = launch_change(service, document)
    decide_next(service, number, answers=proposal, opinion="")
    return number


def changes(service: Service) -> list[str]:
    return scalars(service, "SELECT kind FROM publication_change ORDER BY id")


def test_a_signed_take_down_is_recorded_with_its_reason(service: Service, document: str) -> None:
    number = propose(service, document)
    for position in ("openness_office", "deputy_head", "head"):
        assert changes(service) == []
        assert todo_of(service, number).position == position
        decide_next(service, number)
    assert case_row(service, number).outcome == "已撤下"
    with service.database.connect() as connection:
        row = connection.execute(text("SELECT slug, reason, old_url, new_url FROM publication_change")).one()
    assert row == (document.lower(), REASON, f"{service.settings.base_url}/register/{document.lower()}", "")
    assert examine(service) == []


def test_the_case_is_named_after_its_document(service: Service, document: str) -> None:
    number = propose(service, document)
    assert case_row(service, number).title == f"{TITLE}（青应急〔2026〕1号）"
    assert case_row(service, number).title_is_public is False  # that it is to go is not public yet


def test_whoever_decides_is_told_what_is_proposed(service: Service, document: str, site: PageSite) -> None:
    number = propose(service, document, moved(site))
    seen = read_case(service, service.actor("openness_office", channel="api"), number)
    (decided,) = [d for step in seen.timeline for d in step.decisions]
    assert [(s.title, s.value) for s in decided.stated] == [
        ("变更事项", "变更网址"),
        ("理由", "网站栏目调整"),
        ("新网址", f"{site.base}/new.html"),
    ]


def test_a_refused_take_down_changes_nothing(service: Service, document: str) -> None:
    number = propose(service, document)
    decide_all(service, number, until="signature")
    decide_next(service, number, action="reject", opinion="理由不充分")
    assert case_row(service, number).outcome == "未予批准"
    assert changes(service) == []


def test_a_reason_can_be_sent_back_and_reworded(service: Service, document: str) -> None:
    number = propose(service, document)
    decide_next(service, number, action="return", opinion="理由须写清楚", return_to="proposal")
    decide_next(service, number, answers={**TAKE_DOWN, "reason": "附件一误附了内部名单"}, opinion="")
    decide_all(service, number)
    assert scalars(service, "SELECT reason FROM publication_change") == ["附件一误附了内部名单"]


def test_addresses_change_one_after_the_other_and_none_is_forgotten(
    service: Service, document: str, site: PageSite
) -> None:
    for proposal in (moved(site), moved(site, "/newer.html")):
        number = propose(service, document, proposal)
        decide_all(service, number)
        assert case_row(service, number).outcome == "已变更网址"
    assert scalars(service, "SELECT old_url FROM publication_change ORDER BY id") == [
        f"{service.settings.base_url}/register/{document.lower()}",
        f"{site.base}/new.html",
    ]
    assert examine(service) == []


@pytest.mark.parametrize("page", [f"<h1>{TITLE}</h1>", "<p>青应急[2026]1号</p>"])
def test_the_new_page_is_looked_at_when_proposed_and_again_when_signed(
    service: Service, document: str, site: PageSite, page: str
) -> None:
    site.page = page
    number = propose(service, document, moved(site))
    assert site.asked == 1
    decide_all(service, number, until="signature")
    assert site.asked == 1  # whoever reviews in between is not kept waiting by a website
    decide_all(service, number)
    assert site.asked == 2
    assert case_row(service, number).outcome == "已变更网址"


def test_a_new_page_without_the_document_is_not_proposed(
    service: Service, document: str, site: PageSite
) -> None:
    site.page = f"<!-- {TITLE} --><h1>别的文件</h1>"
    with pytest.raises(PageWithoutDocument) as caught:
        propose(service, document, moved(site))
    assert caught.value.where == "new_url"
    assert "青应急〔2026〕1号" in str(caught.value)
    assert TITLE in str(caught.value)


def test_a_new_page_that_is_gone_by_then_is_not_signed(
    service: Service, document: str, site: PageSite
) -> None:
    number = propose(service, document, moved(site))
    decide_all(service, number, until="signature")
    site.page = "gone"
    with pytest.raises(PageWithoutDocument):
        decide_next(service, number)
    assert todo_of(service, number).step == "signature"
    assert changes(service) == []
    decide_next(service, number, action="return", opinion="新页面打不开", return_to="proposal")
    assert todo_of(service, number).step == "proposal"


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/meta-data/", "http://localhost:{port}/"])
def test_no_inner_address_is_opened_for_a_change_of_address(
    service: Service, document: str, site: PageSite, url: str
) -> None:
    with pytest.raises(PageAddressRefused) as caught:
        propose(service, document, MOVED | {"new_url": url.format(port=site.server_port)})
    assert caught.value.where == "new_url"
    assert site.asked == 0


def test_the_server_opens_the_new_page_for_whoever_is_asked_alone(
    service: Service, document: str, site: PageSite
) -> None:
    number = launch_change(service, document)
    for username in ("administrator", "section_head", "publisher"):
        with pytest.raises(NotAllowed):
            decide_next(service, number, answers=moved(site), by=username)
    assert site.asked == 0


def test_two_take_downs_at_once_are_one(service: Service, document: str) -> None:
    first, second = propose(service, document), propose(service, document)
    decide_all(service, first)
    decide_all(service, second)
    assert case_row(service, second).outcome == "此前已撤下"
    assert changes(service) == ["take_down"]
    assert examine(service) == []


@pytest.mark.parametrize(
    "proposal",
    [
        {"kind": "take_down", "reason": ""},
        {"kind": "take_down"},
        {"reason": REASON},
        {"kind": "delete", "reason": REASON},
        {**TAKE_DOWN, "new_url": "https://www.qingling.example/"},
        {"kind": "url_change", "reason": REASON},
        {"kind": "url_change", "reason": REASON, "new_url": "javascript:alert(1)"},
    ],
)
def test_no_change_is_proposed_without_reason_or_sense(
    service: Service, document: str, proposal: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        propose(service, document, proposal)


@pytest.mark.parametrize("state", ["unknown", "not published", "taken down"])
def test_only_what_is_public_can_be_changed(service: Service, document: str, state: str) -> None:
    number = document
    if state == "unknown":
        number = "ZD-2026-9999"
    elif state == "not published":
        number = launch_case(service).number
    else:
        decide_all(service, propose(service, document))
    with pytest.raises(PublicationNotFound):
        propose(service, number)
    query = "SELECT count(*) FROM cases WHERE procedure = 'publication-change'"
    assert scalars(service, query) == [1 if state == "taken down" else 0]


def test_the_openness_office_says_why_and_whoever_proposed_may_not_review(
    service: Service, document: str
) -> None:
    number = propose(service, document)
    with pytest.raises(OpinionRequired):
        decide_next(service, number, opinion="")
    with pytest.raises(NotAllowed):
        decide_next(service, number, by="drafter")


def test_nothing_is_taken_down_twice_or_without_a_reason_by_any_way(service: Service, document: str) -> None:
    decide_all(service, propose(service, document))
    copy = (
        "INSERT INTO publication_change (case_id, publication_id, slug, kind, title, doc_no, reason, old_url,"
        " new_url, changed_at) SELECT 1, publication_id, slug, kind, title, doc_no, {}, old_url, new_url,"
        " changed_at FROM publication_change"
    )
    for reason in ("reason", "''"):
        with pytest.raises(DBAPIError), service.database.begin() as connection:
            connection.execute(text(copy.format(reason)))
    assert changes(service) == ["take_down"]


def test_what_stands_on_the_website_too_is_the_publishers_to_remove(service: Service, document: str) -> None:
    with service.database.begin() as connection:  # as if it had been published by hand
        slug = f"{document.lower()}-2"
        connection.execute(
            text(
                "INSERT INTO publication (case_id, document_version_id, adapter, idempotency_key, url,"
                " content_hash, published_at) SELECT case_id, document_version_id, 'by-hand', 'by-hand',"
                " :url, content_hash, published_at FROM publication"
            ),
            {"url": "https://www.qingling.example/1.html"},
        )
        connection.execute(
            text(
                "INSERT INTO register_entry (slug, idempotency_key, organ, unit, doc_no, title, body,"
                " marking, formed_on, issued_on, attachments, content_hash, published_at, website_url)"
                " SELECT :slug, 'by-hand', organ, unit, doc_no, title, body, marking, formed_on, issued_on,"
                " attachments, content_hash, published_at, :url FROM register_entry"
            ),
            {"slug": slug, "url": "https://www.qingling.example/1.html"},
        )
    number = propose(service, document)
    decide_all(service, number, until="carried-out")
    assert changes(service) == ["take_down"]  # the register does not wait for the website
    assert todo_of(service, number).position == "publisher"
    decide_next(service, number, answers={"done_on": "2026-04-20"})
    assert case_row(service, number).outcome == "已撤下"
