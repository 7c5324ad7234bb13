"""The page of a case's comments: its own people register, show or hide, put under themes and dispose."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.service import Service
from tests.browser.hostile import PAYLOADS
from tests.builders import MovableClock, scalars
from tests.engine.participation import DRAFTER, OPENNESS, announced, comment, weigh, window_of
from tests.portal.conftest import Client, SignIn, password_hash

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.thorough


@pytest.fixture
def number(app: object, service: Service, clock: MovableClock) -> str:
    """A case whose comments are taken since now."""
    made = announced(service, clock)
    with service.database.begin() as connection:
        connection.execute(text("UPDATE person SET password_hash = :hash"), {"hash": password_hash()})
    return made


def posted(browser: Client, path: str, page: str, **fields: str) -> object:
    token = re.search(r'name="csrf" value="([^"]+)"', browser.get(page).text)
    assert token is not None
    return browser("POST", path, data={"csrf": token.group(1), **fields}, headers={"Accept": "text/html"})


def test_the_drafters_desk_registers_and_disposes_and_sees_the_receipt_once(
    service: Service, number: str, signed_in: SignIn, clock: MovableClock
) -> None:
    page = f"/cases/{number}/comments"
    drafter = signed_in(DRAFTER)
    assert "还没有意见" in drafter.get(page).text
    assert page in drafter.get(f"/cases/{number}").text
    clock.move(hours=2)
    letter = {
        "answer.said": "请增加避险点。",
        "answer.channel": "letter",
        "answer.received_at": "2026-02-26T10:00",
    }
    answer = posted(drafter, page, page, **letter)
    receipt = re.search(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", answer.text)  # type: ignore[attr-defined]
    assert receipt is not None
    assert receipt.group() not in drafter.get(page).text
    weighed = {"theme": "避险", "disposition": "not_adopted", "reason": "超出财力"}
    assert posted(drafter, f"{page}/1/weigh", page, **weighed).status_code == 303  # type: ignore[attr-defined]
    reason = {"theme": "避险", "public_reason": "本县财力有限。"}
    assert posted(drafter, f"/cases/{number}/themes", page, **reason).status_code == 303  # type: ignore[attr-defined]
    shown = drafter.get(page).text
    assert "<svg" in shown
    assert "本县财力有限。" in shown
    drafter.cookies.set("language", "en")
    assert "not adopted" in drafter.get(page).text


def test_a_letter_is_registered_through_the_api_within_the_window_only(
    service: Service, number: str, signed_in: SignIn, clock: MovableClock
) -> None:
    opens, closes = window_of(service, number)
    clock.now = closes
    drafter = signed_in(DRAFTER)
    status = {}
    for at in (opens - SECOND, opens, closes - SECOND, closes):
        letter = {"said": "请增加避险点。", "channel": "letter", "received_at": at.isoformat()}
        answer = drafter.post(f"/api/v1/cases/{number}/comments", {"comment": letter})
        status[at] = answer.status_code
    assert list(status.values()) == [409, 201, 201, 409]


def test_a_refusal_is_told_on_the_page_and_stores_nothing(
    service: Service, number: str, signed_in: SignIn
) -> None:
    page = f"/cases/{number}/comments"
    early = {"answer.said": "甲", "answer.channel": "letter", "answer.received_at": "2026-02-25T10:00"}
    answer = posted(signed_in(DRAFTER), page, page, **early)
    assert (answer.status_code, "现在不接收这项意见" in answer.text) == (409, True)  # type: ignore[attr-defined]
    assert scalars(service, "SELECT count(*) FROM public_comment") == [0]


def test_the_openness_office_shows_and_hides_and_does_not_weigh(
    service: Service, number: str, signed_in: SignIn
) -> None:
    opens, _ = window_of(service, number)
    comment(service, number, opens)
    page = f"/cases/{number}/comments"
    office = signed_in(OPENNESS)
    assert f"{page}/1/weigh" not in office.get(page).text
    hidden = posted(office, f"{page}/1/moderate", page, shown="no")
    assert hidden.status_code == 422  # type: ignore[attr-defined]
    assert posted(office, f"{page}/1/moderate", page, shown="yes").status_code == 303  # type: ignore[attr-defined]
    refused = posted(office, f"{page}/1/weigh", page, theme="避险", disposition="adopted")
    assert refused.status_code == 403  # type: ignore[attr-defined]


def test_whoever_takes_no_part_does_not_see_what_was_said(number: str, signed_in: SignIn) -> None:
    assert signed_in("xianfuban").get(f"/cases/{number}/comments").status_code == 404
    assert signed_in("lin.xue").get(f"/cases/{number}/comments").status_code == 403


def test_hostile_comments_themes_and_reasons_are_text_at_the_desks(
    service: Service, number: str, signed_in: SignIn
) -> None:
    opens, _ = window_of(service, number)
    for payload in PAYLOADS:
        serial, _receipt = comment(service, number, opens, payload)
        if serial % 10 == 1:
            line = payload.replace("\n", " ")[:60]
            weigh(service, number, serial, theme=line, disposition="partly", reason=line)
    page = signed_in(DRAFTER).get(f"/cases/{number}/comments").text.lower()
    body = page[page.index("<main") : page.index("</main>")]
    tags = ("script", "img", "iframe", "math", "object", "embed", "video", "base", "meta", "template")
    assert [tag for tag in tags if f"<{tag}" in body] == []
    outside_of_quotes = re.sub(r'"[^"]*"', '""', body)
    assert not re.search(r"<[^>]*\son[a-z]+=", outside_of_quotes)
