"""The review at the desks: its tree with the present place, what other bodies see, what was withheld."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from engine.service import Service
from portal.web.decision_tree import TREES, tree_of
from rules.positions import Position
from tests.builders import Bureau, add_person, decide_all, decide_next, launch_case, todo_of
from tests.engine.test_confidentiality_paths import every_path
from tests.engine.test_confidentiality_review import SECRET, SUITABLE, THIRD, start, until
from tests.portal.conftest import SignIn, password_hash
from tests.portal.test_pages import HTML

pytestmark = pytest.mark.thorough

TREE = TREES["confidentiality-review"]
PROPOSED = {"finding": "unsure", "proposed_on": "2026-04-20"}
SENT = {"sent_at": "2026-04-20T09:00:00+08:00", "received_on": "2026-04-20"}


def shown(browser: httpx.Client, path: str) -> str:
    answer = browser.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def tree_in(page: str) -> str:
    return page.partition('<svg class="tree"')[2].partition("</svg>")[0]


# --- the tree --------------------------------------------------------------------------------------


def test_every_step_people_are_asked_at_and_every_ending_has_its_place_in_the_tree() -> None:
    drawn = [step for place in TREE.places.values() for step in place.steps]
    ended = [word for place in TREE.places.values() for word in place.endings]
    assert len(drawn) == len(set(drawn))
    for path in every_path():
        for step, _round in (at for at, row in path.journal.items() if row.kind == "review"):
            place = step.rstrip("-0123456789")
            assert place in drawn, step
        assert path.word in ended


def test_the_tree_marks_one_present_place_on_every_path_and_only_ways_it_knows() -> None:
    for path in every_path():
        asked = [step for (step, _), row in path.journal.items() if row.kind == "review"]
        for count, step in enumerate(asked):
            picture = tree_of("confidentiality-review", past=asked[:count], open_steps=[step], outcome="")
            assert picture is not None
            assert len(picture.now) == 1
        done = tree_of("confidentiality-review", past=asked, open_steps=[], outcome=path.word)
        assert done is not None
        assert len(done.now) == 1
    for way in TREE.ways:
        assert {way.start, way.end} <= set(TREE.places)


def test_the_places_of_the_tree_do_not_cover_each_other() -> None:
    places = [(place.column, place.row) for place in TREE.places.values()]
    assert len(places) == len(set(places))


def test_a_procedure_without_a_tree_shows_none(service: Service, bureau: Bureau, signed_in: SignIn) -> None:
    number = launch_case(service).number
    assert 'class="tree"' not in shown(signed_in("administrator"), f"/cases/{number}")


@pytest.mark.parametrize(("language", "said"), [("zh", "保密工作机构审定"), ("en", "Secrecy office")])
def test_the_case_page_draws_the_tree_and_tells_it_in_words(
    service: Service, bureau: Bureau, signed_in: SignIn, language: str, said: str
) -> None:
    number = start(service)
    until(service, number, SECRET, step="secrecy-office")
    browser = signed_in("secrecy_office")
    browser.cookies.set("language", language)
    page = shown(browser, f"/cases/{number}")
    now = tree_in(page).partition('<g class="now">')[2].partition("</g>")[0]
    assert f"▶ {said}" in now
    assert tree_in(page).count('class="now"') == 1
    assert f'<li aria-current="step"><strong>{said}</strong>' in page
    assert said in tree_in(page).partition("<title")[2].partition("</title>")[0]


# --- what other bodies see --------------------------------------------------------------------------


@pytest.fixture
def referred(service: Service, bureau: Bureau) -> tuple[str, str]:
    """A document, and its review that waits for the competent authority."""
    document = launch_case(service).number
    decide_next(service, document, opinion="内部说明：请审核")
    review = start(service, document=document, subject="")
    decide_next(service, review, answers=SECRET, opinion="内部意见：股室看法")
    decide_all(service, review, until="secrecy-office")
    decide_next(service, review, answers=PROPOSED, opinion="内部意见：保密办看法")
    return document, review


def authority(service: Service, referred: tuple[str, str]) -> int:
    """The to-do of the competent authority."""
    decide_next(service, referred[1], answers=SENT)
    return todo_of(service, referred[1]).id


def test_another_body_reads_the_document_and_what_the_forms_state_and_nothing_said_inside(
    service: Service, referred: tuple[str, str], signed_in: SignIn
) -> None:
    document, review = referred
    todo = authority(service, referred)
    browser = signed_in("secrecy_authority")
    for path in (f"/todo/{todo}", f"/cases/{review}"):
        page = shown(browser, path)
        assert "现将有关事项通知如下" in page  # the document
        assert "点位图" in page  # the item it is asked about
        assert "内部" not in page
    assert browser.get(f"/cases/{document}", headers=HTML).status_code == 404
    inside = shown(signed_in("secrecy_office"), f"/cases/{review}")
    assert "内部意见：股室看法" in inside


def test_the_document_is_open_to_another_body_only_as_long_as_the_review(
    service: Service, referred: tuple[str, str], signed_in: SignIn
) -> None:
    document, review = referred
    version = f"/api/v1/cases/{document}/documents/1"
    browser = signed_in("secrecy_authority")
    assert browser.get(version).status_code == 404
    authority(service, referred)
    assert browser.get(version).status_code == 200
    assert browser.get(f"/api/v1/cases/{document}").status_code == 404
    decide_next(service, review, answers={"finding": "not_secret"})
    decide_next(service, review, answers={"result": "release"})
    assert browser.get(version).status_code == 404


def test_nobody_reads_a_colleagues_draft_by_launching_a_review_of_it(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    document = launch_case(service).number
    with service.database.begin() as connection:
        unit = connection.scalar(text("SELECT id FROM unit"))
        add_person(connection, "second_drafter", Position.DRAFTER, unit_id=unit)
        connection.execute(text("UPDATE person SET password_hash = :hash"), {"hash": password_hash()})
    review = start(service, document=document, drafter="second_drafter")
    browser = signed_in("second_drafter")
    assert browser.get(f"/api/v1/cases/{document}/documents/1").status_code == 404
    assert "现将有关事项通知如下" not in shown(browser, f"/cases/{review}")


def test_every_desk_on_the_longest_way_opens_and_says_where_each_answer_leads(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = start(service, decided_on="2026-04-17")
    both = {"items": [*SECRET["items"], *THIRD["items"]]}
    part = {"part": "工艺参数", "ground": "15a", "reason": "第三方未同意"}
    refusal = {"answer": "refusal", "received_on": "2026-04-20", "reason": "商业秘密"}
    way: list[tuple[str, dict[str, Any], str]] = [
        ("item-review", both, "股室负责人复审"),
        ("section-review", {}, "保密工作机构审定"),
        ("secrecy-office", PROPOSED, "报请有权确定的机关"),
        ("referral", SENT, "有权确定的机关确定"),
        ("secrecy-authority", {"finding": "not_secret_but_unsure"}, "转涉密渠道"),
        ("consultation-1", {}, "登记第三方意见"),
        ("third-party-1", refusal, "有关业务主管部门研究"),
        ("competent-department", {"result": "unsure"}, "同级政务公开主管部门确定"),
        ("county-office", {"result": "partial", "parts": [part]}, "主要负责人审定"),
        ("final-word", {"result": "partial"}, "部分公开，理由已记录"),
    ]
    for step, answers, leads in way:
        todo = todo_of(service, number)
        assert todo.step == step
        browser = signed_in(todo.position)
        page = shown(browser, f"/todo/{todo.id}")
        assert leads in page.partition('class="leads"')[2], step
        shown(browser, f"/cases/{number}")
        decide_next(service, number, answers=answers)
    assert 'class="now"' in tree_in(shown(signed_in("drafter"), f"/cases/{number}"))


# --- what was decided ------------------------------------------------------------------------------


def test_the_case_page_names_the_parts_withheld_with_ground_and_reason_to_those_who_take_part(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = start(service)
    until(service, number, SUITABLE, step="competent-department")
    part: dict[str, Any] = {"part": "周边平面图", "ground": "14c", "reason": "公开后可能被利用"}
    decide_next(service, number, answers={"result": "partial", "parts": [part]})
    decide_next(service, number, answers={"result": "partial"})
    page = shown(signed_in("head"), f"/cases/{number}")
    assert "<td>周边平面图</td>" in page
    assert "<td>公开后可能被利用</td>" in page
    assert "周边平面图" not in shown(signed_in("administrator"), f"/cases/{number}")


def test_the_item_review_is_entered_and_read_as_a_table(
    service: Service, bureau: Bureau, signed_in: SignIn
) -> None:
    number = start(service)
    todo = todo_of(service, number).id
    browser = signed_in("drafter")
    page = shown(browser, f"/todo/{todo}")
    assert 'name="answer.items.0.item"' in page
    assert "14a" not in page
    posted = {
        "csrf": browser.headers["X-CSRF-Token"],
        "what": "decide",
        "action": "approve",
        "opinion": "逐项审查",
        "answer.items.0.item": "正文",
        "answer.items.0.finding": "release",
        "answer.items.1.item": "身份证号",
        "answer.items.1.finding": "withhold",
        "answer.items.1.ground": "15b",
        "answer.items.1.reason": "个人隐私",
    }
    assert browser.post(f"/todo/{todo}", data=posted, headers=HTML).status_code in (200, 303)
    after = shown(signed_in("section_head"), f"/todo/{todo_of(service, number).id}")
    assert "内容项：身份证号" in after
    assert "理由：个人隐私" in after
