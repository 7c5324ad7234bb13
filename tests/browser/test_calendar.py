"""The working calendar: read at the desk, on the phone and on paper; a year imported from a file."""

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Portal, Visit
from tests.builders import scalars
from tests.engine.law_files import NEXT_YEAR


def test_an_administrator_imports_next_year_from_a_file_after_seeing_what_changes(
    portal: Portal, visit: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "2027.json"
    file.write_text(json.dumps(NEXT_YEAR, ensure_ascii=False, indent=1), encoding="utf-8")
    administrator = visit().sign_in("administrator", then="/calendar?year=2027")
    page = administrator.page
    expect(page.get_by_text("尚无 2027 年的放假安排")).to_be_visible()
    page.get_by_label("从文件填入").set_input_files(file)
    expect(page.get_by_label("安排表")).to_have_value(file.read_text(encoding="utf-8"))
    page.get_by_role("button", name="预览变化").click()
    expect(page.locator("#preview")).to_be_focused()
    expect(page.locator("#preview")).to_contain_text("2月8日（周一）")
    assert scalars(portal.service, "SELECT count(*) FROM law_change") == [0]
    administrator.require_accessible()
    administrator.picture("administrator-calendar")
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("由 林雪 于")).to_be_visible()
    expect(page.locator("td.make-up-workday")).to_contain_text("20班")
    assert scalars(portal.service, "SELECT imported_by FROM law_change") == ["administrator"]


def test_the_year_reads_well_on_a_phone_and_in_english(portal: Portal, visit: Visit) -> None:
    drafter = visit(PHONE).sign_in("drafter", then="/calendar")
    page = drafter.page
    expect(page.locator("[aria-current=date]")).to_contain_text("20")
    drafter.require_accessible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Working days of 2026")).to_be_visible()
    expect(page.get_by_role("table", name="October 2026")).to_be_visible()
    drafter.require_accessible()


def test_the_year_fits_on_one_sheet(portal: Portal, visit: Visit) -> None:
    drafter = visit().sign_in("drafter", then="/calendar")
    drafter.page.emulate_media(media="print")
    printed = drafter.page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1
