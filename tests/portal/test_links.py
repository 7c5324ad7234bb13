"""The link of a message over its life: it opens the to-do for its person while it is theirs, no more."""

import re
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import text

from engine.acts.hand_over import hand_over_draft
from engine.acts.retry import retry_case
from engine.calls import SigningOrder
from engine.links import make_link
from engine.service import Service
from rules.positions import Position
from tests.builders import (
    Bureau,
    MovableClock,
    add_person,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    todo_of,
)
from tests.engine.test_joint_signing import THREE, order, sign, start  # noqa: F401  (order is a fixture)
from tests.engine.test_outbox import drain, mails, words
from tests.portal.conftest import Client, SignIn

HTML = {"Accept": "text/html"}


@pytest.fixture
def number(service: Service, bureau: Bureau) -> str:
    """A case whose draft is with the section head, who was told."""
    made = launch_case(service).number
    decide_next(service, made)
    drain(service)
    return made


def links_to(service: Service, person: str) -> list[str]:
    """The paths of all links in all messages to somebody, oldest message first."""
    found: list[str] = []
    for mail in sorted(mails(service), key=lambda mail: str(mail["Date"])):
        if f"<{person}@" in mail["To"]:
            found += dict.fromkeys(re.findall(r"/t/[A-Za-z0-9_-]+", words(mail)))
    return found


def link_to(service: Service, person: str) -> str:
    """The only one."""
    (link,) = links_to(service, person)
    return link


def follow(client: Client, link: str) -> httpx.Response:
    """As a browser would, without going on."""
    return client.get(link, headers=HTML)


def test_the_link_opens_the_todo_for_its_person_again_and_again(
    service: Service, number: str, signed_in: SignIn
) -> None:
    head, link = signed_in("section_head"), link_to(service, "section_head")
    for _ in range(3):
        answer = follow(head, link)
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            f"/todo/{todo_of(service, number).id}",
        )


def test_only_the_hash_of_the_word_is_stored(service: Service, number: str) -> None:
    word = link_to(service, "section_head").removeprefix("/t/")
    assert len(word) == 43, "256 bits"
    assert scalars(service, "SELECT count(*) FROM todo_link l WHERE l::text LIKE :w", w=f"%{word}%") == [0]
    assert scalars(service, "SELECT length(token_hash) FROM todo_link") == [64]


def test_a_message_rendered_again_carries_the_same_link_and_no_second_row(
    service: Service, number: str
) -> None:
    todo, person = scalars(service, "SELECT assignment_id FROM todo_link")[0], _id(service, "section_head")
    key = f"todo:{todo}:{person}"
    again = {make_link(service, key=key, todo=todo, person=person) for _ in range(2)}
    assert again == {service.settings.base_url + link_to(service, "section_head")}
    assert scalars(service, "SELECT count(*) FROM todo_link") == [1]


def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_link(
    service: Service, number: str, stranger: Client
) -> None:
    link = link_to(service, "section_head")
    answer = follow(stranger, link)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={link.replace('/', '%2F')}"
    assert number not in answer.text


def test_a_dead_link_tells_who_is_not_signed_in_no_more_than_case_and_step(
    service: Service, number: str, stranger: Client
) -> None:
    link = link_to(service, "section_head")
    decide_next(service, number, opinion="写得很好")
    page = follow(stranger, link)
    assert page.status_code == 200
    assert number in page.text
    for secret in ("安全生产检查", "写得很好", "section_head", "股室负责人", "office"):
        assert secret not in page.text.replace('href="/', ""), secret


def test_somebody_else_is_told_that_it_was_sent_to_another_and_nothing_of_the_case(
    service: Service, number: str, signed_in: SignIn
) -> None:
    link = link_to(service, "section_head")
    for other in ("drafter", "administrator", "legal_office"):
        page = follow(signed_in(other), link)
        assert page.status_code == 403
        assert "另一位人员" in page.text
        assert number not in page.text


@pytest.mark.parametrize("token", ["x", "A" * 43, "'; DROP TABLE todo_link; --", "%00", "%ff", "A" * 3000])
def test_any_other_word_is_answered_in_one_form(
    service: Service, number: str, stranger: Client, signed_in: SignIn, token: str
) -> None:
    for client in (stranger, signed_in("section_head")):
        answer, plain = follow(client, f"/t/{token}"), follow(client, f"/t/{'B' * 43}")
        assert answer.status_code == plain.status_code == 404
        assert answer.text.partition("<main")[2] == plain.text.partition("<main")[2]


Happening = Callable[[Service, str, MovableClock], None]


def _decided(service: Service, number: str, clock: MovableClock) -> None:
    decide_next(service, number)


