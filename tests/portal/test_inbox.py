"""The inbox is sorted by what is due first, on every page of it, and says what is late in words."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from engine.acts.attend import attend
from engine.acts.clock_acts import AskedAct, answer, ask
from engine.clocks.firing import fire_due
from engine.reading import DueFilter, Todo, inbox
from engine.service import Service
from models import Holding
from portal.web.events import Changes
from rules.errors import InvalidInput
from rules.positions import Position
from tests.builders import (
    PROACTIVE_DRAFT,
    Bureau,
    MovableClock,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    todo_of,
)
from tests.engine.limits import ART_33, answering_installed, clock_of, start, todo_of_act
from tests.portal.conftest import SignIn
from tests.portal.test_pages import HTML


def waiting(service: Service, days: float, clock: MovableClock) -> str:
    """A case that arrives at the office; then time passes."""
    number = launch_case(service).number
    decide_all(service, number, until="office-review")
    clock.move(days=days)
    return number


def by_pages(service: Service, size: int, username: str = "office", **wanted: Any) -> list[Todo]:
    """The whole inbox, page by page."""
    found, after, actor = [], "", service.actor(username, channel="api")
    while True:
        page = inbox(service, actor, after=after, size=size, **wanted)
        assert len(page.todos) <= size
        found += page.todos
        if page.next_after is None:
            return found
        after = page.next_after


def firsts(todos: list[Todo]) -> list[str]:
    """When the first limit of each ends."""
    return [str(todo.limits[0].due_on) for todo in todos]


def paused(service: Service, number: str) -> None:
    """A request whose limit is not counted, and nobody knows for how long."""
    asked = AskedAct("not-counted", "征求意见", ART_33, since=service.now - timedelta(hours=1))
    done = ask(service, service.actor("office", channel="api"), clock_of(service, number, "answer").id, asked)
    granting = service.actor("openness_office", channel="api")
    answer(service, granting, todo_of_act(service, done.act_id), granted=True, text="")


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_what_is_due_first_comes_first_on_every_page_and_what_has_no_date_last(
    service: Service, bureau: Bureau, clock: MovableClock, size: int
) -> None:
    with answering_installed():
        undated = start(service, "answering")
        paused(service, undated)
        request = start(service, "answering")  # due 20 May, though it came before all that follow
        arrived = [waiting(service, days, clock) for days in (1, 0, 1)]
        arrived += [waiting(service, 0, clock)]
        found = by_pages(service, size)
    assert [todo.case for todo in found] == [*arrived, request, undated]
    assert firsts(found) == ["2026-04-23", "2026-04-24", "2026-04-24", "2026-04-27", "2026-05-20", "None"]
    assert len({todo.id for todo in found}) == len(found)


def test_the_earlier_of_the_steps_target_and_the_cases_limit_counts_and_both_are_told(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    by_hand = replace(service, settings=service.settings.model_copy(update={"website": "by-hand"}))
    number = launch_case(by_hand).number
    decide_all(by_hand, number, until="publication-by-hand")
    [todo] = by_pages(service, 10, "publisher")
    told = [(limit.title.zh, limit.of_step, str(limit.due_on)) for limit in todo.limits]
    assert told == [("网站公开（人工）", True, "2026-04-21"), ("在政府网站公开", False, "2026-05-20")]
    with service.database.begin() as connection:
        connection.execute(
            text("UPDATE clock SET late_from = late_from - interval '60 days' WHERE step_id IS NULL")
        )
    [todo] = by_pages(service, 10, "publisher")
    assert [limit.of_step for limit in todo.limits] == [False, True]
    assert todo.limits[0].remaining is not None
    assert todo.limits[0].remaining.late


def test_overdue_and_soon_are_counted_and_wanted_by_themselves(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    with answering_installed():
        request = start(service, "answering")
        late, soon = waiting(service, 4, clock), waiting(service, 0, clock)  # Thursday 23, Wednesday 29
        box = inbox(service, service.actor("office", channel="api"))
        assert (box.counts.all, box.counts.overdue, box.counts.soon) == (3, 1, 0)
        clock.move(days=2)  # Sunday 26 April: the 29th is three days ahead
        box = inbox(service, service.actor("office", channel="api"))
        assert (box.counts.all, box.counts.overdue, box.counts.soon) == (3, 1, 1)
        for due, cases in ((DueFilter.ALL, [late, soon, request]), (DueFilter.OVERDUE, [late])):
            assert [todo.case for todo in by_pages(service, 1, due=due)] == cases
        assert [todo.case for todo in by_pages(service, 1, due=DueFilter.SOON)] == [soon]


def test_counts_and_pages_are_of_what_the_door_lets_through(service: Service, bureau: Bureau) -> None:
    """Who is kept out of a step by separation of duties, or asked it themselves, has no place in either."""
    with service.database.begin() as connection:
        for username, position in (
            ("drafter", Position.OFFICE),
            ("section_head", Position.HEAD),
            ("openness_office", Position.DEPUTY_HEAD),
            ("office", Position.OPENNESS_OFFICE),
        ):
            person = connection.scalar(text("SELECT id FROM person WHERE username = :u"), {"u": username})
            connection.execute(insert(Holding.__table__).values(person_id=person, position=position.value))
    for until in ("office-review", "deputy-head-review", "signature", "issue"):
        decide_all(service, launch_case(service).number, until=until)
    with answering_installed():
        asked = AskedAct("not-counted", "征求意见", ART_33, since=service.now)
        clock_id = clock_of(service, start(service, "answering"), "answer").id
        ask(service, service.actor("office", channel="api"), clock_id, asked)
        kept_out = 0
        for position in Position:
            box = inbox(service, bureau.actor(position.value))
            assert box.counts.all == len(box.todos), position
            held = [post for post, _ in bureau.actor(position.value).holdings]
            posted = scalars(
                service,
                "SELECT count(*) FROM assignment WHERE closed_at IS NULL AND position = ANY(:held)",
                held=held,
            )
            kept_out += posted[0] - box.counts.all
    assert kept_out == 4


def test_a_place_that_is_none_is_refused(service: Service, bureau: Bureau, signed_in: SignIn) -> None:
    for place in ("7", "x.1", "-.x", "9" * 40 + ".1"):
        with pytest.raises(InvalidInput):
            inbox(service, bureau.actor("office"), after=place)
        assert signed_in("office").get("/api/v1/inbox", params={"after": place}).status_code == 422


def test_the_page_says_in_words_what_is_late_and_what_is_soon(
    service: Service, bureau: Bureau, signed_in: SignIn, clock: MovableClock
) -> None:
    late, soon = waiting(service, 3, clock), waiting(service, 2, clock)  # 23 April and 28 April
    waiting(service, 2, clock)
    fire_due(service)  # Monday 27 April
    browser = signed_in("office")
    page = browser.get("/inbox", headers=HTML).text
    cards = re.findall(r'<li class="card( \w+)?">.*?</li>', page, re.S)
    assert cards == [" late", " soon", ""]
    assert page.index(late) < page.index(soon)
    said = re.sub(r"<[^>]+>", "", page)
    for words in (
        "全部 3",
        "逾期 1",
        "三日内到期 2",
        "2026年4月23日 星期四",
        "逾期2个工作日",
        "临近到期 · 剩1个工作日",
    ):
        assert words in re.sub(r"\s+", " ", said), words
    only = browser.get("/inbox/list?due=overdue", headers=HTML).text
    assert late in only
    assert soon not in only
    assert "没有符合条件的待办" in signed_in("head").get("/inbox?due=overdue", headers=HTML).text


def test_more_of_a_long_inbox_keeps_what_was_wanted(
    service: Service, bureau: Bureau, signed_in: SignIn, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.web.inbox.SHOWN", 2)
    cases = [waiting(service, 0, clock) for _ in range(3)]
    clock.move(days=7)
    browser = signed_in("office")
    first = browser.get("/inbox?due=overdue", headers=HTML).text
    assert [number for number in cases if f"{number} ·" in first] == cases[:2]
    [more] = re.findall(r'href="(/inbox\?after=[^"]+due=overdue)"', first)
    second = browser.get(more.replace("&amp;", "&"), headers=HTML).text
    assert [number for number in cases if f"{number} ·" in second] == cases[2:]
    assert 'hx-get="/inbox/list?after=' in second


def test_an_open_page_learns_when_a_limit_presses_and_when_an_escalation_is_attended_to(
    service: Service, bureau: Bureau, clock: MovableClock
) -> None:
    waiting(service, 2, clock)
    changes = Changes(service)
    before = changes._look()
    assert changes._look() == before
    assert fire_due(service).rungs == 1  # the reminder: nobody is asked anything
    reminded = changes._look()
    assert reminded != before
    clock.move(days=2)
    fire_due(service)
    pressed = changes._look()
    [todo] = by_pages(service, 10, "deputy_head")
    attend(service, bureau.actor("deputy_head"), todo.id, "已催办")
    assert changes._look() != pressed


def test_the_json_tells_the_limits_of_each_to_do(
    service: Service, bureau: Bureau, signed_in: SignIn, clock: MovableClock
) -> None:
    number = launch_case(service, draft=PROACTIVE_DRAFT).number
    decide_next(service, number)
    box = signed_in("section_head").get("/api/v1/inbox").json()
    assert box["counts"] == {"all": 1, "overdue": 0, "soon": 1}
    [limit] = box["todos"][0]["limits"]
    assert limit | {"clock": 0} == {
        "clock": 0,
        "key": "step:section-review",
        "title": {"zh": "股室审核", "en": "Section review"},
        "of_step": True,
        "basis": "本单位规定 办理时限",
        "due_on": "2026-04-23",
        "late_from": "2026-04-23T16:00:00Z",
        "provisional": False,
        "state": "running",
        "remaining": {
            "unit": "working-days",
            "number": 3,
            "late": False,
            "zh": "剩3个工作日",
            "en": "3 working days left",
        },
    }
    assert todo_of(service, number).id == box["todos"][0]["id"]
