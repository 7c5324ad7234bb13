"""Acts on time limits at the pages: seen before they are asked, answered, pressed; a late decision counts."""

import re

import pytest

from engine.clocks.firing import fire_due
from engine.service import Service
from tests.builders import (
    Bureau,
    MovableClock,
    decide_next,
    launch_case,
    scalars,
    todo_of,
)
from tests.engine.limits import clock_of, start
from tests.portal.conftest import SignIn, rows_of_every_table
from tests.portal.limit_pages import CONSULTING, EXTENSION, ask, granted, lines_of, shown
from tests.portal.test_pages import HTML, field, post, submit


def test_what_is_asked_is_seen_before_anything_is_stored_and_only_what_was_seen_is_asked(
    service: Service, limit: str, signed_in: SignIn
) -> None:
    browser = signed_in("office")
    before = rows_of_every_table(service)
    preview = ask(browser, limit, EXTENSION, what="preview")
    said = shown(preview)
    assert preview.status_code == 200
    assert "2026年5月20日 星期三 → 2026年6月3日 星期三" in said
    assert "将由分管负责人答复" in said
    assert rows_of_every_table(service) == before
    seen = {"csrf": field(preview, "csrf"), "previewed": field(preview, "previewed"), "what": "ask"}
    other = post(browser, limit, seen | EXTENSION | {"number": "20"})
    assert "→ 2026年6月17日 星期三" in shown(other)  # what is shown now is the other one; nothing was asked
    assert rows_of_every_table(service) == before
    assert post(browser, limit, seen | EXTENSION).status_code == 303
    assert scalars(service, "SELECT number FROM clock_act") == [10]
    assert "等待答复" in shown(browser.get(limit, headers=HTML))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"number": "21"}, "延长最长20个工作日"),
        ({"number": ""}, "“延长”填写有误"),
        ({"ground": " "}, "意见"),
        ({"article": ""}, "须注明依据的文件和条款"),
        ({"kind": "dance"}, "须为"),
        ({"kind": "not-counted", "since": "2026-04-25"}, "不能是将来的时间"),
        ({"kind": "restarted", "restart": "yesterday"}, "须写作 2026-04-22"),
    ],
)
def test_what_is_wrong_with_it_is_told_and_nothing_typed_is_lost(
    service: Service, limit: str, signed_in: SignIn, wrong: dict[str, str], said: str
) -> None:
    answer = ask(signed_in("office"), limit, EXTENSION | wrong, what="preview")
    assert answer.status_code in (409, 422)
    assert said in shown(answer)
    assert 'value="政府信息公开条例"' in answer.text
    assert 'role="alert"' in answer.text
    assert scalars(service, "SELECT count(*) FROM clock_act") == [0]


def test_the_approver_sees_what_granting_comes_to_and_the_date_moves(
    service: Service, limit: str, request_case: str, signed_in: SignIn
) -> None:
    ask(signed_in("office"), limit, EXTENSION)
    [todo] = scalars(service, "SELECT id FROM assignment WHERE clock_act_id IS NOT NULL")
    deputy = signed_in("deputy_head")
    page = deputy.get(f"/todo/{todo}", headers=HTML)
    assert "截止日将为 2026年6月3日 星期三" in shown(page)
    assert "材料较多" in shown(page)
    assert "2026年6月3日" not in shown(signed_in("office").get(f"/cases/{request_case}", headers=HTML))
    token = field(page, "csrf")
    for missing in ({}, {"granted": "no"}):
        assert post(deputy, f"/todo/{todo}/answer", {"csrf": token, **missing}).status_code == 422
    fields = {"csrf": token, "granted": "yes", "text": "同意延长"}
    assert post(deputy, f"/todo/{todo}/answer", fields).status_code == 303
    assert "申请已答复" in shown(deputy.get(f"/todo/{todo}", headers=HTML))
    said = shown(signed_in("office").get(f"/cases/{request_case}", headers=HTML))
    assert "2026年6月3日 星期三" in said
    assert "延长期限 10 个工作日 · 已准许" in said
    assert "申请：办公室" in said
    assert "答复：分管负责人" in said
    assert "：同意延长" in said


def test_time_that_is_not_counted_is_counted_again_from_the_moment_that_is_told(
    service: Service, limit: str, request_case: str, signed_in: SignIn, clock: MovableClock
) -> None:
    granted(service, signed_in, limit, CONSULTING, by="openness_office")
    browser = signed_in("office")
    page = browser.get(limit, headers=HTML)
    assert "暂停计算" in shown(page)
    clock.move(days=4)
    browser = signed_in("office")
    page = browser.get(limit, headers=HTML)
    fields = {"csrf": field(page, "csrf"), "act": field(page, "act")}
    assert post(browser, f"{limit}/resume", fields | {"at": "2026-05-09"}).status_code == 422
    assert post(browser, f"{limit}/resume", fields | {"at": "2026-04-28"}).status_code == 303
    said = shown(browser.get(f"/cases/{request_case}", headers=HTML))
    assert "2026年5月26日 星期二" in said  # four working days later: 23, 24, 27, 28 April
    assert "恢复计算：办公室" in said


def test_a_limit_of_another_case_is_not_found_under_this_one(
    service: Service, request_case: str, limit: str, signed_in: SignIn
) -> None:
    other = start(service, "answering")
    clock_id = clock_of(service, request_case, "answer").id
    browser = signed_in("office")
    assert browser.get(f"/cases/{other}/limits/{clock_id}", headers=HTML).status_code == 404
    preview = ask(browser, limit, EXTENSION, what="preview")
    seen = {"csrf": field(preview, "csrf"), "previewed": field(preview, "previewed"), "what": "ask"}
    assert post(browser, f"/cases/{other}/limits/{clock_id}", seen | EXTENSION).status_code == 404
    assert scalars(service, "SELECT count(*) FROM clock_act") == [0]


