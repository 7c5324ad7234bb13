"""Many cases from one file in the portal: looked at first, launched when confirmed, followed to the end."""

from typing import Any

from engine.bulk_work import ROWS_AT_ONCE, launch_rows
from engine.service import Service
from tests.builders import scalars
from tests.engine.test_bulk import a_file, a_row, launch_all
from tests.portal.conftest import Client, SignIn
from tests.portal.test_pages import HTML, field, post


def submit(browser: Client, raw: bytes, **fields: str) -> Any:
    page = browser.get("/bulk", headers=HTML)
    text = {"procedure": "proactive-disclosure", "content": raw.decode("utf-8-sig"), **fields}
    return post(browser, "/bulk", {"csrf": field(page, "csrf"), **text})


def test_a_file_is_shown_row_by_row_before_anything_is_launched(signed_in: SignIn, service: Service) -> None:
    browser = signed_in("drafter")
    uploaded = submit(browser, a_file([a_row(1), a_row(2, unit="nowhere")]))
    assert uploaded.status_code == 303, uploaded.text
    page = browser.get(uploaded.headers["location"], headers=HTML)
    assert "第1号检查通知" in page.text
    assert "nowhere" in page.text
    assert "确认发起 1 件" in page.text
    launch_all(service)
    assert scalars(service, "SELECT count(*) FROM cases") == [0]


def test_confirmed_it_is_launched_and_each_row_leads_to_its_case(signed_in: SignIn, service: Service) -> None:
    browser = signed_in("drafter")
    here = submit(browser, a_file([a_row(1), a_row(2, unit="nowhere")])).headers["location"]
    csrf = field(browser.get(here, headers=HTML), "csrf")
    assert post(browser, here, {"csrf": csrf}).headers["location"] == here
    assert 'hx-trigger="every 1s"' in browser.get(f"{here}/progress", headers=HTML).text
    launch_all(service)
    assert 'hx-trigger="every 1s"' not in browser.get(f"{here}/progress", headers=HTML).text
    page = browser.get(here, headers=HTML).text
    assert 'href="/cases/ZD-2026-0001"' in page
    report = browser.get(f"{here}/bad-rows")
    assert report.headers["content-disposition"].startswith("attachment")
    assert "nowhere" in report.text


def test_what_was_pasted_survives_a_mistake(signed_in: SignIn) -> None:
    page = submit(signed_in("drafter"), "颜色\r\n红\r\n".encode())
    assert page.status_code == 422
    assert "颜色" in page.text
    assert "没有这一项" in page.text


def test_the_api_takes_a_thousand_rows_and_tells_how_far_it_is(signed_in: SignIn, service: Service) -> None:
    browser = signed_in("drafter")
    body = {
        "procedure": "主动公开",
        "content": a_file([a_row(n) for n in range(1, 1001)]).decode("utf-8-sig"),
    }
    answer = browser.post("/api/v1/bulk-launches", {**body, "start": True})
    assert answer.status_code == 201, answer.text
    assert {k: answer.json()[k] for k in ("rows", "waiting", "bad", "state")} == {
        "rows": 1000, "waiting": 1000, "bad": 0, "state": "launching",
    }  # fmt: skip
    launch_rows(service)
    assert browser.get(answer.headers["location"]).json()["launched"] == ROWS_AT_ONCE
    rows = browser.get(f"{answer.headers['location']}/rows?after=500").json()
    assert len(rows["rows"]) == 500
    assert rows["rows"][0]["line"] == 501
