"""What is typed comes back as text: in the field it was typed in, in every form, and nowhere else."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from engine.acts.clock_acts import AskedAct, ask
from engine.clocks.firing import fire_due
from engine.procedures import installed
from engine.reading import Todo
from rules.positions import Position
from tests.browser.conftest import Portal, Visit, Visitor
from tests.browser.hostile import ALL, PAYLOADS, packed, require_harmless
from tests.browser.hostile_cases import CHOSEN, NOT_WALKED_YET, Walk, text_fields
from tests.browser.test_publisher import otherwise  # noqa: F401  people publish, on the local website
from tests.builders import add_person, decide_next, launch_case, scalars, todo_of
from tests.website_process import WebsiteProcess

TEMPLATES = Path(__file__).parent.parent.parent / "portal" / "templates"
_FIELDS = "main form :is(textarea, input:not([type]), input[type=text], input[type=search])"
_FILL = f"""text => [...document.querySelectorAll('{_FIELDS}')].map(field => {{
    field.value = text; field.form.noValidate = true; return field.name; }})"""
_SHOWN = f"() => [...document.querySelectorAll('{_FIELDS}')].map(field => field.value)"
SOME = [PAYLOADS[5 * tag + tag % 5] for tag in range(40)]
"""Every way once, every disguise eight times: for what is shown through the same template as much else."""

Enter = Callable[[str], Visitor]


@pytest.fixture
def enter(visit: Visit) -> Enter:
    """The browser of a person who is signed in; always the same one."""
    return cache(lambda username: visit().sign_in(username))


class Typist:
    """Fills every text field of a page, whatever it is called, and remembers which there were."""

    def __init__(self) -> None:
        self.filled: set[str] = set()

    def send(self, page: Page, said: str, button: str) -> set[str]:
        """Type the same in all of them and press; what the next page shows in its fields."""
        self.filled |= set(page.evaluate(_FILL, said))
        with page.expect_navigation():
            page.get_by_role("button", name=button, exact=True).first.click()
        require_harmless(page, f"{page.url}: {said[:80]}")
        return set(page.evaluate(_SHOWN))


@pytest.fixture
def typist() -> Typist:
    return Typist()


@pytest.mark.timeout(600)
def test_every_todo_shows_what_was_saved_or_wrong_in_its_fields_alone(
    portal: Portal, enter: Enter, website: WebsiteProcess, typist: Typist
) -> None:
    seen = set()

    def at(username: str, todo: Todo) -> None:
        secret = bool(scalars(portal.service, _SECRET, n=todo.case)[0])
        assert todo.step is not None
        if (todo.procedure, todo.step.key, secret) in seen:
            return
        seen.add((todo.procedure, todo.step.key, secret))
        page = enter(username).go(f"/todo/{todo.id}").page
        page.locator("input[name=action]").first.check()
        kept = {ALL} if not secret else {""}
        assert typist.send(page, ALL, "暂存") == kept, todo.step
        page.locator("input[name=action]").first.check()
        assert typist.send(page, ALL, "提交办理结果") <= kept | {ALL}, todo.step
        expect(page.get_by_role("alert")).to_be_visible()

    Walk(portal.service, website, at=at).take_all()
    assert typist.filled >= text_fields() - CHOSEN - NOT_WALKED_YET
    assert len(seen) > 15


_SECRET = "SELECT intake->>'state_secret' = 'true' FROM cases WHERE number = :n"


@pytest.mark.parametrize("procedure", [each.key for each in installed()])
def test_the_launch_form_shows_what_was_wrong_in_its_fields_alone(
    portal: Portal, enter: Enter, typist: Typist, procedure: str
) -> None:
    page = enter("administrator").go(f"/launch?procedure={procedure}").page
    assert typist.send(page, ALL, "预览流程") == {ALL}
    expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize(
    ("who", "address", "button", "texts"),
    [
        ("drafter", "/cases", "查找", list(packed(100))),
        ("drafter", "/mailbox", "筛选", list(packed(100))),
        ("", "/register", "查找 Search", [p[:60].strip() for p in PAYLOADS]),
        ("", "/sign-in", "登录", [p[:64].strip() for p in SOME]),
    ],
)
def test_what_is_looked_for_stays_in_its_field(
    portal: Portal, visit: Visit, typist: Typist, who: str, address: str, button: str, texts: list[str]
) -> None:
    page = (visit().sign_in(who) if who else visit()).go(address).page
    for said in texts:
        assert typist.send(page, said, button) == {said}


def test_what_an_address_says_is_text(portal: Portal, visit: Visit, enter: Enter) -> None:
    """Filters, a procedure that does not exist, pages that do not exist."""
    filters = "/register?unit={0}&type={0}&year={0}&from={0}&to={0}&page=1"
    citizen = visit()
    for payload in PAYLOADS:
        require_harmless(citizen.go(filters.format(quote(payload, safe=""))).page, payload)
    for payload in SOME:
        for path in ("/launch?procedure={}", "/cases/{}", "/register/{}"):
            require_harmless(enter("drafter").go(path.format(quote(payload[:60], safe=""))).page, payload)


def test_phrases_are_text_on_their_page_on_the_desk_and_in_the_opinion(
    portal: Portal, enter: Enter, typist: Typist
) -> None:
    number = launch_case(portal.service).number
    phrases = list(packed(200))
    people = ["drafter", "section_head", "office"]
    assert len(phrases) <= 30 * len(people)
    for start, username in enumerate(people):
        own = phrases[start :: len(people)]
        page = enter(username).go("/me").page
        for phrase in own:
            typist.send(page, phrase, "添加")
        assert page.locator(".plainlist span").all_inner_texts() == own
        enter(username).go(f"/todo/{todo_of(portal.service, number).id}")
        page.evaluate("document.querySelectorAll('.phrase').forEach(phrase => phrase.click())")
        assert page.locator("#opinion").input_value().startswith("\n".join(own))
        require_harmless(page, "phrases")
        decide_next(portal.service, number)


def test_the_reason_of_a_hand_over_is_text(portal: Portal, enter: Enter, typist: Typist) -> None:
    number = launch_case(portal.service).number
    with portal.service.database.begin() as connection:
        unit = connection.scalar(text("SELECT id FROM unit"))
        add_person(connection, "second_drafter", Position.DRAFTER, unit_id=unit)
    page = enter("administrator").go(f"/cases/{number}").page
    reasons = list(packed(1500))
    for reason in reasons:
        page.locator("summary", has_text="改派拟稿人").click()
        typist.send(page, reason, "改派")
    assert "reason" in typist.filled
    told = "SELECT data->>'reason' FROM ledger_entry WHERE action = 'draft-handed-over' ORDER BY seq"
    assert scalars(portal.service, told) == reasons
    for path in ("/ledger", "/file", "/sheet"):
        require_harmless(enter("administrator").go(f"/cases/{number}{path}").page, path)


_ASKED = "SELECT id FROM assignment WHERE clock_act_id IS NOT NULL ORDER BY id DESC LIMIT 1"


def test_what_is_said_about_a_limit_is_text_wherever_it_is_shown(
    portal: Portal, enter: Enter, typist: Typist
) -> None:
    """Asked by the drafter, refused by the openness office; then overdue, and attended to."""
    service = portal.service
    number = launch_case(service).number
    [clock] = scalars(service, "SELECT id FROM clock")
    limit = f"/cases/{number}/limits/{clock}"
    page = enter("drafter").go(limit).page
    page.locator("input[name=kind][value=not-counted]").check()
    much = next(packed(1500))
    assert typist.send(page, much, "预览新的截止日") == {much}
    for said in list(packed(100, SOME))[:3]:
        asked = AskedAct("not-counted", said, (said, said), since=service.now)
        ask(service, service.actor("drafter", channel="portal"), clock, asked)
        todo = f"/todo/{scalars(service, _ASKED)[0]}"
        page = enter("openness_office").go(todo).page
        page.locator("input[name=granted][value=no]").check()
        typist.send(page, said, "提交答复")
        for path in (todo, limit, f"/cases/{number}", f"/cases/{number}/file"):
            require_harmless(enter("drafter").go(path).page, path)
    later = service.now + timedelta(days=9)
    fire_due(replace(service, time=lambda: later))
    [todo_id] = scalars(service, "SELECT id FROM assignment WHERE rung_id IS NOT NULL ORDER BY id LIMIT 1")
    page = enter("section_head").go(f"/todo/{todo_id}").page
    typist.send(page, SOME[0], "提交督办情况")
    require_harmless(enter("drafter").go(limit).page, limit)
    assert {"ground", "instrument", "article", "text", "note"} <= typist.filled


@pytest.mark.parametrize(("address", "button"), [("/what-if", "试算"), ("/calendar", "预览变化")])
def test_what_is_assumed_or_imported_stays_in_its_field(
    portal: Portal, enter: Enter, typist: Typist, address: str, button: str
) -> None:
    for said in (ALL[:4000], *SOME[:8]):
        assert typist.send(enter("administrator").go(address).page, said, button) <= {said, ""}
    assert "table" in typist.filled


def test_no_field_of_a_template_is_forgotten() -> None:
    """Those of procedures are counted at the to-dos; a new one of a page needs its line above."""
    fields = set(_fields_of(TEMPLATES.rglob("*.html")))
    dates = {"at", "since", "until", "restart"}  # of limits; in a browser they take nothing else
    virtual = {"by"}  # of a demonstration: tests/portal/test_virtual_time.py
    of_limits = {"ground", "instrument", "article", "text", "note", "case", "number", "table"}
    known = {"opinion", "reason", "phrase", "q", "no", "to", "username"}
    # Pages that are tried with payloads in tests/portal only, so far.
    without_browser = {"cases", "contact", "content", "found", "name", "public_reason", "receipt", "said"}
    without_browser |= {"sources", "theme", "website"}
    assert fields == known | of_limits | dates | virtual | without_browser


def _fields_of(templates: Iterable[Path]) -> Iterable[str]:
    for path in templates:
        for tag in re.findall(r"<(?:input|textarea)\b[^>]*>", path.read_text(encoding="utf-8")):
            kind = re.search(r'type="(\w+)"', tag)
            name = re.search(r'name="(\w+)"', tag)
            if name and (kind is None or kind[1] in ("text", "search")):
                yield name[1]