def _returned(service: Service, number: str, clock: MovableClock) -> None:
    decide_next(service, number, action="return", return_to="drafting", opinion="请补充")


def _by_a_colleague(service: Service, number: str, clock: MovableClock) -> None:
    with service.database.begin() as connection:
        unit = connection.execute(text("SELECT id FROM unit")).scalar_one()
        add_person(connection, "colleague", Position.SECTION_HEAD, unit_id=unit)
    decide_next(service, number, by="colleague")


def _post_lost(service: Service, number: str, clock: MovableClock) -> None:
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-04-19' WHERE position = 'section_head'"))


@pytest.mark.parametrize(
    ("happening", "told"),
    [
        (_decided, "您已办理该待办"),
        (_returned, "您已办理该待办"),
        (_by_a_colleague, "同岗位的另一位人员已办理"),
        (_post_lost, "您已不在该待办所属的岗位"),
    ],
)
def test_the_link_dies_with_the_todo_and_says_what_happened(
    service: Service,
    number: str,
    clock: MovableClock,
    signed_in: SignIn,
    happening: Happening,
    told: str,
) -> None:
    head, link = signed_in("section_head"), link_to(service, "section_head")
    happening(service, number, clock)
    page = follow(head, link)
    assert page.status_code == 200
    assert told in page.text


def test_the_link_dies_on_reassignment_and_the_new_drafter_has_one_of_their_own(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    drain(service)
    link = link_to(service, "drafter")
    with service.database.begin() as connection:
        unit = connection.execute(text("SELECT id FROM unit")).scalar_one()
        add_person(connection, "drafter2", Position.DRAFTER, unit_id=unit)
    hand_over_draft(
        service, service.actor("administrator", channel="api"), number, to="drafter2", reason="离岗"
    )
    drain(service)
    page = follow(signed_in("drafter"), link)
    assert "该待办已改派给他人" in page.text
    assert number in page.text
    new = link_to(service, "drafter2")
    assert new != link
    assert scalars(
        service,
        "SELECT count(*) FROM todo_link l JOIN assignment a ON a.id = assignment_id"
        " WHERE a.closed_at IS NULL",
    ) == [1]


def test_after_a_return_the_old_link_leads_on_to_the_todo_of_the_new_round(
    service: Service, number: str, signed_in: SignIn
) -> None:
    head, old = signed_in("section_head"), link_to(service, "section_head")
    _returned(service, number, MovableClock())
    decide_next(service, number)
    now = todo_of(service, number).id
    page = follow(head, old)
    assert f'href="/todo/{now}"' in page.text


def test_an_incident_that_is_over_says_so(service: Service, bureau: Bureau, signed_in: SignIn) -> None:
    number = launch_case(service).number
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = '2026-01-01' WHERE position = 'section_head'"))
    decide_next(service, number)
    drain(service)
    administrator, link = signed_in("administrator"), link_to(service, "administrator")
    assert follow(administrator, link).headers["location"].startswith("/todo/")
    with service.database.begin() as connection:
        connection.execute(text("UPDATE holding SET until = NULL WHERE position = 'section_head'"))
    retry_case(service, service.actor("administrator", channel="api"), number)
    assert "该异常已处理" in follow(administrator, link).text


def test_a_link_says_so_when_the_case_is_closed(service: Service, bureau: Bureau, signed_in: SignIn) -> None:
    number = launch_case(service).number
    decide_all(service, number, until="signature")
    drain(service)
    signer = todo_of(service, number).position
    decide_next(service, number, action="reject", opinion="不必发文")
    page = follow(signed_in(signer), link_to(service, signer))
    assert "您已办理该待办" in page.text
    assert "事项已办结：未予签发" in page.text


SINCE = {
    SigningOrder.ALL: ("同一环节已有他人签署意见", r'href="/todo/\d+"'),  # theirs is still asked
    SigningOrder.ANY: ("该环节已由另一位签署人办结", r'href="/inbox">回到待办'),
}


def test_the_page_says_what_others_signed_since_the_message_left(
    service: Service,
    bureau: Bureau,
    clock: MovableClock,
    order: SigningOrder,  # noqa: F811
    signed_in: SignIn,
) -> None:
    number = start(service)
    drain(service)
    clock.move(hours=1)
    sign(service, number, THREE[0])
    drain(service)
    answer = follow(signed_in("office"), link_to(service, "office"))
    if order is SigningOrder.IN_ORDER:  # asked only now: nothing happened since
        assert answer.status_code == 303
        return
    told, way = SINCE[order]
    assert told in answer.text
    assert re.search(way, answer.text)


def _id(service: Service, username: str) -> int:
    return int(scalars(service, "SELECT id FROM person WHERE username = :u", u=username)[0])
