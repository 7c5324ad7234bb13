"""Published by hand: the publisher says where; the page is looked at, and recorded only if it says so."""

from typing import Any

import pytest
from sqlalchemy import text

from engine.acts.decide import DecisionRequest, decide
from engine.doctor import examine
from engine.reading import read_path_ahead
from engine.service import Service
from rules.errors import (
    InvalidInput,
    NoHolder,
    NotAllowed,
    PageAddressRefused,
    PageUnreachable,
    PageWithoutDocument,
)
from tests.builders import (
    Bureau,
    case_row,
    decide_all,
    decide_next,
    launch_case,
    load_bureau,
    scalars,
    todo_of,
)
from tests.page_site import PageSite

pytestmark = pytest.mark.thorough

TITLE = "关于开展安全生产检查的通知"


@pytest.fixture
def by_hand(service: Service, site: PageSite) -> Service:
    """An installation whose publisher puts documents on that website."""
    settings = service.settings.model_copy(update={"website": "by-hand", **site.permitted})
    made = Service(service.database, settings, service.time)
    load_bureau(made)
    return made


@pytest.fixture
def number(by_hand: Service) -> str:
    """A case that waits for the publisher."""
    made = launch_case(by_hand).number
    decide_all(by_hand, made, until="publication-by-hand")
    return made


def answers(site: PageSite, **changes: Any) -> dict[str, Any]:
    return {"page_url": site.url, "published_on": "2026-04-20", **changes}


@pytest.mark.parametrize("page", [f"<h1>{TITLE}</h1>", "<p>青应急[2026]1号</p>"])
def test_the_whole_way_from_the_draft_to_the_reading_room(
    by_hand: Service, number: str, site: PageSite, page: str
) -> None:
    assert todo_of(by_hand, number).position == "publisher"
    site.page = page
    decide_next(by_hand, number, answers=answers(site), opinion="")
    with by_hand.database.connect() as connection:
        row = connection.execute(
            text(
                "SELECT p.adapter, p.url, r.website_url, r.slug, r.doc_type, p.published_at"
                " FROM publication p JOIN register_entry r ON r.idempotency_key = p.idempotency_key"
                " AND r.content_hash = p.content_hash"
            )
        ).one()
    assert row == ("by-hand", site.url, site.url, number.lower(), "通知", by_hand.now)
    assert todo_of(by_hand, number).step == "paper-copy"
    decide_all(by_hand, number)
    assert case_row(by_hand, number).outcome == "办结"
    assert examine(by_hand) == []


