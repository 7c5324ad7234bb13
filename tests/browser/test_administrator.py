"""An administrator launches, watches, puts right; a manager watches."""

from playwright.sync_api import expect

from tests.browser.conftest import Portal, Visit
from tests.builders import decide_all, decide_next, launch_case, scalars, todo_of
from tests.versions import launch_version_1


def test_an_administrator_previews_the_path_and_launches(portal: Portal, visit: Visit) -> None:
    administrator = visit().sign_in("administrator", then="/launch?procedure=proactive-disclosure")
    page = administrator.page
    page.get_by_label("拟稿人").select_option("drafter")
    page.get_by_label("起草股室").select_option("zfjd")
    page.get_by_label("标题").fill("关于开展汛前检查的通知")
    page.get_by_label("正文").fill("各镇人民政府：\n请于月底前完成自查。")
    page.get_by_label("主动公开", exact=True).check()
    administrator.require_accessible()
    page.get_by_role("button", name="预览流程").click()
    expect(page.get_by_role("heading", name="将依次经过")).to_be_visible()
    expect(page.locator(".preview")).to_contain_text("主要负责人签发")
    assert scalars(portal.service, "SELECT count(*) FROM cases") == [0]
    administrator.require_accessible()
    administrator.picture("administrator-preview")
    page.get_by_role("button", name="确认发起").click()
    expect(page.get_by_text("ZD-2026-0001").first).to_be_visible()
    assert scalars(portal.service, "SELECT title FROM document_version") == ["关于开展汛前检查的通知"]


def test_what_is_missing_is_said_where_it_is_missing(portal: Portal, visit: Visit) -> None:
    administrator = visit().sign_in("administrator", then="/launch?procedure=proactive-disclosure")
    administrator.page.get_by_role("button", name="预览流程").click()
    expect(administrator.page.get_by_role("alert")).to_contain_text("必填")
    assert scalars(portal.service, "SELECT count(*) FROM cases") == [0]


def test_an_administrator_ends_a_hold_from_the_todo(portal: Portal, visit: Visit) -> None:
    number = launch_version_1(portal.service).number
    decide_all(portal.service, number, until="confidentiality-review")
    decide_next(
        portal.service, number, answers={"finding": "unsure_whether_secret"}, opinion="不能确定，请示"
    )
    administrator = visit().sign_in("administrator")
    page = administrator.page
    page.locator(".card.incident a").click()
    expect(page.get_by_text("保密审查无法确定").first).to_be_visible()
    administrator.require_accessible()
    administrator.picture("administrator-incident")
    page.get_by_role("button", name="已有答复，解除暂停").click()
    expect(page.get_by_text("保密审查").first).to_be_visible()
    assert todo_of(portal.service, number).round == 2


def test_a_manager_sees_where_a_case_is_and_none_of_its_text(portal: Portal, visit: Visit) -> None:
    number = launch_case(portal.service).number
    decide_next(portal.service, number)
    manager = visit().sign_in("manager", then="/cases")
    page = manager.page
    page.get_by_role("link", name=number).click()
    expect(page.get_by_text("现在由 李娜 办理")).to_be_visible()
    expect(page.locator('[aria-current="step"]')).to_contain_text("股室审核")
    expect(page.get_by_text("文稿和意见只有参与办理的人员可以查看")).to_be_visible()
    manager.require_accessible()
    manager.picture("manager-case", whole=True)


def test_the_routing_sheet_fits_a4(portal: Portal, visit: Visit) -> None:
    number = launch_case(portal.service, legality_review=True).number
    decide_all(portal.service, number)
    office = visit().sign_in("office", then=f"/cases/{number}/sheet")
    office.page.emulate_media(media="print")
    expect(office.page.get_by_role("heading", name="发文稿纸")).to_be_visible()
    printed = office.page.pdf(format="A4", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 2
    office.picture("routing-sheet", whole=True)


def test_english_pages_are_accessible_too(portal: Portal, visit: Visit) -> None:
    number = launch_case(portal.service).number
    administrator = visit().sign_in("administrator")
    administrator.page.get_by_role("button", name="English").click()
    for path in (
        "/inbox",
        "/cases",
        f"/cases/{number}",
        "/launch?procedure=proactive-disclosure",
        "/people",
        "/me",
    ):
        administrator.go(path)
        expect(administrator.page.get_by_role("button", name="Sign out")).to_be_visible()
        administrator.require_accessible()
