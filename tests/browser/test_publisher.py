"""The publisher puts a document on the website by hand and says where: the page is looked at first."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal, Visit
from tests.builders import PROACTIVE_DRAFT, case_row, decide_all, launch_case, scalars
from tests.website_process import WebsiteProcess


@pytest.fixture
def otherwise(website: WebsiteProcess) -> dict[str, Any]:
    """People publish, on the local website and nowhere else."""
    return {
        "website": "by-hand",
        "website_page_hosts": "127.0.0.1",
        "website_page_ports": str(website.port),
        "website_page_networks": "127.0.0.0/8",
        "website_timeout_seconds": 5.0,
    }


@pytest.fixture
def number(portal: Portal) -> str:
    """A case that waits for the publisher."""
    made = launch_case(portal.service).number
    decide_all(portal.service, made, until="publication-by-hand")
    return made


def state(page: Page, address: str) -> None:
    """Open the to-do and say where the document stands."""
    page.get_by_role("link", name=re.compile("网站公开")).click()
    page.get_by_label("网页地址").fill(address)
    page.get_by_label("公开日期").fill("2026-04-20")
    page.get_by_role("button", name="提交办理结果").click()


@pytest.mark.parametrize(
    "html", [f"<h1>{PROACTIVE_DRAFT['title']}</h1>", "<p>青应急〔2026〕1号</p>"], ids=["title", "number"]
)
def test_the_page_is_looked_at_the_case_goes_on_and_the_register_shows_the_address(
    portal: Portal, visit: Visit, number: str, website: WebsiteProcess, html: str
) -> None:
    address = website.put_page("a.html", html)
    seen = website.visits("a.html")
    publisher = visit().sign_in("publisher")
    state(publisher.page, address)
    expect(publisher.page.get_by_text("该待办已办理，意见已记录。")).to_be_visible()
    publisher.require_accessible()
    assert website.visits("a.html") == seen + 1

    archivist = visit().sign_in("archivist")
    page = archivist.page
    page.get_by_role("link", name=re.compile("移送查阅场所")).click()
    page.get_by_label("移送日期").fill("2026-04-20")
    page.get_by_label("收据").fill("查阅点收据1号")
    page.get_by_role("button", name="提交办理结果").click()
    expect(page.get_by_text("事项已办结：办结")).to_be_visible()
    assert case_row(portal.service, number).outcome == "办结"

    citizen = visit().go("/register")
    citizen.page.get_by_role("link", name=PROACTIVE_DRAFT["title"]).click()
    expect(citizen.page.get_by_role("link", name=address)).to_have_attribute("href", address)
    citizen.require_accessible()


def test_a_page_without_the_document_is_refused_and_what_was_typed_stays(
    portal: Portal, visit: Visit, number: str, website: WebsiteProcess
) -> None:
    address = website.put_page("b.html", "<h1>别的文件</h1>")
    publisher = visit().sign_in("publisher")
    page = publisher.page
    state(page, address)
    expect(page.get_by_role("alert")).to_contain_text("青应急〔2026〕1号")
    expect(page.get_by_label("网页地址")).to_have_value(address)
    assert scalars(portal.service, "SELECT count(*) FROM publication") == [0]
    website.put_page("b.html", f"<h1>{PROACTIVE_DRAFT['title']}</h1>")
    page.get_by_role("button", name="提交办理结果").click()
    expect(page.get_by_text("该待办已办理，意见已记录。")).to_be_visible()


def test_no_other_address_is_looked_at(portal: Portal, visit: Visit, number: str) -> None:
    publisher = visit().sign_in("publisher")
    page = publisher.page
    state(page, "http://127.0.0.1:9/")
    expect(page.get_by_role("alert")).to_contain_text("端口不在允许范围内")
    expect(page.get_by_label("网页地址")).to_have_value("http://127.0.0.1:9/")
    publisher.require_accessible()
    publisher.picture("publisher-refused")
    assert scalars(portal.service, "SELECT count(*) FROM publication") == [0]
