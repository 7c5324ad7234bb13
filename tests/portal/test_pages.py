"""The pages, posted to as a browser posts: looking decides nothing, what was typed survives a mistake."""

import re
from html import unescape
from typing import Any

import httpx
import pytest

from engine.acts.passwords import MIN_LENGTH
from engine.service import Service
from tests.builders import (
    PROACTIVE_DRAFT,
    UNIT,
    Bureau,
    case_row,
    decide_all,
    decide_next,
    launch_case,
    scalars,
    todo_of,
)
from tests.portal.conftest import PASSWORD, Client, SignIn

HTML = {"Accept": "text/html"}


def field(page: httpx.Response, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page.text)
    assert found, f"no field {name}"
    return unescape(found.group(1))


def post(browser: Client, path: str, fields: dict[str, Any]) -> httpx.Response:
    """A form as a browser sends it, without following where it leads."""
    return browser("POST", path, data=fields, headers=HTML)


def submit(browser: Client, todo: int, fields: dict[str, Any]) -> httpx.Response:
    """Open the decision page and post its form."""
    page = browser.get(f"/todo/{todo}", headers=HTML)
    hidden = {name: field(page, name) for name in ("csrf", "key")}
    if 'name="document_version"' in page.text:
        hidden["document_version"] = field(page, "document_version")
    return post(browser, f"/todo/{todo}", hidden | fields)


def test_signing_in_leads_to_the_page_that_was_asked_for(app: Any) -> None:
    browser = Client(app)
    asked = browser.get("/todo/7", headers=HTML)
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=%2Ftodo%2F7")
    fields = {"username": "drafter", "password": PASSWORD, "next": "/todo/7"}
    entered = post(browser, "/sign-in", fields)
    assert (entered.status_code, entered.headers["location"]) == (303, "/todo/7")


def test_signing_out_ends_the_session_and_a_kept_cookie_opens_nothing(app: Any, signed_in: SignIn) -> None:
    browser = signed_in("drafter")
    kept = dict(browser.cookies)
    token = field(browser.get("/inbox", headers=HTML), "csrf")
    assert post(browser, "/sign-out", {"csrf": token}).headers["location"] == "/sign-in"
    again = Client(app, cookies=httpx.Cookies(kept))
    assert again.get("/inbox", headers=HTML).status_code == 303


@pytest.mark.parametrize(
    "foreign",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/sign-out"],
)
def test_signing_in_never_leads_to_another_site(app: Any, foreign: str) -> None:
    fields = {"username": "drafter", "password": PASSWORD, "next": foreign}
    assert post(Client(app), "/sign-in", fields).headers["location"] == "/inbox"


def test_a_wrong_password_is_told_on_the_page_and_keeps_the_name(app: Any) -> None:
    refused = post(Client(app), "/sign-in", {"username": "drafter", "password": "wrong-password-1"})
    assert refused.status_code == 401
    assert 'value="drafter"' in refused.text
    assert "wrong-password-1" not in refused.text


