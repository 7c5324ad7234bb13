"""A reviewer at the desk and on the phone: decide, return, second round, by mouse or by keyboard alone."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Portal, Visit
from tests.builders import PROACTIVE_DRAFT, decide_all, decide_next, launch_case, scalars, todo_of


def test_a_reviewer_finds_the_todo_decides_and_is_told_what_happened(portal: Portal, visit: Visit) -> None:
    number = launch_case(portal.service).number
    decide_next(portal.service, number, opinion="请审核")
    reviewer = visit().sign_in("section_head")
    page = reviewer.page
    reviewer.require_accessible()
    reviewer.picture("reviewer-inbox")
    page.get_by_role("link", name=re.compile("股室审核")).click()
    expect(page.get_by_role("heading", name=PROACTIVE_DRAFT["title"])).to_be_visible()
    page.get_by_label("同意", exact=True).check()
    expect(page.locator(".leads").first).to_contain_text("下一步：办公室核稿")
    expect(page.locator(".leads").first).to_be_visible()
    page.get_by_role("button", name="同意。").click()
    reviewer.require_accessible()
    reviewer.picture("reviewer-decision")
    page.get_by_role("button", name="提交办理结果").click()
    expect(page.get_by_text("该待办已办理，意见已记录。")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("办公室核稿")
    assert scalars(portal.service, "SELECT opinion FROM decision ORDER BY id DESC LIMIT 1") == ["同意。"]


def test_on_a_phone_nothing_is_cut_off_and_the_decision_goes_through(portal: Portal, visit: Visit) -> None:
    number = launch_case(portal.service).number
    decide_all(portal.service, number, until="confidentiality-review")
    phone = visit(PHONE, has_touch=True, is_mobile=True).sign_in("openness_office")
    page = phone.page
    page.get_by_role("link", name=re.compile("保密审查")).click()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"the page is {width} px wide"
    page.get_by_label("同意", exact=True).check()
    page.get_by_label("不涉密，适宜公开").check()
    page.get_by_label("意见", exact=False).last.fill("逐项审查，不涉密。")
    phone.require_accessible()
    phone.picture("reviewer-phone")
    page.get_by_role("button", name="提交办理结果").click()
    expect(page.get_by_text("意见已记录")).to_be_visible()
    assert todo_of(portal.service, number).step == "deputy-head-review"


def test_return_and_second_round_show_what_changed(portal: Portal, visit: Visit) -> None:
    draft = {**PROACTIVE_DRAFT, "body": "各镇人民政府：\n联系人：张三。"}
    number = launch_case(portal.service, draft=draft).number
    decide_next(portal.service, number)
    reviewer = visit().sign_in("section_head", then=f"/todo/{todo_of(portal.service, number).id}")
    page = reviewer.page
    page.get_by_label("退回", exact=True).check()
    page.get_by_label("退回到").select_option("drafting")
    page.get_by_role("button", name="提交办理结果").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("意见")  # a return needs its reason
    page.locator("#opinion").fill("联系人有误，请更正。")
    page.get_by_role("button", name="提交办理结果").click()
    expect(page.get_by_text("意见已记录")).to_be_visible()

    drafter = visit().sign_in("drafter")
    drafter.page.get_by_role("link", name=re.compile("拟稿.*第 2 次")).click()
    expect(drafter.page.get_by_text("联系人有误，请更正。")).to_be_visible()
    drafter.page.get_by_label("正文").fill("各镇人民政府：\n联系人：李四。")
    drafter.require_accessible()
    drafter.picture("drafter-second-round")
    drafter.page.get_by_role("button", name="提交办理结果").click()
    expect(drafter.page.get_by_text("意见已记录")).to_be_visible()

    reviewer.go(f"/todo/{todo_of(portal.service, number).id}")
    expect(page.locator("del")).to_have_text("张三")
    expect(page.locator("ins")).to_have_text("李四")
    reviewer.picture("reviewer-what-changed")


def test_the_keyboard_alone_is_enough(portal: Portal, visit: Visit) -> None:
    number = launch_case(portal.service).number
    decide_next(portal.service, number)
    reviewer = visit().sign_in("section_head", then=f"/todo/{todo_of(portal.service, number).id}")
    page = reviewer.page
    page.locator('input[name="action"]').first.focus()
    page.keyboard.press("Space")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == "提交办理结果":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("意见已记录")).to_be_visible()


def test_pages_work_without_script(portal: Portal, visit: Visit) -> None:
    number = launch_case(portal.service).number
    decide_next(portal.service, number)
    reviewer = visit(java_script_enabled=False).sign_in("section_head")
    reviewer.page.get_by_role("link", name=re.compile("股室审核")).click()
    reviewer.page.get_by_label("同意", exact=True).check()
    reviewer.page.get_by_role("button", name="提交办理结果").click()
    expect(reviewer.page.get_by_text("意见已记录")).to_be_visible()


def test_a_new_todo_appears_in_an_open_inbox_by_itself(portal: Portal, visit: Visit) -> None:
    reviewer = visit().sign_in("section_head")
    expect(reviewer.page.get_by_text("没有待办")).to_be_visible()
    number = launch_case(portal.service).number
    decide_next(portal.service, number)
    expect(reviewer.page.get_by_role("link", name=re.compile("股室审核"))).to_be_visible()
