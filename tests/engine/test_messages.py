"""What each event is told with: to whom, in which words, in both languages and both parts; never content."""

from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest
from jinja2 import meta
from sqlalchemy import text

from engine.activities import publish_document
from engine.acts.hand_over import hand_over_draft
from engine.leases import claim, settle
from engine.service import Service
from notifications.addresses import mail_address
from notifications.messages import Content, DigestLine, TodoArrived
from notifications.rendering import LONGEST_SUBJECT, _environment, render
from rules.positions import Position
from tests.builders import PROACTIVE_DRAFT, Bureau, add_person, decide_all, decide_next, launch_case, scalars
from tests.engine.test_outbox import drain, mails, words

KINDS = get_args(Content)
CONTENT = ("安全生产检查", "各镇人民政府", "保密的理由")


def newest(service: Service, to: str) -> EmailMessage:
    """The only message to somebody since the mailbox was emptied."""
    drain(service)
    (mail,) = [mail for mail in mails(service) if f"<{to}@" in mail["To"]]
    return mail


def empty_mailbox(service: Service) -> None:
    """Send what is due and forget it."""
    drain(service)
    for file in (service.settings.home / "mailbox").glob("*.eml"):
        file.unlink()


def publish(service: Service, number: str) -> None:
    """Do what the worker does with a case that waits for publication."""
    (step,) = scalars(service, "SELECT id FROM step WHERE kind = 'activity' AND settled_at IS NULL")
    lease = claim(service, step, holder="worker")
    assert lease is not None
    settle(service, lease, publish_document(service, lease))


