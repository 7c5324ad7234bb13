"""Comments of the public: from anybody, within the window only, shown after moderation, always as text."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import escape

import httpx
import pytest
from sqlalchemy import text

from engine.acts.comments import moderate_comment
from engine.service import Service
from tests.browser.hostile import PAYLOADS
from tests.builders import MovableClock, scalars
from tests.engine.participation import OPENNESS, announced, decided, weigh, window_of
from tests.portal.conftest import Client, everything_stored
from tests.walking import walk_on

pytestmark = pytest.mark.thorough
SECOND = timedelta(seconds=1)
SAID = "建议增加避险点，并写明责任人。"
RECEIPT = re.compile(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}")
Send = Callable[..., httpx.Response]


@pytest.fixture
def number(app: object, service: Service, clock: MovableClock) -> str:
    """A case whose announcement is public since now."""
    return announced(service, clock)


@pytest.fixture
def send(number: str, stranger: Client, clock: MovableClock) -> Send:
    """Opens the form, waits as long as writing takes, and sends it."""

    def sent(said: str = SAID, *, to: Client = stranger, at: object = None, **fields: str) -> httpx.Response:
        form = to.get(f"/register/{number.lower()}/comment")
        token = re.search(r'name="token" value="([^"]+)"', form.text)
        assert token is not None, form.text
        clock.now = at or clock.now + 10 * SECOND
        posted = {"token": token.group(1), "said": said, **fields}
        return to("POST", f"/register/{number.lower()}/comment", data=posted)

    return sent


def test_a_comment_of_two_thousand_characters_is_taken(service: Service, send: Send) -> None:
    assert send("字" * 2000, name="甲" * 60, contact="乙" * 100).status_code == 201
    assert count(service) == 1


def count(service: Service) -> int:
    return scalars(service, "SELECT count(*) FROM public_comment")[0]


def test_anybody_may_comment_from_the_announcements_page_and_gets_a_receipt_once(
    service: Service, number: str, stranger: Client, send: Send
) -> None:
    assert f"/register/{number.lower()}/comment" in stranger.get(f"/register/{number.lower()}").text
    answer = send(name="张三", contact="13900000000")
    receipt = RECEIPT.search(answer.text)
    assert (answer.status_code, count(service)) == (201, 1)
    assert receipt is not None
    assert receipt.group() not in everything_stored(service)
    assert answer.headers["cache-control"] == "no-store"


def test_a_form_that_is_sent_twice_is_one_comment(
    service: Service, number: str, stranger: Client, clock: MovableClock
) -> None:
    path = f"/register/{number.lower()}/comment"
    token = re.search(r'name="token" value="([^"]+)"', stranger.get(path).text).group(1)  # type: ignore[union-attr]
    clock.move(seconds=10)
    first, again = (stranger("POST", path, data={"token": token, "said": SAID}) for _ in range(2))
    assert (first.status_code, again.status_code, count(service)) == (201, 200, 1)
    assert RECEIPT.search(first.text).group() == RECEIPT.search(again.text).group()  # type: ignore[union-attr]


@pytest.mark.parametrize(("seconds", "status"), [(-1, 201), (0, 409), (1, 409)])
def test_the_last_second_of_the_window_counts_and_the_next_does_not(
    service: Service, number: str, send: Send, clock: MovableClock, seconds: int, status: int
) -> None:
    _, closes = window_of(service, number)
    clock.now = closes - 60 * SECOND
    assert send(at=closes + seconds * SECOND).status_code == status
    assert count(service) == (1 if status == 201 else 0)


def test_the_public_role_can_write_no_comment_past_the_window_itself(
    service: Service, number: str, app: object
) -> None:
    _, closes = window_of(service, number)
    submit = text("SELECT submit_comment(:slug, 'x', '', '', 'h' || :at, :at)")
    with app.state.public.connect() as connection:  # type: ignore[attr-defined]
        for at, made in ((closes - SECOND, True), (closes, False)):
            serial = connection.scalar(submit, {"slug": number.lower(), "at": at})
            assert bool(serial) is made
        for statement in ("SELECT said FROM public_comment", "SELECT contact FROM comment_author"):
            with pytest.raises(Exception, match="permission denied"), connection.begin_nested():
                connection.execute(text(statement))


def test_nothing_is_shown_before_it_was_moderated_and_contact_data_never(
    service: Service, number: str, stranger: Client, send: Send
) -> None:
    send(name="张三丰", contact="13900000000")
    page = f"/register/{number.lower()}"
    assert SAID not in stranger.get(page).text
    office = service.actor(OPENNESS, channel="api")
    moderate_comment(service, office, number, 1, {"shown": True})
    shown = stranger.get(page).text
    assert SAID in shown
    assert "张三丰" not in shown
    assert "13900000000" not in shown
    moderate_comment(service, office, number, 1, {"shown": False, "reason": "重复"})
    assert SAID not in stranger.get(page).text


def test_two_hundred_hostile_comments_are_text_on_every_page(
    service: Service, number: str, stranger: Client, send: Send, clock: MovableClock
) -> None:
    office = service.actor(OPENNESS, channel="api")
    for place, payload in enumerate(PAYLOADS, start=1):
        if place % 15 == 0:
            clock.move(hours=1)
        answer = send(payload)
        assert answer.status_code == 201, answer.text
        moderate_comment(service, office, number, place, {"shown": True})
    page = stranger.get(f"/register/{number.lower()}").text
    for payload in PAYLOADS:
        plain = " ".join(payload.split())
        assert escape(plain, quote=False)[:20] in page.replace("&#34;", '"').replace("&#39;", "'")
    assert "<script" not in page.lower()
    assert "<img" not in page.lower()
    section = page[page.index('<ol class="comments">') :]
    assert "<a " not in section[: section.index("</ol>")]  # no link of a comment leads anywhere


@pytest.mark.parametrize("said", ["改\u202e倒", "零\x00", "\u2066隐藏\u2069", "", "字" * 2001])
def test_marks_that_reorder_text_control_characters_and_too_much_are_refused(
    service: Service, send: Send, said: str
) -> None:
    assert send(said).status_code in (400, 422)
    assert count(service) == 0


def test_what_was_typed_and_refused_stands_in_the_form_again_as_text(send: Send) -> None:
    answer = send("</textarea><script>alert(1)</script>", name="甲" * 61)
    assert answer.status_code == 422
    assert "<script" not in answer.text
    assert "&lt;/textarea&gt;&lt;script&gt;" in answer.text


def test_one_network_sends_so_many_an_hour_and_others_still_may(
    service: Service, stranger: Client, send: Send, app: object, clock: MovableClock
) -> None:
    assert [send().status_code for _ in range(21)] == [201] * 20 + [429]
    elsewhere = Client(app, address="203.0.113.7")  # type: ignore[arg-type]
    assert send(to=elsewhere).status_code == 201
    clock.move(hours=1)
    assert send().status_code == 201


def test_no_address_is_kept_and_the_key_of_its_hash_goes_with_the_day(
    service: Service, send: Send, app: object, clock: MovableClock
) -> None:
    send(to=Client(app, address="203.0.113.7"))  # type: ignore[arg-type]
    [key] = scalars(service, "SELECT day::text FROM comment_day")
    assert "203.0.113" not in everything_stored(service)
    clock.move(days=1)
    send()
    assert key not in scalars(service, "SELECT day::text FROM comment_day")


def test_a_robot_that_fills_every_field_or_sends_at_once_is_refused(
    service: Service, number: str, stranger: Client, send: Send, clock: MovableClock
) -> None:
    assert send(website="https://spam.example").status_code == 422
    assert send(at=clock.now).status_code == 422
    path = f"/register/{number.lower()}/comment"
    assert stranger("POST", path, data={"said": SAID, "token": "1.x.00"}).status_code == 422
    assert stranger("POST", path, data={"said": SAID}).status_code == 422
    foreign = stranger("POST", path, data={"said": SAID}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert count(service) == 0


def test_a_form_of_another_announcement_or_of_yesterday_is_none(
    service: Service, number: str, stranger: Client, clock: MovableClock
) -> None:
    path = f"/register/{number.lower()}/comment"
    token = re.search(r'name="token" value="([^"]+)"', stranger.get(path).text).group(1)  # type: ignore[union-attr]
    clock.move(hours=13)
    assert stranger("POST", path, data={"token": token, "said": SAID}).status_code == 422
    assert stranger.get("/register/zd-2026-0001/comment").status_code == 404


def test_a_receipt_tells_its_comments_outcome_once_that_is_public_and_an_unknown_one_always_the_same(
    service: Service, number: str, stranger: Client, send: Send, clock: MovableClock
) -> None:
    receipt = RECEIPT.search(send().text).group()  # type: ignore[union-attr]
    ask = lambda said: stranger("POST", "/register/comments", data={"receipt": said}).text  # noqa: E731
    assert "正在研究" in ask(receipt)
    _, closes = window_of(service, number)
    clock.now = closes
    settle(service, clock, number)
    told = ask(receipt.lower().replace("-", " "))
    assert "未采纳" in told
    assert "超出财力" in told
    assert "采纳情况公告" in told
    unknown = {ask(said) for said in ("AAAA-AAAA-AAAA-AAAA", receipt[:-1], "x", "' OR 1=1 --", receipt[5:])}
    assert len(unknown) == 1


def test_the_outcomes_page_has_a_table_by_theme(
    service: Service, number: str, stranger: Client, send: Send, clock: MovableClock
) -> None:
    send()
    assert "意见采纳情况" not in stranger.get(f"/register/{number.lower()}").text
    _, clock.now = window_of(service, number)
    settle(service, clock, number)
    for slug in (number.lower(), "cn-2026-0001"):
        page = stranger.get(f"/register/{slug}").text
        assert '<th scope="row">避险</th><td>0</td><td>0</td><td>1</td>' in page


def settle(service: Service, clock: MovableClock, number: str) -> None:
    """The one comment is not adopted, and the outcome published."""
    from engine.clocks.service import ClockService
    from tests.engine.participation import DRAFTER, sample

    ClockService(service).run()
    weigh(service, number, 1, disposition="not_adopted", reason="超出财力")
    decided(service, number, DRAFTER, {})
    walk_on(service, clock, *sample("CY-01", service).others, until="submission")
