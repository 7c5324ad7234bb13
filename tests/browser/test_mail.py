"""From the message to the decision: on a phone, through the sign-in, and from the demo's mailbox."""

import re

from playwright.sync_api import expect
from sqlalchemy import text

from tests.browser.conftest import PHONE, Portal, Visit
from tests.builders import decide_all, decide_next, launch_case, todo_of
from tests.engine.test_outbox import drain
from tests.portal.conftest import PASSWORD
from tests.portal.test_links import link_to


def test_a_reviewer_decides_from_the_mail_on_a_phone_and_the_link_is_dead_then(
    portal: Portal, visit: Visit
) -> None:
    number = launch_case(portal.service).number
    decide_next(portal.service, number)
    drain(portal.service)
    link = link_to(portal.service, "section_head")
    phone = visit(PHONE, has_touch=True, is_mobile=True).go(link)
    page = phone.page
    page.get_by_label("用户名").fill("section_head")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(f"{portal.url}/todo/{todo_of(portal.service, number).id}")
    page.get_by_label("同意", exact=True).check()
    page.get_by_role("button", name="提交办理结果").click()
    expect(page.get_by_text("意见已记录")).to_be_visible()
    phone.go(link)
    expect(page.get_by_text("您已办理该待办，意见已记录。")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.require_accessible()
    phone.picture("mail-link-afterwards")


def test_the_administrator_reads_a_message_in_its_box_and_its_button_opens_a_window_of_its_own(
    portal: Portal, visit: Visit
) -> None:
    number = launch_case(portal.service).number
    decide_all(portal.service, number, until="office-review")
    drain(portal.service)
    administrator = visit().sign_in("administrator", then="/mailbox")
    page = administrator.page
    administrator.require_accessible()
    administrator.picture("mailbox")
    page.get_by_label("收件人").fill("office@")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("link", name=re.compile(number)).first.click()
    box = page.frame_locator("iframe.mail")
    expect(box.get_by_text("您有一项新的待办")).to_be_visible()
    administrator.picture("mail")
    administrator.require_accessible()
    with page.expect_popup() as opened:
        box.get_by_role("link", name="登录并办理").click()
    expect(opened.value.get_by_role("heading", name="该链接是发给他人的")).to_be_visible()
    expect(page.locator(".words a").first).to_have_attribute("href", re.compile(r"/t/[\w-]{43}$"))


def test_messages_that_reached_nobody_are_sent_again_from_their_list(portal: Portal, visit: Visit) -> None:
    number = launch_case(portal.service).number
    decide_next(portal.service, number)
    with portal.service.database.begin() as connection:
        connection.execute(text("UPDATE person SET email = '' WHERE username = 'section_head'"))
    drain(portal.service)
    with portal.service.database.begin() as connection:
        connection.execute(
            text("UPDATE person SET email = 'li@qingling.example' WHERE username = 'section_head'")
        )
    administrator = visit().sign_in("administrator", then="/messages")
    page = administrator.page
    expect(page.get_by_text("该人员没有邮箱地址")).to_be_visible()
    administrator.require_accessible()
    administrator.picture("undelivered")
    page.get_by_role("button", name="重发").click()
    expect(page.get_by_text("全部通知均已送达。")).to_be_visible()
    drain(portal.service)
    assert link_to(portal.service, "li")