def test_whoever_a_case_is_returned_to_is_told_so_and_by_which_step_but_not_why(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    empty_mailbox(service)
    decide_next(service, number, action="return", return_to="drafting", opinion="保密的理由")
    told = newest(service, "drafter")
    assert told["Subject"].startswith(f"退回：{number}")
    assert "股室" in words(told)
    assert "Returned by:" in words(told)
    assert not any(word in words(told) for word in CONTENT)


def test_a_step_that_comes_again_without_a_return_is_a_new_todo_of_the_second_round(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    decide_next(service, number, action="return", return_to="drafting", opinion="请补充")
    empty_mailbox(service)
    decide_next(service, number)
    told = newest(service, "section_head")
    assert told["Subject"].startswith("待办：")
    assert "（第2次）" in told["Subject"]


def test_the_drafter_is_told_once_that_a_case_ended_but_not_how_nor_its_title(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service, draft={**PROACTIVE_DRAFT, "attribute": "不予公开", "ground": "16-1"}).number
    decide_all(service, number, until="signature")
    empty_mailbox(service)
    decide_next(service, number, action="reject", opinion="保密的理由")
    told = newest(service, "drafter")
    assert told["Subject"] == f"办结：{number} / Closed: {number}"
    assert not any(word in words(told) for word in (*CONTENT, "未予签发", "不予公开"))
    assert scalars(service, "SELECT count(*) FROM notification WHERE template = 'closed'") == [1]


def test_the_drafter_is_told_of_publication_with_its_address_and_not_again_of_the_end(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service).number
    decide_all(service, number)
    empty_mailbox(service)
    publish(service, number)
    told = newest(service, "drafter")
    assert told["Subject"].startswith("已公开：")
    address = scalars(service, "SELECT url FROM publication")[0]
    assert address in words(told)
    decide_all(service, number)
    assert scalars(service, "SELECT outcome FROM cases") == ["办结"]
    assert scalars(service, "SELECT count(*) FROM notification WHERE template = 'closed'") == [0]


def test_both_drafters_are_told_of_a_hand_over_and_only_the_new_one_gets_a_link(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    with service.database.begin() as connection:
        unit = connection.execute(text("SELECT id FROM unit")).scalar_one()
        add_person(connection, "drafter2", Position.DRAFTER, unit_id=unit)
    empty_mailbox(service)
    hand_over_draft(
        service, service.actor("administrator", channel="api"), number, to="drafter2", reason="离岗"
    )
    former, new = newest(service, "drafter"), newest(service, "drafter2")
    assert service.settings.base_url not in words(former)
    assert f"{service.settings.base_url}/cases/{number}" in words(new)
    assert "离岗" not in words(former) + words(new)


def test_a_hand_over_of_an_open_draft_tells_the_new_drafter_with_the_todo_alone(
    service: Service, bureau: Bureau
) -> None:
    number = launch_case(service).number
    with service.database.begin() as connection:
        unit = connection.execute(text("SELECT id FROM unit")).scalar_one()
        add_person(connection, "drafter2", Position.DRAFTER, unit_id=unit)
    hand_over_draft(
        service, service.actor("administrator", channel="api"), number, to="drafter2", reason="离岗"
    )
    assert newest(service, "drafter2")["Subject"].startswith("待办：")
    assert newest(service, "drafter")["Subject"].startswith("改派拟稿人：")


# --- form -------------------------------------------------------------------------------------


def sample(kind: Any, **given: Any) -> Any:
    """A message of a kind, every field filled with something recognisable."""
    kinds = {
        str: lambda name: f"«{name}»",
        int: lambda _: 2,
        bool: lambda _: True,
        tuple[DigestLine, ...]: lambda _: (sample(DigestLine),),
    }
    values = {f.name: kinds[_type(f)](f.name) for f in fields(kind)}
    return kind(**(values | given))


def _type(field: Any) -> Any:
    return {"str": str, "int": int, "bool": bool}.get(field.type, field.type)


def rendered(content: Any) -> EmailMessage:
    """As it leaves."""
    return render(
        content,
        key="todo:1:1",
        to=mail_address(content.recipient, "a@qingling.example"),
        sender=mail_address("公开", "gongkai@qingling.example"),
        at=datetime(2026, 4, 20, 1, 0, tzinfo=UTC),
    )


def parts(mail: EmailMessage) -> dict[str, str]:
    """Content by type."""
    return {part.get_content_type(): part.get_content() for part in mail.iter_parts()}  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", KINDS)
def test_templates_use_exactly_what_their_message_offers(kind: Any) -> None:
    used: set[str] = set()
    find: Callable[[Any], set[str]] = meta.find_undeclared_variables
    for part, ending in (("subject", "txt"), ("text", "txt"), ("html", "html")):
        source = (Path("notifications") / kind.folder / f"{part}.{ending}").read_text(encoding="utf-8")
        used |= find(_environment(part).parse(source))
    assert used - {"facts", "as_lines", "button"} == {field.name for field in fields(kind)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_message_is_text_and_html_chinese_first_with_the_same_facts(kind: Any) -> None:
    mail = rendered(sample(kind))
    assert mail.get_content_type() == "multipart/alternative"
    found = parts(mail)
    assert list(found) == ["text/plain", "text/html"]
    said = asdict(sample(kind))
    for line in said.pop("lines", ()):
        said |= line
    for name, value in said.items():
        if isinstance(value, str) and name not in ("recipient", "basis", "position_en"):
            assert value in found["text/plain"], name
            assert value in found["text/html"] or name.endswith("_zh"), name
    html = found["text/html"]
    assert html.index('<td lang="zh-CN">') < html.index('<td lang="en">')


TAGS = {"html", "head", "meta", "title", "body", "table", "tr", "td", "th", "p", "hr", "br", "a", "b", "font"}
ATTRIBUTES = {
    "a": {"href"},
    "font": {"color"},
    "html": {"lang"},
    "meta": {"charset", "name", "content"},
    "table": {"role", "width", "border", "cellspacing", "cellpadding"},
    "td": {"lang", "bgcolor", "valign"},
    "th": {"align", "valign"},
}


class Seen(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_html_fetches_nothing_styles_nothing_and_runs_nothing(kind: Any) -> None:
    """Plain tables and links, which every mail program draws; nothing tells anyone that it was read."""
    for tag, attributes in Seen(parts(rendered(sample(kind)))["text/html"]).tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set()), tag


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_cannot_bring_markup_into_a_message(kind: Any) -> None:
    mail = rendered(sample(kind, recipient="<img src=x onerror=alert(1)>"))
    assert "<img" not in parts(mail)["text/html"]


@pytest.mark.parametrize("kind", KINDS)
def test_headers_say_what_programs_need_and_hold_in_78_characters(kind: Any) -> None:
    long = {f.name: "ZD-2026-" + "9" * 100 for f in fields(kind) if f.name == "case_number"}
    mail = rendered(sample(kind, **long))
    assert len(mail["Subject"]) <= LONGEST_SUBJECT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "zh-CN, en"
    assert mail["List-Id"] == "<gongkai.qingling.example>"
    assert {part.get_content_charset() for part in mail.iter_parts()} == {"utf-8"}  # type: ignore[attr-defined]
    assert mail.as_bytes().isascii()
    assert all(len(line) <= 998 for line in mail.as_bytes().split(b"\r\n"))


def test_the_same_message_rendered_again_is_the_same_bytes() -> None:
    first, again = (rendered(sample(TodoArrived)) for _ in range(2))
    assert first.as_bytes() == again.as_bytes()
