"""Whatever people type is text: two hundred ways of writing a script run nowhere, on no page, for nobody."""

import pytest

from engine.reading import list_mails
from tests.browser.conftest import Portal, Visit, Visitor
from tests.browser.hostile import ALL, PAYLOADS, packed, require_harmless
from tests.browser.hostile_cases import CHOSEN, NOT_WALKED_YET, Walk, name_everything, text_fields
from tests.browser.test_publisher import otherwise  # noqa: F401  people publish, on the local website
from tests.builders import launch_case, scalars
from tests.engine.test_outbox import drain
from tests.portal.register_shelf import change, publish
from tests.website_process import WebsiteProcess

LAST = "SELECT max(a.id) FROM assignment a JOIN cases c ON c.id = a.case_id WHERE c.number = :n"


def test_there_are_two_hundred_of_them() -> None:
    assert len(set(PAYLOADS)) == 200
    assert " ".join(packed(300)) == ALL


@pytest.mark.timeout(600)
def test_no_hostile_text_runs_on_any_page_or_in_any_message(
    portal: Portal, visit: Visit, website: WebsiteProcess
) -> None:
    service = portal.service
    name_everything(service)
    walk = Walk(service, website, at=lambda _username, _todo: drain(service))
    cases = walk.take_all()
    drain(service)
    assert walk.used >= text_fields() - CHOSEN - NOT_WALKED_YET
    drafter, administrator, citizen = visit().sign_in("drafter"), visit().sign_in("administrator"), visit()
    for case in cases:
        last = scalars(service, LAST, n=case)[0]
        versions = scalars(
            service,
            "SELECT v.version FROM document_version v JOIN cases c ON c.id = v.case_id WHERE c.number = :n",
            n=case,
        )
        pages = ["", "/file", "/sheet", "/ledger", *(f"/versions/{version}" for version in versions)]
        for path in (f"/todo/{last}", *(f"/cases/{case}{page}" for page in pages)):
            look(drafter, path)
        look(administrator, f"/cases/{case}")
    for path in ("/inbox", "/cases", "/people", "/messages", "/me", "/mailbox", "/launch?procedure=主动公开"):
        look(administrator, path)
    mails = list_mails(service, service.actor("administrator", channel="api"))
    assert len(mails) > 30
    for mail in mails:
        for path in (f"/mailbox/{mail.id}", f"/mailbox/{mail.id}/html"):
            look(administrator, path)
    look(citizen, f"/register/{cases[0].lower()}", status=410)


def look(visitor: Visitor, path: str, *, status: int = 200) -> None:
    """The page is there, and harmless."""
    answer = visitor.page.goto(visitor.portal.url + path)
    assert answer is not None
    assert answer.status == status, path
    require_harmless(visitor.page, path)


def test_no_hostile_title_runs_in_a_list(portal: Portal, visit: Visit) -> None:
    for title in packed(200):
        launch_case(portal.service, draft={"title": title, "body": "无", "attribute": "主动公开"})
    drafter = visit().sign_in("drafter")
    for path, more in (("/inbox", "更多待办"), ("/cases", "更早的事项")):
        require_harmless(drafter.go(path).page, path)
        with drafter.page.expect_navigation():
            drafter.page.get_by_role("link", name=more).click()
        require_harmless(drafter.page, more)
        assert "window.pwned=1" in drafter.page.locator("main").inner_text()


def test_nothing_hostile_that_was_published_runs_in_the_register(portal: Portal, visit: Visit) -> None:
    words = dict.fromkeys(("organ", "unit", "doc_type", "doc_no", "title", "body", "marking"), ALL)
    address = f"https://www.qingling.example/#{ALL}"
    file = {"name": f"{ALL}.pdf", "media_type": "application/pdf", "sha256": "0" * 64, "size": 1}
    slugs = []
    for number, kind in enumerate(("url_change", "take_down"), start=1):
        slugs.append(publish(portal.service, number, **words, website_url=address, attachments=[file]))
        moved = {"new_url": address} if kind == "url_change" else {}
        change(portal.service, slugs[-1], kind, reason=ALL, old_url=address, **moved)
    citizen = visit()
    for path in (
        "/register",
        "/register?q=window.pwned",
        "/register?q=script",
        *(f"/register/{s}" for s in slugs),
    ):
        page = citizen.go(path).page
        require_harmless(page, path)
        assert "window.pwned=1" in page.locator("main").inner_text(), path
