"""One's own desk: what was typed is kept for its writer alone, never where it might be secret."""

from typing import Any

import pytest

from engine.acts.desk import forget_old_drafts
from engine.service import Service
from tests.builders import UNIT, Bureau, decide_next, launch_case, scalars, todo_of
from tests.portal.conftest import PASSWORD, Client, SignIn, everything_stored
from tests.portal.test_pages import HTML, field, post, submit


def test_what_was_saved_is_there_again_and_gone_once_decided(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    todo, browser = todo_of(service, number).id, signed_in("drafter")
    typed = {"action": "approve", "what": "save", "answer.body": "写了一半", "opinion": "待补充"}
    assert submit(browser, todo, typed).status_code == 303
    assert scalars(service, "SELECT count(*) FROM decision") == [0]
    page = browser.get(f"/todo/{todo}", headers=HTML).text
    assert "写了一半" in page
    assert "待补充" in page
    assert submit(browser, todo, {"action": "approve"}).status_code == 303
    assert scalars(service, "SELECT count(*) FROM saved_draft") == [0]


def test_nobody_else_sees_what_was_saved(service: Service, bureau: Bureau, signed_in: SignIn) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    todo = todo_of(service, number).id
    submit(signed_in("section_head"), todo, {"action": "approve", "what": "save", "opinion": "私下斟酌"})
    for username in ("drafter", "administrator", "manager"):
        assert "私下斟酌" not in signed_in(username).get(f"/todo/{todo}", headers=HTML).text


def test_nothing_is_saved_where_a_state_secret_is_claimed(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    plain, claimed = launch_case(service).number, launch_case(service, state_secret=True).number
    browser = signed_in("drafter")
    for number, more in ((plain, {"answer.state_secret": "true"}), (claimed, {})):
        typed = {"action": "approve", "what": "save", "answer.body": "绝密内容", **more}
        answer = submit(browser, todo_of(service, number).id, typed)
        assert answer.status_code == 422
        assert "绝密内容" not in answer.text
    assert scalars(service, "SELECT count(*) FROM saved_draft") == [0]


def test_what_was_saved_before_a_state_secret_is_claimed_is_forgotten_and_not_shown_again(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    todo, browser = todo_of(service, number).id, signed_in("drafter")
    typed = {"action": "approve", "answer.body": "后来才知道是绝密", "answer.handed_over_on": "2026-04-20"}
    for what in ("save", "decide"):
        assert submit(browser, todo, typed | {"what": "save"}).status_code == 303
        refused = submit(browser, todo, typed | {"what": what, "answer.state_secret": "true"})
        assert (refused.status_code, "绝密" in refused.text.replace("最高绝密", "")) == (422, False)
        assert "后来才知道" not in browser.get(f"/todo/{todo}", headers=HTML).text
        assert scalars(service, "SELECT count(*) FROM saved_draft") == [0]


def test_what_was_saved_can_be_thrown_away_and_enter_does_not_do_it(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    todo, browser = todo_of(service, launch_case(service).number).id, signed_in("drafter")
    submit(browser, todo, {"action": "approve", "what": "save", "opinion": "待补充"})
    page = browser.get(f"/todo/{todo}", headers=HTML)
    assert 'value="drop" form="drop"' in page.text  # of another form: no field of this one can press it
    post(browser, f"/todo/{todo}", {"csrf": field(page, "csrf"), "what": "drop"})
    assert scalars(service, "SELECT count(*) FROM saved_draft") == [0]


def test_a_ground_that_says_state_secret_keeps_nothing_either(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    todo, browser = todo_of(service, launch_case(service).number).id, signed_in("drafter")
    typed = {"action": "approve", "what": "save", "answer.ground": "14a", "answer.body": "绝密内容"}
    answer = submit(browser, todo, typed)
    assert (answer.status_code, "绝密内容" in answer.text) == (422, False)
    assert scalars(service, "SELECT count(*) FROM saved_draft") == [0]


# --- the launch page ---------------------------------------------------------------------------

LAUNCH = "/launch?procedure=proactive-disclosure"
TYPED = {
    "answer.drafter": "drafter",
    "answer.unit": UNIT,
    "answer.doc_type": "通知",
    "answer.draft.title": "写了一半的标题",
    "answer.draft.body": "写了一半的正文",
}


def launching(browser: Client, **fields: str) -> Any:
    """The launch page's form, posted as a browser does."""
    page = browser.get(LAUNCH, headers=HTML)
    hidden = {name: field(page, name) for name in ("csrf", "key", "procedure")}
    return post(browser, "/launch", hidden | fields)


def test_what_was_typed_at_the_launch_is_there_again_for_its_writer_and_gone_once_launched(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    browser = signed_in("drafter")
    assert launching(browser, **TYPED, what="save").headers["location"] == LAUNCH
    page = browser.get(LAUNCH, headers=HTML).text
    for shown in ("写了一半的标题", "写了一半的正文", "暂存的内容", 'value="drop" form="drop"'):
        assert shown in page
    other = "/launch?procedure=publication-change"
    assert "暂存的内容" not in browser.get(other, headers=HTML).text
    assert "写了一半" not in signed_in("section_head").get(LAUNCH, headers=HTML).text
    assert scalars(service, "SELECT count(*) FROM cases") == [0]
    assert launching(browser, **TYPED, what="preview").status_code == 200
    assert scalars(service, "SELECT count(*) FROM saved_draft") == [1]
    assert launching(browser, **TYPED, what="launch").headers["location"].startswith("/cases/")
    assert scalars(service, "SELECT count(*) FROM saved_draft") == [0]


def test_a_saved_launch_can_be_thrown_away_and_a_refused_one_stays(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    browser = signed_in("drafter")
    launching(browser, **TYPED, what="save")
    assert launching(browser, **(TYPED | {"answer.unit": "nowhere"}), what="launch").status_code == 404
    assert scalars(service, "SELECT count(*) FROM saved_draft") == [1]
    assert launching(browser, what="drop").headers["location"] == LAUNCH
    assert "写了一半" not in browser.get(LAUNCH, headers=HTML).text
    assert scalars(service, "SELECT count(*) FROM saved_draft") == [0]


@pytest.mark.parametrize("what", ["save", "preview", "launch"])
@pytest.mark.parametrize("claim", [{"answer.state_secret": "true"}, {"answer.draft.ground": "14a"}])
def test_a_launch_that_claims_a_state_secret_keeps_nothing_and_forgets_what_was_kept(
    service: Service, bureau: Bureau, signed_in: SignIn, claim: dict[str, str], what: str
) -> None:
    browser = signed_in("drafter")
    launching(browser, **TYPED, what="save")
    answer = launching(browser, **TYPED, **claim, what=what)
    assert (answer.status_code, "写了一半" in answer.text) == (422, False)
    assert "写了一半" not in browser.get(LAUNCH, headers=HTML).text
    assert scalars(service, "SELECT count(*) FROM saved_draft") == [0]
    assert "写了一半" not in everything_stored(service)


def test_the_launch_page_says_where_files_are_brought_and_asks_a_draft_only_where_one_is_written(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    browser = signed_in("drafter")
    assert "由拟稿人在发起后的拟稿待办中上传" in browser.get(LAUNCH, headers=HTML).text
    change = browser.get("/launch?procedure=publication-change", headers=HTML).text
    assert "answer.draft." not in change


def test_saved_drafts_of_closed_todos_are_forgotten(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = launch_case(service).number
    todo = todo_of(service, number).id
    submit(signed_in("drafter"), todo, {"action": "approve", "what": "save", "opinion": "一"})
    decide_next(service, number)
    assert forget_old_drafts(service) == 1


def test_a_phrase_of_ones_own_is_offered_to_oneself_only(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    browser = signed_in("section_head")
    token = field(browser.get("/me", headers=HTML), "csrf")
    for _ in range(2):
        post(browser, "/me/phrases", {"csrf": token, "phrase": "原则同意，请抓紧办理。"})
    number = launch_case(service).number
    decide_next(service, number)
    assert browser.get(f"/todo/{todo_of(service, number).id}", headers=HTML).text.count("原则同意") == 1
    assert "原则同意" not in signed_in("office").get("/me", headers=HTML).text
    (phrase,) = scalars(service, "SELECT id FROM phrase")
    other = signed_in("office")
    post(other, f"/me/phrases/{phrase}/remove", {"csrf": field(other.get("/me", headers=HTML), "csrf")})
    assert scalars(service, "SELECT count(*) FROM phrase") == [1]


def test_changing_ones_password_needs_the_present_one_and_ends_every_session(
    app: Any, service: Service, signed_in: SignIn
) -> None:
    browser, elsewhere = signed_in("drafter"), signed_in("drafter")
    token = field(browser.get("/me", headers=HTML), "csrf")
    new = "一个全新的口令-2026-ok"
    wrong = post(browser, "/me/password", {"csrf": token, "now": "wrong-password", "new": new})
    assert wrong.status_code == 401
    changed = post(browser, "/me/password", {"csrf": token, "now": PASSWORD, "new": new})
    assert changed.headers["location"] == "/sign-in?changed=1"
    assert elsewhere.get("/inbox", headers=HTML).status_code == 303
    fields = {"username": "drafter", "password": new}
    assert post(Client(app), "/sign-in", fields).headers["location"] == "/inbox"
    assert scalars(service, "SELECT count(*) FROM ledger_entry WHERE action = 'password-changed'") == [1]
