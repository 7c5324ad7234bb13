"""A monitor on the phone: what was seen is entered; board, course and watch log fit and are accessible."""

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Portal, Visit, Visitor
from tests.builders import UNIT, MovableClock
from tests.engine.test_opinion_response import LINK, MAJOR, act, released, report, to_the_release


def fits(visitor: Visitor) -> None:
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    visitor.require_accessible()


def test_a_monitor_enters_what_was_seen_on_the_phone(portal: Portal, visit: Visit) -> None:
    monitor = visit(PHONE).sign_in("monitor", then="/launch?procedure=opinion-response")
    page = monitor.page
    fits(monitor)
    page.get_by_label("业务股室").select_option(UNIT)
    page.get_by_label("来源", exact=False).first.fill("短视频")
    page.get_by_label("首次发现时间").fill("2026-04-20T08:30")
    page.get_by_label("内容摘要").fill("网传某地起火")
    page.get_by_label("链接").fill(LINK)
    page.get_by_role("button", name="预览流程").click()
    page.get_by_role("button", name="确认发起").click()
    expect(page.get_by_text("HY-2026-0001").first).to_be_visible()
    fits(monitor)


def test_the_board_the_course_and_the_watch_log_fit_a_phone(
    portal: Portal, visit: Visit, clock: MovableClock
) -> None:
    service = portal.service
    number = report(service, emergency=True).number
    report(service, source="微博", spread=18000)
    act(service, number, "assessment", MAJOR)
    clock.move(hours=1)
    to_the_release(service, number)
    clock.move(hours=1)
    act(service, number, "release", released(service))
    monitor = visit(PHONE).sign_in("monitor", then="/opinions")
    expect(monitor.page.get_by_text("重大突发事件", exact=True)).to_be_visible()
    fits(monitor)
    monitor.picture("opinions-board")
    monitor.go("/watch")
    fits(monitor)
    monitor.page.get_by_label("开始").fill("08:00")
    monitor.page.get_by_label("结束").fill("12:00")
    monitor.page.get_by_label("监测范围").fill("微博、微信")
    monitor.page.get_by_role("button", name="登记").click()
    expect(monitor.page.get_by_text("未发现", exact=True)).to_be_visible()
    fits(monitor)
    desk = visit().sign_in("openness_office", then=f"/cases/{number}")
    expect(desk.page.get_by_text("发现、研判与发布")).to_be_visible()
    desk.require_accessible()
    desk.picture("opinion-course")