def test_nobody_is_signed_in_from_a_foreign_page(app: Any) -> None:
    browser = Client(app)
    fields = {"username": "drafter", "password": PASSWORD}
    answer = browser("POST", "/sign-in", data=fields, headers={**HTML, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert "gongkai" not in answer.headers.get("set-cookie", "")


def test_looking_at_a_decision_page_changes_nothing(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    todo, browser = todo_of(service, number).id, signed_in("drafter")
    before = case_row(service, number).seq, scalars(service, "SELECT count(*) FROM ledger_entry")
    for _ in range(3):
        assert browser.get(f"/todo/{todo}", headers=HTML).status_code == 200
        assert browser("HEAD", f"/todo/{todo}", headers=HTML).status_code == 200
    assert (case_row(service, number).seq, scalars(service, "SELECT count(*) FROM ledger_entry")) == before


def test_a_decision_is_taken_and_the_page_says_where_the_case_is_now(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    todo, browser = todo_of(service, number).id, signed_in("section_head")
    page = browser.get(f"/todo/{todo}", headers=HTML).text
    assert "下一步：办公室核稿" in page
    answer = submit(browser, todo, {"action": "approve", "opinion": "同意送审"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/todo/{todo}")
    after = browser.get(f"/todo/{todo}", headers=HTML).text
    assert "意见已记录" in after
    assert "办公室核稿" in after
    assert scalars(service, "SELECT opinion FROM decision ORDER BY id") == ["同意", "同意送审"]


def test_the_same_page_sent_twice_decides_once(service: Service, bureau: Bureau, signed_in: SignIn) -> None:
    number = launch_case(service).number
    todo, browser = todo_of(service, number).id, signed_in("drafter")
    page = browser.get(f"/todo/{todo}", headers=HTML)
    fields = {name: field(page, name) for name in ("csrf", "key", "document_version")} | {"action": "approve"}
    assert [post(browser, f"/todo/{todo}", fields).status_code for _ in range(2)] == [303, 303]
    assert scalars(service, "SELECT count(*) FROM decision") == [1]


def test_a_mistake_is_told_on_the_page_and_nothing_typed_is_lost(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    decide_all(service, number, until="issue")
    todo = todo_of(service, number).id
    fields = {
        "action": "approve",
        "answer.formed_on": "2026-04-20",
        "answer.issued_on": "2026-04-19",
        "answer.doc_no": "青应急〔2026〕31号",
        "opinion": "请核对日期",
    }
    answer = submit(signed_in("office"), todo, fields)
    assert answer.status_code == 422
    for kept in ("2026-04-19", "青应急〔2026〕31号", "请核对日期", 'role="alert"'):
        assert kept in answer.text
    assert scalars(service, "SELECT count(*) FROM document_issue") == [0]


@pytest.mark.parametrize(
    ("language", "called"), [("zh", "“成文日期”填写有误"), ("en", "“Formed on” is not valid")]
)
def test_a_mistake_is_told_by_the_name_the_page_gives_the_field(
    service: Service, bureau: Bureau, signed_in: SignIn, language: str, called: str
) -> None:
    number = launch_case(service).number
    decide_all(service, number, until="issue")
    browser = signed_in("office")
    browser.cookies.set("language", language)
    answer = submit(browser, todo_of(service, number).id, {"action": "approve"})
    assert answer.status_code == 422
    assert called in unescape(answer.text)


def test_a_first_reader_is_not_told_to_have_seen_the_version_before(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service, draft={"title": PROACTIVE_DRAFT["title"]}).number
    decide_next(service, number, answers=PROACTIVE_DRAFT)
    browser = signed_in("section_head")
    page = browser.get(f"/todo/{todo_of(service, number).id}", headers=HTML).text
    assert "与上一稿相比" in page
    assert "与您上次看到的相比" not in page
    decide_next(service, number, action="return", opinion="请改正文", return_to="drafting")
    decide_next(service, number, answers={"body": "改过的正文。"})
    page = browser.get(f"/todo/{todo_of(service, number).id}", headers=HTML).text
    assert "与您上次看到的相比" in page


@pytest.mark.parametrize("path", ["/me", "/people"])
def test_a_page_asks_for_as_long_a_password_as_is_required(signed_in: SignIn, path: str) -> None:
    page = signed_in("administrator").get(path, headers=HTML).text
    assert set(re.findall(r'minlength="(\d+)"', page)) == {str(MIN_LENGTH)}
    assert f"至少{MIN_LENGTH}个字符" in page


def test_a_desk_sees_the_number_and_the_marking_line_once_there_are_any(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    decide_all(service, number, until="issue")
    todo = todo_of(service, number).id
    browser = signed_in("office")
    assert "（此件公开发布）" not in browser.get(f"/todo/{todo}", headers=HTML).text
    decide_next(service, number)
    page = browser.get(f"/todo/{todo}", headers=HTML).text
    for shown in ("青应急〔2026〕1号", "（此件公开发布）"):
        assert f"<dd>{shown}</dd>" in page


def test_a_change_without_the_sessions_token_is_refused(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    todo, browser = todo_of(service, number).id, signed_in("drafter")
    other = signed_in("office")
    foreign = field(other.get("/inbox", headers=HTML), "csrf")
    for token in ("", "x", foreign):
        answer = post(browser, f"/todo/{todo}", {"csrf": token, "action": "approve"})
        assert (answer.status_code, scalars(service, "SELECT count(*) FROM decision")) == (403, [0])


def test_an_edit_asks_for_the_page_again(service: Service, bureau: Bureau, signed_in: SignIn) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    browser, todo = signed_in("section_head"), todo_of(service, number).id
    page = browser.get(f"/todo/{todo}", headers=HTML)
    fields = {name: field(page, name) for name in ("csrf", "key")} | {
        "document_version": "9",
        "action": "approve",
    }
    answer = post(browser, f"/todo/{todo}", fields)
    assert answer.status_code == 409
    assert scalars(service, "SELECT count(*) FROM decision") == [1]


def test_claiming_a_state_secret_on_a_page_filled_with_text_drops_it_and_shows_none_of_it_again(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service, draft={**PROACTIVE_DRAFT, "body": "原来的正文"}).number
    todo, browser = todo_of(service, number).id, signed_in("drafter")
    claim = {"action": "approve", "answer.state_secret": "true", "answer.handed_over_on": "2026-04-20"}
    same = {
        "answer.title": PROACTIVE_DRAFT["title"],
        "answer.body": "原来的正文",
        "answer.attribute": "主动公开",
    }
    changed = submit(browser, todo, claim | same | {"answer.body": "绝密新正文"})
    assert changed.status_code == 422
    assert "绝密新正文" not in changed.text
    assert submit(browser, todo, claim | same).status_code == 303
    assert todo_of(service, number).step == "secrecy-review-first"


def test_a_returned_document_shows_what_changed(service: Service, bureau: Bureau, signed_in: SignIn) -> None:
    number = launch_case(service, draft={**PROACTIVE_DRAFT, "body": "第一段。\n联系人：张三。"}).number
    decide_next(service, number)
    decide_next(service, number, action="return", opinion="请改联系人", return_to="drafting")
    decide_next(service, number, answers={"body": "第一段。\n联系人：李四。"})
    page = signed_in("section_head").get(f"/todo/{todo_of(service, number).id}", headers=HTML).text
    assert "<del>张三</del><ins>李四</ins>" in page
    assert "请改联系人" in page


def test_a_launch_is_previewed_with_its_holders_before_anything_is_stored(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    browser = signed_in("administrator")
    page = browser.get("/launch?procedure=proactive-disclosure", headers=HTML)
    fields = {name: field(page, name) for name in ("csrf", "key", "procedure")}
    fields |= {"answer.drafter": "drafter", "answer.unit": UNIT, "answer.doc_type": "通知"}
    preview = post(browser, "/launch", fields | {"what": "preview"})
    assert preview.status_code == 200
    assert (
        field(preview, "next") == "/launch?procedure=proactive-disclosure"
    )  # switching language comes back here
    for shown in ("将依次经过", "主要负责人签发", "网站公开"):
        assert shown in preview.text
    assert scalars(service, "SELECT count(*) FROM cases") == [0]
    launched = [post(browser, "/launch", fields | {"what": "launch"}) for _ in range(2)]
    assert {answer.headers["location"] for answer in launched} == {"/cases/ZD-2026-0001"}
    assert scalars(service, "SELECT count(*) FROM cases") == [1]


def test_a_case_page_tells_where_it_is_and_hides_text_from_those_who_take_no_part(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service, draft={**PROACTIVE_DRAFT, "body": "尚未公开的正文"}).number
    decide_next(service, number, opinion="尚未公开的意见")
    for username in ("administrator", "manager"):
        page = signed_in(username).get(f"/cases/{number}", headers=HTML).text
        assert "股室审核" in page
        assert "尚未公开" not in page.replace("标题未公开", "")
        assert PROACTIVE_DRAFT["title"] not in page
    assert signed_in("legal_office").get(f"/cases/{number}", headers=HTML).status_code == 404
    assert "尚未公开的意见" in signed_in("section_head").get(f"/cases/{number}", headers=HTML).text


def test_the_routing_sheet_prints_every_opinion_number_and_date(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    decide_all(service, number)
    page = signed_in("office").get(f"/cases/{number}/sheet", headers=HTML).text
    for printed in (
        "发文稿纸",
        "青应急〔2026〕1号",
        "2026年4月20日",
        "（此件公开发布）",
        "主要负责人签发",
        "同意",
    ):
        assert printed in page


@pytest.mark.parametrize("path", ["/todo/99", "/cases/ZD-2026-9999", "/cases/ZD-2026-9999/sheet", "/nowhere"])
def test_what_is_not_there_is_a_page_for_people(signed_in: SignIn, path: str) -> None:
    answer = signed_in("drafter").get(path, headers=HTML)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "回到待办" in answer.text


def test_every_page_forbids_foreign_scripts_and_frames(service: Service, signed_in: SignIn) -> None:
    browser = signed_in("administrator")
    for path in ("/inbox", "/cases", "/launch", "/people", "/sign-in"):
        policy = browser.get(path, headers=HTML).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