def test_a_page_without_number_and_title_is_refused_and_told_what_was_looked_for(
    by_hand: Service, number: str, site: PageSite
) -> None:
    site.page = f"<!-- {TITLE} --><h1>别的文件</h1>"
    with pytest.raises(PageWithoutDocument) as caught:
        decide_next(by_hand, number, answers=answers(site))
    assert "青应急〔2026〕1号" in str(caught.value)
    assert TITLE in str(caught.value)
    assert todo_of(by_hand, number).step == "publication-by-hand"
    assert scalars(by_hand, "SELECT count(*) FROM publication") == [0]


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://169.254.169.254/latest/meta-data/", PageAddressRefused),
        ("http://127.0.0.1:5432/", PageAddressRefused),
        ("http://localhost:{port}/", PageAddressRefused),
        ("ftp://127.0.0.1/", InvalidInput),
        ("javascript:alert(1)", InvalidInput),
        ("", InvalidInput),
        ("http://127.0.0.1:{port}/a b", InvalidInput),
        ("http://127.0.0.1:{port}/\nx", InvalidInput),
    ],
)
def test_no_other_address_is_opened(
    by_hand: Service, number: str, site: PageSite, url: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        decide_next(by_hand, number, answers=answers(site, page_url=url.format(port=site.server_port)))
    assert site.asked == 0
    assert todo_of(by_hand, number).step == "publication-by-hand"


def test_a_website_that_does_not_answer_costs_nothing(by_hand: Service, number: str, site: PageSite) -> None:
    settings = by_hand.settings.model_copy(update={"website_page_ports": "1"})
    with pytest.raises(PageUnreachable):
        decide_next(
            Service(by_hand.database, settings, by_hand.time),
            number,
            answers=answers(site, page_url="http://127.0.0.1:1/"),
        )
    assert todo_of(by_hand, number).step == "publication-by-hand"


def test_the_server_opens_a_page_for_the_publisher_alone(
    by_hand: Service, number: str, site: PageSite
) -> None:
    for username in ("drafter", "administrator", "archivist"):
        with pytest.raises(NotAllowed):
            decide_next(by_hand, number, answers=answers(site), by=username)
    assert site.asked == 0


def test_no_other_step_makes_the_server_open_a_page(by_hand: Service, site: PageSite) -> None:
    made = launch_case(by_hand).number
    with pytest.raises(InvalidInput):
        decide_next(by_hand, made, answers={"page_url": site.url})
    assert site.asked == 0


def test_a_day_that_has_passed_counts_from_its_start_and_none_may_lie_ahead(
    by_hand: Service, number: str, site: PageSite
) -> None:
    site.page = TITLE
    with pytest.raises(InvalidInput, match="尚未到来"):
        decide_next(by_hand, number, answers=answers(site, published_on="2026-04-21"))
    decide_next(by_hand, number, answers=answers(site, published_on="2026-04-18"))
    query = "SELECT (published_at AT TIME ZONE 'Asia/Shanghai')::text FROM publication"
    assert scalars(by_hand, query) == ["2026-04-18 00:00:00"]


def test_the_same_answer_sent_again_is_the_same_decision(
    by_hand: Service, number: str, site: PageSite
) -> None:
    site.page = TITLE
    todo = todo_of(by_hand, number)
    request = DecisionRequest(todo.id, "approve", "", answers(site), idempotency_key="once")
    publisher = by_hand.actor("publisher", channel="api")
    assert decide(by_hand, publisher, request).repeated is False
    site.page = "gone"
    assert decide(by_hand, publisher, request).repeated is True
    assert site.asked == 1


def test_a_case_marked_before_keeps_its_way_when_settings_change(
    by_hand: Service, number: str, site: PageSite
) -> None:
    automatic = Service(
        by_hand.database, by_hand.settings.model_copy(update={"website": "automatic"}), by_hand.time
    )
    site.page = TITLE
    decide_next(automatic, number, answers=answers(site))
    assert scalars(automatic, "SELECT adapter FROM publication") == ["by-hand"]


def test_a_publisher_is_needed_only_where_people_publish(
    by_hand: Service, service: Service, site: PageSite
) -> None:
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-01-01' WHERE position = 'publisher'"))
    launch_case(service)
    assert examine(service) == []
    with pytest.raises(NoHolder):
        launch_case(by_hand)
    assert [f.where for f in examine(by_hand)] == ["publisher"]


def test_a_document_sent_to_the_website_stands_in_the_register_too(service: Service, bureau: Bureau) -> None:
    """Covered for the adapter itself in test_webhook: here that a publication leaves its copy."""
    from engine.publication import Receipt
    from engine.publishing import http_website
    from tests.engine.test_doctor import publish

    settings = service.settings.model_copy(update={"website_url": "http://127.0.0.1:1/publish"})
    sending = Service(service.database, settings, service.time)
    decide_all(sending, launch_case(sending).number)
    receipt = Receipt("https://www.qingling.example/1.html", sending.now)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(http_website.HttpWebsite, "publish", lambda _self, _request: receipt)
        publish(sending)
    assert scalars(sending, "SELECT website_url FROM register_entry") == [receipt.url]
    assert examine(sending) == []


def test_what_is_foretold_names_the_publisher(by_hand: Service, site: PageSite) -> None:
    number = launch_case(by_hand).number
    ahead = read_path_ahead(by_hand, by_hand.actor("drafter", channel="api"), number)
    keys = [each.step.key for each in ahead if each.step]
    assert keys[-3:] == ["publication-by-hand", "publication-record", "paper-copy"]
