"""A citizen finds what was published, with and without script."""

import re
from base64 import b64encode
from typing import Any

import pytest
from playwright.sync_api import expect

from engine.activities import ACTIVITIES
from engine.leases import claim, settle
from engine.service import Service
from tests import sample_files as samples
from tests.browser.conftest import PHONE, Portal, Visit
from tests.browser.test_files import require_shown
from tests.builders import PROACTIVE_DRAFT, decide_all, launch_case, scalars


def publish(service: Service, **draft: Any) -> str:
    """A case up to its publication in the register, as the worker does it."""
    number = launch_case(service, draft={**PROACTIVE_DRAFT, **draft}).number
    decide_all(service, number, until="paper-copy")
    (step,) = scalars(service, "SELECT step_id FROM activity WHERE settled_at IS NULL")
    lease = claim(service, step, holder="test")
    assert lease is not None
    settle(service, lease, ACTIVITIES[lease.activity](service, lease))
    return number


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_citizen_finds_the_document_by_two_characters(portal: Portal, visit: Visit, script: bool) -> None:
    publish(
        portal.service, title="关于开展冬季消防安全检查的通知", body="各镇人民政府：\n请于月底前完成检查。"
    )
    publish(portal.service, title="关于做好救灾物资储备的通知", body="请核对库存。")
    citizen = visit(java_script_enabled=script)
    page = citizen.go("/register").page
    if script:
        citizen.require_accessible()
    page.locator("input[type=search], input[name=q]").first.fill("消防")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile("冬季消防"))).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("救灾物资"))).to_have_count(0)
    citizen.picture("citizen-search")
    page.get_by_role("link", name=re.compile("冬季消防")).first.click()
    expect(page.get_by_text("（此件公开发布）")).to_be_visible()
    expect(page.get_by_text("青应急〔2026〕1号").first).to_be_visible()
    if script:
        citizen.require_accessible()
    citizen.picture("citizen-document")


def test_the_register_fits_a_phone(portal: Portal, visit: Visit) -> None:
    number = publish(portal.service, title="关于" + "很长的标题" * 12 + "的通知")
    phone = visit(PHONE, is_mobile=True, has_touch=True)
    for path in ("/register", f"/register/{number.lower()}", "/register?q=%E6%A0%87%E9%A2%98"):
        page = phone.go(path).page
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        phone.require_accessible()


def test_pdf_and_images_stand_in_the_page_beside_their_downloads(portal: Portal, visit: Visit) -> None:
    made = {"现场.png": samples.image("PNG", (400, 300)), "名单.pdf": samples.pdf(padding=1_500_000)}
    files = [{"name": n, "content_base64": b64encode(content).decode()} for n, content in made.items()]
    number = publish(portal.service, attachments=files)
    citizen = visit()
    page = citizen.go(f"/register/{number.lower()}").page
    require_shown(page)
    citizen.require_accessible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="名单.pdf").click()
    assert saved.value.path().read_bytes() == made["名单.pdf"]


def test_an_empty_register_says_so(portal: Portal, visit: Visit) -> None:
    citizen = visit().go("/register")
    expect(citizen.page.get_by_text(re.compile("还没有公开的文件"))).to_be_visible()
    citizen.require_accessible()
