"""Time limits at the desks: what is late is seen first, opened by keyboard, asked about and pressed."""

import re
from dataclasses import replace

from playwright.sync_api import expect

from engine.clocks.firing import fire_due
from tests.browser.conftest import PHONE, Portal, Visit
from tests.builders import MovableClock, decide_all, decide_next, launch_case, scalars
from tests.engine.limits import answering_installed, clock_of, start


def test_a_reviewer_sees_what_is_late_first_and_opens_the_explanation_by_keyboard(
    portal: Portal, visit: Visit, clock: MovableClock
) -> None:
    late, in_time = (launch_case(portal.service).number for _ in range(2))
    decide_all(portal.service, late, until="office-review")
    clock.move(days=7)
    decide_all(portal.service, in_time, until="office-review")
    fire_due(portal.service)
    office = visit().sign_in("office")
    page = office.page
    cards = page.locator(".card")
    expect(cards).to_have_count(2)
    expect(cards.nth(0)).to_contain_text(late)
    expect(cards.nth(0)).to_contain_text("逾期2个工作日")
    expect(cards.nth(1)).to_contain_text("剩3个工作日")
    office.require_accessible()
    page.get_by_role("link", name=re.compile("^逾期")).click()
    expect(cards).to_have_count(1)
    office.picture("limits-inbox")

    page.keyboard.press("Tab")  # from the link just followed, through the filters, to the card
    for _ in range(20):
        if late in page.evaluate("document.activeElement.textContent"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("逾期后办理仍然有效")).to_be_visible()
    summary = page.get_by_text("这个日期怎么算出来的")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY" and summary.evaluate(
            "found => found === document.activeElement"
        ):
            break
    expect(page.get_by_text("第3个工作日")).not_to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2026-04-23（星期四） 第3个工作日")).to_be_visible()
    office.require_accessible()


def test_an_extension_is_asked_after_its_date_was_seen_and_answered_on_a_phone(
    portal: Portal, visit: Visit, clock: MovableClock
) -> None:
    service = portal.service
    with answering_installed():
        number = start(service, "answering")
        clock.move(days=16)
        fire_due(service)
        office = visit().sign_in("office", then=f"/cases/{number}")
        page = office.page
        page.get_by_role("link", name="申请不计入、重新起算或延长").click()
        page.get_by_label("延长期限").check()
        page.get_by_label("延长多少").fill("10")
        page.get_by_label("理由").fill("材料较多，须逐份核对")
        page.get_by_label("依据的文件").fill("政府信息公开条例")
        page.get_by_label("条款").fill("第33条第2款")
        page.get_by_role("button", name="预览新的截止日").click()
        preview = page.get_by_role("region", name="预览")
        expect(preview).to_be_focused()
        expect(preview).to_contain_text("2026年6月3日 星期三")
        office.require_accessible()
        office.picture("limits-ask", whole=True)
        preview.get_by_role("button", name="确认提交申请").click()
        expect(page.get_by_text("等待答复")).to_be_visible()

        phone = visit(PHONE, has_touch=True, is_mobile=True).sign_in("deputy_head")
        phone.page.get_by_role("link", name=re.compile("时限申请")).click()
        phone.page.get_by_label("准许", exact=True).check()
        expect(phone.page.get_by_text("截止日将为 2026年6月3日 星期三")).to_be_visible()
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        phone.require_accessible()
        phone.picture("limits-answer", whole=True)
        phone.page.get_by_role("button", name="提交答复").click()
        expect(phone.page.get_by_text("申请已答复")).to_be_visible()
        assert str(clock_of(service, number, "answer").due_on) == "2026-06-03"


def test_a_manager_sees_both_starts_drawn_and_a_superior_presses(
    portal: Portal, visit: Visit, clock: MovableClock
) -> None:
    website = portal.service.settings.model_copy(update={"website": "by-hand"})
    service = replace(portal.service, settings=website)
    number = launch_case(service).number
    decide_all(service, number, until="issue")
    clock.move(days=2)
    decide_next(service, number, answers={"formed_on": "2026-04-20", "issued_on": "2026-04-22"})
    clock.move(days=2)
    fire_due(service)
    manager = visit().sign_in("manager", then=f"/cases/{number}")
    page = manager.page
    expect(
        page.get_by_role("img", name=re.compile("自 2026年4月20日 起算，至 2026年5月20日"))
    ).to_be_visible()
    expect(page.get_by_text("以此为准")).to_be_visible()
    manager.require_accessible()
    manager.picture("limits-case", whole=True)
    page.emulate_media(media="print")
    expect(page.get_by_role("img").first).to_be_visible()
    expect(page.get_by_role("navigation")).to_be_hidden()

    deputy = visit().sign_in("deputy_head")
    deputy.page.get_by_role("link", name=re.compile("督办")).click()
    deputy.page.get_by_role("button", name="已电话催办。").click()
    deputy.require_accessible()
    deputy.picture("limits-escalation")
    deputy.page.get_by_role("button", name="提交督办情况").click()
    expect(deputy.page.get_by_text("督办情况已记录")).to_be_visible()
    assert scalars(service, "SELECT note FROM assignment WHERE rung_id IS NOT NULL") == ["已电话催办。"]