def test_the_api_asks_previews_answers_resumes_and_attends(
    service: Service, request_case: str, limit: str, signed_in: SignIn, clock: MovableClock
) -> None:
    number = clock_of(service, request_case, "answer").id
    asked = {name: CONSULTING[name] for name in ("kind", "ground", "instrument", "article", "since")}
    office = signed_in("office")
    preview = office.post(f"/api/v1/clocks/{number}/acts/preview", asked)
    assert (preview.status_code, preview.json()["foreseen"]["due_on"]) == (200, None)
    assert preview.json()["granted_by"] == "openness_office"
    done = office.post(f"/api/v1/clocks/{number}/acts", asked)
    assert done.status_code == 201
    assert office.post(f"/api/v1/clocks/{number}/acts", asked).status_code == 409
    todo = done.json()["assignment_id"]
    answer = signed_in("openness_office").post(f"/api/v1/assignments/{todo}/answer", {"granted": True})
    assert (answer.json()["due_before"], answer.json()["due_on"]) == ("2026-05-20", None)
    naive = office.post(f"/api/v1/clock-acts/{done.json()['act_id']}/resumption", {"at": "2026-04-24T08:00"})
    assert naive.status_code == 422
    again = office.post(f"/api/v1/clock-acts/{done.json()['act_id']}/resumption", {"at": "2026-04-24"})
    assert (again.status_code, again.json()["due_on"]) == (200, "2026-05-22")
    clock.move(days=40)
    fire_due(service)
    [pressed] = [t["id"] for t in signed_in("deputy_head").get("/api/v1/inbox").json()["todos"]][:1]
    attended = signed_in("deputy_head").post(f"/api/v1/assignments/{pressed}/attendance", {"note": "已催办"})
    assert attended.json() == {"case_number": request_case}


def test_a_late_decision_is_announced_counts_and_is_marked(
    service: Service, bureau: Bureau, signed_in: SignIn, clock: MovableClock
) -> None:
    number = launch_case(service).number
    decide_next(service, number)
    todo, browser = todo_of(service, number).id, signed_in("section_head")
    in_time = shown(browser.get(f"/todo/{todo}", headers=HTML))
    assert "2026年4月23日 星期四 剩3个工作日" in in_time
    assert "逾期" not in in_time
    clock.move(days=7)
    fire_due(service)
    browser = signed_in("section_head")
    page = browser.get(f"/todo/{todo}", headers=HTML)
    assert "逾期2个工作日" in shown(page)
    assert "逾期后办理仍然有效，将记为逾期办理" in shown(page)
    assert "2026-04-23（星期四） 第3个工作日" in page.text
    assert submit(browser, todo, {"action": "approve", "opinion": "同意"}).status_code == 303
    assert "意见已记录。 逾期办理" in shown(browser.get(f"/todo/{todo}", headers=HTML))
    case = browser.get(f"/cases/{number}", headers=HTML).text
    assert re.findall(r'<span class="name">(\S+?)</span>(?:(?!</li>).)*逾期办理', case, re.S) == ["股室审核"]
    assert "（逾期办理）" in browser.get(f"/cases/{number}/sheet", headers=HTML).text


def test_an_escalation_tells_what_is_late_since_when_and_who_has_it_and_takes_a_note(
    service: Service, bureau: Bureau, signed_in: SignIn, clock: MovableClock
) -> None:
    number = launch_case(service, draft={"title": "不给督办人看的标题"}).number
    decide_next(service, number, answers={"body": "不给督办人看的正文", "attribute": "主动公开"})
    clock.move(days=7)
    fire_due(service)
    deputy = signed_in("deputy_head")
    [todo] = scalars(service, "SELECT id FROM assignment WHERE rung_id IS NOT NULL AND closed_at IS NULL")
    page = deputy.get(f"/todo/{todo}", headers=HTML)
    said = shown(page)
    for told in ("督办：股室审核", "2026年4月23日 星期四 逾期2个工作日", "现在由 股室负责人 办理，已 7 天"):
        assert told in said
    assert "不给督办人看" not in said
    assert lines_of(page, "股室审核 <")[0] == "截止：2026-04-23（星期四）24时"
    token = field(page, "csrf")
    assert post(deputy, f"/todo/{todo}/attend", {"csrf": token, "note": " "}).status_code == 422
    done = post(deputy, f"/todo/{todo}/attend", {"csrf": token, "note": "已当面催办"})
    assert (done.status_code, done.headers["location"]) == (303, f"/todo/{todo}")
    after = shown(deputy.get(f"/todo/{todo}", headers=HTML))
    assert "督办情况已记录。 已当面催办" in after
    assert todo_of(service, number).step == "section-review"  # it decided nothing


def test_what_people_write_about_a_limit_is_shown_as_text(
    service: Service, limit: str, request_case: str, signed_in: SignIn
) -> None:
    hostile = "<script>alert(1)</script>"
    words = {"ground": hostile, "instrument": hostile, "article": hostile}
    granted(service, signed_in, limit, EXTENSION | words, by="deputy_head", text=hostile)
    [todo] = scalars(service, "SELECT id FROM assignment WHERE clock_act_id IS NOT NULL")
    browser = signed_in("deputy_head")
    for path in (limit, f"/cases/{request_case}", f"/cases/{request_case}/file", f"/todo/{todo}", "/inbox"):
        assert hostile not in browser.get(path, headers=HTML).text, path
    refused = ask(signed_in("office"), limit, EXTENSION | words, what="preview")
    assert refused.status_code == 409  # extended already
    assert hostile not in refused.text
    assert "&lt;script&gt;" in refused.text
