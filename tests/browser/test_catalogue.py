"""标准目录 and 台账 in a browser: imported from a file, looked over, found by everybody; desk and phone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine.acts.put_into_catalogue import put_into_catalogue
from tests.browser.conftest import PHONE, Portal, Visit
from tests.engine.test_catalogue import FILE, bring, row_of
from tests.portal.register_shelf import change, publish

SAMPLE = Path(__file__).parents[2] / "samples" / "catalogue.csv"


@pytest.fixture
def filled(portal: Portal) -> Portal:
    """The sample catalogue with documents under some rows, one of them late."""
    service = portal.service
    bring(service, FILE)
    publisher = service.actor("publisher", channel="api")
    under = ("行政处罚", "行政处罚", "行政许可", "其他政策文件", "捐赠款物信息", "捐赠款物信息")
    for number, name in enumerate((*under, *["灾情核定信息"] * 6), start=1):
        late = {"published_at": "2026-06-01T09:00+08:00"} if name == "行政许可" else {}
        slug = publish(service, number, title=f"关于{name}的公告（{number}）", **late)
        put_into_catalogue(service, publisher, {slug: row_of(service, name).id})
    publish(service, 40, title="关于标准的通知", website_url="https://www.qingling.example/40.html")
    change(service, publish(service, 41, title="误发的通知"))
    return portal


def test_a_catalogue_is_brought_from_a_file_after_it_was_shown(portal: Portal, visit: Visit) -> None:
    desk = visit().sign_in("openness_office", then="/catalogue/import")
    page = desk.page
    page.get_by_label("从文件填入").set_input_files(SAMPLE)
    page.get_by_role("button", name="预览变化").click()
    expect(page.locator("#preview")).to_contain_text("将新增 48 项，改变 0 项")
    desk.require_accessible()
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("heading", name="标准目录公开情况")).to_be_visible()
    expect(page.get_by_text("18 项尚未核实或待补充")).to_be_visible()


def test_the_board_reads_well_at_the_desk_on_the_phone_and_in_english(filled: Portal, visit: Visit) -> None:
    desk = visit().sign_in("openness_office", then="/catalogue/board")
    desk.require_accessible()
    desk.picture("catalogue-board")
    desk.page.get_by_role("link", name="行政许可", exact=True).last.click()
    expect(desk.page.get_by_text("逾期公开")).to_be_visible()
    desk.require_accessible()
    desk.go("/catalogue/documents").require_accessible()
    desk.go("/registers/publications").require_accessible()
    desk.picture("registers")
    desk.go("/links?everything=true").require_accessible()
    phone = visit(PHONE).sign_in("drafter", then="/catalogue/board")
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.page.get_by_role("button", name="English").click()
    expect(phone.page.get_by_role("heading", name="Coverage of the catalogue")).to_be_visible()
    phone.require_accessible()


def test_everybody_finds_the_catalogue_and_what_stands_in_it(filled: Portal, visit: Visit) -> None:
    citizen = visit().go("/register")
    citizen.page.get_by_role("link", name="标准目录").click()
    citizen.require_accessible()
    citizen.picture("citizen-catalogue")
    citizen.page.get_by_role("link", name="全部 6 件").click()
    expect(citizen.page.get_by_text("共 6 件")).to_be_visible()
    citizen.require_accessible()
    phone = visit(PHONE).go("/catalogue")
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.require_accessible()
