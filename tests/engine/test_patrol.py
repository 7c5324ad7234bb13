"""网址巡查: each published page is looked at once a day, gently; what fails on two days is told, once."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from engine.doctor import examine
from engine.message_facts import load_facts
from engine.patrol import Patrol
from engine.policy import Act, Facts, may
from engine.publishing.page_address import Permitted
from engine.publishing.page_fetch import Page
from engine.reading.patrol import read_patrol
from engine.service import Service
from notifications.messages import LinkBroken
from rules.errors import NotAllowed, PageUnreachable
from tests.builders import Bureau, MovableClock, launch_case, scalars
from tests.page_site import PageSite
from tests.portal.register_shelf import change, publish

TITLE = "关于第1件事的通知"
STATES = "SELECT state FROM link_check ORDER BY id"
TOLD = "SELECT p.username FROM notification n JOIN person p ON p.id = n.person_id" + (
    " WHERE template = 'link-broken' ORDER BY p.username, n.id"
)


@pytest.fixture
def patrolled(service: Service, bureau: Bureau, site: PageSite) -> Service:
    """An installation that may look at that website, with a document there."""
    made = replace(service, settings=service.settings.model_copy(update=site.permitted))
    publish(made, 1, website_url=site.url)
    site.page = f"<h1>{TITLE}</h1>"
    return made


def rounds(service: Service, times: int = 5) -> list[int]:
    patrol = Patrol(service)
    return [patrol.run() for _ in range(times)]


def state(service: Service) -> Any:
    (found,) = read_patrol(service, service.actor("publisher", channel="api"))
    return found


def test_a_page_is_looked_at_once_a_day_whatever_restarts(
    patrolled: Service, site: PageSite, clock: MovableClock
) -> None:
    assert rounds(patrolled) == [1, 0, 0, 0, 0]
    assert rounds(patrolled) == [0] * 5, "a new worker knows what the last one did"
    clock.move(days=1)
    rounds(patrolled)
    assert (site.asked, scalars(patrolled, STATES)) == (2, ["ok", "ok"])
    assert not state(patrolled).wrong


def test_a_page_that_fails_is_told_on_the_second_day_once_and_its_recovery_is_noted(
    patrolled: Service, site: PageSite, clock: MovableClock
) -> None:
    site.page = "<h1>页面不存在</h1>"
    rounds(patrolled)
    clock.move(hours=10)
    rounds(patrolled)
    assert scalars(patrolled, TOLD) == [], "once is no more than a bad moment"
    assert state(patrolled).state == "other-page"
    for _ in range(3):
        clock.move(days=1)
        rounds(patrolled)
    assert scalars(patrolled, TOLD) == ["openness_office", "publisher"]
    assert [f.where for f in examine(patrolled) if f.check == "published-page-is-there"] == ["zd-2026-0001"]
    found = state(patrolled)
    assert (found.wrong, found.failing_days, found.right_since) == (True, 4, None)
    site.page = f"<h1>{TITLE}</h1>"
    clock.move(days=1)
    rounds(patrolled)
    found = state(patrolled)
    assert (found.wrong, found.state, found.right_since) == (False, "ok", clock.now)
    assert "published-page-is-there" not in {f.check for f in examine(patrolled)}
    site.page = ""
    for _ in range(2):
        clock.move(days=1)
        rounds(patrolled)
    assert len(scalars(patrolled, TOLD)) == 4, "a new failure is told anew"


def test_the_message_tells_the_public_facts_and_where_to_look(
    patrolled: Service, site: PageSite, clock: MovableClock
) -> None:
    site.page = ""
    for _ in range(2):
        rounds(patrolled)
        clock.move(days=1)
    (message, *_rest) = scalars(patrolled, "SELECT id FROM notification WHERE template = 'link-broken'")
    facts = load_facts(patrolled, message)
    content = facts.content()
    assert isinstance(content, LinkBroken)
    assert facts.why_not == ""
    assert (content.case_number, content.title, content.address) == ("ZD-2026-0001", TITLE, site.url)
    assert content.since == "2026-04-20 09:00"


def test_two_failures_on_one_day_are_one(patrolled: Service, site: PageSite, clock: MovableClock) -> None:
    site.page = ""
    rounds(patrolled)
    with patrolled.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO link_check (slug, url, checked_at, state, why_zh, why_en) SELECT slug, url,"
                " checked_at - interval '5 hours', state, '', '' FROM link_check"
            )
        )
    assert state(patrolled).failing_days == 1
    assert scalars(patrolled, TOLD) == []


def test_a_document_taken_down_that_the_website_still_shows_is_told(
    patrolled: Service, site: PageSite, clock: MovableClock
) -> None:
    change(patrolled, "zd-2026-0001", old_url=site.url)
    for _ in range(2):
        rounds(patrolled)
        clock.move(days=1)
    assert scalars(patrolled, STATES) == ["still-there", "still-there"]
    assert scalars(patrolled, TOLD) == ["openness_office", "publisher"]
    site.page = "<h1>已撤下</h1>"
    rounds(patrolled)
    assert (state(patrolled).state, state(patrolled).wrong) == ("gone", False)


def test_a_document_that_moved_is_looked_for_at_its_new_address(
    patrolled: Service, site: PageSite, clock: MovableClock
) -> None:
    change(patrolled, "zd-2026-0001", "url_change", old_url=site.url, new_url=f"{site.base}/b.html")
    rounds(patrolled)
    assert scalars(patrolled, "SELECT url FROM link_check") == [f"{site.base}/b.html"]


def test_what_stands_in_the_register_alone_is_not_looked_at(service: Service, bureau: Bureau) -> None:
    publish(service, 1)
    assert rounds(service, 1) == [0]


def test_an_address_that_leads_into_the_office_is_never_asked(
    service: Service, bureau: Bureau, site: PageSite
) -> None:
    """The settings permit no inner network: the guard of every look stands here too."""
    publish(service, 1, website_url=site.url)
    rounds(service, 1)
    assert site.asked == 0
    assert scalars(service, STATES) == ["unreachable"]


def test_one_page_of_a_host_in_a_round_and_no_host_waits_for_another(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    for number in range(1, 7):
        host = "a" if number % 2 else "b"
        publish(service, number, website_url=f"https://{host}.qingling.example/{number}.html")
    asked: list[str] = []

    def fetch(url: str, _permitted: Permitted, *, seconds: float) -> Page:
        asked.append(url)
        raise PageUnreachable(why_zh="", why_en="")

    patrol = Patrol(service, fetch)
    for _ in range(3):
        before = len(asked)
        assert patrol.run() == 2
        assert {url[8] for url in asked[before:]} == {"a", "b"}
    assert (patrol.run(), len(set(asked))) == (0, 6)
    clock.move(days=1)
    asked.clear()
    patrol.run()
    assert sorted(url[-6:] for url in asked) == ["1.html", "2.html"], (
        "what was seen the longest ago comes first"
    )


def test_the_patrol_changes_nothing_but_its_own_records(
    patrolled: Service, site: PageSite, clock: MovableClock
) -> None:
    """撤下 and 变更网址 happen by their procedure only, whatever the website shows."""
    tables = ("publication", "publication_change", "register_entry", "register_text", "cases", "ledger_entry")
    launch_case(patrolled)

    def content() -> list[Any]:
        return [scalars(patrolled, f"SELECT t::text FROM {table} t ORDER BY 1") for table in tables]

    before = content()
    site.page = ""
    for _ in range(3):
        rounds(patrolled)
        clock.move(days=1)
    assert content() == before


def test_only_those_who_keep_or_watch_the_website_see_what_was_found(
    patrolled: Service, bureau: Bureau
) -> None:
    for person in ("publisher", "openness_office", "office", "manager", "administrator"):
        assert may(bureau.actor(person), Act.SEE_LINK_CHECKS, Facts())
    for person in ("drafter", "head", "archivist"):
        with pytest.raises(NotAllowed):
            read_patrol(patrolled, bureau.actor(person))
